"""The CTAP2 application of a simulated key: what its commands share while it has power."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, IntFlag
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from fido2.ctap import CtapError

from hardware.simulated.attestation import Attestation
from hardware.simulated.faults import HEALTHY, Faults
from hardware.simulated.memory import Memory
from hardware.simulated.person import Finger, Gesture, Person, Waiting
from hardware.simulated.pin_protocols import verify
from hardware.simulated.signing import Random, p256_key
from hardware.simulated.traits import KeyTraits, Quirk

ERR = CtapError.ERR
Fields = Mapping[Any, Any]
"""The parameters of a request or the members of an answer."""

Steps = Waiting[Fields]
"""A command that may need the person: it yields for each wait and returns its answer."""

Clock = Callable[[], float]
"""Seconds that only grow."""

_FIRST_USE: Final = 30.0  # initial usage time limit over USB, section 6.5.2.1
_LONGEST_USE: Final = 600.0  # maximum usage time period
_STILL_PRESENT: Final = 30.0  # user present time limit
_U2F_PRESENCE: Final = 10.0
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
    present: bool = False

    def shows_presence(self, now: float) -> bool:
        """Whether the person who was verified for it touched the key by that, and is still there (section 6.5.2.1)."""
        return self.present and now - self.issued_at <= _STILL_PRESENT

    def expired(self, now: float) -> bool:
        """Whether its usage timer has run out."""
        return now - self.issued_at > (_LONGEST_USE if self.used else _FIRST_USE)


@dataclass(slots=True)
class Enrolling:
    """A finger that is being enrolled: the template that will be, and how many good samples it still needs."""

    template_id: bytes
    remaining: int


@dataclass(slots=True)
class Uploading:
    """A large-blob array that is being written, of which `length` bytes are announced."""

    length: int
    data: bytes = b""


class Series(Enum):
    """Commands that continue an earlier one."""

    ASSERTIONS = "getNextAssertion"
    RPS = "enumerateRPsGetNextRP"
    CREDENTIALS = "enumerateCredentialsGetNextCredential"


@dataclass(slots=True)
class Applet:
    """One powered-up key: `memory` survives the next power cycle as it was last committed, nothing else does.

    `transport` is what the host reaches it by. `presence_wanted_until` and `present_until` are for U2F, which does not
    wait: a command asks for a touch, and a later one finds it.
    """

    traits: KeyTraits
    memory: Memory
    clock: Clock
    random: Random
    faults: Callable[[], Faults] = lambda: HEALTHY
    commit: Callable[[], None] = lambda: None
    transport: str = "usb"
    powered_at: float = 0.0
    token: Token | None = None
    person: Person = field(default_factory=Person)
    enrolling: Enrolling | None = None
    uploading: Uploading | None = None
    presence_wanted_until: float = 0.0
    present_until: float = 0.0
    _agreements: dict[int, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    _attestations: dict[tuple[bool, bool], Attestation] = field(default_factory=dict)
    _series: tuple[Series, float, Iterator[Fields]] | None = None

    def __post_init__(self) -> None:
        self.powered_at = self.clock()
        if Quirk.KEEPS_SOFT_LOCK not in self.traits.quirks:
            self.memory.wrong_in_row = 0

    @property
    def has_pin(self) -> bool:
        """Whether a PIN is set."""
        return self.memory.pin_hash is not None

    @property
    def has_finger(self) -> bool:
        """Whether the key can verify its owner by itself now: `uv` of getInfo."""
        return self.traits.built_in_uv and (bool(self.memory.templates) or not self.traits.enrolls_fingers)

    @property
    def protected(self) -> bool:
        """Whether some user verification is set up."""
        return self.has_pin or self.has_finger

    @property
    def asks_for_token(self) -> CtapError:
        """What to answer where verification by a token is missing and cannot be had otherwise."""
        by_pin = self.traits.pin and not self.traits.no_mc_ga_with_pin
        return CtapError(ERR.PUAT_REQUIRED if by_pin else ERR.OPERATION_DENIED)

    @property
    def u2f_wants_touch(self) -> bool:
        """Whether a U2F command was told to come again after a touch, not long ago."""
        return self.clock() < self.presence_wanted_until

    def feel(self, gesture: Gesture) -> None:
        """What the person does now, whether or not it is waited for."""
        self.person.gesture = gesture
        if self.u2f_wants_touch:
            self.present_until = self.clock() + _U2F_PRESENCE
            self.presence_wanted_until = 0.0

    def touch(self, *, long: bool = False) -> Waiting[None]:
        """Wait for a touch."""
        yield from self.person.await_touch(self.clock() + self.traits.touch_seconds, long=long)

    def finger(self, seconds: float | None = None) -> Waiting[Finger]:
        """Wait for a finger on the sensor."""
        seconds = self.traits.touch_seconds if seconds is None else seconds
        return (yield from self.person.await_finger(self.clock() + seconds))

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
        if token is not None and self.traits.tokens and token.expired(self.clock()):
            token = self.token = None
        if token is None or token.protocol != protocol or (self.traits.tokens and not token.permissions & permission):
            raise CtapError(ERR.PIN_AUTH_INVALID)
        verify(token.protocol, token.value, message, parameter)
        token.used = True
        return token

    def authorize_reading(self, protocol: int | None, message: bytes, parameter: bytes) -> Token | None:
        """The same for reading credential management, where None is the persistent token's answer."""
        persistent = self.memory.persistent_token
        if persistent is not None:
            with suppress(CtapError):
                verify(self.check_protocol(protocol), persistent, message, parameter)
                return None
        return self.authorize(protocol, message, parameter, Permission.CM)

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
        if self.token is not None and self.traits.tokens:
            self.token.permissions &= Permission.LBW
            self.token.present = False

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
        self.token = self.enrolling = self.uploading = None
        self._agreements.clear()
        self._series = None
