"""The trail at the console: found, verified, and taken along, by those who may, at their sites."""

from __future__ import annotations

import csv
import io

import pytest

from kiosk.contract.staff import Role
from kiosk.service.audit.actions import Event, record
from kiosk.service.audit.checking import verify_export
from tests.kiosk.service.console.desk import desk_of
from tests.kiosk.service.running import Running
from tests.kiosk.service.staff.crew import Crew

PATH = "/console/trail"


def happened(online: Running, name: str, subject: str = "p1", site: str = "", reason: str = "") -> None:
    event = Event(name, "default", "service", subject, site, reason)
    online.parts.store.write(lambda tx: record(tx, online.parts, event))


@pytest.mark.databases
def test_entries_are_found_by_what_whom_who_and_when(online: Running) -> None:
    desk = desk_of(online)
    happened(online, "key_lost", "p1", reason="in a train")
    happened(online, "key_issued", "p2")
    today = online.parts.clock.now().date().isoformat()
    for asked in ("event=key_lost", "event=Key lost", "subject=p1", f"subject=p1&actor=service&since={today}"):
        page = desk.get(f"{PATH}?{asked}").text
        assert "in a train" in page, asked
        assert "Key issued" not in page, asked
    assert "Nothing fits" in desk.get(f"{PATH}?until=2001-01-01").text
    assert desk.get(f"{PATH}?since=yesterday").status_code == 400


def test_many_entries_stand_on_several_pages(online: Running) -> None:
    desk = desk_of(online)
    for _ in range(60):
        happened(online, "key_seen")
    page = desk.get(f"{PATH}?event=key_seen").text
    later = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert (page.count("Key seen"), desk.get(later).text.count("Key seen")) == (50, 10)


def test_staff_are_named_and_the_trail_is_verified(online: Running) -> None:
    desk = desk_of(online)
    assert desk.row.display_name in desk.get(f"{PATH}?actor=staff:{desk.row.id}").text
    assert "The trail is whole" in desk.sends(PATH, f"{PATH}/verify").text


@pytest.mark.parametrize("form", ["jsonl", "csv", "cef"])
def test_it_is_taken_along_whole_and_that_is_in_it(online: Running, form: str) -> None:
    desk = desk_of(online)
    happened(online, "key_lost", "p1")
    answer = desk.get(f"{PATH}.{form}")
    assert answer.headers["content-disposition"] == f'attachment; filename="trail.{form}"'
    assert "data_exported" in answer.text
    [event] = Crew(online).events("data_exported")
    assert (event.actor, event.details) == (f"staff:{desk.row.id}", {"what": "trail", "form": form})
    if form == "jsonl":
        assert verify_export(answer.text.splitlines()).whole
    if form == "csv":
        assert [row["event"] for row in csv.DictReader(io.StringIO(answer.text))][-2:] == ["key_lost", "data_exported"]


def test_a_form_that_is_none_is_not_there(online: Running) -> None:
    assert desk_of(online).get(f"{PATH}.pdf").status_code == 404


def test_who_works_at_one_site_sees_and_takes_what_happened_there(online: Running) -> None:
    desk = desk_of(online, "mona", *Role, sites=frozenset({"north"}))
    happened(online, "key_lost", site="north", reason="here")
    happened(online, "key_lost", site="south", reason="elsewhere")
    for text in (desk.get(PATH).text, desk.get(f"{PATH}.csv").text):
        assert "here" in text
        assert "elsewhere" not in text
