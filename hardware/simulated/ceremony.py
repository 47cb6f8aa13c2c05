"""What makeCredential and getAssertion have in common: options and the PIN/UV parameter (CTAP 2.1 6.1.2, 6.2.2)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet, Fields, Permission
from hardware.simulated.canonical import maybe


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


def probe(applet: Applet, ceremony: Ceremony) -> Generator[None, None, None]:
    """An empty pinUvAuthParam asks which key is meant: a touch, then the state of its PIN."""
    if ceremony.parameter == b"":
        yield
        raise CtapError(ERR.PIN_INVALID if applet.protected else ERR.PIN_NOT_SET)


def check_common(ceremony: Ceremony) -> None:
    """`uv` without a token cannot be had: the key has no built-in user verification."""
    if len(ceremony.client_data_hash) != 32:
        raise CtapError(ERR.INVALID_LENGTH)
    if ceremony.option("uv") and ceremony.parameter is None:
        raise CtapError(ERR.INVALID_OPTION)


def verify_user(applet: Applet, ceremony: Ceremony, permission: Permission) -> bool:
    """Whether the PIN/UV parameter verifies the user; binds an unbound token to the relying party.

    Raises CtapError: PIN_NOT_SET, PIN_AUTH_INVALID, MISSING_PARAMETER, INVALID_PARAMETER.
    """
    if ceremony.parameter is None:
        return False
    applet.check_protocol(ceremony.protocol)
    if not applet.protected:
        raise CtapError(ERR.PIN_NOT_SET)
    token = applet.authorize(ceremony.protocol, ceremony.client_data_hash, ceremony.parameter, permission)
    if token.rp_id not in (None, ceremony.rp_id):
        raise CtapError(ERR.PIN_AUTH_INVALID)
    if applet.traits.ctap21:
        token.rp_id = ceremony.rp_id
    return True
