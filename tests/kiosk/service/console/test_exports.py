"""Keys as a file: what the page shows, whole, of the sites of who asks, and in the trail."""

from __future__ import annotations

import csv
import io

import pytest

from kiosk.contract.staff import Role
from kiosk.service.console import exports
from kiosk.service.keys import actions
from kiosk.service.keys.rules import Actor
from kiosk.service.keys.stock import NewKey, add_stock
from kiosk.service.store.keys import Wanted
from tests.kiosk.service.console.desk import Desk, desk_of
from tests.kiosk.service.running import Running
from tests.kiosk.service.staff.crew import Crew

KEYS = "/console/keys"
MODEL = "ee882879-721c-4913-9775-3dfcce97072a"
ADMINISTRATOR = Actor("test")


def stocked(online: Running, *serials: str, site: str = "", model: str = "Blue") -> None:
    add_stock(online.parts, ADMINISTRATOR, [NewKey(each, MODEL, model, site) for each in serials])


def rows_of(desk: Desk, path: str) -> list[dict[str, str]]:
    """What a spreadsheet sees."""
    answer = desk.get(path)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


@pytest.mark.databases
def test_keys_are_taken_along_page_by_page_with_the_filter_of_the_page(
    online: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_AT_ONCE", 2)
    stocked(online, *(f"{number:04}" for number in range(5)))
    [lost] = actions.find(online.parts, ADMINISTRATOR, Wanted("default", "0003")).keys
    actions.mark_lost(online.parts, ADMINISTRATOR, lost.id, "train")
    desk = desk_of(online, "vera", Role.VIEW)
    assert {each["serial"] for each in rows_of(desk, f"{KEYS}.csv")} == {f"{number:04}" for number in range(5)}
    page = desk.get(f"{KEYS}?state=lost&model={MODEL}").text
    file = page.partition(" download>")[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    [row] = rows_of(desk, file)
    told = {"serial": "0003", "model": "Blue", "aaguid": MODEL, "state": "lost", "reason": "train", "holder": ""}
    assert row.items() >= told.items()


def test_that_keys_were_taken_along_is_in_the_trail(online: Running) -> None:
    desk = desk_of(online, "vera", Role.VIEW)
    answer = desk.get(f"{KEYS}.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="keys.csv"'
    [event] = Crew(online).events("data_exported")
    assert (event.actor, event.details) == (f"staff:{desk.row.id}", {"what": "keys", "form": "csv"})


def test_a_filter_that_makes_no_sense_is_refused_and_nothing_is_taken(online: Running) -> None:
    desk = desk_of(online)
    for wrong in ("state=mine", f"serial={'9' * 65}"):
        assert desk.get(f"{KEYS}.csv?{wrong}").status_code == 400
    assert not Crew(online).events("data_exported")


def test_no_cell_of_a_file_is_a_formula(online: Running) -> None:
    stocked(online, "=1+1", model="@SUM(A1)")
    [row] = rows_of(desk_of(online), f"{KEYS}.csv")
    assert (row["serial"], row["model"]) == ("'=1+1", "'@SUM(A1)")


def test_whoever_works_at_one_site_takes_the_keys_of_it_alone(online: Running) -> None:
    stocked(online, "4001", site="north")
    stocked(online, "4002", site="south")
    desk = desk_of(online, "mona", Role.VIEW, sites=frozenset({"north"}))
    assert [each["serial"] for each in rows_of(desk, f"{KEYS}.csv")] == ["4001"]
    assert rows_of(desk, f"{KEYS}.csv?site=south") == []
