"""What kind of security key is simulated: a datasheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

SIMULATED_AAGUID: Final = bytes.fromhex("6b657977a1d94c0e9f3e7c1852b40d6a")
"""AAGUID of our simulated keys (WebAuthn L3 section 6.5.1); no maker has it."""

_SINCE_21: Final = frozenset({"FIDO_2_1", "FIDO_2_2", "FIDO_2_3"})
ES256: Final = -7
EDDSA: Final = -8


USER_ACTION_TIMEOUT: Final = 0x2F
ACTION_TIMEOUT: Final = 0x3A


class Quirk(Enum):
    """What some keys do although the specification, or good sense, says otherwise."""

    EIGHTH_WRONG_IS_ONLY_WRONG = "answers the last wrong PIN with PIN_INVALID, and only the next with PIN_BLOCKED"
    KEEPS_SOFT_LOCK = "keeps PIN_AUTH_BLOCKED after it was plugged in again"
    HIDES_POWER_CYCLE_STATE = "does not tell with the retries that a power cycle is needed"
    BOOLEANS_FOR_NUMBERS = "reports booleans in getInfo where numbers belong"
    NON_CANONICAL = "writes maps in the wrong order and numbers longer than they need be"
    EXTRANEOUS_BYTES = "sends something after the CBOR of each answer"
    UNKNOWN_MEMBERS = "adds members, options and extensions that nobody has heard of"
    OMITS_UP_AND_PLAT = "leaves out the options up and plat"
    OMITS_MIN_PIN_LENGTH = "leaves out minPINLength"


@dataclass(frozen=True, slots=True)
class KeyTraits:
    """The unchanging properties of a simulated key. The default is a roomy, honest CTAP 2.1 key.

    `pin_complexity` None: the key knows no such policy; False: it can be switched on; True: always on.
    `max_pin_length` counts code points and None leaves it to the 63 bytes. `latency` adds seconds to a CTAP
    command (by command byte), as slow hardware does. `touch_seconds` is how long the key waits for a touch.
    `always_uv` and `enterprise` say how it leaves the factory; None means the feature is absent.

    `permissions` False: no pinUvAuthToken, so the tokens of CTAP 2.0. `soft_lock` is how many wrong PINs in a row it
    takes until a power cycle is needed. `built_in_uv` is a fingerprint sensor; `uv_attempts` is how often it lets one
    try within one command, `max_uv_retries` how often before the PIN is needed. `enterprise_rp_ids` are given a
    vendor-facilitated enterprise attestation; None: all. `attestation` is the format it makes when none is preferred:
    "packed", "self" (packed, signed by the credential), or "none". `large_blob_bytes` None: it stores no large blobs.
    With `truncates_rp_ids` it tells only the end of those longer than 32 bytes. `timeout_status` is what a wait for the
    person ends with. `reset_window` is in seconds after power-up. Members of getInfo that CTAP 2.2 and later added are
    told only where a trait says so.
    """

    versions: tuple[str, ...] = ("FIDO_2_0", "FIDO_2_1")
    aaguid: bytes = SIMULATED_AAGUID
    product: str = "Keywright Simulated Key"
    manufacturer: str = "Keywright"
    serial: str = "SIM-0001"
    firmware: int = 0x010000
    vendor_id: int = 0xF1D0  # no USB vendor's
    product_id: int = 0x0001
    extensions: tuple[str, ...] = ("credProtect", "hmac-secret", "minPinLength")
    algorithms: tuple[int, ...] = (ES256, EDDSA)
    pin: bool = True
    pin_protocols: tuple[int, ...] = (2, 1)
    min_pin_length: int = 4
    max_pin_length: int | None = None
    pin_complexity: bool | None = None
    max_min_pin_rp_ids: int = 8
    discoverable: bool = True
    capacity: int = 100
    credential_management: bool = True
    configurable: bool = True
    make_credential_uv_not_required: bool = True
    always_uv: bool | None = False
    enterprise: bool | None = False
    max_message_size: int = 1200
    max_credentials_in_list: int = 8
    max_name_bytes: int = 64
    truncates_rp_ids: bool = False
    honest_attestation: bool = True
    touch_seconds: float = 30.0
    latency: Mapping[int, float] = field(default_factory=dict, hash=False)
    permissions: bool = True
    soft_lock: int = 3
    no_mc_ga_with_pin: bool = False
    credential_management_preview: bool = False
    read_only_management: bool = False
    built_in_uv: bool = False
    bio_enrollment: bool = False
    bio_enrollment_preview: bool = False
    uv_bio_enroll: bool = False
    uv_config: bool = False
    max_uv_retries: int = 5
    uv_attempts: int = 3
    preferred_uv_attempts: int | None = None
    uv_modality: int | None = None
    tells_uv_count: bool = False
    template_slots: int = 5
    samples_needed: int = 4
    max_template_name: int = 15
    max_cred_blob: int = 32
    large_blob_bytes: int | None = None
    attestation: str = "packed"
    attestation_formats: tuple[str, ...] = ()
    enterprise_rp_ids: tuple[str, ...] | None = None
    certifications: Mapping[str, int] = field(default_factory=dict, hash=False)
    transports: tuple[str, ...] = ("usb",)
    transports_for_reset: tuple[str, ...] = ()
    reset_window: float = 10.0
    long_touch_for_reset: bool = False
    timeout_status: int = USER_ACTION_TIMEOUT
    can_disable_always_uv: bool = True
    tells_config_commands: bool = False
    tells_identifier: bool = False
    pin_complexity_url: str = ""
    quirks: frozenset[Quirk] = frozenset()

    @property
    def ctap2(self) -> bool:
        """False for a key that speaks U2F only."""
        return any(version.startswith("FIDO_2") for version in self.versions)

    @property
    def ctap21(self) -> bool:
        """Whether it has tokens with permissions and authenticatorSelection."""
        return not _SINCE_21.isdisjoint(self.versions)

    @property
    def tokens(self) -> bool:
        """Whether it has pinUvAuthTokens with permissions."""
        return self.ctap21 and self.permissions and (self.pin or self.built_in_uv)

    @property
    def u2f(self) -> bool:
        """Whether it speaks CTAP1."""
        return "U2F_V2" in self.versions

    @property
    def enrolls_fingers(self) -> bool:
        """Whether fingerprints are enrolled by commands; a sensor without them knows its owner from the factory."""
        return self.bio_enrollment or self.bio_enrollment_preview


CTAP21: Final = KeyTraits()

CTAP20: Final = KeyTraits(
    versions=("FIDO_2_0",),
    extensions=("hmac-secret",),
    algorithms=(ES256,),
    pin_protocols=(1,),
    capacity=25,
    credential_management=False,
    configurable=False,
    make_credential_uv_not_required=False,
    always_uv=None,
    enterprise=None,
)
"""An older key: one PIN protocol, tokens without permissions, no way to take a credential back."""

U2F_ONLY: Final = KeyTraits(versions=("U2F_V2",), extensions=(), pin=False, discoverable=False)
"""The oldest keys: no CTAP2 at all."""

WITHOUT_PIN: Final = KeyTraits(
    pin=False, pin_protocols=(), extensions=(), credential_management=False, configurable=False, always_uv=None
)
"""A CTAP 2.1 key that has no PIN and no other way to verify its owner."""
