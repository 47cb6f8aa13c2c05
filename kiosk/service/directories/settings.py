"""Settings of identification: what people may be asked for to say who they are."""

from __future__ import annotations

import re
from typing import Self

from pydantic import Field, field_validator, model_validator

from kiosk.contract.profile import FieldKind
from kiosk.service.directories.rules import KINDS
from kiosk.service.settings_model import LanguageTag, Name, SettingsModel


class AttributeSettings(SettingsModel):
    """An additional attribute that people may be asked for."""

    kind: FieldKind = FieldKind.TEXT
    """What is typed: decides keyboard, normalisation and validation."""
    labels: dict[LanguageTag, str] = Field(min_length=1)
    """The label by language."""
    hints: dict[LanguageTag, str] = Field(default_factory=dict)
    """A hint below the field by language."""
    pattern: str = Field(default="", max_length=200)
    """A regular expression that the whole normalised value must match; empty for any."""
    max_length: int = Field(default=128, ge=1, le=256)
    """Code points."""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError("is no regular expression") from error
        return pattern


class AlternativeSettings(SettingsModel):
    """One way to say who one is: all its fields together name a person."""

    name: Name
    """A word for this way; the screen has words for `upn`, `employee_id`, `phone`, `name` and `badge`."""
    fields: tuple[str, ...] = Field(min_length=1, max_length=6)
    """`upn`, `email`, `employee_id`, `phone`, `given_name`, `family_name`, `badge`, or `attribute:<name>`."""


class IdentifySettings(SettingsModel):
    """How people say who they are."""

    alternatives: tuple[AlternativeSettings, ...] = (
        AlternativeSettings(name="upn", fields=("upn",)),
        AlternativeSettings(name="employee_id", fields=("employee_id",)),
        AlternativeSettings(name="phone", fields=("phone",)),
        AlternativeSettings(name="name", fields=("given_name", "family_name", "employee_id")),
        AlternativeSettings(name="badge", fields=("badge",)),
    )
    """The ways, in the order that the screen offers them."""
    attributes: dict[Name, AttributeSettings] = Field(default_factory=dict)
    """Additional attributes by name."""
    minimum_seconds: float = Field(default=0.4, ge=0, le=5)
    """How long an answer to identify takes at least, whoever was matched."""
    region: str = Field(default="DE", pattern=r"^[A-Z]{2}$")
    """Where phone numbers without a country code belong (ISO 3166)."""
    email_domain: str = Field(default="", max_length=253)
    """Completed after the @ of a user name that has none; empty completes nothing."""

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        known = {*KINDS, *(f"attribute:{name}" for name in self.attributes)}
        for alternative in self.alternatives:
            for field in alternative.fields:
                if field not in known:
                    raise ValueError(f"alternatives: {alternative.name} asks for the unknown field {field!r}")
        return self
