"""The `Authenticator` over any CTAP device: each operation in the fewest commands that CTAP 2.1 allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic

from fido2.ctap import CtapDevice
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
    KeyGone,
    KeySilent,
    KeySwapped,
    Unsupported,
    UvBlocked,
)
from hardware.key_info import Readings, key_info
from hardware.key_pin import KeyPin, wiping
from hardware.line import Clock, Line
from hardware.management import CredentialManagement
from hardware.options import creation, request
from hardware.pin_session import PinSession
from hardware.presence import reset, select, wink, winks
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
        self._pin = KeyPin(ctap, self._pins)
        self._credentials = CredentialManagement(ctap, self._pins)
        self._ceremonies = Ceremonies(ctap, self._pins, self._credentials)
        self._configuration = Configuration(ctap, self._pins)
        self._bio = BioEnrollment(ctap, self._pins, line.verifying)
        self._uv_retries: int | None = None
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
            return key_info(self._address, self._info, self._read())

    def _read(self) -> Readings:
        """What getInfo does not tell, as far as it matters now."""
        # A right PIN has just restored the counters: there is nothing to ask.
        locked = not self._pins.unlocked
        silent = self._info.remaining_disc_creds is None
        self._uv_retries = self._pins.uv_retries() if self._info.options.get("uv") and locked else None
        return Readings(
            pin=self._pin.retries(),
            uv_retries=self._uv_retries,
            free_slots=self._credentials.free_slots() if silent and self._pins.knows_pin else None,
            winks=winks(self._line),
        )

    def set_pin(self, pin: SecretText) -> None:
        """Set the first PIN and unlock."""
        with wiping(pin), self._speaking():
            self._pin.set(pin)
            self._untold = False  # what opening has read is so no more

    def verify_pin(self, pin: SecretText) -> None:
        """Unlock with the PIN."""
        with wiping(pin), self._speaking():
            self._pin.verify(pin)

    def change_pin(self, current: SecretText, new: SecretText) -> None:
        """Change the PIN, and unlock with the new one."""
        with wiping(current, new), self._speaking():
            self._pin.change(current, new)

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
            if not self._pins.knows_pin:  # a right PIN restores these tries too
                self._uv_retries = self._pins.uv_retries() if self._uv_retries is None else self._uv_retries
                if self._uv_retries is not None and self._uv_retries <= 0:
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
        """Enroll one finger; what did not end is taken back, and what did is named: no cancel comes between."""
        try:
            with self._speaking(watch):
                template_id = self._bio.enroll(on_sample)
        except HardwareError:
            if not self._closed:
                with suppress(HardwareError), self._speaking():
                    self._bio.cancel()
            raise
        with self._speaking():
            return Fingerprint(template_id, self._bio.name(template_id, name))

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
            self._pin.forget()
            self._uv_retries, self._outdated = None, True

    def close(self) -> None:
        """Close the channel and lock the session."""
        self._closed = True
        self._pins.lock()
        self._line.close()

    @property
    def _info(self) -> Info:
        return self._ctap.info

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
