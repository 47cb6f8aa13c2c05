"""The PIN of an opened key, as a person gives it: set, verify, change, and how many tries are left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from fido2.ctap import CtapError

from hardware.authenticator import SecretText
from hardware.client_pin import encoded_pin
from hardware.ctap2 import Ctap2
from hardware.errors import KeyFault, NoPinSupport, PinAlreadySet, PinRequired, WrongPin
from hardware.key_info import PinRetries, shortest_pin
from hardware.pin_session import PinSession
from hardware.translate import ERR


@contextmanager
def wiping(*secrets: SecretText) -> Iterator[None]:
    """Wipe the secrets when the block ends, however it ends."""
    try:
        yield
    finally:
        for secret in secrets:
            secret.wipe()


class KeyPin:
    """See `Authenticator` for what each method means and raises; besides they raise CtapError."""

    def __init__(self, ctap: Ctap2, pins: PinSession) -> None:
        self._ctap = ctap
        self._pins = pins
        self._last_retries: PinRetries | None = None

    @property
    def is_set(self) -> bool:
        """Whether the key has one."""
        return self._ctap.info.options.get("clientPin") is True

    def retries(self) -> PinRetries | None:
        """What the key says of the tries left; None where there is nothing to ask, as a right PIN restores them."""
        self._last_retries = self._pins.retries() if self.is_set and not self._pins.unlocked else None
        return self._last_retries

    def forget(self) -> None:
        """The key was reset."""
        self._last_retries = None

    def set(self, pin: SecretText) -> None:
        """Set the first PIN and unlock."""
        self._check_support()
        if self.is_set:
            raise PinAlreadySet
        with self._new(pin) as encoded:
            self._set(encoded)

    def _set(self, encoded: bytearray) -> None:
        try:
            self._pins.set_pin(encoded)
        except CtapError as error:
            # Keys differ in how they say that another program was quicker.
            if error.code not in (ERR.PIN_AUTH_INVALID, ERR.NOT_ALLOWED):
                raise
            self._ctap.refresh()
            raise (PinAlreadySet() if self.is_set else KeyFault(error.code)) from error
        self._ctap.pin_was_set()

    def verify(self, pin: SecretText) -> None:
        """Unlock with the PIN; one that no key could have is wrong without spending a try."""
        with self._trying(), self._present(pin) as encoded:
            self._pins.verify(encoded)

    def change(self, current: SecretText, new: SecretText) -> None:
        """Change the PIN; a new one that breaks the rules is refused before a try is spent on the current one."""
        with self._trying(), self._new(new) as new_encoded, self._present(current) as encoded:
            self._pins.change_pin(encoded, new_encoded)
            self._ctap.pin_was_set()

    def _check_support(self) -> None:
        if "clientPin" not in self._ctap.info.options:
            raise NoPinSupport

    @contextmanager
    def _trying(self) -> Iterator[None]:
        """An operation with the PIN that the key has; the tries left are remembered."""
        self._check_support()
        if not self.is_set:
            raise PinRequired
        try:
            yield
        except WrongPin as error:
            self._last_retries = PinRetries(error.retries_left)
            raise

    def _new(self, pin: SecretText) -> AbstractContextManager[bytearray]:
        return encoded_pin(pin, shortest_pin(self._ctap.info), self._ctap.info.max_pin_length)

    def _present(self, pin: SecretText) -> AbstractContextManager[bytearray]:
        return encoded_pin(pin, refused=self._impossible)

    def _impossible(self) -> WrongPin:
        return WrongPin(self._last_retries.left if self._last_retries else None)
