"""What lets a command of a key pass: a token of clientPIN, the key's own verification, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass, field

from fido2.ctap2.pin import PinProtocol

from hardware.client_pin import PERMISSION, wipe

FIRST_USE_SECONDS = 19.0
"""How long a token waits for its first use on every transport (CTAP 2.1 section 6.5.2.1: 30 s, over NFC 19.8 s)."""

LONGEST_USE_SECONDS = 590.0
"""How long it lives then (the maximum usage time period is 10 minutes)."""

WITHOUT_RELYING_PARTY = PERMISSION.BIO_ENROLL | PERMISSION.AUTHENTICATOR_CFG
"""Permissions for which it does not matter to whom a token is bound."""

Proof = tuple[bytes | None, int | None]
"""pinUvAuthParam and pinUvAuthProtocol of a command; without a token it has neither."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The right to one command, or to a series; `uv` stands for the option of that name, where keys have no token."""

    protocol: PinProtocol | None = None
    token: bytes = field(default=b"", repr=False)
    uv: bool = False

    def proof(self, message: bytes) -> Proof:
        """Over what CTAP 2.1 says of the command."""
        if self.protocol is None:
            return None, None
        return self.protocol.authenticate(self.token, message), self.protocol.VERSION

    def options(self, **others: bool) -> dict[str, bool] | None:
        """The options of a command, None when there are none to be told."""
        return ({"uv": True} if self.uv else {}) | others or None


NO_GRANT = Grant()


class Token:
    """A pinUvAuthToken that is kept: what it is good for, and until when (None: as long as the key has power)."""

    def __init__(self, token: bytes, permissions: PERMISSION | None, rp_id: str | None, issued: float) -> None:
        self._secret = bytearray(token)
        self._permissions = permissions
        self._rp_id = rp_id
        self._issued = issued
        self._used = False

    def serves(self, permissions: PERMISSION, rp_id: str | None, now: float) -> bool:
        """Whether the key should take it for this."""
        if self._permissions is None:
            return True
        lifetime = LONGEST_USE_SECONDS if self._used else FIRST_USE_SECONDS
        free = self._rp_id is None or not permissions & ~WITHOUT_RELYING_PARTY
        return permissions in self._permissions and (free or self._rp_id == rp_id) and now < self._issued + lifetime

    def use(self) -> bytes:
        """The token, for a command."""
        self._used = True
        return bytes(self._secret)

    def wipe(self) -> None:
        """Overwrite it."""
        wipe(self._secret)
