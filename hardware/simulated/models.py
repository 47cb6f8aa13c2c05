"""Simulated keys that behave like kinds of real ones: what a kiosk meets, as data.

The kinds are drawn after what such keys say of themselves; AAGUID, names and attestation stay ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from hardware.simulated.traits import (
    ACTION_TIMEOUT,
    CTAP20,
    CTAP21,
    ES256,
    U2F_ONLY,
    WITHOUT_PIN,
    KeyTraits,
    Quirk,
)

SERIES_5_2: Final = KeyTraits(
    versions=("U2F_V2", "FIDO_2_0", "FIDO_2_1_PRE"),
    extensions=("credProtect", "hmac-secret"),
    pin_protocols=(1,),
    firmware=0x050204,
    capacity=25,
    credential_management=False,
    credential_management_preview=True,
    configurable=False,
    make_credential_uv_not_required=False,
    always_uv=None,
    enterprise=None,
    transports=("nfc", "usb"),
    reset_window=5.0,
    quirks=frozenset({Quirk.OMITS_MIN_PIN_LENGTH}),
)
"""A widespread key of 2019: CTAP 2.0, credential management as a preview, tokens without permissions, 5 s to reset."""

SERIES_5_4: Final = replace(SERIES_5_2, pin_protocols=(2, 1), firmware=0x050403, quirks=frozenset())
"""Its successor of 2021: PIN protocol 2, and it tells its minimum PIN length, which cannot be raised."""

SERIES_5_7: Final = KeyTraits(
    versions=("U2F_V2", "FIDO_2_0", "FIDO_2_1_PRE", "FIDO_2_1"),
    extensions=("credProtect", "hmac-secret", "largeBlobKey", "credBlob", "minPinLength"),
    firmware=0x050701,
    max_message_size=1280,
    max_min_pin_rp_ids=1,
    credential_management_preview=True,
    make_credential_uv_not_required=False,
    large_blob_bytes=4096,
    pin_complexity=False,
    certifications={"FIDO": 1},
    attestation_formats=("packed",),
    transports=("nfc", "usb"),
    transports_for_reset=("usb",),
)
"""Its successor of 2024: CTAP 2.1 with configuration, large blobs, enterprise attestation, and a reset by USB only."""

SERIES_5_8: Final = replace(
    SERIES_5_7,
    firmware=0x050800,
    versions=(*SERIES_5_7.versions, "FIDO_2_2"),
    extensions=(*SERIES_5_7.extensions, "hmac-secret-mc", "thirdPartyPayment", "pinComplexityPolicy"),
    read_only_management=True,
    long_touch_for_reset=True,
    max_pin_length=63,
    tells_config_commands=True,
    tells_identifier=True,
    pin_complexity_url="https://keys.example/pin",
)
"""The newest of the line: CTAP 2.2 with read-only management, a long touch to reset, and more to tell of itself."""

OPEN_2_0: Final = KeyTraits(
    versions=("U2F_V2", "FIDO_2_0"),
    extensions=("hmac-secret",),
    algorithms=(ES256,),
    pin_protocols=(1,),
    firmware=0x040105,
    capacity=50,
    credential_management=False,
    configurable=False,
    make_credential_uv_not_required=False,
    always_uv=None,
    enterprise=None,
)
"""An open-source key of CTAP 2.0 that also speaks U2F: a credential on it can never be taken back."""

OPEN_2_1: Final = KeyTraits(
    versions=("U2F_V2", "FIDO_2_0", "FIDO_2_1"),
    extensions=("hmac-secret", "credProtect", "minPinLength", "credBlob", "largeBlobKey"),
    max_message_size=7609,
    large_blob_bytes=2048,
    capacity=150,
)
"""Open-source firmware that has nearly all of CTAP 2.1 and takes messages as long as CTAPHID carries."""

OPEN_3: Final = KeyTraits(
    versions=("U2F_V2", "FIDO_2_0", "FIDO_2_1"),
    extensions=("credProtect", "hmac-secret", "largeBlobKey", "thirdPartyPayment"),
    max_message_size=3072,
    capacity=100,
    configurable=False,
    always_uv=None,
    enterprise=None,
    large_blob_bytes=4096,
    truncates_rp_ids=True,
    transports=("nfc", "usb"),
    attestation_formats=("packed", "none"),
)
"""A European key in Rust: CTAP 2.1 with large blobs, no configuration at all, and little room for names."""

BIOMETRIC: Final = KeyTraits(
    extensions=("credProtect", "hmac-secret", "minPinLength"),
    built_in_uv=True,
    bio_enrollment=True,
    uv_modality=0x02,
    preferred_uv_attempts=3,
    tells_uv_count=True,
    make_credential_uv_not_required=False,
    timeout_status=ACTION_TIMEOUT,
)
"""A key with a fingerprint sensor: a finger gives a token and shows presence, the PIN helps after too many failures."""

BIOMETRIC_PREVIEW: Final = replace(
    SERIES_5_4, firmware=0x050506, built_in_uv=True, bio_enrollment_preview=True, capacity=25
)
"""The same before CTAP 2.1: no token by finger, so `uv` is asked for in the ceremony itself."""

BIOMETRIC_ONLY: Final = replace(
    BIOMETRIC, pin=False, bio_enrollment=False, configurable=False, credential_management=False, always_uv=True
)
"""Fingers enrolled elsewhere and no PIN: nothing works without its owner's finger."""

