"""What all pages of the console have in common: their files, their navigation, how they refuse and write times."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.staff import Role
from kiosk.service.console.places import PLACES, place_of
from kiosk.service.console.written import ago, day, lasts, when
from kiosk.service.staff import actions
from tests.kiosk.service.console.desk import Desk, desk_of
from tests.kiosk.service.running import Running
from tests.kiosk.service.staff.crew import Crew


def test_files_are_kept_for_good_under_names_that_change_with_them(online: Running) -> None:
    desk = Desk(online, Crew(online).joined("mona"))
    page = desk.get("/console/sign-in").text
    names = re.findall(r'(?:href|src)="(/console/assets/[^"]+)"', page)
    assert {name.rpartition(".")[2] for name in names} == {"css", "js", "svg"}
    for name in names:
        answer = desk.get(name)
        assert re.search(r"\.[0-9a-f]{16}\.", name)
        assert "immutable" in answer.headers["cache-control"]
    assert desk.get("/console/assets/console.css").status_code == 404


def test_no_page_has_a_script_or_a_style_of_its_own(online: Running) -> None:
    desk = desk_of(online)
    for place in PLACES:
        page = desk.get(place.path).text
        assert not re.search(r"<style|<script(?! src=)|\sstyle=|\son[a-z]+=", page), place.path
        assert 'lang="en"' in page


def test_the_place_that_is_open_is_marked(online: Running) -> None:
    desk = desk_of(online)
    for place in PLACES:
        page = desk.get(place.path).text
        assert re.findall(r'href="([^"]+)" aria-current="page"', page) == [place.path]
        assert len(re.findall("<h1", page)) == 1


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/console", "/console"),
        ("/console/stations", "/console/stations"),
        ("/console/stations/abc/code", "/console/stations"),
        ("/console/stationsx", "/console"),
        ("/elsewhere", ""),
    ],
)
def test_a_page_belongs_to_the_longest_place_above_it(path: str, place: str) -> None:
    assert place_of(path) == place


def test_whoever_is_refused_inside_keeps_the_way_out(online: Running) -> None:
    desk = desk_of(online, "mona", Role.VIEW)
    answer = desk.get("/console/staff")
    assert answer.status_code == 403
    assert "You may not do this" in answer.text
    assert "Sign out" in answer.text


def test_what_is_nowhere_is_told_by_a_page(online: Running) -> None:
    answer = desk_of(online).get("/console/nowhere/at/all")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert "Sign out" in answer.text


def test_a_service_without_an_address_for_staff_has_no_console(running: Running) -> None:
    for path in ("/console", "/console/sign-in", "/console/join"):
        answer = requests.get(running.url + path, verify=str(running.authority), timeout=20)
        assert answer.status_code == 404
        assert "There is no console here" in answer.text


def test_words_of_an_address_that_are_no_notice_are_not_shown(online: Running) -> None:
    page = desk_of(online).get("/console?told=Call+0800+now").text
    assert "0800" not in page
    assert 'class="notice' not in page


def test_who_signs_in_again_is_signed_in_once(online: Running) -> None:
    desk = desk_of(online)
    before = desk.session.cookies.get("__Host-keywright-staff")
    desk.signs_in()
    assert desk.session.cookies.get("__Host-keywright-staff") != before
    assert len(Crew(online).events("staff_signed_out")) == 1


def test_names_of_people_are_text_and_nothing_else(online: Running) -> None:
    desk = desk_of(online)
    name = "<img src=x onerror=alert(1)>"
    actions.add_member(online.parts, "test", "default", actions.NewMember(name, "", "", frozenset({Role.VIEW})))
    page = desk.get("/console/staff").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (12000, "3 h 20 min"),
        (172799, "47 h 59 min"),
        (172800, "2 days"),
    ],
)
def test_times_are_written_short(seconds: float, told: str) -> None:
    assert lasts(seconds) == told
    assert ago(seconds) == ("just now" if seconds < 2 else f"{told} ago")


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_is_written_for_people_and_machines(time: datetime) -> None:
    for written in (when(time), day(time)):
        found = re.fullmatch(r'<time datetime="([^"]+)" data-local="(time|day)">[^<]+</time>', str(written))
        assert found
        assert datetime.fromisoformat(found[1]) == time.replace(microsecond=0)
    assert when(None) == day(None) == "–"
