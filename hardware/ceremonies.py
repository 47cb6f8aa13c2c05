"""The WebAuthn ceremonies on an opened CTAP2 key: register, prove, look for a credential, take it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from fido2 import cbor
from fido2.ctap import CtapError

from hardware.answers import Assertion, Attestation, Info
from hardware.authenticator import WebAuthnJson
from hardware.ctap2 import Command, Ctap2
from hardware.errors import (
    AlreadyRegistered,
    CannotDelete,
    KeyFault,
    MissingExtension,
    NoDiscoverableCredentials,
    NoPinSupport,
    PinRequired,
)
from hardware.extensions import RegistrationExtensions
from hardware.options import PUBLIC_KEY, Creation, Request, possible_ids
from hardware.pin_session import PERMISSION, PinSession
from hardware.probe import ABSENT, CLIENT_DATA_HASH, NO_PROOF, Proof, descriptor, first_on_key, fits, get_assertion
from hardware.responses import (
    FLAG,
    authentication_response,
    check_authenticator_data,
    check_registration,
    registration_response,
)
from hardware.translate import ERR

Answer = TypeVar("Answer")

REFUSED_OPTION = (ERR.UNSUPPORTED_OPTION, ERR.INVALID_OPTION)
WANTS_TOUCH = (*REFUSED_OPTION, ERR.UP_REQUIRED)
STALE_TOKEN = (ERR.PIN_AUTH_INVALID, ERR.PIN_TOKEN_EXPIRED)
DELETE_CREDENTIAL = 0x06
"""The subcommand of credentialManagement (CTAP 2.1 section 6.8.5)."""


class Ceremonies:
    """What a key does for a relying party. Methods raise CtapError where no HardwareError fits better."""

    def __init__(self, ctap: Ctap2, pins: PinSession) -> None:
        self._ctap = ctap
        self._pins = pins

    def register(self, wanted: Creation, info: Info) -> WebAuthnJson:
        """authenticatorMakeCredential, with the exclude list in one piece or, where it is too long, asked before."""
        extensions = RegistrationExtensions(wanted.extensions, info)
        algorithm = wanted.algorithm(info)
        discoverable = wanted.discoverable(info)
        excluded = possible_ids(wanted.excluded, info)
        portioned = not fits(info, excluded)

        def make(token: bytes | None) -> Mapping[int, Any]:
            if portioned and self._first(wanted.rp_id, excluded, token) is not None:
                raise AlreadyRegistered
            param, protocol = self._proof(token, wanted.client_data.hash)
            parameters = {
                0x01: wanted.client_data.hash,
                0x02: wanted.rp,
                0x03: wanted.user,
                0x04: [{"type": PUBLIC_KEY, "alg": algorithm}],
                0x05: None if portioned else [descriptor(each) for each in excluded] or None,
                0x06: extensions.for_key,
                0x07: {"rk": True} if discoverable else None,
                0x08: param,
                0x09: protocol,
                0x0A: wanted.enterprise(info),
            }
            return self._ctap.send(Command.MAKE_CREDENTIAL, parameters)

        verified = self._verifies(info, required=wanted.user_verification)
        permissions = PERMISSION.MAKE_CREDENTIAL | (PERMISSION.GET_ASSERTION if portioned else PERMISSION(0))
        try:
            answer = Attestation.read(self._with_token(permissions if verified else None, wanted.rp_id, make))
        except CtapError as error:
            if error.code in REFUSED_OPTION and discoverable:
                raise NoDiscoverableCredentials from error
            raise
        credential_id = check_registration(answer, wanted.rp_id, algorithm, verified=verified)
        missing = extensions.missing(answer.auth_data.extensions or {})
        if missing:
            self._take_back(credential_id, info)
            raise MissingExtension(missing)
        return registration_response(wanted, answer, info, extensions.client_results(discoverable=discoverable))

    def _take_back(self, credential_id: bytes, info: Info) -> None:
        """Leave nothing behind that nobody will ever know of, where the key lets us."""
        with suppress(CtapError, CannotDelete, PinRequired):
            self.delete(credential_id, info)

    def prove(self, asked: Request, info: Info) -> WebAuthnJson:
        """authenticatorGetAssertion, without a touch where the key can do without."""
        allowed = possible_ids(asked.allowed, info)
        if asked.allowed and not allowed:
            raise KeyFault(ERR.NO_CREDENTIALS)

        def sign(token: bytes | None) -> Mapping[int, Any]:
            known = allowed if fits(info, allowed) else [self._first(asked.rp_id, allowed, token)]
            credentials = [each for each in known if each is not None]
            if allowed and not credentials:
                raise KeyFault(ERR.NO_CREDENTIALS)
            return self._sign(asked, credentials, token)

        verified = self._verifies(info, required=asked.user_verification)
        permission = PERMISSION.GET_ASSERTION if verified else None
        answer = Assertion.read(self._with_token(permission, asked.rp_id, sign))
        check_authenticator_data(answer.auth_data, asked.rp_id, FLAG.UV if verified else FLAG(0))
        if allowed and answer.credential_id not in allowed:
            raise KeyFault
        return authentication_response(asked, answer)

    def _sign(self, asked: Request, credential_ids: list[bytes], token: bytes | None) -> Mapping[int, Any]:
        client_data_hash = asked.client_data.hash
        proof = self._proof(token, client_data_hash)
        try:
            return get_assertion(self._ctap, asked.rp_id, client_data_hash, credential_ids, {"up": False}, proof)
        except CtapError as error:
            if error.code not in WANTS_TOUCH:
                raise
        return get_assertion(self._ctap, asked.rp_id, client_data_hash, credential_ids, None, proof)

    def holds(self, rp_id: str, credential_id: bytes) -> bool:
        """Silent probe; in an unlocked session it also finds what credProtect hides from a locked one."""
        if self._first(rp_id, [credential_id], None) is not None:
            return True
        if not self._pins.unlocked:
            return False
        found = self._with_token(
            PERMISSION.GET_ASSERTION, rp_id, lambda token: self._first(rp_id, [credential_id], token)
        )
        return found is not None

    def delete(self, credential_id: bytes, info: Info) -> None:
        """credentialManagement deleteCredential; absent is success. Raises CannotDelete, PinRequired."""
        command = _management(info)
        doomed = {0x02: descriptor(credential_id)}

        def delete(token: bytes | None) -> None:
            param, protocol = self._proof(token, bytes([DELETE_CREDENTIAL]) + cbor.encode(doomed))
            self._ctap.send(command, {0x01: DELETE_CREDENTIAL, 0x02: doomed, 0x03: protocol, 0x04: param})

        try:
            self._with_token(PERMISSION.CREDENTIAL_MGMT, None, delete)
        except CtapError as error:
            if error.code not in ABSENT:
                raise

    def _first(self, rp_id: str, credential_ids: list[bytes], token: bytes | None) -> bytes | None:
        return first_on_key(self._ctap, rp_id, credential_ids, self._proof(token, CLIENT_DATA_HASH))

    def _verifies(self, info: Info, *, required: bool) -> bool:
        """Whether the next command carries a token. Raises PinRequired, NoPinSupport."""
        if self._pins.unlocked:
            return True
        client_pin = info.options.get("clientPin")
        if client_pin or (required and client_pin is not None):
            raise PinRequired
        if required:
            raise NoPinSupport
        return False

    def _with_token(
        self, permissions: PERMISSION | None, rp_id: str | None, send: Callable[[bytes | None], Answer]
    ) -> Answer:
        """`send` with a fresh token, and once more when another program made the key forget it."""
        if permissions is None:
            return send(None)
        try:
            return send(self._pins.token(permissions, rp_id))
        except CtapError as error:
            if error.code not in STALE_TOKEN:
                raise
        self._pins.forget_token()
        return send(self._pins.token(permissions, rp_id))

    def _proof(self, token: bytes | None, message: bytes) -> Proof:
        if token is None:
            return NO_PROOF
        protocol = self._pins.protocol
        return protocol.authenticate(token, message), protocol.VERSION


def _management(info: Info) -> Command:
    """The credential management of the key, or its preview. Raises CannotDelete."""
    if info.options.get("credMgmt"):
        return Command.CREDENTIAL_MANAGEMENT
    if "FIDO_2_1_PRE" in info.versions and "credentialMgmtPreview" in info.options:
        return Command.CREDENTIAL_MANAGEMENT_PREVIEW
    raise CannotDelete
