"""How enrollments and steps end, and how long people take, over time: drawn, in tables, and as CSV."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response
from markupsafe import Markup

from kiosk.contract.staff import Role
from kiosk.service.audit.forms import csv_line
from kiosk.service.console.plots import Plot, Series, lines, stacked
from kiosk.service.console.routing import PAGES, NoSuchThing
from kiosk.service.console.session import Member, Viewer
from kiosk.service.console.trail import download
from kiosk.service.pages.visitor import BadForm
from kiosk.service.stations.actions import stations_of
from kiosk.service.stations.board import StepStatistics, Wanted, outcome_statistics, step_statistics
from kiosk.service.stations.rules import in_words
from kiosk.service.store.fleet import StationRow
from kiosk.service.store.fleet_standings import By
from kiosk.service.store.outcomes import Outcome

FIGURES: Final = "/console/figures"
PERIODS: Final = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "A year"))
_BY_DAY: Final = 90  # days at the most that are drawn one by one
_MOST_LINES: Final = 4

router = APIRouter(**PAGES)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at: steps and enrollments, told apart by the day or the week, which `periods` begin."""

    wanted: Wanted
    by: By
    periods: tuple[date, ...]

    @property
    def period(self) -> str:
        """What a period is called."""
        return "week" if self.by is By.WEEK else "day"


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot with its numbers: `name` is a word for programs, `series` have a value for each period."""

    name: str
    title: str
    text: str
    drawn: Markup
    series: tuple[Series, ...]


async def _asked(
    member: Viewer,
    site: Annotated[str, Query(max_length=40)] = "",
    station: Annotated[str, Query(max_length=32)] = "",
    days: int = 30,
) -> Asked:
    """Of one site or of all that are those of who looks; raises BadForm, NotAllowed."""
    if days not in dict(PERIODS):
        raise BadForm
    if site:
        member.require(Role.VIEW, site)
    sites = frozenset({site}) if site else member.session.sites
    by = By.DAY if days <= _BY_DAY else By.WEEK
    until = member.parts.clock.now().date()
    since = until - timedelta(days=days - 1)
    if by is By.WEEK:
        since -= timedelta(days=since.weekday())
    step = 7 if by is By.WEEK else 1
    periods = tuple(since + timedelta(days=number) for number in range(0, (until - since).days + 1, step))
    return Asked(Wanted(member.tenant, sites, since, until, station), by, periods)


AskedFor = Annotated[Asked, Depends(_asked)]


@router.get(FIGURES, summary="Figures")
def figures(member: Viewer, asked: AskedFor, days: int = 30, site: str = "") -> Response:
    """What is asked, drawn and in tables."""
    stations = _stations(member, asked)
    steps = step_statistics(member.parts, asked.wanted)
    panels = _panels(member, asked, steps)
    return member.page(
        "figures.html",
        panels=panels,
        steps=steps,
        in_words=in_words,
        asked=asked,
        periods=PERIODS,
        days=days,
        site=site,
        sites=member.sites,
        stations=[(each.id, each.name) for each in stations],
        file=f"{FIGURES}.csv?{member.request.url.query}",
    )


@router.get(f"{FIGURES}.csv", summary="Take figures along")
def exported(member: Viewer, asked: AskedFor) -> Response:
    """What the page shows, one value a line; what is not known is left out."""
    _stations(member, asked)
    panels = _panels(member, asked, step_statistics(member.parts, asked.wanted))
    return download(_csv(asked, panels), "figures.csv")


def _stations(member: Member, asked: Asked) -> Sequence[StationRow]:
    """Those that may be chosen. Raises NoSuchThing where another one was."""
    sites = asked.wanted.sites
    found = stations_of(member.parts, member.tenant)
    offered = [each for each in found if not sites or each.site in sites]
    if asked.wanted.station_id and asked.wanted.station_id not in {each.id for each in offered}:
        raise NoSuchThing
    return offered


def _csv(asked: Asked, panels: Sequence[Panel]) -> Iterator[str]:
    yield csv_line((asked.period, "figure", "name", "value"))
    for panel in panels:
        for each in panel.series:
            for period, value in zip(asked.periods, each.values, strict=True):
                if value is not None:
                    yield csv_line((period.isoformat(), panel.name, each.name, f"{value:g}"))


def _panels(member: Member, asked: Asked, steps: Sequence[StepStatistics]) -> tuple[Panel, ...]:
    """Those that there is anything in."""
    outcomes = outcome_statistics(member.parts, asked.wanted, asked.periods)
    over_time = step_statistics(member.parts, asked.wanted, asked.by) if steps else ()
    began = f"by the {asked.period} that they began"
    half = "half of the people took so long or less"
    ended = f"by the {asked.period} that they ended"
    made = (
        _panel(asked, "enrollments", "How enrollments ended", began, _whole(outcomes), stacked),
        _panel(asked, "seconds", "Seconds per step", half, _seconds(asked, steps, over_time), lines),
        _panel(asked, "steps", "How steps ended", ended, _ends(asked, over_time), stacked),
    )
    return tuple(each for each in made if each.series)


def _panel(
    asked: Asked, name: str, title: str, text: str, series: tuple[Series, ...], draw: Callable[[Plot], Markup]
) -> Panel:
    columns = tuple(f"{each:%m-%d}" for each in asked.periods)
    return Panel(name, title, text, draw(Plot(f"{title}, by {asked.period}", columns, series)), series)


def _whole(counted: Sequence[Mapping[Outcome, int]]) -> tuple[Series, ...]:
    """Each way in which any enrollment ended; always with the same look."""
    return tuple(
        Series(in_words(outcome), tuple(float(each.get(outcome, 0)) for each in counted), look=number)
        for number, outcome in enumerate(Outcome, 1)
        if any(outcome in each for each in counted)
    )


def _seconds(asked: Asked, steps: Sequence[StepStatistics], over_time: Sequence[StepStatistics]) -> tuple[Series, ...]:
    """Of the steps that most people came to."""
    frequent = sorted(steps, key=lambda each: -each.count)[:_MOST_LINES]
    middle = {(each.step, each.day): each.median for each in over_time}
    return tuple(
        Series(in_words(each.step), tuple(middle.get((each.step, day)) for day in asked.periods), look=number)
        for number, each in enumerate(frequent, 1)
    )


def _ends(asked: Asked, over_time: Sequence[StepStatistics]) -> tuple[Series, ...]:
    """The most frequent ways in which steps end, and the rest in one."""
    by_period: dict[date | None, Counter[str]] = {}
    for each in over_time:
        by_period.setdefault(each.day, Counter()).update(each.outcomes)
    total = sum(by_period.values(), Counter[str]())
    words = [word for word, _ in total.most_common(_MOST_LINES)]
    none: Counter[str] = Counter()
    series = [
        Series(in_words(word), tuple(float(by_period.get(day, none)[word]) for day in asked.periods), look=number)
        for number, word in enumerate(words, 1)
    ]
    if len(total) > len(words):
        counted = [by_period.get(day, none) for day in asked.periods]
        rest = tuple(float(each.total() - sum(each[word] for word in words)) for each in counted)
        series.append(Series("Other", rest, look=_MOST_LINES + 1))
    return tuple(series)
