"""The live board: every station of somebody's sites, what it does now, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Response

from kiosk.contract.staff import Role
from kiosk.service.console.routing import PAGES
from kiosk.service.console.session import Member, Viewer
from kiosk.service.parts import Parts
from kiosk.service.store.fleet_board import BoardRow, board_of

router = APIRouter(**PAGES)

FREE = "welcome"
"""The step of a station that nobody is at."""


@dataclass(frozen=True, slots=True)
class StationView:
    """A station on the board: `kind` is how its badge looks, `state` what it says. Times in seconds."""

    id: str
    name: str
    site: str
    state: str
    kind: str
    step: str
    seconds: int
    queue: int
    heard: int | None
    problem: str
    version: str


@router.get("/console", summary="Stations now")
def board(member: Viewer) -> Response:
    """Those at the sites of who looks."""
    shown = stations_now(member)
    used = sum(each.kind == "now" for each in shown)
    troubled = sum(each.kind in ("warn", "stop") for each in shown)
    return member.page("board.html", stations=shown, used=used, troubled=troubled)


def stations_now(member: Member) -> tuple[StationView, ...]:
    """The stations at the member's sites, by site and name."""
    parts, now = member.parts, member.parts.clock.now()
    with parts.store.read() as tx:
        found = board_of(tx, member.tenant)
    return tuple(_view(parts, each, now) for each in found if member.may(Role.VIEW, each.site))


def _view(parts: Parts, row: BoardRow, now: datetime) -> StationView:
    state, kind = _state(parts, row, now)
    return StationView(
        id=row.id,
        name=row.name,
        site=row.site,
        state=state,
        kind=kind,
        step=(row.step or "").replace("_", " ").capitalize(),
        seconds=_seconds(now, row.step_since) or 0,
        queue=row.queue or 0,
        heard=_seconds(now, row.heard_at),
        problem=(row.problem or "").replace("_", " "),
        version=row.version or "",
    )


def _state(parts: Parts, row: BoardRow, now: datetime) -> tuple[str, str]:
    if row.activated_at is None:
        return "Not set up", "plain"
    if row.heard_at is None or now - row.heard_at > timedelta(seconds=parts.settings.stations.silent):
        return "Silent", "stop"
    if row.problem:
        return "Trouble", "warn"
    return ("Free", "ok") if row.step == FREE else ("In use", "now")


def _seconds(now: datetime, since: datetime | None) -> int | None:
    return None if since is None else max(0, int((now - since).total_seconds()))
