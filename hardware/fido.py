"""The `Authenticator` over any CTAP device: each operation in the fewest commands that CTAP 2.1 allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from fido2.ctap import CtapDevice, CtapError
from fido2.hid import CAPABILITY

from hardware.answers import Info
from hardware.authenticator import Authenticator, KeyAddress, KeyInfo, SecretText, Watch, WebAuthnJson
from hardware.ceremonies import Ceremonies
from hardware.ctap2 import Ctap2
from hardware.errors import (
    HardwareError,
    KeyFault,
    KeyGone,
    KeySilent,
    KeySwapped,
    NoPinSupport,
    PinAlreadySet,
    PinRefused,
    PinRequired,
    WrongPin,
)
from hardware.key_info import PinRetries, key_info
from hardware.line import Clock, Line
from hardware.options import creation, request
from hardware.pin_session import SHORTEST_PIN, PinSession, encoded_pin
from hardware.translate import ERR
from hardware.u2f import U2fKey

COMMAND_SECONDS = 10.0
"""The deadline of an operation that waits for nobody."""


def open_device(address: KeyAddress, device: CtapDevice, clock: Clock = monotonic) -> Authenticator:
    """Open the key behind `device`; an open `Authenticator` owns the device, a failure closes it.

    Raises: KeyGone, KeySilent, KeyBusy, KeyFault.
    """
    line = Line(device, clock)
    try:
        with line.following(Watch(deadline=COMMAND_SECONDS)):
            if not CAPABILITY.CBOR & device.capabilities:
                return U2fKey(address, line)
            return Ctap2Authenticator(address, line, Ctap2(line))
    except HardwareError:
        line.close()
        raise


class Ctap2Authenticator:
    """An opened CTAP2 key. See `Authenticator` for what each method means and raises."""

    def __init__(self, address: KeyAddress, line: Line, ctap: Ctap2) -> None:
        self._address = address
        self._line = line
        self._ctap = ctap
        self._pins = PinSession(ctap)
        self._ceremonies = Ceremonies(ctap, self._pins)
        self._info: Info = ctap.info
        self._just_opened = True
        self._retries: PinRetries | None = None
        self._closed = False

    @property
    def address(self) -> KeyAddress:
        """Where this key is attached."""
        return self._address

    @property
    def commands(self) -> int:
        """How many CTAP2 commands were sent since opening, getInfo on opening included."""
        return self._line.commands

    def inspect(self) -> KeyInfo:
        """What the key is now; the first call tells what opening has read."""
        with self._speaking():
            if not self._just_opened:
                self._read_again()
            self._just_opened = False
            # A right PIN has just restored the counter: there is nothing to ask.
            asks = self._pin_set and not self._pins.unlocked
            self._retries = self._pins.retries() if asks else None
            return key_info(self._address, self._info, self._retries)

    def _read_again(self) -> None:
        info = self._ctap.get_info()
        if info.aaguid != self._info.aaguid:
            raise KeySwapped
        self._info = info

    def set_pin(self, pin: SecretText) -> None:
        """Set the first PIN and unlock."""
        try:
            with self._speaking():
                if "clientPin" not in self._info.options:
                    raise NoPinSupport
                if self._pin_set:
                    raise PinAlreadySet
                with encoded_pin(pin, self._info.min_pin_length, self._info.max_pin_length) as encoded:
                    self._set_pin(encoded)
        finally:
            pin.wipe()

    def _set_pin(self, encoded: bytearray) -> None:
        try:
            self._pins.set_pin(encoded)
        except CtapError as error:
            # Keys differ in how they say that another program was quicker.
            if error.code not in (ERR.PIN_AUTH_INVALID, ERR.NOT_ALLOWED):
                raise
            self._read_again()
            raise (PinAlreadySet() if self._pin_set else KeyFault(error.code)) from error

    def verify_pin(self, pin: SecretText) -> None:
        """Unlock with the PIN; one that no key could have is wrong without spending a try."""
        try:
            with self._speaking():
                if "clientPin" not in self._info.options:
                    raise NoPinSupport
                if not self._pin_set:
                    raise PinRequired
                with encoded_pin(pin, SHORTEST_PIN) as encoded:
                    self._pins.verify(encoded)
        except PinRefused as error:
            raise WrongPin(self._retries.left if self._retries else None) from error
        except WrongPin as error:
            self._retries = None if error.retries_left is None else PinRetries(error.retries_left)
            raise
        finally:
            pin.wipe()

    def make_credential(self, options: WebAuthnJson, origin: str, watch: Watch) -> WebAuthnJson:
        """Make a credential for the creation options. Raises OptionsRefused before anything is sent."""
        wanted = creation(options, origin)
        with self._speaking(watch):
            return self._ceremonies.register(wanted, self._info)

    def prove(self, options: WebAuthnJson, origin: str, watch: Watch) -> WebAuthnJson:
        """Sign the request options with a credential of this key. Raises OptionsRefused before anything is sent."""
        asked = request(options, origin)
        with self._speaking(watch):
            return self._ceremonies.prove(asked, self._info)

    def has_credential(self, rp_id: str, credential_id: bytes) -> bool:
        """Silent probe for one credential; an id longer than the key makes them is not asked for."""
        if not 0 < len(credential_id) <= (self._info.max_cred_id_length or len(credential_id)):
            return False
        with self._speaking():
            return self._ceremonies.holds(rp_id, credential_id)

    def delete_credential(self, credential_id: bytes) -> None:
        """Take a credential back; absent is success."""
        with self._speaking():
            self._ceremonies.delete(credential_id, self._info)

    def close(self) -> None:
        """Close the channel and lock the session."""
        self._closed = True
        self._pins.close()
        self._line.close()

    @property
    def _pin_set(self) -> bool:
        return self._pins.unlocked or self._info.options.get("clientPin") is True

    @contextmanager
    def _speaking(self, watch: Watch | None = None) -> Iterator[None]:
        """One operation on the line; a key that left, is another or fell silent is closed."""
        if self._closed:
            raise KeyGone
        try:
            with self._line.following(watch or Watch(deadline=COMMAND_SECONDS)):
                yield
        except (KeyGone, KeySwapped, KeySilent):
            self.close()
            raise
