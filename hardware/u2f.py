"""A key without CTAP2: it can say so, show itself and be touched; nothing else is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from fido2.hid import CTAPHID

from hardware.authenticator import (
    Fingerprint,
    KeyAddress,
    KeyInfo,
    KeySettings,
    Sample,
    SecretText,
    StoredCredential,
    Watch,
    WebAuthnJson,
)
from hardware.errors import Cancelled, KeyFault, KeyGone, KeySilent, TooOld
from hardware.line import Line
from hardware.presence import wink, winks

COMMAND_SECONDS = 10.0
REGISTER = b"\0\x01\0\0" + b"\0\0\x40" + bytes(64) + b"\0\0"
"""U2F_REGISTER with an application that is nobody's (U2F raw messages section 4): a touch test that leaves nothing."""

WANTS_TOUCH = b"\x69\x85"
DONE = b"\x90\0"
BETWEEN_ASKING = 0.2
"""Seconds between two questions whether it was touched; a U2F key does not tell by itself."""


class U2fKey:
    """An opened key that speaks CTAP1 (U2F) only, as an `Authenticator`."""

    def __init__(self, address: KeyAddress, line: Line) -> None:
        self._address = address
        self._line = line
        self._closed = False

    @property
    def address(self) -> KeyAddress:
        """Where this key is attached."""
        return self._address

    def inspect(self) -> KeyInfo:
        """All there is to know: it is a U2F key."""
        return KeyInfo(self._address, aaguid=bytes(16), versions=("U2F_V2",), winks=winks(self._line))

    def select(self, watch: Watch) -> None:
        """Ask for a touch until there was one."""
        with self._speaking(watch):
            answer = self._line.call(CTAPHID.MSG, REGISTER)
            if answer == WANTS_TOUCH:
                self._line.wait_for_touch()
            while answer == WANTS_TOUCH:
                if watch.cancel.wait(BETWEEN_ASKING):
                    raise Cancelled
                answer = self._line.call(CTAPHID.MSG, REGISTER)
            if not answer.endswith(DONE):
                raise KeyFault

    def wink(self) -> bool:
        """Blink or beep, where the key can."""
        with self._speaking(Watch(deadline=COMMAND_SECONDS)):
            return wink(self._line)

    def set_pin(self, pin: SecretText) -> None:
        """Raises TooOld."""
        _refuse(pin)

    def verify_pin(self, pin: SecretText) -> None:
        """Raises TooOld."""
        _refuse(pin)

    def change_pin(self, current: SecretText, new: SecretText) -> None:
        """Raises TooOld."""
        _refuse(current, new)

    def use_built_in_uv(self) -> None:
        """Raises TooOld."""
        _refuse()

    def make_credential(self, options: WebAuthnJson, origin: str, watch: Watch) -> WebAuthnJson:
        """Raises TooOld."""
        del options, origin, watch
        _refuse()

    def prove(self, options: WebAuthnJson, origin: str, watch: Watch) -> WebAuthnJson:
        """Raises TooOld."""
        del options, origin, watch
        _refuse()

    def has_credential(self, rp_id: str, credential_id: bytes) -> bool:
        """False: no credential of ours can live here."""
        del rp_id, credential_id
        return False

    def delete_credential(self, credential_id: bytes) -> None:
        """Raises TooOld."""
        del credential_id
        _refuse()

    def stored_credentials(self) -> tuple[StoredCredential, ...]:
        """Raises TooOld."""
        _refuse()

    def configure(self, settings: KeySettings) -> None:
        """Raises TooOld."""
        del settings
        _refuse()

    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Raises TooOld."""
        _refuse()

    def enroll_fingerprint(self, name: str, watch: Watch, on_sample: Callable[[Sample], None]) -> Fingerprint:
        """Raises TooOld."""
        del name, watch, on_sample
        _refuse()

    def delete_fingerprint(self, template_id: bytes) -> None:
        """Raises TooOld."""
        del template_id
        _refuse()

    def reset(self, watch: Watch) -> None:
        """Raises TooOld."""
        del watch
        _refuse()

    def close(self) -> None:
        """Close the channel."""
        self._closed = True
        self._line.close()

    @contextmanager
    def _speaking(self, watch: Watch) -> Iterator[None]:
        if self._closed:
            raise KeyGone
        try:
            with self._line.following(watch):
                yield
        except (KeyGone, KeySilent):
            self.close()
            raise


def _refuse(*secrets: SecretText) -> NoReturn:
    for secret in secrets:
        secret.wipe()
    raise TooOld
