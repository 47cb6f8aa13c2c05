"""What kind of security key is simulated: a datasheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

SIMULATED_AAGUID: Final = bytes.fromhex("6b657977a1d94c0e9f3e7c1852b40d6a")
"""AAGUID of our simulated keys (WebAuthn L3 section 6.5.1); no maker has it."""

ES256: Final = -7
EDDSA: Final = -8


@dataclass(frozen=True, slots=True)
class KeyTraits:
    """The unchanging properties of a simulated key. The default is a roomy, honest CTAP 2.1 key.

    `pin_complexity` None: the key knows no such policy; False: it can be switched on; True: always on.
    `max_pin_length` counts code points and None leaves it to the 63 bytes. `latency` adds seconds to a CTAP
    command (by command byte), as slow hardware does. `touch_seconds` is how long the key waits for a touch.
    `always_uv` and `enterprise` say how it leaves the factory; None means the feature is absent.
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
    honest_attestation: bool = True
    touch_seconds: float = 30.0
    latency: Mapping[int, float] = field(default_factory=dict, hash=False)

    @property
    def ctap2(self) -> bool:
        """False for a key that speaks U2F only."""
        return any(version.startswith("FIDO_2") for version in self.versions)

    @property
    def ctap21(self) -> bool:
        """Whether it has tokens with permissions and authenticatorSelection."""
        return "FIDO_2_1" in self.versions


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
