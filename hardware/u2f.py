"""A key without CTAP2: it can say so, and nothing else is asked of it."""

from __future__ import annotations

from hardware.authenticator import KeyAddress, KeyInfo, SecretText, Watch, WebAuthnJson
from hardware.errors import TooOld
from hardware.line import Line


class U2fKey:
    """An opened key that speaks CTAP1 (U2F) only, as an `Authenticator`."""

    def __init__(self, address: KeyAddress, line: Line) -> None:
        self._address = address
        self._line = line

    @property
    def address(self) -> KeyAddress:
        """Where this key is attached."""
        return self._address

    def inspect(self) -> KeyInfo:
        """All there is to know: it is a U2F key."""
        return KeyInfo(self._address, aaguid=bytes(16), versions=("U2F_V2",))

    def set_pin(self, pin: SecretText) -> None:
        """Raises TooOld."""
        pin.wipe()
        raise TooOld

    def verify_pin(self, pin: SecretText) -> None:
        """Raises TooOld."""
        pin.wipe()
        raise TooOld

    def make_credential(self, options: WebAuthnJson, origin: str, watch: Watch) -> WebAuthnJson:
        """Raises TooOld."""
        del options, origin, watch
        raise TooOld

    def prove(self, options: WebAuthnJson, origin: str, watch: Watch) -> WebAuthnJson:
        """Raises TooOld."""
        del options, origin, watch
        raise TooOld

    def has_credential(self, rp_id: str, credential_id: bytes) -> bool:
        """False: no credential of ours can live here."""
        del rp_id, credential_id
        return False

    def delete_credential(self, credential_id: bytes) -> None:
        """Raises TooOld."""
        del credential_id
        raise TooOld

    def close(self) -> None:
        """Close the channel."""
        self._line.close()
