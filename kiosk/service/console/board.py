"""The live board: every station of somebody's sites, what it does now, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from kiosk.service.console.routing import PAGES
from kiosk.service.console.session import Member, Viewer
from kiosk.service.stations import board as stations
from kiosk.service.stations.board import BoardEntry
from kiosk.service.stations.rules import FREE, StationState, in_words

router = APIRouter(**PAGES)

_STATES: Final[Mapping[StationState, tuple[str, str]]] = {
    StationState.NEW: ("Not set up", "plain"),
    StationState.ACTIVE: ("Free", "ok"),
    StationState.SILENT: ("Silent", "stop"),
}


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
def board(member: Viewer, site: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Those at the sites of who looks, or at one of them."""
    found = stations_now(member)
    sites = sorted({each.site for each in found if each.site})
    shown = [each for each in found if site in ("", each.site)]
    used = sum(each.kind == "now" for each in shown)
    troubled = sum(each.kind in ("warn", "stop") for each in shown)
    return member.page("board.html", stations=shown, used=used, troubled=troubled, sites=sites, site=site)


def stations_now(member: Member) -> tuple[StationView, ...]:
    """The stations at the member's sites, by site and name, but for those that were revoked."""
    now = member.parts.clock.now()
    found = stations.board(member.parts, member.tenant, member.session.sites)
    return tuple(_view(each, now) for each in found if each.state is not StationState.REVOKED)


def _view(entry: BoardEntry, now: datetime) -> StationView:
    state, kind = _STATES[entry.state]
    if entry.state is StationState.ACTIVE and (entry.problem or entry.clock_off):
        state, kind = "Trouble", "warn"
    elif entry.state is StationState.ACTIVE and entry.step != FREE:
        state, kind = "In use", "now"
    heard = None if entry.heard_at is None else int(max(0.0, (now - entry.heard_at).total_seconds()))
    clock = f"its clock is {abs(entry.skew):.0f} s {'ahead' if entry.skew > 0 else 'behind'}" if entry.clock_off else ""
    return StationView(
        id=entry.id,
        name=entry.name,
        site=entry.site,
        state=state,
        kind=kind,
        step=in_words(entry.step),
        seconds=int(entry.seconds),
        queue=entry.queue,
        heard=heard,
        problem=", ".join(filter(None, (in_words(entry.problem), clock))),
        version=entry.version,
    )
