"""Figures at the console: drawn, and in a table, of the sites that are those of who looks."""

from __future__ import annotations

from kiosk.contract.staff import Role
from kiosk.service.stations import actions, rules
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
