"""Requests in the console: seen by those who may decide them, decided with a key over what was asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest

from kiosk.contract.staff import Approval, ApprovalAction, Role
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.console.desk import Desk, desk_of
from tests.kiosk.service.running import Running
from tests.kiosk.service.staff.crew import Crew


def asked(running: Running, action: ApprovalAction = ApprovalAction.VERIFY, **more: frozenset[str]) -> Approval:
    """Somebody at a kiosk waits."""
    crew = Crew(running)
    caller: Caller = crew.caller(f"Lobby {len(crew.events('approval_asked'))}", **more)  # type: ignore[arg-type]  # sites
    return crew.asked(caller, crew.visit(caller), action)


def decides(desk: Desk, waiting: Approval, decision: str, reason: str = "") -> int:
    """Presses a button of the page, and touches the key; the status of the answer."""
    path = f"/console/requests/{waiting.approval_id}"
    form = {"token": desk.token("/console/requests", path), "decision": decision, "reason": reason}
    answer = desk.post(path, form | desk.signs(f"{path}/challenge", form))
    return answer.status_code


@pytest.mark.databases
def test_a_request_is_shown_with_what_staff_need_and_approved(online: Running) -> None:
    desk, waiting = desk_of(online), asked(online)
    page = desk.get("/console/requests").text
    assert waiting.number in page
    assert "Lobby 0" in page
    assert "okafor" not in page.lower()
    assert decides(desk, waiting, "approve") == 303
    assert "Nobody waits" in desk.get("/console/requests").text
    said = Crew(online).events("staff_said_approve")
    assert [each.actor for each in said] == [f"staff:{desk.row.id}"]


def test_a_station_that_waits_hears_of_it_within_a_second(online: Running) -> None:
    desk, station = desk_of(online), online.station()
    visit = station.open()
    station.identify(visit)
    opened = station.post(f"/enrollments/{visit}/approvals", {"action": "verify"}, 201)
    path = f"/enrollments/{visit}/approvals/{opened['approval_id']}"
    action = f"/console/requests/{opened['approval_id']}"
    form = {"token": desk.token("/console/requests", action), "decision": "approve", "reason": ""}
    form |= desk.signs(f"{action}/challenge", form)
    with ThreadPoolExecutor(1) as waiting, station.session:
        answer = waiting.submit(station.call, "GET", f"{path}?seen=pending:0&wait=20")
        begun = monotonic()
        assert desk.post(action, form).status_code == 303
        assert answer.result().json()["state"] == "approved"
        assert monotonic() - begun < 1


def test_whoever_is_denied_is_told_why(online: Running) -> None:
    desk, waiting = desk_of(online), asked(online)
    assert decides(desk, waiting, "deny", "Come with your passport") == 303
    [said] = Crew(online).events("approval_denied")
    assert said.subject


def test_four_eyes_are_two_members(online: Running) -> None:
    object.__setattr__(online.parts.settings.supervision, "verify", 2)
    first, second, waiting = desk_of(online), desk_of(online, "tariq"), asked(online)
    assert "0 of 2" in first.get("/console/requests").text
    assert decides(first, waiting, "approve") == 303
    page = first.get("/console/requests").text
    assert "1 of 2" in page
    assert "You have said yes" in page
    assert "Approve</button>" not in page
    assert decides(second, waiting, "approve") == 303
    assert len(Crew(online).events("approval_approved")) == 1


def test_nobody_decides_with_the_key_of_somebody_else(online: Running) -> None:
    desk, other, waiting = desk_of(online), desk_of(online, "tariq"), asked(online)
    desk.member, mine = other.member, desk.member
    assert decides(desk, waiting, "approve") == 403
    desk.member = mine
    assert decides(desk, waiting, "approve") == 303


def test_what_was_signed_decides_nothing_else(online: Running) -> None:
    desk, one, two = desk_of(online), asked(online), asked(online)
    path = f"/console/requests/{one.approval_id}"
    form = {"decision": "approve", "reason": ""}
    signed = desk.signs(f"{path}/challenge", form)
    other = f"/console/requests/{two.approval_id}"
    token = desk.token("/console/requests", other)
    assert desk.post(other, {"token": token} | signed).status_code == 403
    assert not Crew(online).events("approval_approved")


@pytest.mark.parametrize("decision", ["", "perhaps"])
def test_a_decision_is_yes_or_no(online: Running, decision: str) -> None:
    desk, waiting = desk_of(online), asked(online)
    answer = desk.post(f"/console/requests/{waiting.approval_id}/challenge", {"decision": decision})
    assert answer.status_code == 400


def test_an_override_needs_a_reason_and_the_page_says_so(online: Running) -> None:
    desk, waiting = desk_of(online), asked(online, ApprovalAction.OVERRIDE)
    answer = desk.post(f"/console/requests/{waiting.approval_id}/challenge", {"decision": "approve", "reason": ""})
    assert answer.status_code == 400
    assert answer.json()["title"]
    assert decides(desk, waiting, "approve", "Passport seen") == 303


def test_requests_of_other_sites_are_seen_and_decided_by_nobody_here(online: Running) -> None:
    desk, waiting = desk_of(online, "mona", sites=frozenset({"north"})), asked(online, sites=frozenset({"south"}))
    assert waiting.approval_id not in desk.get("/console/requests").text
    answer = desk.post(f"/console/requests/{waiting.approval_id}/challenge", {"decision": "approve"})
    assert answer.status_code == 404


def test_whoever_may_not_approve_does_not_see_requests(online: Running) -> None:
    desk = desk_of(online, "mona", Role.VIEW)
    assert desk.get("/console/requests").status_code == 403
    assert "/console/requests" not in desk.get("/console").text
