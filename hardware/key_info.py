"""getInfo of a key as a `KeyInfo`: bounded, and free of what a hostile key could put into it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hardware.answers import Info
from hardware.authenticator import KeyAddress, KeyInfo, PinState

MAX_WORDS = 32
MAX_WORD_LENGTH = 40
PIN_BYTES = 63
"""The longest PIN in UTF-8 bytes (CTAP 2.1 section 6.5.1); a key that tells 63 tells nothing."""

ES256 = -7


@dataclass(frozen=True, slots=True)
class PinRetries:
    """What getPINRetries says: tries left, and whether the key waits to be powered anew."""

    left: int
    power_cycle: bool = False


def words(texts: Iterable[object]) -> tuple[str, ...]:
    """The identifiers among `texts`: printable ASCII of a sane length, and not too many of them."""
    sane = (
        text
        for text in texts
        if isinstance(text, str) and text.isascii() and text.isprintable() and 0 < len(text) <= MAX_WORD_LENGTH
    )
    return tuple(text for _, text in zip(range(MAX_WORDS), sane, strict=False))


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
    if retries is not None and retries.left <= 0:
        return PinState.BLOCKED
    if retries is not None and retries.power_cycle:
        return PinState.AUTH_BLOCKED
    return PinState.CHANGE_FORCED if info.force_pin_change else PinState.SET


def key_info(address: KeyAddress, info: Info, retries: PinRetries | None) -> KeyInfo:
    """The reading as the rest of the program sees it."""
    return KeyInfo(
        address=address,
        aaguid=info.aaguid,
        versions=words(info.versions),
        extensions=words(info.extensions),
        options={name: info.options[name] for name in words(info.options)},
        algorithms=algorithms(info),
        transports=words(info.transports),
        pin=pin_state(info, retries),
        pin_retries=max(0, retries.left) if retries else None,
        min_pin_length=min(max(4, info.min_pin_length), PIN_BYTES),
        max_pin_length=info.max_pin_length if 4 <= info.max_pin_length < PIN_BYTES else None,
        pin_complexity=info.pin_complexity_policy,
        firmware=info.firmware_version or None,
        remaining_credentials=None if info.remaining_disc_creds is None else max(0, info.remaining_disc_creds),
    )
