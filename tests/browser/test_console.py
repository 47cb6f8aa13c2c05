"""Staff at the console in Chromium: they join, sign in, decide, look up and set up; every page is accessible."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import pytest

from kiosk.commands.embedded import Embedded
from kiosk.contract.staff import Role
from kiosk.service.policies.actions import Owner, in_force, publish, write_draft
from kiosk.service.staff import actions as staff
from kiosk.service.staff.actions import NewMember
from kiosk.service.staff.rules import NameTaken
from kiosk.service.stations import actions as stations
from kiosk.service.store.approvals import approval, pending_of_tenant
from tests.browser.chromium import Phone
from tests.browser.console import Seat, service_with_console
from tests.browser.walking import Booth
from tests.kiosk.service.running import Station

pytestmark = pytest.mark.browser

NARROW, MIDDLE, WIDE = (360, 740), (1280, 800), (2560, 1440)
LIMIT = 150_000
"""Bytes of a page with all that it loads, headers included."""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Embedded, ...]]:
    """One service with a console."""
    with service_with_console(tmp_path_factory.mktemp("service")) as embedded:
        yield (embedded,)


@pytest.fixture
def seat(phone: Phone, booth: Booth) -> Iterator[Seat]:
    """A browser that nobody has used; afterwards nobody waits, and nobody is staff."""
    phone.holds(*MIDDLE)
    parts = booth.embedded.service.parts
    yield Seat(phone, booth)
    with parts.store.read() as tx:
        waiting = pending_of_tenant(tx, "default")
    for each in waiting:
        booth.station.call("DELETE", f"/enrollments/{each.enrollment_id}/approvals/{each.id}")
    for member in staff.members(parts, "default"):
        staff.disable_member(parts, "test", member.id)


def asks(booth: Booth, action: str = "verify") -> str:
    """Somebody at a kiosk waits for staff; the path of the request."""
    visit = booth.known()
    opened = booth.station.post(f"/enrollments/{visit}/approvals", {"action": action}, 201)
    return f"/enrollments/{visit}/approvals/{opened['approval_id']}"


def heard(station: Station, path: str) -> tuple[str, datetime]:
    """What staff said, and when, as the kiosk waits for it."""
    answer = station.call("GET", f"{path}?seen=pending:0&wait=20")
    return answer.json()["state"], datetime.now(UTC)


def test_a_member_joins_signs_in_and_out(seat: Seat) -> None:
    seat.enters("anna")
    assert seat.browser.path == "/console"
    assert "Anna" in seat.browser.says(".me")
    seat.browser.presses('form[action="/console/sign-out"] button')
    assert "You are signed out" in seat.browser.says(".notice")
    seat.opens("/console")
    assert seat.browser.path == "/console/sign-in"


def test_a_link_works_once_and_its_code_leaves_the_address(seat: Seat) -> None:
    staff_id = seat.joins("bela")
    link = seat.link(staff_id)
    seat.opens(link)
    seat.browser.waits("form[data-make] button")
    assert seat.browser.run("return location.hash") == ""
    seat.browser.presses("form[data-make] button")  # the key is registered already
    assert "registered already" in seat.browser.says("[data-trouble]")


def test_a_request_appears_by_itself_is_approved_and_reaches_the_kiosk_within_a_second(seat: Seat) -> None:
    seat.enters("carl", Role.APPROVE)
    seat.opens("/console/requests")
    assert "Nobody waits" in seat.browser.says(".empty")
    seat.browser.waits('[aria-current="page"]')
    path = asks(seat.booth)
    begun = monotonic()
    seat.browser.waits(".request")
    assert monotonic() - begun < 2
    with ThreadPoolExecutor(1) as kiosk:
        answer = kiosk.submit(heard, seat.booth.station, path)
        seat.browser.presses('button[value="approve"]')
        state, at = answer.result()
    assert state == "approved"
    with seat.parts.store.read() as tx:
        decided = approval(tx, path.rpartition("/")[2])
    assert decided is not None
    assert at - decided.changed_at < timedelta(seconds=1)
    assert "Approved" in seat.browser.says(".notice")
    assert "Nobody waits" in seat.browser.says(".empty")


def test_somebody_is_denied_with_a_reason(seat: Seat) -> None:
    seat.enters("dora", Role.APPROVE)
    path = asks(seat.booth)
    seat.opens("/console/requests")
    seat.browser.types("reason", "Come with your passport")
    seat.browser.presses('button[value="deny"]')
    assert "Denied" in seat.browser.says(".notice")
    told = seat.booth.station.call("GET", path).json()
    assert (told["state"], told["reason"]) == ("denied", "Come with your passport")


def test_nothing_is_lost_of_what_somebody_types_while_others_decide(seat: Seat) -> None:
    seat.enters("ella", Role.APPROVE)
    path = asks(seat.booth)
    seat.opens("/console/requests")
    seat.browser.types("reason", "Come with")
    seat.booth.station.call("DELETE", path)
    seat.browser.waits("button[value=approve]:disabled")
    assert seat.browser.run("return document.querySelector('[name=reason]').value") == "Come with"
    assert "nothing to decide" in seat.browser.says("[data-trouble]")


def test_a_key_that_does_not_answer_changes_nothing(seat: Seat) -> None:
    seat.enters("finn", Role.APPROVE)
    path = asks(seat.booth)
    seat.opens("/console/requests")
    seat.browser.is_itself(recognized=False)
    seat.browser.presses('button[value="approve"]')
    assert "Nothing was sent" in seat.browser.says("[data-trouble]")
    assert seat.booth.station.call("GET", path).json()["state"] == "pending"


def test_whoever_is_disabled_is_shown_out_of_an_open_page(seat: Seat) -> None:
    staff_id = seat.enters("hans")
    staff.disable_member(seat.parts, "test", staff_id)
    assert "You are signed out" in seat.browser.says(".notice")
    assert seat.browser.path.startswith("/console/sign-in")


def test_somebody_who_calls_is_looked_up(seat: Seat) -> None:
    seat.enters("gina", Role.CONCIERGE)
    seat.opens("/console/look-up")
    seat.browser.types("wanted", "104217")
    seat.browser.types("reason", "Lost her key")
    seat.browser.presses(".row .primary")
    assert "M•••••" in seat.browser.says("#who")
    seat.browser.presses('button[value="mail"]')
    seat.browser.types("code", "000000")
    seat.browser.presses('form[action$="/check"] button')
    assert "not the code" in seat.browser.says(".notice")


def test_a_station_is_added_activated_and_revoked_with_a_fresh_touch(seat: Seat) -> None:
    seat.enters("hugo", Role.ADMINISTER)
    seat.opens("/console/stations")
    seat.browser.types("name", "Lobby, left")
    seat.browser.presses('form[action="/console/stations"] .primary')
    seat.browser.presses('form[action$="/code"] button')
    assert len(seat.browser.says(".code").replace("-", "")) >= 16
    seat.browser.waits(".qr svg")
    later = seat.parts.settings.staff
    object.__setattr__(later, "confirm", 0)
    try:
        seat.browser.presses('form[action$="/revoke"] button')
        assert "Touch your key" in seat.browser.says("h1")
        assert seat.browser.violations() == []
        seat.browser.presses("main .primary")
        assert "shut out" in seat.browser.says(".notice")
    finally:
        object.__setattr__(later, "confirm", 300)
    assert stations.station_in(seat.parts, "default", row_of(seat)).revoked_at is not None


def row_of(seat: Seat) -> str:
    """The id of the station that was added last."""
    return max(stations.stations_of(seat.parts, "default"), key=lambda each: each.created_at).id


def test_a_policy_is_compared_published_and_holds(seat: Seat) -> None:
    seat.enters("pia")
    seat.opens("/console/policies")
    seat.browser.types("document", "pin.min_length = 9\nsupervision.verify = 2")
    seat.browser.types("note", "Longer PINs")
    seat.browser.presses('form[action="/console/policies"] button')
    assert "9" in seat.browser.says("ins")
    seat.browser.presses('form[action="/console/policies/publish"] button')
    assert "published" in seat.browser.says(".notice")
    with seat.parts.store.read() as tx:
        assert in_force(tx, seat.parts, Owner("default")).pin.min_length == 9
    proposed = write_draft(seat.parts, "test", Owner("default"), {})
    publish(seat.parts, "test", Owner("default"), proposed.draft.edition)


def test_everything_can_be_done_with_the_keyboard_alone(seat: Seat) -> None:
    seat.joins("iris", Role.APPROVE)
    seat.opens("/console/sign-in")
    seat.browser.waits('form[action="/console/sign-in"] button')
    assert seat.browser.run("return document.activeElement.matches('form[data-sign] button')")
    seat.browser.driver.switch_to.active_element.send_keys("\ue007")
    seat.browser.waits(".me")
    asks(seat.booth)
    seat.opens("/console/requests")
    seat.browser.waits(".request")
    seat.browser.waits("body").send_keys("\ue004")
    assert seat.browser.run("return document.activeElement.className") == "skip"
    seat.browser.driver.switch_to.active_element.send_keys("\ue007")
    seat.browser.driver.switch_to.active_element.send_keys("\ue004")
    assert seat.browser.run("return document.activeElement.name") == "reason"
    seat.browser.driver.switch_to.active_element.send_keys("\ue004")
    seat.browser.driver.switch_to.active_element.send_keys("\ue007")
    assert "Approved" in seat.browser.says(".notice")


def test_keys_for_the_stock_come_from_a_file_and_one_that_is_too_long_changes_nothing(
    seat: Seat, tmp_path: Path
) -> None:
    seat.enters("ines", Role.ADMINISTER)
    seat.opens("/console/keys/stock")
    long, short = tmp_path / "all.csv", tmp_path / "box.csv"
    long.write_text("serial\n" + "90001234\n" * 4000)
    short.write_text("\ufeffserial,model\n77001,Box key\n77002,Box key\n", encoding="utf-8")
    seat.browser.types("keys", "77000")
    seat.browser.waits("#file").send_keys(str(long))
    assert "too long" in seat.browser.says("[data-trouble]")
    assert seat.browser.told("#keys", "value") == "77000"
    seat.browser.waits("#file").send_keys(str(short))
    seat.browser.waits("#keys:focus")
    assert seat.browser.told("#keys", "value").startswith("serial,model\n77001")
    seat.browser.presses("main .primary")
    assert "2 new, 0 known, 0 wrong" in seat.browser.says("main")


def test_pages_are_accessible_strict_alone_and_whole_at_every_width(seat: Seat) -> None:
    own = {urlsplit(seat.url).netloc}
    staff_id = seat.enters("jana")
    asks(seat.booth)
    row = stations.create_station(seat.parts, "test", "default", "Ward 4", "north")
    write_draft(seat.parts, "test", Owner("default"), {"pin": {"min_length": 9}}, "Longer PINs")
    seat.browser.loaded()
    for path in (
        *("/console/sign-in", seat.link(staff_id), "/console", "/console/requests", "/console/look-up"),
        *("/console/stations", f"/console/stations/{row.id}", "/console/staff", f"/console/staff/{staff_id}"),
        *("/console/policies", "/console/keys", "/console/keys/stock", "/console/tickets", "/console/figures"),
        *("/console/trail", "/console/projects"),
    ):
        seat.opens(path)
        seat.browser.waits("h1")
        load = seat.browser.loaded()
        assert load.hosts <= own, path
        assert load.size < LIMIT, path
        assert seat.browser.violations() == [], path
        for size in (NARROW, WIDE):
            seat.browser.holds(*size, dark=True)
            assert seat.browser.violations("color-contrast") == [], f"{path} in the dark"
            assert seat.browser.run("return document.documentElement.scrollWidth") <= size[0], f"{path} is too wide"
        seat.browser.holds(*MIDDLE)
        assert seat.browser.faults() == [], path


def test_pages_can_be_read_and_forms_sent_without_scripts(seat: Seat) -> None:
    seat.enters("kuno")
    seat.browser.scripts(run=False)
    try:
        seat.opens("/console/staff")
        seat.browser.types("name", "lena")
        seat.browser.presses('[name="role_view"]')
        seat.browser.presses("main .primary")
        assert "/console/join#" in seat.browser.says(".code")
    finally:
        seat.browser.scripts(run=True)
    with pytest.raises(NameTaken):
        staff.add_member(seat.parts, "test", "default", NewMember("lena", "", "", frozenset({Role.VIEW})))
