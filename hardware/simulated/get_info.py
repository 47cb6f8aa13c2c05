"""authenticatorGetInfo (CTAP 2.1 section 6.4, with the members of CTAP 2.2 and 2.3)."""

from __future__ import annotations

from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hardware.simulated.applet import Applet, Fields
from hardware.simulated.config import known_subcommands
from hardware.simulated.credentials import MAX_ID_LENGTH
from hardware.simulated.traits import Quirk

_BEFORE_21: Final = (0x07, 0x08, 0x09, 0x0A, 0x0D, 0x0E)  # what keys with FIDO_2_1_PRE tell already
_NUMBERS: Final = (0x07, 0x0D, 0x0E, 0x14)


def get_info(applet: Applet, _fields: Fields) -> Fields:
    """Command 0x04."""
    traits, quirks = applet.traits, applet.traits.quirks
    info: dict[int, Any] = {
        0x01: _versions(applet),
        0x02: list(traits.extensions),
        0x03: traits.aaguid,
        0x04: _options(applet),
        0x05: traits.max_message_size,
        0x06: list(traits.pin_protocols),
    }
    if traits.ctap21:
        info |= _since_21(applet) | _since_22(applet)
    elif "FIDO_2_1_PRE" in traits.versions:
        info |= {key: value for key, value in _since_21(applet).items() if key in _BEFORE_21}
    told = {key: value for key, value in info.items() if value not in (None, [], {}, "", b"")}
    if Quirk.OMITS_MIN_PIN_LENGTH in quirks:
        told.pop(0x0D, None)
    if Quirk.BOOLEANS_FOR_NUMBERS in quirks:
        told |= {key: bool(told[key]) for key in _NUMBERS if key in told}
    if Quirk.UNKNOWN_MEMBERS in quirks:
        told[0x02] = [*traits.extensions, "unheardOf"]
    return told


def _versions(applet: Applet) -> list[str]:
    """A key that always verifies its user does not speak U2F, which cannot (section 7.2.4)."""
    return [each for each in applet.traits.versions if not (applet.memory.always_uv and each == "U2F_V2")]


def _since_21(applet: Applet) -> dict[int, Any]:
    traits, memory = applet.traits, applet.memory
    return {
        0x07: traits.max_credentials_in_list,
        0x08: MAX_ID_LENGTH,
        0x09: list(traits.transports),
        0x0A: [{"alg": algorithm, "type": "public-key"} for algorithm in traits.algorithms],
        0x0B: traits.large_blob_bytes,
        0x0C: memory.force_pin_change,
        0x0D: memory.min_pin_length,
        0x0E: traits.firmware,
        0x0F: traits.max_cred_blob if "credBlob" in traits.extensions else None,
        0x10: traits.max_min_pin_rp_ids,
        0x11: traits.preferred_uv_attempts,
        0x12: traits.uv_modality,
        0x13: dict(traits.certifications),
        0x14: applet.room,
    }


def _since_22(applet: Applet) -> dict[int, Any]:
    traits, memory = applet.traits, applet.memory
    return {
        0x16: list(traits.attestation_formats),
        0x17: memory.uv_count if traits.tells_uv_count else None,
        0x18: traits.long_touch_for_reset or None,
        0x19: _sealed(applet, memory.identifier, b"encIdentifier"),
        0x1A: list(traits.transports_for_reset),
        0x1B: None if traits.pin_complexity is None else memory.pin_complexity,
        0x1C: traits.pin_complexity_url.encode(),
        0x1D: traits.max_pin_length,
        0x1E: _sealed(applet, memory.credential_store_state, b"encCredStoreState"),
        0x1F: known_subcommands(applet) if traits.tells_config_commands else None,
    }


def _sealed(applet: Applet, secret: bytes, info: bytes) -> bytes | None:
    """What only the holder of the persistent token can read; nothing before there is one."""
    token = applet.memory.persistent_token
    if not applet.traits.tells_identifier or token is None:
        return None
    key = HKDF(hashes.SHA256(), length=16, salt=bytes(32), info=info).derive(token)
    iv = applet.random(16)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return iv + encryptor.update(secret) + encryptor.finalize()


def _options(applet: Applet) -> dict[str, bool]:
    traits, memory = applet.traits, applet.memory
    says_up_and_plat = Quirk.OMITS_UP_AND_PLAT not in traits.quirks
    preview = traits.bio_enrollment_preview
    options: dict[str, bool | None] = {
        "rk": traits.discoverable,
        "up": True if says_up_and_plat else None,
        "plat": False if says_up_and_plat else None,
        "clientPin": applet.has_pin if traits.pin else None,
        "uv": applet.has_finger if traits.built_in_uv else None,
        "credentialMgmtPreview": traits.credential_management_preview or None,
        "userVerificationMgmtPreview": bool(memory.templates) if preview else None,
        "unheardOf": True if Quirk.UNKNOWN_MEMBERS in traits.quirks else None,
    }
    if traits.ctap21:
        options |= _options_since_21(applet)
    return {name: value for name, value in options.items() if value is not None}


def _options_since_21(applet: Applet) -> dict[str, bool | None]:
    traits, memory = applet.traits, applet.memory
    return {
        "pinUvAuthToken": traits.tokens or None,
        "noMcGaPermissionsWithClientPin": traits.no_mc_ga_with_pin or None,
        "largeBlobs": True if traits.large_blob_bytes is not None else None,
        "bioEnroll": bool(memory.templates) if traits.bio_enrollment else None,
        "uvBioEnroll": traits.uv_bio_enroll or None,
        "uvAcfg": traits.uv_config or None,
        "credMgmt": traits.credential_management or None,
        "perCredMgmtRO": traits.read_only_management or None,
        "authnrCfg": traits.configurable or None,
        "setMinPINLength": (traits.pin and traits.configurable) or None,
        "makeCredUvNotRqd": traits.make_credential_uv_not_required and not memory.always_uv,
        "alwaysUv": None if traits.always_uv is None else memory.always_uv,
        "ep": None if traits.enterprise is None else memory.enterprise,
    }
