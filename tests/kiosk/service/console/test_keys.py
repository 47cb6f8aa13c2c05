"""The inventory at the console: found, stocked, and changed, by those who may, at their sites."""

from __future__ import annotations

import pytest

from kiosk.contract.staff import Role
from kiosk.service.keys import actions
from kiosk.service.keys.rules import Actor
from kiosk.service.keys.stock import NewKey, add_stock
from kiosk.service.store.keys import KeyRow, KeyState, Wanted
from tests.kiosk.service.console.desk import Desk, desk_of
from tests.kiosk.service.running import Running
from tests.kiosk.service.staff.crew import Crew

PATH = "/console/keys"
MODEL = "ee882879-721c-4913-9775-3dfcce97072a"


def stocked(online: Running, *serials: str, site: str = "") -> list[KeyRow]:
    """Keys of one model in the stock."""
    add_stock(online.parts, Actor("test"), [NewKey(each, MODEL, "Blue", site) for each in serials])
    return [each for serial in serials for each in of_number(online, serial)]


def of_number(online: Running, serial: str) -> tuple[KeyRow, ...]:
    return actions.find(online.parts, Actor("test"), Wanted("default", serial)).keys


def takes(desk: Desk, keys: str, **form: str) -> str:
    return desk.sends(f"{PATH}/stock", f"{PATH}/stock", keys=keys, **form).text


@pytest.mark.databases
def test_keys_are_taken_in_by_their_numbers_and_found_again(online: Running) -> None:
    desk = desk_of(online)
    assert "2 new, 0 known, 0 wrong" in takes(desk, "1001\n 1002 ", model=MODEL)
    assert "1 new, 1 known" in takes(desk, "1002, 1003", model=MODEL)
    assert ">1002</a>" in desk.get(PATH).text
    page = desk.get(f"{PATH}?serial=1002&model={MODEL}&state=in_stock").text
    assert ">1002</a>" in page
    assert ">1003</a>" not in page
    assert "No key fits" in desk.get(f"{PATH}?state=lost").text


def test_a_table_is_taken_in_and_what_is_wrong_is_told_and_stays(online: Running) -> None:
    desk = desk_of(online)
    table = f"serial,aaguid,site\n2001,{MODEL},north\n{'9' * 70},,north\n2002,no,north"
    page = takes(desk, table)
    assert "1 new, 0 known, 2 wrong" in page
    assert "2002,no,north" in page
    assert of_number(online, "2001")[0].site == "north"
    assert "no table of keys" in takes(desk, "serial,serial\n1,2")
    assert desk.sends(f"{PATH}/stock", f"{PATH}/stock", keys=" ").status_code == 400


def test_many_keys_stand_on_several_pages(online: Running) -> None:
    desk = desk_of(online)
    stocked(online, *(f"{number:04}" for number in range(60)))
    first = desk.get(f"{PATH}?model={MODEL}").text
    later = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = desk.get(later).text
    assert (first.count('<tr><th scope="row'), second.count('<tr><th scope="row')) == (50, 10)
    assert 'rel="prev"' in second


@pytest.mark.parametrize(
    ("what", "state"), [("lost", KeyState.LOST), ("retire", KeyState.RETIRED)]
)  # fmt: skip
def test_what_became_of_a_key_is_written_down_with_who_said_so(online: Running, what: str, state: KeyState) -> None:
    desk = desk_of(online)
    [row] = stocked(online, "3001")
    page = f"{PATH}/{row.id}"
    answer = desk.sends(page, f"{page}/{what}", reason="left in a train")
    assert answer.status_code == 303
    assert of_number(online, "3001")[0].state is state
    shown = desk.get(page).text
    assert "left in a train" in shown
    assert desk.row.display_name in shown
    assert Crew(online).events(f"key_{state.value}")[0].actor == f"staff:{desk.row.id}"


def test_a_key_that_was_brought_back_is_wiped_into_the_stock(online: Running) -> None:
    desk = desk_of(online)
    [row] = stocked(online, "3002")
    page = f"{PATH}/{row.id}"
    for what in ("lost", "returned", "wiped"):
        assert desk.sends(page, f"{page}/{what}").status_code == 303, what
    assert of_number(online, "3002")[0].state is KeyState.IN_STOCK


def test_what_a_key_is_not_ready_for_is_refused(online: Running) -> None:
    desk = desk_of(online)
    [row] = stocked(online, "3003")
    path = f"{PATH}/{row.id}/wiped"
    answer = desk.post(path, {"token": desk.browser.form_token(path)})
    assert answer.status_code == 409
    assert "in another state" in answer.text


def test_nobody_is_offered_what_their_role_does_not_do(online: Running) -> None:
    [row] = stocked(online, "3004")
    viewer, concierge = desk_of(online, "vera", Role.VIEW), desk_of(online, "tariq", Role.CONCIERGE)
    page = f"{PATH}/{row.id}"
    assert f'action="{page}' not in viewer.get(page).text
    shown = concierge.get(page).text
    assert f'action="{page}/lost"' in shown
    assert f'action="{page}/retire"' not in shown


def test_keys_of_another_site_are_not_there(online: Running) -> None:
    [here] = stocked(online, "4001", site="north")
    [there] = stocked(online, "4002", site="south")
    desk = desk_of(online, "mona", *Role, sites=frozenset({"north"}))
    page = desk.get(PATH).text
    assert ">4001</a>" in page
    assert "4002" not in page
    assert desk.get(f"{PATH}/{here.id}").status_code == 200
    assert desk.get(f"{PATH}/{there.id}").status_code == 404
    path = f"{PATH}/{there.id}/lost"
    assert desk.post(path, {"token": desk.browser.form_token(path)}).status_code == 404
    stock = f"{PATH}/stock"
    for form in ({"keys": "4003", "site": "south"}, {"keys": "serial,site\n4004,south", "site": "north"}):
        assert desk.post(stock, {"token": desk.browser.form_token(stock), **form}).status_code == 403
    assert of_number(online, "4003") == of_number(online, "4004") == ()
