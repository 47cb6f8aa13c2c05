"""What the rest of the program may ask of a security key, and the values it gets back.

WebAuthn values cross this border in the JSON forms of WebAuthn Level 3 (section 5.1.8 ff.):
`PublicKeyCredentialCreationOptionsJSON` goes in, `RegistrationResponseJSON` comes out, and likewise
for assertions. Nothing here imports a FIDO or USB library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Protocol

from hardware.values import (
    BuiltInUv,
    Fingerprint,
    KeyAddress,
    KeyInfo,
    KeySettings,
    PinState,
    Sample,
    SampleFeedback,
    StoredCredential,
    Transport,
)

__all__ = [
    "Authenticator",
    "BuiltInUv",
    "Fingerprint",
    "KeyAddress",
    "KeyInfo",
    "KeySettings",
    "KeySource",
    "PinState",
    "Sample",
    "SampleFeedback",
    "SecretText",
    "StoredCredential",
    "Transport",
    "Watch",
    "WebAuthnJson",
]

WebAuthnJson = Mapping[str, Any]
"""A WebAuthn Level 3 JSON form; binary members are base64url without padding."""


class SecretText(Protocol):
    """A PIN on its way down: `kiosk.secret.Secret` satisfies it, and so does nothing by accident."""

    def reveal(self) -> str:
        """The text, NFC-normalised. Called once, by the hardware layer only."""
        ...

    def wipe(self) -> None:
        """Forget the text; `reveal` raises afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class Watch:
    """How a caller follows an operation that may need the person.

    `on_touch` is called (on the device lane) each time the key begins to wait for a touch, `on_verify` each time it
    begins to wait for its own user verification (a finger on its sensor); setting `cancel` ends the operation with
    `Cancelled`; `deadline` is in seconds for the whole operation.
    """

    on_touch: Callable[[], None] = lambda: None
    on_verify: Callable[[], None] = lambda: None
    cancel: Event = field(default_factory=Event)
    deadline: float = 60.0


