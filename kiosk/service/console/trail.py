"""The trail: what happened, found by who, whom, what and when; whether it is whole; and taken along as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from kiosk.service.audit import looking
from kiosk.service.audit.chain import ChainVerdict
from kiosk.service.audit.checking import verify_trail
from kiosk.service.audit.forms import FORMS
from kiosk.service.console.page import HEADERS
from kiosk.service.console.routing import PAGES, NoSuchThing
from kiosk.service.console.session import Administrator, Member, Viewer
from kiosk.service.console.tellers import actors, name_of
from kiosk.service.pages.visitor import BadForm
from kiosk.service.store.audit_pages import EventFilter

TRAIL: Final = "/console/trail"
KINDS: Final[Mapping[str, str]] = {
    "jsonl": "application/x-ndjson; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "cef": "text/plain; charset=utf-8",
    "json": "application/json; charset=utf-8",
}
"""The media types of files."""

router = APIRouter(**PAGES)
Typed = Annotated[str, Query(max_length=128)]
Number = Annotated[int | None, Query(ge=1)]


@router.get(TRAIL, summary="Trail")
def trail(
    member: Viewer, subject: Typed = "", actor: Typed = "", event: Typed = "",
    since: Typed = "", until: Typed = "", before: Number = None,
) -> Response:  # fmt: skip
    """The newest first, of the sites of who looks."""
    asked = _asked(subject=subject, actor=actor, event=event, since=since, until=until)
    return _page(member, asked, before)


@router.post(f"{TRAIL}/verify", summary="Verify the trail")
def verified(member: Administrator) -> Response:
    """All of it, from its first entry to its end."""
    return _page(member, {}, None, verdict=verify_trail(member.parts))


@router.get(f"{TRAIL}.{{form}}", summary="Take the trail along")
def exported(
    form: str, member: Administrator, subject: Typed = "", actor: Typed = "", event: Typed = "",
    since: Typed = "", until: Typed = "",
) -> Response:  # fmt: skip
    """As a file, oldest first; that it was taken is in the trail."""
    if form not in FORMS:
        raise NoSuchThing
    asked = _asked(subject=subject, actor=actor, event=event, since=since, until=until)
    wanted = _wanted(member, asked)
    looking.note_export(member.parts, member.tenant, member.actor, "trail", form)
    return download(looking.export(member.parts, wanted, form), f"trail.{form}")


def download(lines: Iterable[str], name: str) -> Response:
    """A file, written line by line as it is read."""
    form = name.rpartition(".")[2]
    end = "\r\n" if form == "csv" else "\n"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_encoded(lines, end), 200, headers, KINDS[form])


def _encoded(lines: Iterable[str], end: str) -> Iterator[bytes]:
    for line in lines:
        yield (line + end).encode()


def _asked(**asked: str) -> Mapping[str, str]:
    return {name: text.strip() for name, text in asked.items() if text.strip()}


def _wanted(member: Member, asked: Mapping[str, str]) -> EventFilter:
    """Days are those of UTC. Raises BadForm."""
    until = _day(asked.get("until", ""))
    return EventFilter(
        member.tenant,
        tuple(sorted(member.session.sites)),
        asked.get("subject", ""),
        asked.get("actor", ""),
        asked.get("event", "").lower().replace(" ", "_"),
        _day(asked.get("since", "")),
        None if until is None else until + timedelta(days=1),
    )


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC) if text else None
    except ValueError as error:
        raise BadForm from error


def _page(
    member: Member, asked: Mapping[str, str], before: int | None, *, verdict: ChainVerdict | None = None
) -> Response:
    page = looking.look(member.parts, _wanted(member, asked), before)
    known = actors(member)
    return member.page(
        "trail.html",
        entries=[(each, name_of(known, each.actor)) for each in page.entries],
        asked={"subject": "", "actor": "", "event": "", "since": "", "until": "", **asked},
        head=looking.head_of(member.parts),
        verdict=verdict,
        files=[(f"{TRAIL}.{form}?{urlencode(asked)}", form) for form in FORMS],
        earlier=f"{TRAIL}?{urlencode(asked)}" if before else "",
        later="" if page.next is None else f"{TRAIL}?{urlencode({**asked, 'before': page.next})}",
    )
