"""What the settings of every relying party have."""

from __future__ import annotations

from typing import Final

from pydantic import Field, field_validator

from kiosk.service.placeholders import names
from kiosk.service.settings_model import Name, SettingsModel

KNOWN: Final = frozenset({"upn", "upn_local", "email", "employee_id", "phone", "directory_id"})
"""What the template of an account may name, besides `attribute.<name>`."""


class PartySettings(SettingsModel):
    """One place that keys are registered at."""

    kind: str
    """Which connector: the name of its file."""
    id: Name
    """A word for it, used in requests."""
    name: str = Field(min_length=1, max_length=64)
    """As people know it."""


class RemotePartySettings(PartySettings):
    """A relying party that somebody else keeps."""

    account: str = Field(default="{upn}", min_length=1, max_length=200)
    """What names the person there: `{upn}`, `{upn_local}` (before the @), `{email}`, `{employee_id}`, `{phone}`,
    `{directory_id}` (the directory's own id), `{attribute.<name>}`, or a text with these in it."""

    @field_validator("account")
    @classmethod
    def _names_the_person(cls, account: str) -> str:
        found = names(account)
        unknown = {name for name in found if name not in KNOWN and not name.startswith("attribute.")}
        if unknown:
            raise ValueError(f"unknown placeholder {min(unknown)!r}")
        if not found:
            raise ValueError("names nobody in particular: put a {placeholder} in")
        return account
