"""What the routes of numbers take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from kiosk.service.directories.rules import tame
from kiosk.service.projects.bodies import EXAMPLE_ID, Body, Line, Number
from kiosk.service.projects.rules import IdState


def _cell(text: str) -> str:
    """A name or an address that is text in a spreadsheet, too: the host system reads it from a file that may not be
    altered. Raises ValueError."""
    if text.startswith(("=", "+", "-", "@")):
        raise ValueError("the beginning of a formula")
    return tame(text)


Cell = Annotated[str, AfterValidator(_cell)]
UserId = Annotated[Line, Field(min_length=1, max_length=128)]


class AssignedId(Body):
    """One number, how it stands and since when. `user_id` is whoever is tied to it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": 1041,
                    "states": ["assigned", "claimed"],
                    "user_id": "8c1f0e6f4f6e4c0f9a3b5d7e9f1a2b3c",
                    "assigned_at": "2026-06-01T12:00:00Z",
                    "claimed_at": "2026-06-01T12:04:00Z",
                    "registered_at": None,
                    "active_at": None,
                    "released_at": None,
                }
            ]
        }
    )

    number: int
    states: tuple[IdState, ...]
    user_id: str
    assigned_at: datetime
    claimed_at: datetime | None
    registered_at: datetime | None
    active_at: datetime | None
    """When its phone was last seen."""
    released_at: datetime | None


class AssignedIds(Body):
    """Numbers in order. `next` is the number behind which the next page begins; none on the last."""

    ids: tuple[AssignedId, ...]
    next: int | None


class ConfirmIds(Body):
    """Numbers that the host system knows."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"numbers": [1040, 1041]}]})

    numbers: tuple[Number, ...] = Field(min_length=1, max_length=1000)


class Confirmed(Body):
    """What became of a confirmation: how many are registered now that were not, how many were already, and which
    nobody has."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"registered": 2, "already": 0, "unknown": []}]})

    registered: int
    already: int
    unknown: tuple[int, ...]


class ClaimId(Body):
    """Tie a number to a person whom the caller has identified. Names and address go to the host system with it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"user_id": "8c1f0e6f4f6e4c0f9a3b5d7e9f1a2b3c", "assigned_id": 1041}]}
    )

    user_id: UserId
    assigned_id: Number
    project_id: Annotated[str, Field(pattern="^[0-9a-f]{32}$")] | None = None
    """Only needed where several projects have the number in their range."""
    given_name: Cell = Field(default="", max_length=128, repr=False)
    family_name: Cell = Field(default="", max_length=128, repr=False)
    email: Cell = Field(default="", max_length=254, repr=False)
    sync_id: Cell = Field(default="", max_length=128, repr=False)


class ClaimedId(Body):
    """The number is this person's. `registered`: the host system said that it knows it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "user_id": "8c1f0e6f4f6e4c0f9a3b5d7e9f1a2b3c",
                    "assigned_id": 1041,
                    "project_id": EXAMPLE_ID,
                    "project": "Spring badges",
                    "registered": False,
                }
            ]
        }
    )

    user_id: str
    assigned_id: int
    project_id: str
    project: str
    registered: bool
