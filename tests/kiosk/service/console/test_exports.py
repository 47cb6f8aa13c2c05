"""Keys and people as files: what the pages show, whole, of the sites of who asks, and in the trail."""

from __future__ import annotations

import csv
import io
from functools import partial

import pytest
from sqlalchemy import event, select

from kiosk.contract.staff import Role
from kiosk.service.concierge import listing
from kiosk.service.concierge.rules import StaffCaller
from kiosk.service.console import exports
from kiosk.service.console.exports import PEOPLE
from kiosk.service.enrollments.actions import cancel
from kiosk.service.keys import actions
from kiosk.service.keys.rules import Actor
from kiosk.service.keys.stock import NewKey, add_stock
from kiosk.service.store.attempts import put_failures
from kiosk.service.store.keys import Wanted
from kiosk.service.store.sites import put_site
from kiosk.service.store.users import users
from kiosk.service.verification.counters import subject_of_person
from tests.kiosk.service.console.desk import Desk, desk_of
from tests.kiosk.service.keys.visits import JEAN, Visit, key_like, user_of
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


def somebody_fails(online: Running, user_id: str, count: int) -> None:
    subject, now = subject_of_person(online.parts.hmac_key, user_id), online.clock.now()
    online.parts.store.write(lambda tx: put_failures(tx, subject, None, count, now))


@pytest.mark.databases
def test_people_are_taken_along_masked_with_their_keys_their_last_enrollment_and_their_lock(
    online: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_AT_ONCE", 1)
    first = Visit(online)
    began = online.clock.now()
    first.enrolls(key_like(online), serial="90001234")
    online.clock.advance(minutes=5)
    Visit(online, JEAN)
    somebody_fails(online, user_of(online, JEAN), 100)
    found = rows_of(desk_of(online), PEOPLE)
    with online.parts.store.read() as tx:
        everybody = set(tx.connection.execute(select(users.c.id)).scalars())
    assert {each["id"] for each in found} == everybody
    assert len(found) == len(everybody)
    told = {each["id"]: each for each in found}
    maria, jean = told[user_of(online)], told[user_of(online, JEAN)]
    assert (maria["name"], maria["sign_in_name"]) == ("M••••• O•••••", "m•••••@example.org")
    assert (maria["keys"], maria["keys_to_hand_over"], maria["locked"]) == ("1", "0", "no")
    assert maria["last_enrollment_at"] <= began.isoformat(timespec="seconds")
    assert (jean["keys"], jean["last_enrollment"], jean["locked"], jean["locked_until"]) == (
        "0",
        "under_way",
        "yes",
        "",
    )
    others = [each for each in found if each not in (maria, jean)]
    assert {(each["keys"], each["last_enrollment"], each["locked"]) for each in others} == {("0", "", "no")}
    assert "okafor" not in str(found).lower()


@pytest.mark.databases
def test_the_last_of_several_enrollments_is_told_with_how_it_ended(online: Running) -> None:
    for _ in range(2):
        visit = Visit(online)
        caller, enrollment = visit.caller, visit.enrollment
        cancel(online.parts, caller, enrollment)
    [maria] = [each for each in rows_of(desk_of(online), PEOPLE) if each["id"] == user_of(online)]
    assert maria["last_enrollment"] == "cancelled"
    online.clock.advance(minutes=5)
    Visit(online)
    [maria] = [each for each in rows_of(desk_of(online, "rosa"), PEOPLE) if each["id"] == user_of(online)]
    assert maria["last_enrollment"] == "under_way"


@pytest.mark.databases
def test_a_page_of_people_costs_as_many_statements_as_one_person(online: Running) -> None:
    counted: list[str] = []
    event.listen(
        online.parts.store.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: counted.append(statement),
    )
    caller = StaffCaller("1" * 32, frozenset(), "default", frozenset())
    few = listing.people(online.parts, caller, "", 1)
    after_few = len([each for each in counted if each.startswith("SELECT")])
    many = listing.people(online.parts, caller, "", 100)
    after_many = len([each for each in counted if each.startswith("SELECT")])
    assert (len(few.people), few.next) == (1, few.people[0].person.user_id)
    assert len(many.people) > 2
    assert (after_few, after_many) == (5, 10)


def test_whoever_may_not_look_up_or_not_administer_takes_no_people(online: Running) -> None:
    for name, roles in (("tariq", [Role.CONCIERGE]), ("ada", [Role.ADMINISTER])):
        desk = desk_of(online, name, *roles)
        assert desk.get(PEOPLE).status_code == 403
        assert PEOPLE not in desk.get("/console/look-up").text
    assert f'href="{PEOPLE}"' in desk_of(online).get("/console/look-up").text
    assert not Crew(online).events("data_exported")


def test_whoever_works_at_one_site_takes_its_people_alone(online: Running) -> None:
    now, maria, jean = online.clock.now(), user_of(online), user_of(online, JEAN)
    for person, site in ((maria, "north"), (maria, "south"), (jean, "south")):
        online.parts.store.write(partial(put_site, user_id=person, site=site, attributes={}, now=now))
    [row] = rows_of(desk_of(online, "mona", *Role, sites=frozenset({"north"})), PEOPLE)
    assert (row["id"], row["sites"]) == (maria, "north")
    [event_] = Crew(online).events("data_exported")
    assert event_.details == {"what": "people", "form": "csv"}
