"""Who this station is since it was activated: kept in its state folder. No secret is in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, TypeAdapter, ValidationError

from kiosk.station.kept_file import keep, kept

FILE: Final = "identity.json"
SLOTS: Final = ("station-key-a", "station-key-b")
"""The names that the station's key may have among the credentials: a new one never overwrites the one in use."""

_Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Short = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Member = Annotated[str, Field(max_length=200)]


@dataclass(frozen=True, slots=True)
class Identity:
    """`service` is the address that activated it; `verify_key` (Ed25519) is what its configurations are signed with;
    `key` is the name of its own key among the credentials."""

    station_id: _Text
    client_id: _Text
    name: _Short
    site: _Short
    service: _Text
    verify_key: dict[_Member, _Member]
    key: _Text


_WRITTEN: Final = TypeAdapter(Identity)


def parsed(text: str) -> Identity | None:
    """The identity that a text tells; None for what is none."""
    try:
        found = _WRITTEN.validate_json(text)
    except ValidationError:
        return None
    return found if found.key in SLOTS else None


def written(identity: Identity) -> str:
    """As `parsed` reads it."""
    return _WRITTEN.dump_json(identity, indent=2).decode() + "\n"


def read_identity(folder: Path) -> Identity | None:
    """Who the station is; None before it is activated, and when what it knew of itself is lost."""
    return parsed(kept(folder / FILE))


def write_identity(folder: Path, identity: Identity) -> None:
    """Be this station from now on. Raises ConfigurationError."""
    keep(folder / FILE, written(identity))


def other_slot(identity: Identity | None) -> str:
    """The name for a new key."""
    return SLOTS[1] if identity is not None and identity.key == SLOTS[0] else SLOTS[0]
