"""getInfo of a key as a `KeyInfo`: bounded, and free of what a hostile key could put into it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hardware.answers import LEAST_PIN_LENGTH, PIN_BYTES, Info
from hardware.authenticator import BuiltInUv, KeyAddress, KeyInfo, PinState

MAX_WORDS = 32
MAX_WORD_LENGTH = 40
MAX_TEXT_LENGTH = 64

ES256 = -7


@dataclass(frozen=True, slots=True)
class PinRetries:
    """What getPINRetries says: tries left (None: nothing readable), and whether the key waits to be powered anew."""

    left: int | None
    power_cycle: bool = False


@dataclass(frozen=True, slots=True)
class Readings:
    """What is known of a key beside its getInfo; None where nobody asked or the key did not say."""

    pin: PinRetries | None = None
    uv_retries: int | None = None
    free_slots: int | None = None
    winks: bool = False


NOTHING_READ = Readings()


def words(texts: Iterable[object]) -> tuple[str, ...]:
    """The identifiers among `texts`: printable ASCII of a sane length, and not too many of them."""
    sane = (
        text
        for text in texts
        if isinstance(text, str) and text.isascii() and text.isprintable() and 0 < len(text) <= MAX_WORD_LENGTH
    )
    return tuple(text for _, text in zip(range(MAX_WORDS), sane, strict=False))


def text(value: object) -> str:
    """A name of the key's, in characters that can be shown and not too many of them; empty when it is none."""
    shown = value[: 2 * MAX_TEXT_LENGTH] if isinstance(value, str) else ""
    return "".join(character for character in shown if character.isprintable())[:MAX_TEXT_LENGTH]


def algorithms(info: Info) -> tuple[int, ...]:
    """COSE algorithms of the key, its favorite first; ES256 where it names none (every CTAP2 key has it)."""
    named = tuple(
        entry["alg"] for entry in info.algorithms[:MAX_WORDS] if entry.get("type") == "public-key" and "alg" in entry
    )
    return tuple(alg for alg in named if isinstance(alg, int)) or (ES256,)


def pin_state(info: Info, retries: PinRetries | None) -> PinState:
    """`options.clientPin`, the retry counter and forcePINChange as one state, the gravest first."""
    client_pin = info.options.get("clientPin")
    if client_pin is None:
        return PinState.UNSUPPORTED
    if not client_pin:
        return PinState.NOT_SET
    if retries is not None and retries.left is not None and retries.left <= 0:
        return PinState.BLOCKED
    if retries is not None and retries.power_cycle:
        return PinState.AUTH_BLOCKED
    return PinState.CHANGE_FORCED if info.force_pin_change else PinState.SET


def shortest_pin(info: Info) -> int:
    """minPINLength, within the limits of the protocol."""
    return min(max(LEAST_PIN_LENGTH, info.min_pin_length or 0), PIN_BYTES)


def built_in_uv(info: Info, uv_retries: int | None) -> BuiltInUv:
    """`options.uv` and its retry counter as one state."""
    ready = info.options.get("uv")
    if ready is None:
        return BuiltInUv.UNSUPPORTED
    if not ready:
        return BuiltInUv.NOT_ENROLLED
    return BuiltInUv.BLOCKED if uv_retries is not None and uv_retries <= 0 else BuiltInUv.READY


def _count(number: int | None) -> int | None:
    return None if number is None else max(0, number)


def key_info(address: KeyAddress, info: Info, readings: Readings = NOTHING_READ) -> KeyInfo:
    """The reading as the rest of the program sees it."""
    slots = info.remaining_disc_creds
    return KeyInfo(
        address=address,
        aaguid=info.aaguid,
        versions=words(info.versions),
        extensions=words(info.extensions),
        options={name: info.options[name] for name in words(info.options)},
        algorithms=algorithms(info),
        transports=words(info.transports),
        pin=pin_state(info, readings.pin),
        pin_retries=_count(readings.pin.left) if readings.pin else None,
        min_pin_length=shortest_pin(info),
        max_pin_length=info.max_pin_length if LEAST_PIN_LENGTH <= info.max_pin_length < PIN_BYTES else None,
        pin_complexity=bool(info.pin_complexity_policy),
        firmware=info.firmware_version or None,
        remaining_credentials=_count(readings.free_slots if slots is None else slots),
        built_in_uv=built_in_uv(info, readings.uv_retries),
        uv_retries=_count(readings.uv_retries),
        always_uv=info.options.get("alwaysUv"),
        enterprise_attestation=info.options.get("ep"),
        max_min_pin_rp_ids=max(0, info.max_min_pin_rp_ids),
        large_blob_bytes=_count(info.large_blob_bytes) if info.options.get("largeBlobs") else None,
        certifications={
            name: level for name in words(info.certifications) if type(level := info.certifications[name]) is int
        },
        attestation_formats=words(info.attestation_formats),
        transports_for_reset=words(info.transports_for_reset),
        long_touch_for_reset=info.long_touch_for_reset,
        winks=readings.winks,
    )
