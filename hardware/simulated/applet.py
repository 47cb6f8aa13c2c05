"""The CTAP2 application of a simulated key: what its commands share while it has power."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, IntFlag
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from fido2.ctap import CtapError

from hardware.simulated.attestation import Attestation
from hardware.simulated.faults import HEALTHY, Faults
from hardware.simulated.memory import Memory
from hardware.simulated.pin_protocols import verify
from hardware.simulated.signing import Random, p256_key
from hardware.simulated.traits import KeyTraits

ERR = CtapError.ERR
Fields = Mapping[Any, Any]
"""The parameters of a request or the members of an answer."""

Steps = Generator[None, None, Fields]
"""A command that may need the person: it yields once for each touch and returns its answer."""

Clock = Callable[[], float]
"""Seconds that only grow."""

WRONG_IN_ROW: Final = 3  # section 6.5.1: then only a power cycle helps
_FIRST_USE: Final = 30.0  # initial usage time limit over USB, section 6.5.2.1
_LONGEST_USE: Final = 600.0  # maximum usage time period
_BETWEEN_NEXT: Final = 30.0  # of getNextAssertion, section 6.3


class Permission(IntFlag):
    """Permissions of a pinUvAuthToken (section 6.5.5.7)."""

    MC = 0x01
    GA = 0x02
    CM = 0x04
    BE = 0x08
    LBW = 0x10
    ACFG = 0x20
    PCMR = 0x40


@dataclass(slots=True)
class Token:
    """The pinUvAuthToken in use; there is at most one, whatever the protocol."""

    value: bytes
    protocol: int
    permissions: Permission
    rp_id: str | None
    issued_at: float
    used: bool = False

    def expired(self, now: float) -> bool:
        """Whether its usage timer has run out."""
        return now - self.issued_at > (_LONGEST_USE if self.used else _FIRST_USE)


class Series(Enum):
    """Commands that continue an earlier one."""

    ASSERTIONS = "getNextAssertion"
    RPS = "enumerateRPsGetNextRP"
    CREDENTIALS = "enumerateCredentialsGetNextCredential"


@dataclass(slots=True)
class Applet:
    """One powered-up key: `memory` survives the next power cycle, everything else does not."""

    traits: KeyTraits
    memory: Memory
    clock: Clock
    random: Random
    faults: Callable[[], Faults] = lambda: HEALTHY
    powered_at: float = 0.0
    wrong_in_row: int = 0
    token: Token | None = None
    _agreements: dict[int, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    _attestations: dict[tuple[bool, bool], Attestation] = field(default_factory=dict)
    _series: tuple[Series, float, Iterator[Fields]] | None = None

    def __post_init__(self) -> None:
        self.powered_at = self.clock()

    @property
    def protected(self) -> bool:
        """Whether some user verification is set up: here only the PIN."""
        return self.memory.pin_hash is not None

    @property
    def room(self) -> int:
        """How many more discoverable credentials fit."""
        return 0 if self.faults().full else max(0, self.traits.capacity - len(self.memory.credentials))

    def agreement(self, protocol: int) -> ec.EllipticCurvePrivateKey:
        """This power-up's key agreement key, made when first needed."""
        if protocol not in self._agreements:
            self._agreements[protocol] = p256_key(self.random(32))
        return self._agreements[protocol]

    def regenerate(self, protocol: int) -> None:
        """Forget the key agreement key: after a wrong PIN."""
        self._agreements.pop(protocol, None)

    def attestation(self, *, enterprise: bool) -> Attestation:
        """The attestation of this key, made once."""
        forged = self.faults().forged_attestation or not self.traits.honest_attestation
        kind = (forged, enterprise)
        if kind not in self._attestations:
            self._attestations[kind] = Attestation(self.traits, forged=forged, enterprise=enterprise)
        return self._attestations[kind]

    def authorize(self, protocol: int | None, message: bytes, parameter: bytes, permission: Permission) -> Token:
        """Check a pinUvAuthParam against the token in use, and count it as used.

        Raises CtapError: MISSING_PARAMETER, INVALID_PARAMETER (the protocol) or PIN_AUTH_INVALID.
        """
        self.check_protocol(protocol)
        token = self.token
        if token is not None and self.traits.ctap21 and token.expired(self.clock()):
            token = self.token = None
        if token is None or token.protocol != protocol or not token.permissions & permission:
            raise CtapError(ERR.PIN_AUTH_INVALID)
        verify(token.protocol, token.value, message, parameter)
        token.used = True
        return token

    def check_protocol(self, protocol: int | None) -> int:
        """Raises CtapError(MISSING_PARAMETER) or CtapError(INVALID_PARAMETER)."""
        if protocol is None:
            raise CtapError(ERR.MISSING_PARAMETER)
        if protocol not in self.traits.pin_protocols:
            raise CtapError(ERR.INVALID_PARAMETER)
        return protocol

    def spend_token(self) -> None:
        """After a tested user presence the token allows no more (but large blob writes), sections 6.1.2 and 6.2.2.

        A CTAP 2.0 token lives on until power is lost.
        """
        if self.token is not None and self.traits.ctap21:
            self.token.permissions &= Permission.LBW

    def begin(self, series: Series, rest: Iterator[Fields]) -> None:
        """Remember what a following getNext command continues with."""
        self._series = (series, self.clock(), rest)

    def forget_series(self) -> None:
        """Another command came between: there is no next."""
        self._series = None

    def next_of(self, series: Series) -> Fields:
        """The next answer of the series. Raises CtapError(NOT_ALLOWED) when none is open."""
        now = self.clock()
        if self._series is None or self._series[0] is not series or now - self._series[1] > _BETWEEN_NEXT:
            self._series = None
            raise CtapError(ERR.NOT_ALLOWED)
        rest = self._series[2]
        answer = next(rest, None)
        if answer is None:
            self._series = None
            raise CtapError(ERR.NOT_ALLOWED)
        self._series = (series, now, rest)
        return answer

    def wipe(self) -> None:
        """authenticatorReset: everything as on the first day."""
        self.memory = Memory.fresh(self.traits, self.random)
        self.token = None
        self.wrong_in_row = 0
        self._agreements.clear()
        self._series = None
