"""Settings of projects: whether the kiosk asks for mobile IDs, where lists come from, and how host systems are told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from kiosk.contract.policy import Demand
from kiosk.service.settings_model import HttpsUrl, Name, SecretName, SettingsModel


class WebhookSettings(SettingsModel):
    """The host system is told over HTTPS, each event in order, until it has taken it."""

    url: HttpsUrl
    """Where events are posted to."""
    secret: SecretName
    """The name of the secret that events are signed with (HMAC-SHA256)."""
    timeout: int = Field(default=10, ge=1, le=60)
    """Seconds that one call may take."""
    certificate_authority: Path | None = None
    """PEM file with the authority of the host system's certificate, in place of the public ones."""


class FeedSettings(SettingsModel):
    """How the host system of a project learns of numbers and people."""

    file: Path | None = None
    """A CSV file that always holds the whole list, replaced in one step."""
    layout: Annotated[str, Field(pattern=r"^(users|autosync)$")] = "autosync"
    """The columns of `file`: `users`, or `autosync` with the Sync ID besides."""
    header: bool = True
    """Whether the first line of `file` names the columns."""
    webhook: WebhookSettings | None = None
    """Tell it over HTTPS."""

    @model_validator(mode="after")
    def _some_way(self) -> Self:
        if self.file is None and self.webhook is None:
            raise ValueError("file: or webhook is needed; the database view is always there")
        return self


class ProjectSettings(SettingsModel):
    """What the files of this machine have to do with one project."""

    tenant: Name = "default"
    """Whose project may name these settings; those of others may not."""
    list: Path | None = None
    """A CSV file with the whole user list, looked at each minute (projects without self-service)."""
    feed: FeedSettings | None = None
    """How its host system is told."""


class ProjectsSettings(SettingsModel):
    """Campaigns that hand out mobile IDs."""

    url: HttpsUrl | None = None
    """Where phones reach the activation pages, as an origin; `phone.url` if it is left out."""
    ask_at_kiosk: Demand | None = None
    """Whether each enrollment asks for a mobile ID before the key: `require`, `best_effort` or not at all."""
    activations_per_minute: int = Field(default=600, ge=1, le=100_000)
    """How many phones may get a number of one project in a minute: whoever has the code of a poster cannot use up a
    range at once."""
    invitation_days: int = Field(default=7, ge=1, le=60)
    """How long an invitation works."""
    deletion_hours: int = Field(default=24, ge=0, le=168)
    """How long somebody who was taken off a list stays in deletion pending."""
    logo: Path | None = None
    """A picture (SVG or PNG) for sheets and posters."""
    named: dict[Name, ProjectSettings] = Field(default_factory=dict)
    """By the word that a project names in its details (`settings`)."""

    @model_validator(mode="after")
    def _asks_or_not(self) -> Self:
        if self.ask_at_kiosk is Demand.REFUSE:
            raise ValueError("ask_at_kiosk: is require or best_effort; leave it out to ask nobody")
        return self