class Authenticator(Protocol):
    """One opened key. Not thread-safe: one lane owns it. Every method raises only `HardwareError`s.

    A right PIN unlocks the object: what later operations need of it is kept here, never as text, and is
    wiped by `close`. So the PIN goes down once.
    """

    @property
    def address(self) -> KeyAddress:
        """Where this key is attached."""
        ...

    def inspect(self) -> KeyInfo:
        """What the key is now. Reads it afresh, except right after opening.

        Raises: KeyGone, KeySwapped (AAGUID differs from the first reading), KeySilent, KeyFault.
        """
        ...

    def set_pin(self, pin: SecretText) -> None:
        """Set the first PIN (clientPIN 0x03), unlock, and wipe `pin` whatever happens.

        Raises: PinAlreadySet, PinRefused, NoPinSupport and the general errors.
        """
        ...

    def verify_pin(self, pin: SecretText) -> None:
        """Ask for a token with the PIN (clientPIN 0x05 or 0x09), unlock on success, wipe `pin` whatever happens.

        Raises: WrongPin(retries_left), PinAuthBlocked, PinBlocked, PinChangeForced.
        """
        ...

    def change_pin(self, current: SecretText, new: SecretText) -> None:
        """Change the PIN (clientPIN 0x04), unlock with the new one, and wipe both whatever happens.

        Also where the key forces the change. A try is spent when `current` is wrong, none when `new` breaks the
        rules that can be known before. Raises: WrongPin(retries_left), PinAuthBlocked, PinBlocked, PinRefused,
        PinRequired (there is no PIN to change), NoPinSupport.
        """
        ...

    def use_built_in_uv(self) -> None:
        """From now on verify the owner by the key's own means instead of a PIN: `Watch.on_verify` tells when it waits.

        Raises: Unsupported (no built-in user verification, or none enrolled), UvBlocked.
        """
        ...

    def make_credential(self, options: WebAuthnJson, origin: str, watch: Watch) -> WebAuthnJson:
        """authenticatorMakeCredential for PublicKeyCredentialCreationOptionsJSON → RegistrationResponseJSON.

        Raises: AlreadyRegistered, KeyFull, NoSuitableAlgorithm, MissingExtension, PinRequired, TouchTimeout,
        Cancelled, KeyGone.
        """
        ...

    def prove(self, options: WebAuthnJson, origin: str, watch: Watch) -> WebAuthnJson:
        """authenticatorGetAssertion for PublicKeyCredentialRequestOptionsJSON → AuthenticationResponseJSON.

        No second touch is asked for where the key can do without (`up: false`), unless the options say
        `"userPresence": "required"` (a member of ours); user verification is by the PIN.
        Raises: as `make_credential`, and KeyFault when the credential is not on the key.
        """
        ...

    def has_credential(self, rp_id: str, credential_id: bytes) -> bool:
        """Silent probe (getAssertion with `up: false`) whether the credential lives on this key; no PIN, no touch."""
        ...

    def delete_credential(self, credential_id: bytes) -> None:
        """Take a credential back (credentialManagement 0x06); absent is success.

        Raises: CannotDelete, PinRequired.
        """
        ...

    def stored_credentials(self) -> tuple[StoredCredential, ...]:
        """Every discoverable credential (credentialManagement 0x02 to 0x05).

        Raises: Unsupported (no credential management), PinRequired.
        """
        ...

    def configure(self, settings: KeySettings) -> None:
        """Make the key what `settings` say, in the order in which nothing blocks what follows; twice is harmless.

        Nothing is sent for what is so already. Raises, before anything is changed: Unsupported (the feature that the
        key lacks), and PinRequired, PinRefused (the minimum cannot be lowered).
        """
        ...

    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """The enrolled fingers. Raises: Unsupported, PinRequired."""
        ...

    def enroll_fingerprint(self, name: str, watch: Watch, on_sample: Callable[[Sample], None]) -> Fingerprint:
        """Enroll one finger (bioEnrollment 0x01 and 0x02); an enrollment that does not end is taken back.

        Raises: Unsupported, PinRequired, FingerprintsFull, TouchTimeout, Cancelled.
        """
        ...

    def delete_fingerprint(self, template_id: bytes) -> None:
        """Forget one finger (bioEnrollment 0x06); absent is success. Raises: Unsupported, PinRequired."""
        ...

    def select(self, watch: Watch) -> None:
        """Wait for a touch that says "this key" (authenticatorSelection, or its stand-in on keys before CTAP 2.1).

        Raises: TouchTimeout, Cancelled.
        """
        ...

    def wink(self) -> bool:
        """Let the key show itself where it can (CTAPHID_WINK); whether it did."""
        ...

    def reset(self, watch: Watch) -> None:
        """Wipe everything: PIN, credentials, settings (authenticatorReset). The session is locked afterwards.

        A key allows it within some 10 s after it was plugged in only, and wants a touch. Raises: ResetTooLate,
        ResetRefused (not over this transport), TouchTimeout, Cancelled.
        """
        ...

    def close(self) -> None:
        """Close the channel and wipe what the PIN left behind. Safe to call twice."""
        ...


class KeySource(Protocol):
    """Where keys come from: USB, a UDP simulator, the simulated key."""

    def attached(self) -> tuple[KeyAddress, ...]:
        """The keys attached now, quickly and without talking to them.

        Raises NoAccess when a FIDO interface is attached that may not be opened.
        """
        ...

    def open(self, address: KeyAddress) -> Authenticator:
        """Open the key at this address. Raises KeyGone, NoAccess, KeyBusy, TooOld, KeySilent."""
        ...

    def changed(self, seconds: float) -> bool:
        """Wait until keys may have come or gone, at most `seconds`; False when nothing is known to have happened.

        A source that the system tells of changes wakes at once; one that must look waits a while and returns True.
        """
        ...
