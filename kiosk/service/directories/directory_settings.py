"""What the settings of every directory have."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kiosk.service.settings_model import Name, SettingsModel

_BUILT_IN = "upn|email|employee_id|phone|given_name|family_name|badge"
FieldName = Annotated[str, Field(pattern=rf"^({_BUILT_IN}|attribute:[a-z][a-z0-9_]{{0,39}})$")]
"""A field that people are found by."""


class DirectorySettings(SettingsModel):
    """One place where people are looked up."""

    kind: str
    """Which connector: the name of its file."""
    id: Name
    """A word for it; people are remembered by it, so keep it."""


class RemoteDirectorySettings(DirectorySettings):
    """A directory that somebody else keeps."""

    fields: dict[FieldName, Annotated[str, Field(min_length=1, max_length=200)]] = Field(default_factory=dict)
    """Where this directory keeps a field, if not at its usual place: `employee_id = "extensionAttribute3"`. An
    `attribute:<name>` of [identify.attributes] is found only where it is named here."""
