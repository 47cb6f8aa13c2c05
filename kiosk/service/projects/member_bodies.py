"""What the routes of user lists take and answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field

from kiosk.service.projects.bodies import Body, Number
from kiosk.service.projects.list_reading import judge_cell
from kiosk.service.projects.member_rules import ListRejected, MemberState
from kiosk.service.settings_model import LanguageTag

_SOMEBODY: Final[dict[str, Any]] = {
    "given_name": "Mona",
    "family_name": "Okafor",
    "email": "m.okafor@example.org",
    "id": 1042,
    "sync_id": "104217",
    "locale": "en",
}
_MEMBER: Final[dict[str, Any]] = {
    "member_id": "0197f3c2a9b00d1b4f8f2c5a7e9d6c31",
    **_SOMEBODY,
    "number": 1042,
    "status": "active",
    "invited_at": "2026-06-01T12:00:00Z",
    "invitation_expires_at": "2026-06-08T12:00:00Z",
    "changed_at": "2026-06-01T12:30:00Z",
}


def _checked(column: str, text: str) -> str:
    try:
        return judge_cell(column, text)
    except ListRejected as rejected:
        raise ValueError(rejected.errors[0].word) from None


def _as(column: str) -> Callable[[str], str]:
    return partial(_checked, column)


GivenName = Annotated[str, AfterValidator(_as("first_name")), Field(max_length=128)]
FamilyName = Annotated[str, AfterValidator(_as("last_name")), Field(min_length=1, max_length=128)]
Address = Annotated[str, AfterValidator(_as("email")), Field(min_length=3, max_length=254)]
SyncId = Annotated[str, AfterValidator(_as("sync_id")), Field(max_length=128)]


class NewMember(Body):
    """Somebody who is to be on the list, and is invited by mail."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SOMEBODY]})

    given_name: GivenName = ""
    family_name: FamilyName
    email: Address
    id: Number | None = None
    """The number that they get on activation; the next one, if there is none."""
    sync_id: SyncId = ""
    """What the host system calls them; it tells people apart, else the mail address does."""
    locale: LanguageTag | None = None
    """Of their mails; the first language of the project, if there is none."""


class ChangeMember(Body):
    """What is to be another way from now on; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": 1043}]})

    given_name: GivenName | None = None
    family_name: FamilyName | None = None
    email: Address | None = None
    """Another address is invited anew."""
    id: Number | None = None
    """Another number; the host system is told. None is given by the list from now on, if it is null."""
    sync_id: SyncId | None = None
    locale: LanguageTag | None = None


class Member(Body):
    """Somebody of the list, and how they stand."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MEMBER]})

    member_id: str
    given_name: str
    family_name: str
    email: str
    id: int | None
    """The number that the list gives them."""
    number: int | None
    """The number that they have, from their activation on."""
    sync_id: str
    locale: str
    status: MemberState
    invited_at: datetime | None
    invitation_expires_at: datetime | None
    changed_at: datetime


class Members(Body):
    """People of a list. `next` is behind whom the next page begins; empty on the last."""

    users: tuple[Member, ...]
    next: str


class ListProblem(Body):
    """What is wrong in a list, by line (from 1, a header included) and column."""

    line: int
    column: str
    word: str


class ListTaken(Body):
    """What a list did, or would do."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "dry_run": False,
                    "added": 3,
                    "changed": 1,
                    "same": 412,
                    "removed": 2,
                    "returned": 0,
                    "invited": 3,
                    "needs_confirmation": False,
                    "errors": [],
                    "more_errors": 0,
                }
            ]
        }
    )

    dry_run: bool = False
    """Whether nothing was done."""
    added: int = 0
    changed: int = 0
    same: int = 0
    removed: int = 0
    """Missing people: they are told, and deleted later."""
    returned: int = 0
    """People in deletion pending who are back on the list."""
    invited: int = 0
    needs_confirmation: bool = False
    """Whether so many are missing that it must be meant."""
    errors: tuple[ListProblem, ...] = ()
    """Of a dry run; else a list with errors is refused."""
    more_errors: int = 0
