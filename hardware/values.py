"""What is known of a key: values that cross the border of this package, free of any FIDO or USB library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


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
    `attach_id` is new for each insertion that the watcher saw; `bus` is the socket it sits in ("usb:1-2.3", or the
    name of a card reader), the same after a re-plug, empty where the system does not tell. Texts come from the key:
    untrusted. `channel` is the CTAPHID channel on which it was opened last, 0 for none: whoever opens it next cancels
    what a process that is gone may have left waiting there. It says nothing of which key it is.
    """

    transport: Transport
    path: str
    attach_id: int = 0
    serial: str = ""
    product: str = ""
    manufacturer: str = ""
    vendor_id: int = 0
    product_id: int = 0
    bus: str = ""
    channel: int = field(default=0, compare=False)

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


class BuiltInUv(Enum):
    """`options.uv` of getInfo: whether the key verifies its owner by itself, with a fingerprint or otherwise."""

    UNSUPPORTED = "unsupported"
    NOT_ENROLLED = "not_enrolled"
    READY = "ready"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What a key says of itself (authenticatorGetInfo, CTAP 2.1 section 6.4), already tamed.

    `min_pin_length` counts Unicode code points, `max_pin_length` likewise where the key tells it (CTAP 2.2),
    and the PIN never exceeds 63 UTF-8 bytes. `remaining_credentials` is None when the key does not say.
    `pin_retries` is None unless a PIN is set. `firmware` is the key's own number, not a semantic version.
    `always_uv` and `enterprise_attestation` are None where the key has no such feature. `uv_retries` is None unless a
    fingerprint is enrolled. `transports_for_reset` is empty where the key does not tell (CTAP 2.2). `winks`: it can
    show itself by CTAPHID_WINK.
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
    built_in_uv: BuiltInUv = BuiltInUv.UNSUPPORTED
    uv_retries: int | None = None
    always_uv: bool | None = None
    enterprise_attestation: bool | None = None
    max_min_pin_rp_ids: int = 0
    large_blob_bytes: int | None = None
    certifications: Mapping[str, int] = field(default_factory=dict)
    attestation_formats: tuple[str, ...] = ()
    transports_for_reset: tuple[str, ...] = ()
    long_touch_for_reset: bool = False
    winks: bool = False

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

    @property
    def can_raise_min_pin(self) -> bool:
        """Whether its minimum PIN length can be raised and a change of the PIN forced (`options.setMinPINLength`)."""
        return bool(self.options.get("authnrCfg") and self.options.get("setMinPINLength"))

    @property
    def can_always_uv(self) -> bool:
        """Whether user verification for every use can be switched (`options.alwaysUv` is there)."""
        return bool(self.options.get("authnrCfg")) and self.always_uv is not None

    @property
    def can_enterprise(self) -> bool:
        """Whether enterprise attestation can be switched on (`options.ep` is there)."""
        return bool(self.options.get("authnrCfg")) and self.enterprise_attestation is not None

    @property
    def can_enroll_fingerprint(self) -> bool:
        """Whether fingerprints can be enrolled (`options.bioEnroll`, or its preview)."""
        return "bioEnroll" in self.options or "userVerificationMgmtPreview" in self.options


@dataclass(frozen=True, slots=True)
class KeySettings:
    """What a key shall be when it is handed over; what is None, empty or False is left as it is.

    `min_pin_length` in code points; it can only grow until a reset, and forces a change of a PIN that is shorter.
    `min_pin_length_rp_ids` may read it (minPinLength extension). `force_pin_change` locks the key until its PIN is
    changed, so it comes last of all. CTAP 2.1 section 6.11.
    """

    min_pin_length: int | None = None
    min_pin_length_rp_ids: tuple[str, ...] = ()
    force_pin_change: bool = False
    always_uv: bool | None = None
    enterprise_attestation: bool = False
    pin_complexity: bool = False


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """One discoverable credential on a key, as credential management tells it. Texts are untrusted.

    `protection` is the credProtect level (1 to 3), None where the key does not tell.
    """

    rp_id: str
    credential_id: bytes
    user_id: bytes
    user_name: str = ""
    user_display_name: str = ""
    protection: int | None = None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One enrolled finger; `name` is what the key calls it, empty for none."""

    template_id: bytes
    name: str = ""


class SampleFeedback(Enum):
    """What a fingerprint sensor says of the last try (lastEnrollSampleStatus, CTAP 2.1 section 6.7.4)."""

    GOOD = "good"
    TOO_HIGH = "too_high"
    TOO_LOW = "too_low"
    TOO_LEFT = "too_left"
    TOO_RIGHT = "too_right"
    TOO_FAST = "too_fast"
    TOO_SLOW = "too_slow"
    POOR_QUALITY = "poor_quality"
    TOO_SKEWED = "too_skewed"
    TOO_SHORT = "too_short"
    MERGE_FAILURE = "merge_failure"
    EXISTS = "exists"
    NO_FINGER = "no_finger"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Sample:
    """One try at the sensor: how it went, and how many good ones are still needed."""

    feedback: SampleFeedback
    remaining: int
