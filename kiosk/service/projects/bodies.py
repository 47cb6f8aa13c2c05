"""What the routes of projects take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from kiosk.service.directories.rules import tame
from kiosk.service.projects.rules import HIGHEST, Part
from kiosk.service.settings_model import HttpsUrl, LanguageTag, Name

EXAMPLE_ID: Final = "0197f3c2a9b00d1b4f8f2c5a7e9d6c31"
_PROJECT: Final[dict[str, Any]] = {
    "id": EXAMPLE_ID,
    "name": "Spring badges",
    "self_service": True,
    "assigned_here": True,
    "first_id": 1000,
    "last_id": 4999,
    "next_id": 1042,
    "left": 3958,
    "few_left": False,
    "parts": ["activation_code"],
    "link": "https://enroll.example.org/a/AZfzwqmwxJ0pX3bV7sQm2w",
    "languages": ["en", "ar"],
    "details": {"contact": "badges@example.org"},
    "created_at": "2026-06-01T12:00:00Z",
    "closed_at": None,
}


def _line(text: str) -> str:
    """One line of text, tamed. Raises ValueError for nothing, and for what no name has."""
    tamed = tame(text)
    if not tamed:
        raise ValueError("empty")
    return tamed


def _block(text: str) -> str:
    """Some lines of text, each tamed. Raises ValueError for what no text has."""
    return "\n".join(tame(line) for line in text.splitlines()).strip()


Line = Annotated[str, AfterValidator(_line)]
Number = Annotated[StrictInt, Field(ge=0, le=HIGHEST)]
Languages = Annotated[tuple[LanguageTag, ...], Field(min_length=1, max_length=8)]
Block = Annotated[str, AfterValidator(_block), Field(max_length=2000)]


class Body(BaseModel):
    """Frozen, and strict about members that it does not have."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Details(Body):
    """What settings and sheets of a project show."""

    app_store: HttpsUrl | None = None
    """Where the app is in the App Store."""
    google_play: HttpsUrl | None = None
    """Where the app is in Google Play."""
    other_app: HttpsUrl | None = None
    """Where the app is for other phones."""
    instructions: dict[LanguageTag, Block] = Field(default_factory=dict, max_length=8)
    """What people do next to register themselves, by language: the app does not tell them."""
    contact: str = Field(default="", max_length=254)
    """Whom people ask."""
    settings: Name | None = None
    """The word of the settings that this machine keeps for the project (`[projects.named.WORD]`)."""


class NewProject(Body):
    """A campaign that hands out consecutive numbers."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Spring badges",
                    "self_service": True,
                    "first_id": 1000,
                    "last_id": 4999,
                    "languages": ["en", "ar"],
                    "details": {
                        "app_store": "https://apps.apple.com/app/id0000000000",
                        "google_play": "https://play.google.com/store/apps/details?id=org.example.badges",
                        "instructions": {"en": "Show the number of your phone at the kiosk in the lobby."},
                        "contact": "badges@example.org",
                    },
                }
            ]
        }
    )

    name: Line = Field(min_length=1, max_length=64)
    """Each of the tenant's projects has another one."""
    self_service: StrictBool
    """Whether people register themselves with an activation code; it cannot be changed later. A project without has a
    user list and auto-sync instead."""
    first_id: Number
    """The first number of the range."""
    last_id: Number
    """The last number of the range."""
    assigned_here: StrictBool = True
    """Whether numbers are handed out here; else a manager elsewhere does, and they are only claimed here."""
    languages: Languages | None = None
    """Of sheets and pages; those of the service, if there are none."""
    details: Details = Details()
    """What settings and sheets show."""

    @model_validator(mode="after")
    def _some_range(self) -> Self:
        if self.first_id > self.last_id:
            raise ValueError("last_id: is before first_id")
        if not self.self_service and not self.assigned_here:
            raise ValueError("assigned_here: goes without saying for a project with a user list")
        return self


class ChangeProject(Body):
    """What is to be another one from now on; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"last_id": 9999}]})

    name: Line | None = Field(default=None, min_length=1, max_length=64)
    last_id: Number | None = None
    """The end of the range: it only grows."""
    languages: Languages | None = None
    details: Details | None = None
    """In place of all details."""
    self_service: StrictBool | None = None
    """Always refused: a project is created with self-service or without, and stays so."""


class ProjectInList(Body):
    """A project as its settings show it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PROJECT]})

    id: str
    name: str
    self_service: bool
    assigned_here: bool
    first_id: int
    last_id: int
    next_id: int | None
    """The number that is handed out next; none at the end of the range."""
    left: int
    """How many numbers can still be handed out."""
    few_left: bool
    """Whether the range should be extended: fewer than 20 are left, or less than a twentieth."""
    parts: tuple[Part, ...]
    """What projects of this kind have."""
    link: str = Field(repr=False)
    """What the activation QR code says; empty for a project without."""
    languages: tuple[str, ...]
    details: Details
    created_at: datetime
    closed_at: datetime | None


class IdCounts(Body):
    """How many numbers stand how; each is told apart from the others."""

    assigned: int
    """Handed out, and not given back. It does not say that anybody registered them."""
    claimed: int
    """Tied to a person."""
    registered: int
    """Confirmed by the host system."""
    active: int
    """On a phone that was seen in the last 30 days."""
    released: int
    """Given back; nobody gets them again."""


class AutoSync(Body):
    """How the list file of a project was taken when it was last read."""

    read_at: datetime
    trouble: str
    """Why it was not taken, as a word: `rejected`, `no_file`, `unreadable`, `too_large`, `no_url`. Empty if it was."""
    result: dict[str, Any]
    """Counts of what changed, and errors by line and column."""


class Project(ProjectInList):
    """A project as its settings show it, with how its numbers stand."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _PROJECT | {"ids": {"assigned": 42, "claimed": 40, "registered": 38, "active": 41, "released": 0}}
            ]
        }
    )

    ids: IdCounts
    users: dict[str, int] = Field(default_factory=dict)
    """How many people of the user list stand how; empty for a project without a list."""
    auto_sync: AutoSync | None = None
    """None while no list file was read."""


class Projects(Body):
    """The projects of a tenant by name. `next` is the name behind which the next page begins; empty on the last."""

    projects: tuple[ProjectInList, ...]
    next: str
