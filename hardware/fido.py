"""The `Authenticator` over any CTAP device: each operation in the fewest commands that CTAP 2.1 allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic

from fido2.ctap import CtapDevice, CtapError
from fido2.hid import CAPABILITY

from hardware.answers import Info
from hardware.authenticator import (
    Authenticator,
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
from hardware.bio import BioEnrollment
from hardware.ceremonies import Ceremonies
from hardware.configuration import Configuration
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
    Unsupported,
    UvBlocked,
    WrongPin,
)
from hardware.key_info import NOTHING_READ, PinRetries, Readings, key_info
from hardware.line import Clock, Line
from hardware.management import CredentialManagement
from hardware.options import creation, request
from hardware.pin_session import PinSession, encoded_pin
from hardware.presence import reset, select, wink, winks
from hardware.translate import ERR
from hardware.u2f import U2fKey

COMMAND_SECONDS = 10.0
"""The deadline of an operation that waits for nobody."""

LISTING_SECONDS = 60.0
"""The deadline of a walk through all credentials, two commands each on a full key."""

PERSON_SECONDS = 30.0
"""The deadline of an operation without a `Watch` for which the key may verify its owner by itself."""


def open_device(address: KeyAddress, device: CtapDevice, clock: Clock = monotonic) -> Authenticator:
    """Open the key behind `device`; an open `Authenticator` owns the device, a failure closes it.

    Raises: KeyGone, KeySilent, KeyBusy, KeyFault.
    """
    line = Line(device, clock)
    try:
        with line.following(Watch(deadline=COMMAND_SECONDS)):
            if not CAPABILITY.CBOR & device.capabilities:
                return U2fKey(address, line)
            return Ctap2Authenticator(address, line, Ctap2(line), clock)
    except HardwareError:
        line.close()
        raise


class Ctap2Authenticator:
    """An opened CTAP2 key. See `Authenticator` for what each method means and raises."""

    def __init__(self, address: KeyAddress, line: Line, ctap: Ctap2, clock: Clock) -> None:
        self._address = address
        self._line = line
        self._ctap = ctap
        self._pins = PinSession(ctap, clock, line.verifying)
        self._credentials = CredentialManagement(ctap, self._pins)
        self._ceremonies = Ceremonies(ctap, self._pins, self._credentials)
        self._configuration = Configuration(ctap, self._pins)
        self._bio = BioEnrollment(ctap, self._pins, line.verifying)
        self._readings: Readings = NOTHING_READ
        self._untold = True
        """Whether the last reading of getInfo is still to be told by `inspect`."""
        self._outdated = False
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
            if not self._untold:
                self._ctap.refresh()
            self._untold = False
            self._readings = self._read()
            return key_info(self._address, self._info, self._readings)

    def _read(self) -> Readings:
        """What getInfo does not tell, as far as it matters now."""
        # A right PIN has just restored the counters: there is nothing to ask.
        locked = not self._pins.unlocked
        silent = self._info.remaining_disc_creds is None
        return Readings(
            pin=self._pins.retries() if self._pin_set and locked else None,
            uv_retries=self._pins.uv_retries() if self._info.options.get("uv") and locked else None,
            free_slots=self._credentials.free_slots() if silent and self._pins.knows_pin else None,
            winks=winks(self._line),
        )

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
            self._ctap.refresh()
            raise (PinAlreadySet() if self._pin_set else KeyFault(error.code)) from error

    def verify_pin(self, pin: SecretText) -> None:
        """Unlock with the PIN; one that no key could have is wrong without spending a try."""
        try:
            with self._trying_pin(), self._possible(pin) as encoded:
                self._pins.verify(encoded)
        finally:
            pin.wipe()

    def change_pin(self, current: SecretText, new: SecretText) -> None:
        """Change the PIN; a new one that breaks the rules is refused before a try is spent on the current one."""
        try:
            with (
                self._trying_pin(),
                encoded_pin(new, self._info.min_pin_length, self._info.max_pin_length) as new_encoded,
                self._possible(current) as encoded,
            ):
                self._pins.change_pin(encoded, new_encoded)
        finally:
            current.wipe()
            new.wipe()

    @contextmanager
    def _trying_pin(self) -> Iterator[None]:
        """An operation with the PIN that the key has; the tries left are remembered."""
        try:
            with self._speaking():
                if "clientPin" not in self._info.options:
                    raise NoPinSupport
                if not self._pin_set:
                    raise PinRequired
                yield
        except WrongPin as error:
            self._readings = Readings(pin=PinRetries(error.retries_left))
            raise

    @contextmanager
    def _possible(self, pin: SecretText) -> Iterator[bytearray]:
        """The PIN of the key, encoded. Raises WrongPin for one that no key could have."""
        with suppress(PinRefused), encoded_pin(pin) as encoded:
            yield encoded
            return
        raise WrongPin(self._readings.pin.left if self._readings.pin else None)

    def resume(self, pin_hash: bytearray) -> None:
        """Take up a session that was unlocked: LEFT(SHA-256(PIN), 16) is ours from now on, and nothing is sent."""
        self._pins.resume(pin_hash)

    def use_built_in_uv(self) -> None:
        """From now on let the key verify its owner by itself."""
        with self._speaking():
            if not self._info.options.get("uv"):
                self._ctap.refresh()  # a finger may have been enrolled since
            if not self._info.options.get("uv"):
                raise Unsupported("uv")
            known = self._readings.uv_retries
            left = self._pins.uv_retries() if known is None else known
            if left is not None and left <= 0:
                raise UvBlocked
            self._pins.use_built_in_uv()

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
            self._credentials.delete(credential_id)

    def stored_credentials(self) -> tuple[StoredCredential, ...]:
        """Every discoverable credential."""
        with self._speaking(Watch(deadline=LISTING_SECONDS)):
            return self._credentials.stored()

    def configure(self, settings: KeySettings) -> None:
        """Make the key what the settings say, and read it back."""
        with self._speaking():
            self._configuration.apply(settings)

    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """The enrolled fingers."""
        with self._speaking():
            return self._bio.fingerprints()

    def enroll_fingerprint(self, name: str, watch: Watch, on_sample: Callable[[Sample], None]) -> Fingerprint:
        """Enroll one finger; what did not end is taken back, after a cancel too."""
        try:
            with self._speaking(watch):
                return self._bio.enroll(name, on_sample)
        except HardwareError:
            if not self._closed:
                with suppress(HardwareError), self._speaking():
                    self._bio.cancel()
            raise

    def delete_fingerprint(self, template_id: bytes) -> None:
        """Forget one finger; absent is success."""
        with self._speaking():
            self._bio.remove(template_id)

    def select(self, watch: Watch) -> None:
        """Wait for a touch."""
        with self._speaking(watch):
            select(self._ctap)

    def wink(self) -> bool:
        """Blink or beep, where the key can."""
        with self._speaking():
            return wink(self._line)

    def reset(self, watch: Watch) -> None:
        """Wipe everything; what is known of the key is read anew by what comes next."""
        with self._speaking(watch):
            reset(self._ctap, self._address.transport)
            self._pins.forget()
            self._readings, self._outdated = NOTHING_READ, True

    def close(self) -> None:
        """Close the channel and lock the session."""
        self._closed = True
        self._pins.lock()
        self._line.close()

    @property
    def _info(self) -> Info:
        return self._ctap.info

    @property
    def _pin_set(self) -> bool:
        return self._pins.knows_pin or self._info.options.get("clientPin") is True

    @contextmanager
    def _speaking(self, watch: Watch | None = None) -> Iterator[None]:
        """One operation on the line; a key that left, is another or fell silent is closed."""
        if self._closed:
            raise KeyGone
        patience = COMMAND_SECONDS if self._pins.knows_pin or not self._pins.unlocked else PERSON_SECONDS
        try:
            with self._line.following(watch or Watch(deadline=patience)):
                if self._outdated:
                    self._ctap.refresh()
                    self._outdated, self._untold = False, True
                yield
        except (KeyGone, KeySwapped, KeySilent):
            self.close()
            raise
