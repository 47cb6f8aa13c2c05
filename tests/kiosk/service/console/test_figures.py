"""Figures at the console: drawn, and in a table, of the sites that are those of who looks."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

from kiosk.contract.enrollments import Phase
from kiosk.contract.staff import Role
from kiosk.service.sources import new_id
from kiosk.service.stations import actions, rules
from kiosk.service.store.enrollments import EnrollmentRow, add_enrollment
from kiosk.service.store.fleet import StepRow
from kiosk.service.store.fleet_standings import add_steps
from tests.kiosk.service.console.desk import desk_of
from tests.kiosk.service.running import Running

PATH = "/console/figures"


def told(online: Running, *tenths: int, site: str = "north", step: str = "Touch", days: int = 0) -> None:
    day = rules.day_of(online.parts.clock.now()) - days
    known = {each.site: each.id for each in actions.stations_of(online.parts, "default")}
    station = known.get(site) or actions.create_station(online.parts, "test", "default", site, site).id
    steps = [StepRow(station, "default", site, step, each, "done", day) for each in tenths]
    online.parts.store.write(lambda tx: add_steps(tx, steps))


def test_steps_are_drawn_and_stand_in_a_table(online: Running) -> None:
    told(online, 10, 20, 30)
    told(online, 40, days=20)
    page = desk_of(online).get(PATH).text
    assert page.count('<svg class="plot" role="img"') == 2
    assert '<th scope="row" class="figure">2026-06-01</th><td data-name="Touch" class="figure">2</td>' in page
    assert '<th scope="row" class="figure">2026-05-31</th><td data-name="Touch" class="figure">–</td>' in page
    assert '<th scope="row">Touch</th><td data-name="Times" class="figure">4</td>' in page
    assert "2.0 s" in page
    assert ">3</td>" in desk_of(online, "tariq").get(f"{PATH}?days=7").text


def test_nothing_is_drawn_of_nothing(online: Running) -> None:
    desk = desk_of(online)
    assert "No figures yet" in desk.get(PATH).text
    assert desk.get(f"{PATH}?days=31").status_code == 400


def test_who_works_at_one_site_sees_its_figures_alone(online: Running) -> None:
    told(online, 10)
    told(online, 99, site="south", step="Elsewhere")
    desk = desk_of(online, "mona", Role.VIEW, sites=frozenset({"north"}))
    page = desk.get(PATH).text
    assert "Touch" in page
    assert "Elsewhere" not in page
    assert desk.get(f"{PATH}?site=south").status_code == 403


def test_whole_enrollments_are_drawn_by_the_week_of_a_year_and_taken_along(online: Running) -> None:
    told(online, 10)
    made_at(online, Phase.DONE, days=0)
    made_at(online, Phase.DONE, days=8)
    made_at(online, Phase.LOCKED, days=8)
    made_at(online, Phase.KEY, days=0)
    desk = desk_of(online, "mona", Role.VIEW)
    page = desk.get(f"{PATH}?days=365").text
    assert '<th scope="row" class="figure">2026-05-18</th><td data-name="Completed" class="figure">1</td>' in page
    answer = desk.get(f"{PATH}.csv?days=365")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(answer.content.decode())))
    whole = {(each["week"], each["name"]): each["value"] for each in rows if each["figure"] == "enrollments"}
    assert {key: value for key, value in whole.items() if value != "0"} == {
        ("2026-05-18", "Completed"): "1",
        ("2026-05-18", "Locked"): "1",
        ("2026-06-01", "Completed"): "1",
    }
    assert [each["value"] for each in rows if each["figure"] == "seconds"] == ["1"]


def test_only_stations_of_ones_sites_can_be_chosen(online: Running) -> None:
    told(online, 10)
    told(online, 99, site="south", step="Elsewhere")
    ids = {each.site: each.id for each in actions.stations_of(online.parts, "default")}
    desk = desk_of(online, "mona", Role.VIEW, sites=frozenset({"north"}))
    assert desk.get(f"{PATH}?station={ids['north']}").status_code == 200
    for path in (PATH, f"{PATH}.csv"):
        assert desk.get(f"{path}?station={ids['south']}").status_code == 404


def made_at(online: Running, phase: Phase, days: int) -> None:
    """An enrollment that began so many days ago, and stands there."""
    at = online.parts.clock.now() - timedelta(days=days)
    client = online.station().credentials.client_id
    row = EnrollmentRow(new_id(online.parts.random), client, "en", phase, 1, at, at + timedelta(minutes=10))
    online.parts.store.write(lambda tx: add_enrollment(tx, row))
