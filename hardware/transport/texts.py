"""Texts that devices and programs say of themselves, tamed: nobody knows who wrote them."""

from __future__ import annotations

MAX_TEXT = 64


def printable(text: object, most: int = MAX_TEXT) -> str:
    """The text without control characters, and of at most so many."""
    return "".join(character for character in str(text or "")[:most] if character.isprintable())
