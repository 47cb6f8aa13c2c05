"""What makeCredential and getAssertion have in common: options, and who verifies the user (CTAP 2.1 6.1.2, 6.2.2)."""

from __future__ import annotations

from dataclasses import dataclass

from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet, Fields, Permission
from hardware.simulated.canonical import maybe
from hardware.simulated.person import Waiting
from hardware.simulated.user_verification import verify_finger


@dataclass(frozen=True, slots=True)
class Ceremony:
    """The parameters that both commands read alike."""

    rp_id: str
    client_data_hash: bytes
    parameter: bytes | None
    protocol: int | None
    options: Fields

    def option(self, name: str) -> bool | None:
        """One of the request's options. Raises CtapError(CBOR_UNEXPECTED_TYPE)."""
        return maybe(self.options, name, bool)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the person: whether verified, and whether seen to be present by the way."""

    verified: bool = False
    present: bool = False


def probe(applet: Applet, ceremony: Ceremony) -> Waiting[None]:
    """An empty pinUvAuthParam asks which key is meant: a touch, then the state of its PIN."""
    if ceremony.parameter == b"":
        yield from applet.touch()
        raise CtapError(ERR.PIN_INVALID if applet.protected else ERR.PIN_NOT_SET)


def wants_finger(applet: Applet, ceremony: Ceremony, *, must: bool) -> bool:
    """Whether the key's own user verification is to be done: asked for by `uv`, or the only way where it `must` be.

    Raises CtapError: INVALID_LENGTH, INVALID_OPTION (asked for, and there is none), and PUAT_REQUIRED or
    OPERATION_DENIED where verification is missing.
    """
    if len(ceremony.client_data_hash) != 32:
        raise CtapError(ERR.INVALID_LENGTH)
    asked = ceremony.option("uv")
    if ceremony.parameter is not None:
        return False
    if asked and not applet.has_finger:
        raise CtapError(ERR.INVALID_OPTION)
    if must and not asked and not (applet.memory.always_uv and applet.has_finger):
        raise applet.asks_for_token
    return bool(asked or must)


def verify_user(applet: Applet, ceremony: Ceremony, permission: Permission, *, finger: bool) -> Waiting[Evidence]:
    """Verify the user by the PIN/UV parameter or by a finger; an unbound token is bound to the relying party.

    Raises CtapError: PIN_NOT_SET, PIN_AUTH_INVALID, MISSING_PARAMETER, INVALID_PARAMETER; and where the finger failed
    PUAT_REQUIRED or OPERATION_DENIED, or the time-out of the key.
    """
    if finger:
        yield from _by_finger(applet)
        return Evidence(verified=True, present=True)
    if ceremony.parameter is None:
        return Evidence()
    applet.check_protocol(ceremony.protocol)
    if not applet.protected:
        raise CtapError(ERR.PIN_NOT_SET)
    token = applet.authorize(ceremony.protocol, ceremony.client_data_hash, ceremony.parameter, permission)
    if token.rp_id not in (None, ceremony.rp_id):
        raise CtapError(ERR.PIN_AUTH_INVALID)
    if applet.traits.tokens:
        token.rp_id = ceremony.rp_id
    return Evidence(verified=True, present=token.shows_presence(applet.clock()))


def _by_finger(applet: Applet) -> Waiting[None]:
    try:
        yield from verify_finger(applet, tries=applet.traits.uv_attempts)
    except CtapError as failed:
        if failed.code in (ERR.UV_INVALID, ERR.UV_BLOCKED):
            raise applet.asks_for_token from None
        raise
