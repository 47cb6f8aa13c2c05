"""How long people take at each step of a kiosk, and how steps end: in figures and over time, by site and period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from kiosk.contract.staff import Role
from kiosk.service.console.plots import Plot, Series, lines, stacked
from kiosk.service.console.routing import PAGES
from kiosk.service.console.session import Viewer
from kiosk.service.pages.visitor import BadForm
from kiosk.service.stations.board import StepStatistics, step_statistics
from kiosk.service.store.fleet_standings import By

FIGURES: Final = "/console/figures"
PERIODS: Final = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "A year"))
_MOST_LINES: Final = 4

router = APIRouter(**PAGES)


@router.get(FIGURES, summary="Figures")
def figures(member: Viewer, site: Annotated[str, Query(max_length=40)] = "", days: int = 30) -> Response:
    """Of one site, or of all that are those of who looks."""
    if days not in dict(PERIODS):
        raise BadForm
    if site:
        member.require(Role.VIEW, site)
    sites = frozenset({site}) if site else member.session.sites
    until = member.parts.clock.now().date()
    since = until - timedelta(days=days - 1)
    steps = step_statistics(member.parts, member.tenant, sites, since, until)
    daily = step_statistics(member.parts, member.tenant, sites, since, until, By.DAY)
    span = [since + timedelta(days=number) for number in range(days)]
    return member.page(
        "figures.html",
        steps=steps,
        outcomes=_outcomes(steps),
        seconds=lines(_seconds(steps, daily, span)) if steps else "",
        ends=stacked(_ends(daily, span)) if steps else "",
        shown=[each.step for each in _frequent(steps)],
        words=_words(steps),
        periods=PERIODS,
        days=days,
        site=site,
        sites=member.sites,
    )


def _frequent(steps: Sequence[StepStatistics]) -> list[StepStatistics]:
    """The steps that most people came to: those that are drawn."""
    return sorted(steps, key=lambda each: -each.count)[:_MOST_LINES]


def _seconds(steps: Sequence[StepStatistics], daily: Sequence[StepStatistics], span: Sequence[date]) -> Plot:
    middle = {(each.step, each.day): each.median for each in daily}
    series = (Series(each.step, tuple(middle.get((each.step, day)) for day in span)) for each in _frequent(steps))
    return Plot("Seconds per step, in the middle, by day", _days(span), tuple(series), lambda value: f"{value:g} s")


def _ends(daily: Sequence[StepStatistics], span: Sequence[date]) -> Plot:
    by_day: dict[date | None, Counter[str]] = {}
    for each in daily:
        by_day.setdefault(each.day, Counter()).update(each.outcomes)
    series = (
        Series(word, tuple(float(by_day[day][word]) if day in by_day else None for day in span))
        for word in _words(daily)
    )
    return Plot("How steps ended, by day", _days(span), tuple(series))


def _words(steps: Sequence[StepStatistics]) -> list[str]:
    """How steps end, the most frequent first."""
    return [word for word, _ in _outcomes(steps).most_common(_MOST_LINES)]


def _outcomes(steps: Sequence[StepStatistics]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in steps:
        total.update(each.outcomes)
    return total


def _days(span: Sequence[date]) -> tuple[str, ...]:
    return tuple(f"{day:%m-%d}" for day in span)