FINGER_FOR_CEREMONIES: Final = replace(BIOMETRIC, no_mc_ga_with_pin=True, uv_bio_enroll=True, uv_config=True)
"""The PIN only manages this key; credentials are made and used by finger."""

EVERYTHING: Final = KeyTraits(
    versions=("U2F_V2", "FIDO_2_0", "FIDO_2_1", "FIDO_2_2", "FIDO_2_3"),
    extensions=(
        "credProtect",
        "hmac-secret",
        "hmac-secret-mc",
        "minPinLength",
        "pinComplexityPolicy",
        "credBlob",
        "largeBlobKey",
        "thirdPartyPayment",
    ),
    max_pin_length=63,
    pin_complexity=False,
    pin_complexity_url="https://keys.example/pin",
    built_in_uv=True,
    bio_enrollment=True,
    uv_bio_enroll=True,
    uv_config=True,
    uv_modality=0x02,
    preferred_uv_attempts=3,
    tells_uv_count=True,
    read_only_management=True,
    large_blob_bytes=1024,
    certifications={"FIDO": 2, "FIPS-CMVP-3": 1},
    attestation_formats=("packed", "none"),
    transports_for_reset=("usb",),
    tells_config_commands=True,
    tells_identifier=True,
)
"""All that the simulated key can do, at once."""

PROTOCOL_1_ONLY: Final = replace(CTAP21, pin_protocols=(1,))
"""CTAP 2.1 by the first PIN protocol."""

WITHOUT_TOKENS: Final = replace(CTAP21, permissions=False)
"""It says FIDO_2_1 and has no pinUvAuthToken: only the tokens of CTAP 2.0."""

TERSE: Final = replace(CTAP21, quirks=frozenset({Quirk.OMITS_UP_AND_PLAT, Quirk.OMITS_MIN_PIN_LENGTH}))
"""It leaves out `up`, `plat` and minPINLength, whose defaults it has."""

LOCKS_EARLY: Final = replace(CTAP21, soft_lock=2, quirks=frozenset({Quirk.HIDES_POWER_CYCLE_STATE}))
"""It wants a power cycle after two wrong PINs already, and does not tell so with the retries."""

SELF_ATTESTED: Final = replace(CTAP21, attestation="self")
"""It signs its attestation with the credential itself: no word about who made it."""

UNATTESTED: Final = replace(CTAP21, attestation="none")
"""It attests nothing."""


def with_quirk(quirk: Quirk, traits: KeyTraits = CTAP21) -> KeyTraits:
    """The same key with one more quirk."""
    return replace(traits, quirks=traits.quirks | {quirk})


MODELS: Final[Mapping[str, KeyTraits]] = MappingProxyType(
    {
        "ctap-2.1": CTAP21,
        "ctap-2.0": CTAP20,
        "u2f": U2F_ONLY,
        "without-pin": WITHOUT_PIN,
        "series-5.2": SERIES_5_2,
        "series-5.4": SERIES_5_4,
        "series-5.7": SERIES_5_7,
        "series-5.8": SERIES_5_8,
        "open-2.0": OPEN_2_0,
        "open-2.1": OPEN_2_1,
        "open-3": OPEN_3,
        "biometric": BIOMETRIC,
        "biometric-preview": BIOMETRIC_PREVIEW,
        "biometric-only": BIOMETRIC_ONLY,
        "finger-for-ceremonies": FINGER_FOR_CEREMONIES,
        "everything": EVERYTHING,
        "protocol-1": PROTOCOL_1_ONLY,
        "without-tokens": WITHOUT_TOKENS,
        "terse": TERSE,
        "locks-early": LOCKS_EARLY,
        "self-attested": SELF_ATTESTED,
        "unattested": UNATTESTED,
        **{f"quirk-{quirk.name.lower().replace('_', '-')}": with_quirk(quirk) for quirk in Quirk},
    }
)
"""Every kind by a name for command lines and test ids."""
