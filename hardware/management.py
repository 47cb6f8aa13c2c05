"""authenticatorCredentialManagement (CTAP 2.1 section 6.8), and its preview: list, count and delete credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

from fido2 import cbor
from fido2.ctap import CtapError

from hardware.answers import Info, member, told
from hardware.authenticator import StoredCredential
from hardware.client_pin import PERMISSION
from hardware.ctap2 import Command, Ctap2
from hardware.errors import CannotDelete, KeyFault, PinError, Unsupported
from hardware.grants import Grant
from hardware.key_info import text
from hardware.pin_session import PinSession
from hardware.probe import ABSENT, descriptor
from hardware.translate import ERR

Answer = TypeVar("Answer")

METADATA, RPS, NEXT_RP, CREDENTIALS, NEXT_CREDENTIAL, DELETE = range(0x01, 0x07)
MOST_ENTRIES = 2000
"""More relying parties, or credentials, than any key holds."""


def management_command(info: Info) -> Command | None:
    """The credential management of the key, or its preview."""
    if info.options.get("credMgmt"):
        return Command.CREDENTIAL_MANAGEMENT
    if "FIDO_2_1_PRE" in info.versions and "credentialMgmtPreview" in info.options:
        return Command.CREDENTIAL_MANAGEMENT_PREVIEW
    return None


class CredentialManagement:
    """The credentials on an opened key. Methods raise CtapError where no HardwareError fits better, and PinRequired."""

    def __init__(self, ctap: Ctap2, pins: PinSession) -> None:
        self._ctap = ctap
        self._pins = pins

    def stored(self) -> tuple[StoredCredential, ...]:
        """Every discoverable credential. Raises Unsupported."""
        command = self._command()
        if command is None:
            raise Unsupported("credMgmt")

        def every(grant: Grant) -> tuple[StoredCredential, ...]:
            listing = Listing(self._ctap, command, grant)
            found = (each for party in listing.relying_parties() for each in listing.of(*party))
            stored = tuple(islice(found, MOST_ENTRIES + 1))
            if len(stored) > MOST_ENTRIES:
                raise KeyFault
            return stored

        try:
            return self._granted(every)
        except CtapError as error:
            # A command of another program ends a series (section 6.8): begin once more.
            if error.code != ERR.NOT_ALLOWED:
                raise
        return self._granted(every)

    def delete(self, credential_id: bytes) -> None:
        """deleteCredential (0x06); absent is success. Raises CannotDelete."""
        command = self._command()
        if command is None:
            raise CannotDelete
        doomed = {0x02: descriptor(credential_id)}
        try:
            self._granted(lambda grant: send(self._ctap, command, DELETE, doomed, grant))
        except CtapError as error:
            if error.code not in ABSENT:
                raise

    def free_slots(self) -> int | None:
        """getCredsMetadata (0x01), None where the key does not tell."""
        command = self._command()
        if command is None:
            return None
        try:
            answer = self._granted(lambda grant: send(self._ctap, command, METADATA, None, grant))
        except (CtapError, PinError):
            return None
        return told(answer, 0x02, int)

    def _command(self) -> Command | None:
        return management_command(self._ctap.info)

    def _granted(self, ask: Callable[[Grant], Answer]) -> Answer:
        return self._pins.granted(PERMISSION.CREDENTIAL_MGMT, None, ask)


class Listing:
    """One walk through all of a key's credentials under one grant."""

    def __init__(self, ctap: Ctap2, command: Command, grant: Grant) -> None:
        self._ctap = ctap
        self._command = command
        self._grant = grant

    def relying_parties(self) -> list[tuple[str, bytes]]:
        """The id (some keys cut it short) and the hash of each."""
        return [
            (text(told(told(row, 0x03, dict) or {}, "id", str)), member(row, 0x04, bytes))
            for row in self._series(RPS, None, 0x05)
        ]

    def of(self, rp_id: str, rp_id_hash: bytes) -> Iterator[StoredCredential]:
        """The credentials of one relying party."""
        for row in self._series(CREDENTIALS, {0x01: rp_id_hash}, 0x09):
            user = told(row, 0x06, dict) or {}
            level = told(row, 0x0A, int)
            yield StoredCredential(
                rp_id=rp_id,
                credential_id=member(member(row, 0x07, dict), "id", bytes),
                user_id=told(user, "id", bytes) or b"",
                user_name=text(user.get("name")),
                user_display_name=text(user.get("displayName")),
                protection=level if level in (1, 2, 3) else None,
            )

    def _series(self, begin: int, parameters: Mapping[int, Any] | None, total: int) -> Iterator[Mapping[int, Any]]:
        """The answers of a series: the first tells how many there are, the others ask for no grant."""
        try:
            first = send(self._ctap, self._command, begin, parameters, self._grant)
        except CtapError as error:
            if error.code != ERR.NO_CREDENTIALS:
                raise
            return
        count = told(first, total, int)
        if count is None:
            count = 1 if first else 0
        if count > MOST_ENTRIES:
            raise KeyFault
        if count > 0:
            yield first
        for _ in range(1, count):
            yield self._ctap.send(self._command, {0x01: begin + 1})


def send(
    ctap: Ctap2, command: Command, subcommand: int, parameters: Mapping[int, Any] | None, grant: Grant
) -> Mapping[int, Any]:
    """One subcommand, with the proof over it and its parameters."""
    param, protocol = grant.proof(bytes([subcommand]) + (cbor.encode(parameters) if parameters else b""))
    return ctap.send(command, {0x01: subcommand, 0x02: parameters, 0x03: protocol, 0x04: param})
