"""The WebAuthn ceremonies on an opened CTAP2 key: register, prove, look for a credential."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from fido2.ctap import CtapError

from hardware.answers import Assertion, Attestation, Info
from hardware.authenticator import WebAuthnJson
from hardware.client_pin import PERMISSION
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
from hardware.grants import NO_GRANT, Grant
from hardware.management import CredentialManagement
from hardware.options import PUBLIC_KEY, Creation, Request, possible_ids
from hardware.pin_session import PinSession
from hardware.probe import descriptor, first_on_key, fits, get_assertion
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


class Ceremonies:
    """What a key does for a relying party. Methods raise CtapError where no HardwareError fits better."""

    def __init__(self, ctap: Ctap2, pins: PinSession, management: CredentialManagement) -> None:
        self._ctap = ctap
        self._pins = pins
        self._management = management

    def register(self, wanted: Creation, info: Info) -> WebAuthnJson:
        """authenticatorMakeCredential, with the exclude list in one piece or, where it is too long, asked before."""
        extensions = RegistrationExtensions(wanted.extensions, info)
        algorithm = wanted.algorithm(info)
        discoverable = wanted.discoverable(info)
        excluded = possible_ids(wanted.excluded, info)
        portioned = not fits(info, excluded)

        def make(grant: Grant) -> Mapping[int, Any]:
            if portioned and first_on_key(self._ctap, wanted.rp_id, excluded, grant) is not None:
                raise AlreadyRegistered
            param, protocol = grant.proof(wanted.client_data.hash)
            parameters = {
                0x01: wanted.client_data.hash,
                0x02: wanted.rp,
                0x03: wanted.user,
                0x04: [{"type": PUBLIC_KEY, "alg": algorithm}],
                0x05: None if portioned else [descriptor(each) for each in excluded] or None,
                0x06: extensions.for_key,
                0x07: grant.options(rk=True) if discoverable else grant.options(),
                0x08: param,
                0x09: protocol,
                0x0A: wanted.enterprise(info),
            }
            return self._ctap.send(Command.MAKE_CREDENTIAL, parameters)

        verified = self._verifies(info, required=wanted.user_verification)
        permissions = PERMISSION.MAKE_CREDENTIAL | (PERMISSION.GET_ASSERTION if portioned else PERMISSION(0))
        try:
            answer = Attestation.read(self._granted(verified, permissions, wanted.rp_id, make))
        except CtapError as error:
            if error.code in REFUSED_OPTION and discoverable:
                raise NoDiscoverableCredentials from error
            raise
        credential_id = check_registration(answer, wanted.rp_id, algorithm, verified=verified)
        missing = extensions.missing(answer.auth_data.extensions or {})
        if missing:
            self._take_back(credential_id)
            raise MissingExtension(missing)
        return registration_response(wanted, answer, info, extensions.client_results(discoverable=discoverable))

    def _take_back(self, credential_id: bytes) -> None:
        """Leave nothing behind that nobody will ever know of, where the key lets us."""
        with suppress(CtapError, CannotDelete, PinRequired):
            self._management.delete(credential_id)

    def prove(self, asked: Request, info: Info) -> WebAuthnJson:
        """authenticatorGetAssertion, without a touch where nobody asks for one and the key can do without."""
        allowed = possible_ids(asked.allowed, info)
        if asked.allowed and not allowed:
            raise KeyFault(ERR.NO_CREDENTIALS)

        def sign(grant: Grant) -> Mapping[int, Any]:
            known = allowed if fits(info, allowed) else [first_on_key(self._ctap, asked.rp_id, allowed, grant)]
            credentials = [each for each in known if each is not None]
            if allowed and not credentials:
                raise KeyFault(ERR.NO_CREDENTIALS)
            return self._sign(asked, credentials, grant)

        verified = self._verifies(info, required=asked.user_verification)
        answer = Assertion.read(self._granted(verified, PERMISSION.GET_ASSERTION, asked.rp_id, sign))
        check_authenticator_data(answer.auth_data, asked.rp_id, FLAG.UV if verified else FLAG(0))
        if allowed and answer.credential_id not in allowed:
            raise KeyFault
        return authentication_response(asked, answer)

    def _sign(self, asked: Request, credential_ids: list[bytes], grant: Grant) -> Mapping[int, Any]:
        what = self._ctap, asked.rp_id, asked.client_data.hash, credential_ids, grant
        if not asked.touch:
            try:
                return get_assertion(*what, touch=False)
            except CtapError as error:
                if error.code not in WANTS_TOUCH:
                    raise
        self._pins.touched()
        return get_assertion(*what)

    def holds(self, rp_id: str, credential_id: bytes) -> bool:
        """Silent probe; a session that knows the PIN also finds what credProtect hides from a locked one."""
        if first_on_key(self._ctap, rp_id, [credential_id]) is not None:
            return True
        if not self._pins.knows_pin:
            return False

        def find(grant: Grant) -> bytes | None:
            return first_on_key(self._ctap, rp_id, [credential_id], grant)

        return self._pins.granted(PERMISSION.GET_ASSERTION, rp_id, find) is not None

    def _verifies(self, info: Info, *, required: bool) -> bool:
        """Whether the next command carries a grant. Raises PinRequired, NoPinSupport."""
        if self._pins.unlocked:
            return True
        means = [info.options[name] for name in ("clientPin", "uv") if name in info.options]
        if any(means) or (required and means):
            raise PinRequired
        if required:
            raise NoPinSupport
        return False

    def _granted(self, verified: bool, permissions: PERMISSION, rp_id: str, send: Callable[[Grant], Answer]) -> Answer:
        return self._pins.granted(permissions, rp_id, send) if verified else send(NO_GRANT)
