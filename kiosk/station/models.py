"""What people call a security key: its name, maker and picture, by its AAGUID."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from uuid import UUID

import structlog

from hardware.authenticator import KeyInfo
from kiosk.enrollment.visit import KeyModel
from kiosk.resources import resource

_log = structlog.get_logger("keywright.station")
_NO_MODEL = bytes(16)
"""The AAGUID of those that do not tell theirs, U2F keys among them."""


def model_of(info: KeyInfo) -> KeyModel:
    """The model of a key that was read; for one that is in no catalogue, what it says of itself."""
    known = _catalogue().get(info.aaguid) if info.aaguid != _NO_MODEL else None
    return known or _as_it_says(info)


def name_of(aaguid: bytes) -> str:
    """The name of a model in the catalogue; empty for one that is in none."""
    known = _catalogue().get(aaguid) if aaguid != _NO_MODEL else None
    return known.name if known is not None else ""


@cache
def _catalogue() -> Mapping[bytes, KeyModel]:
    """The catalogue of `resources/models`, read when it is first asked; empty where it cannot be read.

    Then every key is called what it says of itself: a name is no reason to stop an enrollment.
    """
    try:
        return read_models(resource("models/models.json"))
    except (OSError, ValueError, LookupError, TypeError) as error:
        _log.warning("models_unreadable", error=type(error).__name__)
        return {}


def read_models(file: Path) -> Mapping[bytes, KeyModel]:
    """The entries of a catalogue, by AAGUID. Raises OSError, ValueError, LookupError, TypeError for what is none."""
    entries = json.loads(file.read_text(encoding="utf-8"))["models"]
    return {
        UUID(entry["aaguid"]).bytes: KeyModel(entry["name"], entry["maker"], entry["picture"], known=True)
        for entry in entries
    }


def _as_it_says(info: KeyInfo) -> KeyModel:
    """Its USB strings: untrusted, so of their own line."""
    address = info.address
    return KeyModel(_words(address.product), _words(address.manufacturer))


def _words(text: str) -> str:
    """A text of a key in one line, with single spaces."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
