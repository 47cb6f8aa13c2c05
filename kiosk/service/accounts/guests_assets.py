"""What clients bring for the system of enrollments: opaque to us, sealed at rest, forgotten once it was told."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.service.parts import Parts
from kiosk.service.store.guests import GuestRow

LONGEST: Final = 16 * 1024
"""Bytes of JSON that one guest may bring."""
_NONCE: Final = 12


def sealed(parts: Parts, program: str, assets: Sequence[Any]) -> bytes | None:
    """AES-256-GCM under a key of its own, bound to the client that brought it; None for nothing."""
    if not assets:
        return None
    nonce = parts.random.token(_NONCE)
    plain = json.dumps(list(assets), ensure_ascii=False).encode()
    return nonce + AESGCM(_key(parts)).encrypt(nonce, plain, program.encode())


def opened(parts: Parts, guest: GuestRow) -> str:
    """The JSON that was sealed; empty for nothing, and where the service's key is another one now."""
    if guest.assets is None:
        return ""
    nonce, text = guest.assets[:_NONCE], guest.assets[_NONCE:]
    try:
        return AESGCM(_key(parts)).decrypt(nonce, text, guest.program.encode()).decode()
    except InvalidTag:
        return ""


def _key(parts: Parts) -> bytes:
    return hmac.digest(parts.hmac_key, b"keywright assets of guests 1", "sha256")
