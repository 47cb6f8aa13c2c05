"""What the routes of host feeds answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pydantic import ConfigDict, Field

from kiosk.service.projects.bodies import Body
from kiosk.service.store.host_list import HOST_VIEW, PAGE

_STANDS: Final[dict[str, Any]] = {
    "webhook": True,
    "file": True,
    "view": HOST_VIEW,
    "position": 42,
    "taken": 40,
    "waiting": 2,
    "tries": 3,
    "due_at": "2026-06-01T12:05:00Z",
    "stopped_at": None,
    "trouble": "http_503",
    "file_written_at": "2026-06-01T12:00:00Z",
    "file_trouble": "",
    "left_out": [],
}


class FeedStanding(Body):
    """How the host system of a project is told, and how far that is."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STANDS]})

    webhook: bool
    """Whether events are posted to it."""
    file: bool
    """Whether a file is kept for it."""
    view: str
    """What it may read in the database, if it is given the right to."""
    position: int
    """The place of the last event; 0 if there was none."""
    taken: int
    """The place of the last event that the host system took: all before it were taken, too."""
    waiting: int
    """How many are still to be taken."""
    tries: int
    """How often the next one was sent in vain."""
    due_at: datetime | None
    """When the next one is sent."""
    stopped_at: datetime | None
    """When the feed stopped because the host system refused an event; nothing goes out until it is resumed."""
    trouble: str
    """Why the last try failed: `http_` and the status, `unreachable`, `no_answer`, `untrusted`, `no_secret`, …"""
    file_written_at: datetime | None
    file_trouble: str
    """Why the file is not as the list is: `no_folder`, `not_allowed`, `disk_full`, …"""
    left_out: tuple[int, ...] = Field(max_length=PAGE)
    """Numbers whose people no list names, because a spreadsheet would run what they are called."""
