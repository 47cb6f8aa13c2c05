"""Answers in the handwriting of keys that do not keep to CTAP2 canonical CBOR, or add what nobody asked for."""

from __future__ import annotations

from typing import Final

from fido2 import cbor

from hardware.simulated.applet import Fields
from hardware.simulated.spoiled import loose
from hardware.simulated.traits import KeyTraits, Quirk

_UNHEARD_OF: Final = 0xC0DE
_TAIL: Final = bytes(3)


def encoded(body: Fields, traits: KeyTraits) -> bytes:
    """An answer's CBOR."""
    quirks = traits.quirks
    if Quirk.UNKNOWN_MEMBERS in quirks:
        body = {**body, _UNHEARD_OF: {"vendor": "thing"}}
    data = loose(body) if Quirk.NON_CANONICAL in quirks else cbor.encode(body)
    return data + _TAIL if Quirk.EXTRANEOUS_BYTES in quirks else data
