"""What phones did for visits, and visits whose station is lost, on each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kiosk.contract.enrollments import Phase
from kiosk.service.enrollments.reconciliation import expire
from kiosk.service.store.enrollments import EnrollmentRow, enrollment
from kiosk.service.tls import Identity
from tests.kiosk.service.pages.phones import Phone, matched, shown, station_of, with_passkey, with_phones
from tests.kiosk.service.running import Running, Station

pytestmark = pytest.mark.databases
Opened = tuple[Running, Station, Phone]


@pytest.fixture
def opened(
    tmp_path: Path, tls: tuple[Identity, Identity], backend: dict[str, str]
) -> Iterator[Callable[[str], Opened]]:
    """Opens a kiosk with a phone, by the place of the phone's passkey."""
    with ExitStack() as stack:

        def build(place: str) -> Opened:
            running = stack.enter_context(with_phones(tmp_path, tls, phone={"place": place}, database=backend))
            station = station_of(running)
            stack.callback(station.session.close)
            return running, station, stack.enter_context(Phone.of(running))

        yield build


def stored(running: Running, station: Station, visit: str) -> EnrollmentRow:
    with running.parts.store.read() as tx:
        found = enrollment(tx, visit, station.credentials.client_id)
    assert found is not None
    return found


def test_a_visit_that_its_station_left_after_the_phone_ends_well(opened: Callable[[str], Opened]) -> None:
    running, station, phone = opened("instead")
    visit = running.verified(station)
    with_passkey(phone, shown(running, station, enrollmentId=visit, purpose="passkey"))
    running.clock.advance(minutes=16)
    expire(running.parts)
    row = stored(running, station, visit)
    assert row.phase is Phase.DONE
    station.sign_in()
    ended = station.call("POST", f"/enrollments/{visit}/finish", {}).json()
    assert (ended["receipt"], ended["outcomes"][0]["result"]) == (row.receipt, "registered")


def test_a_station_that_begins_anew_leaves_the_visit_done(opened: Callable[[str], Opened]) -> None:
    running, station, phone = opened("instead")
    visit = running.verified(station)
    with_passkey(phone, shown(running, station, enrollmentId=visit, purpose="passkey"))
    station.open()
    assert stored(running, station, visit).phase is Phase.DONE


@pytest.mark.parametrize("place", ["before", "instead"])
def test_a_visit_is_not_done_by_what_a_phone_began_or_by_what_is_no_key(
    opened: Callable[[str], Opened], place: str
) -> None:
    running, station, phone = opened(place)
    visit = running.verified(station)
    code = shown(running, station, enrollmentId=visit, purpose="passkey")
    if place == "before":
        with_passkey(phone, code)
    else:
        matched(phone, code)
    running.clock.advance(minutes=16)
    expire(running.parts)
    assert stored(running, station, visit).phase is Phase.EXPIRED


def test_who_leaves_after_the_end_takes_the_code_along(opened: Callable[[str], Opened]) -> None:
    running, station, phone = opened("after")
    visit = running.verified(station)
    ceremony = running.begun(station, visit)
    path = f"/enrollments/{visit}/ceremony/{ceremony['ceremony_id']}"
    made = running.key.register(ceremony["public_key"], ceremony["origin"])
    proof = station.post(f"{path}/complete", {"credential": made}, 201)["proof"]
    proved = {"credential": running.key.prove(proof, ceremony["origin"])}
    assert station.post(f"{path}/proof", proved, 200)["phase"] == "done"
    code = shown(running, station, enrollmentId=visit, purpose="passkey")
    matched(phone, code)
    assert station.call("DELETE", f"/enrollments/{visit}").status_code == 204
    assert (code.status, code.standing["reason"]) == ("CANCELLED", "taken_back")
    assert stored(running, station, visit).phase is Phase.DONE
