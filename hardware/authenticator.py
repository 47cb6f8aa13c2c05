"""What the rest of the program may ask of a security key, and the values it gets back.

WebAuthn values cross this border in the JSON forms of WebAuthn Level 3 (section 5.1.8 ff.):
`PublicKeyCredentialCreationOptionsJSON` goes in, `RegistrationResponseJSON` comes out, and likewise
for assertions. Nothing here imports a FIDO or USB library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from threading import Event
from typing import Any, Protocol

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


class Transport(Enum):
    """How the key is attached."""

    USB = "usb"
    NFC = "nfc"
    UDP = "udp"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class KeyAddress:
    """Where a key is attached: what enumeration can tell without opening it.

    `path` names the place for the operating system and may be reused after a re-plug;
    `attach_id` is new for each insertion that the watcher saw. Texts come from the key: untrusted.
    """

    transport: Transport
    path: str
    attach_id: int = 0
    serial: str = ""
    product: str = ""
    manufacturer: str = ""
    vendor_id: int = 0
    product_id: int = 0

    @property
    def simulated(self) -> bool:
        """True for keys that are no hardware: refused in production."""
        return self.transport in (Transport.UDP, Transport.SIMULATED)


class PinState(Enum):
    """`options.clientPin` of getInfo, with forcePINChange and the retry counter folded in."""

    UNSUPPORTED = "unsupported"
    NOT_SET = "not_set"
    SET = "set"
    CHANGE_FORCED = "change_forced"
    AUTH_BLOCKED = "auth_blocked"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What a key says of itself (authenticatorGetInfo, CTAP 2.1 section 6.4), already tamed.

    `min_pin_length` counts Unicode code points, `max_pin_length` likewise where the key tells it (CTAP 2.2),
    and the PIN never exceeds 63 UTF-8 bytes. `remaining_credentials` is None when the key does not say.
    `pin_retries` is None unless a PIN is set. `firmware` is the key's own number, not a semantic version.
    """

    address: KeyAddress
    aaguid: bytes
    versions: tuple[str, ...]
    extensions: tuple[str, ...] = ()
    options: Mapping[str, bool] = field(default_factory=dict)
    algorithms: tuple[int, ...] = ()
    transports: tuple[str, ...] = ()
    pin: PinState = PinState.UNSUPPORTED
    pin_retries: int | None = None
    min_pin_length: int = 4
    max_pin_length: int | None = None
    pin_complexity: bool = False
    firmware: int | None = None
    remaining_credentials: int | None = None

    @property
    def ctap2(self) -> bool:
        """False for a U2F-only key."""
        return any(version.startswith("FIDO_2") for version in self.versions)

    @property
    def discoverable(self) -> bool:
        """Whether it keeps discoverable credentials (`options.rk`)."""
        return bool(self.options.get("rk"))

    @property
    def can_delete(self) -> bool:
        """Whether a credential can be taken back from it (`credMgmt` or its preview)."""
        return bool(self.options.get("credMgmt") or self.options.get("credentialMgmtPreview"))


@dataclass(frozen=True, slots=True)
class Watch:
    """How a caller follows an operation that may need the person.

    `on_touch` is called (on the device lane) each time the key begins to wait for a touch; setting
    `cancel` ends the operation with `Cancelled`; `deadline` is in seconds for the whole operation.
    """

    on_touch: Callable[[], None] = lambda: None
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

    def make_credential(self, options: WebAuthnJson, origin: str, watch: Watch) -> WebAuthnJson:
        """authenticatorMakeCredential for PublicKeyCredentialCreationOptionsJSON → RegistrationResponseJSON.

        Raises: AlreadyRegistered, KeyFull, NoSuitableAlgorithm, MissingExtension, PinRequired, TouchTimeout,
        Cancelled, KeyGone.
        """
        ...

    def prove(self, options: WebAuthnJson, origin: str, watch: Watch) -> WebAuthnJson:
        """authenticatorGetAssertion for PublicKeyCredentialRequestOptionsJSON → AuthenticationResponseJSON.

        No second touch is asked for where the key can do without (`up: false`); user verification is by the PIN.
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
