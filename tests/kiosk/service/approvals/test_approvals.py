"""Requests to staff: what is asked when, who may decide, and that a yes is used once, for what it was given."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from kiosk.contract import enrollments as wire
from kiosk.contract.enrollments import Phase
from kiosk.contract.profile import VerificationMethod
from kiosk.contract.staff import AnswerChallenge, ApprovalAction, ApprovalState, Decision, OpenApproval, Role
from kiosk.service.approvals import actions
from kiosk.service.approvals.decisions import Wanted, decide, decision_challenge
from kiosk.service.approvals.rules import ApprovalRequired, NoSuchApproval, NotOffered, NotPending
from kiosk.service.directories.rules import BadCriteria
from kiosk.service.enrollments import actions as enrollments
from kiosk.service.enrollments.profile import profile_of
from kiosk.service.enrollments.reconciliation import expire
from kiosk.service.enrollments.rules import Expired
from kiosk.service.settings import ServiceSettings
from kiosk.service.staff import actions as staff
from kiosk.service.staff import sessions
from kiosk.service.staff.challenges import SignedStatement, answer
from kiosk.service.staff.rules import CannotVouch, StaffRefused, StaffSession
from kiosk.service.staff.sessions import Kind
from kiosk.service.store.approvals import approvals, votes_of
from kiosk.service.store.attempts import failures
from kiosk.service.store.enrollments import cut_short, enrollment
from kiosk.service.tokens.rules import Caller
from kiosk.service.verification.rules import Locked, MethodNotOffered, NotVerified
from tests.kiosk.service.running import Running
from tests.kiosk.service.soft_key import SoftKey
from tests.kiosk.service.staff.crew import APPROVER, BROWSER, NOBODY, Crew, Member

NONE = wire.Verify(VerificationMethod.NONE)
STAFF = wire.Verify(VerificationMethod.STAFF)
SEEN = "identity card seen"


ADMINS = APPROVER | {Role.ADMINISTER}


def supervised(crew: Crew, **changes: Any) -> Crew:
    """The same crew under other settings."""
    settings: ServiceSettings = crew.parts.settings
    other = settings.model_copy(update={"supervision": settings.supervision.model_copy(update=changes)})
    service = replace(crew.running.service, parts=replace(crew.parts, settings=other))
    return Crew(Running(service, crew.running.clock, crew.running.random, crew.running.key))


def verify(crew: Crew, caller: Caller, visit: str, how: wire.Verify = NONE) -> wire.Verified:
    return enrollments.verify(crew.parts, caller, visit, how)


def state(crew: Crew, approval_id: str) -> str:
    with crew.parts.store.read() as tx:
        return str(tx.connection.execute(approvals.select().where(approvals.c.id == approval_id)).one().state)


def phase(crew: Crew, caller: Caller, visit: str) -> Phase:
    """Where a visit is once those that took too long have ended."""
    expire(crew.parts)
    with crew.parts.store.read() as tx:
        found = enrollment(tx, visit, caller.client_id)
    assert found is not None
    return found.phase


def session(crew: Crew, who: Member) -> StaffSession:
    token = sessions.open_session(crew.parts, who.row, Kind.CONSOLE, BROWSER)
    return sessions.session_of(crew.parts, token, Kind.CONSOLE, BROWSER)


@pytest.mark.databases
def test_a_person_whom_only_their_word_verifies_needs_staff_and_then_none_again(crew: Crew) -> None:
    ada, lobby = crew.joined("ada"), crew.caller()
    visit = crew.visit(lobby)
    with pytest.raises(ApprovalRequired) as caught:
        verify(crew, lobby, visit)
    assert caught.value.reasons == ("verify",)
    asked = crew.asked(lobby, visit)
    assert (asked.state, asked.needed, asked.given, len(asked.number)) == (ApprovalState.PENDING, 1, 0, 2)
    assert crew.asked(lobby, visit) == asked, "the same again"
    with pytest.raises(ApprovalRequired):
        verify(crew, lobby, visit)
    assert crew.says(ada, asked.approval_id).state is ApprovalState.APPROVED
    assert crew.asked(lobby, visit).approval_id == asked.approval_id, "approved and not used yet"
    assert verify(crew, lobby, visit).phase is Phase.KEY
    assert state(crew, asked.approval_id) == "used"
    assert verify(crew, lobby, visit).phase is Phase.KEY, "a lost answer is given again"
    events = crew.events("approval_asked", "staff_said_approve", "approval_approved", "approval_used")
    assert [each.event for each in events] == [
        "approval_asked",
        "staff_said_approve",
        "approval_approved",
        "approval_used",
    ]
    assert events[1].actor == f"staff:{ada.row.id}"


def test_a_yes_is_for_one_visit_and_one_action(crew: Crew) -> None:
    ada, lobby = crew.joined("ada"), crew.caller()
    first = crew.visit(lobby)
    crew.says(ada, crew.asked(lobby, first).approval_id)
    with pytest.raises(ApprovalRequired):
        verify(crew, lobby, first, STAFF)
    second = crew.visit(lobby)
    with pytest.raises(ApprovalRequired):
        verify(crew, lobby, second)


def test_a_no_is_final_and_tells_why(crew: Crew) -> None:
    ada, lobby = crew.joined("ada"), crew.caller()
    visit = crew.visit(lobby)
    asked = crew.asked(lobby, visit)
    said = crew.says(ada, asked.approval_id, Decision.DENY, reason="Please come back with a document")
    assert (said.state, said.reason) == (ApprovalState.DENIED, "Please come back with a document")
    with pytest.raises(ApprovalRequired):
        verify(crew, lobby, visit)
    assert crew.asked(lobby, visit).approval_id != asked.approval_id, "they may ask once more"


def test_nobody_asks_for_the_same_all_day(crew: Crew) -> None:
    ada, lobby = crew.joined("ada"), crew.caller()
    visit = crew.visit(lobby)
    for _ in range(actions.MOST):
        crew.says(ada, crew.asked(lobby, visit).approval_id, Decision.DENY)
    with pytest.raises(NotOffered):
        crew.asked(lobby, visit)


@pytest.mark.databases
def test_four_eyes_are_two_different_members(crew: Crew) -> None:
    crew = supervised(crew, verify=2)
    ada, bob, lobby = crew.joined("ada"), crew.joined("bob"), crew.caller()
    visit = crew.visit(lobby)
    asked = crew.asked(lobby, visit)
    once = crew.says(ada, asked.approval_id)
    assert (once.state, once.given, once.needed) == (ApprovalState.PENDING, 1, 2)
    with pytest.raises(NotPending):
        crew.says(ada, asked.approval_id)
    with pytest.raises(ApprovalRequired):
        verify(crew, lobby, visit)
    assert [each.mine for each in actions.pending_for_staff(crew.parts, session(crew, ada))] == [True]
    assert [each.mine for each in actions.pending_for_staff(crew.parts, session(crew, bob))] == [False]
    assert crew.says(bob, asked.approval_id).state is ApprovalState.APPROVED
    with crew.parts.store.read() as tx:
        assert {each.staff_id for each in votes_of(tx, asked.approval_id)} == {ada.row.id, bob.row.id}


def signed_in(crew: Crew, who: Member) -> StaffSession:
    """With their key."""
    challenge = crew.challenge()
    signed = answer(crew.parts, BROWSER, challenge.challenge_id, who.answers(challenge))
    token = sessions.open_session(crew.parts, signed.staff, Kind.CONSOLE, BROWSER, signed.hands)
    return sessions.session_of(crew.parts, token, Kind.CONSOLE, BROWSER)


@pytest.mark.databases
def test_who_made_a_link_is_not_two_people_with_it_until_another_one_vouches(crew: Crew) -> None:
    crew = supervised(crew, verify=2)
    eve, ada, lobby = crew.joined("eve", ADMINS), crew.joined("ada", ADMINS), crew.caller()
    puppet = crew.joined("puppet", ADMINS, behind=signed_in(crew, eve).hands)
    second = crew.joined("second", ADMINS, behind=signed_in(crew, puppet).hands)
    asked = crew.asked(lobby, crew.visit(lobby))
    crew.says(eve, asked.approval_id)
    for each in (puppet, second):
        with pytest.raises(StaffRefused):
            crew.says(each, asked.approval_id)
    assert [each.reason for each in crew.events("decision_refused")] == ["same_hands", "same_hands"]
    [key] = staff.keys_of(crew.parts, puppet.row.id)
    for nobody in (eve, puppet, second):
        with pytest.raises(CannotVouch):
            staff.vouch(crew.parts, signed_in(crew, nobody), puppet.row.id, key.id)
    staff.vouch(crew.parts, signed_in(crew, ada), puppet.row.id, key.id)
    assert [each.actor for each in crew.events("staff_key_vouched")] == [f"staff:{ada.row.id}"]
    assert crew.says(puppet, asked.approval_id).state is ApprovalState.APPROVED


@pytest.mark.databases
def test_a_sealed_code_that_one_made_for_another_does_not_vote_beside_them(crew: Crew) -> None:
    crew = supervised(crew, verify=2)
    eve, ada, bob, lobby = crew.joined("eve", ADMINS), crew.joined("ada"), crew.joined("bob"), crew.caller()
    asked = crew.asked(lobby, crew.visit(lobby))
    crew.says(eve, asked.approval_id)
    made = staff.new_sealed_code(crew.parts, f"staff:{eve.row.id}", ada.row.id, signed_in(crew, eve).hands)
    wanted = Wanted(asked.approval_id, Decision.APPROVE)
    challenge = decision_challenge(crew.parts, BROWSER, wanted, "default")
    told = AnswerChallenge(name="ada", code=made.text)
    signed = answer(crew.parts, BROWSER, challenge.challenge_id, told, tenant="default")
    with pytest.raises(StaffRefused):
        decide(crew.parts, signed)
    assert crew.says(bob, asked.approval_id).state is ApprovalState.APPROVED


@pytest.mark.databases
@pytest.mark.parametrize("needed", [1, 2])
def test_two_decisions_at_once_are_both_counted_or_one_is_too_late(crew: Crew, needed: int) -> None:
    crew = supervised(crew, verify=needed)
    staff_members, lobby = [crew.joined(name) for name in ("ada", "bob")], crew.caller()
    asked = crew.asked(lobby, crew.visit(lobby))
    signed = [crew.signed(each, asked.approval_id) for each in staff_members]
    gate = Barrier(2)

    def say(told: SignedStatement) -> str:
        gate.wait(10)
        try:
            return decide(crew.parts, told).state
        except NotPending:
            return "late"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(say, signed))
    assert said == (["approved", "late"] if needed == 1 else ["approved", "pending"])
    assert state(crew, asked.approval_id) == "approved"


@pytest.mark.databases
def test_one_yes_lets_one_of_two_requests_through(crew: Crew) -> None:
    ada, lobby = crew.joined("ada"), crew.caller()
    visit = crew.visit(lobby)
    crew.says(ada, crew.asked(lobby, visit).approval_id)
    gate = Barrier(2)

    def go(_number: int) -> Phase:
        gate.wait(10)
        return verify(crew, lobby, visit).phase

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(go, range(2))) == {Phase.KEY}
    assert len(crew.events("approval_used")) == 1


def test_nobody_approves_their_own_enrollment(crew: Crew) -> None:
    maria = crew.joined("m.okafor", email="M.Okafor@example.org")
    lobby = crew.caller()
    asked = crew.asked(lobby, crew.visit(lobby))
    with pytest.raises(StaffRefused):
        crew.says(maria, asked.approval_id)
    assert state(crew, asked.approval_id) == "pending"
    assert [each.reason for each in crew.events("decision_refused")] == ["refused"]


@pytest.mark.parametrize(
    ("roles", "sites", "may"),
    [
        (APPROVER, frozenset[str](), True),
        (APPROVER, frozenset({"north"}), True),
        (APPROVER, frozenset({"south"}), False),
        (frozenset(Role) - APPROVER, frozenset[str](), False),
    ],
)
def test_who_may_approve_here_sees_it_and_says_it(
    crew: Crew, roles: frozenset[Role], sites: frozenset[str], may: bool
) -> None:
    ada, lobby = crew.joined("ada", roles, sites=sites), crew.caller(sites=frozenset({"north"}))
    asked = crew.asked(lobby, crew.visit(lobby))
    seen = [each.approval_id for each in actions.pending_for_staff(crew.parts, session(crew, ada))]
    assert seen == ([asked.approval_id] if may else [])
    if may:
        assert crew.says(ada, asked.approval_id).state is ApprovalState.APPROVED
        return
    with pytest.raises(StaffRefused):
        crew.says(ada, asked.approval_id)


def test_another_tenant_is_another_world(crew: Crew) -> None:
    eve, lobby = crew.joined("eve", tenant="other"), crew.caller()
    asked = crew.asked(lobby, crew.visit(lobby))
    assert actions.pending_for_staff(crew.parts, session(crew, eve)) == ()
    with pytest.raises(StaffRefused):
        crew.says(eve, asked.approval_id)
    ada = crew.joined("ada")
    challenge = decision_challenge(crew.parts, BROWSER, Wanted(asked.approval_id, Decision.APPROVE), "default")
    signed = answer(crew.parts, BROWSER, challenge.challenge_id, eve.answers(challenge))
    with pytest.raises(StaffRefused):
        decide(crew.parts, signed)
    assert crew.says(ada, asked.approval_id).state is ApprovalState.APPROVED


def test_a_station_decides_its_own_requests_only(crew: Crew) -> None:
    ada, lobby, gate = crew.joined("ada"), crew.caller("Lobby"), crew.caller("Gate")
    asked = crew.asked(lobby, crew.visit(lobby))
    with pytest.raises(StaffRefused):
        crew.says(ada, asked.approval_id, holder=f"client:{gate.client_id}")
    assert crew.says(ada, asked.approval_id, holder=f"client:{lobby.client_id}").state is ApprovalState.APPROVED


def test_what_was_not_signed_is_not_decided(crew: Crew) -> None:
    ada, lobby = crew.joined("ada"), crew.caller()
    asked = crew.asked(lobby, crew.visit(lobby))
    signed = crew.signed(ada, asked.approval_id, Decision.DENY)
    other = crew.asked(gate := crew.caller("Gate"), crew.visit(gate))
    for change in (
        {"approval": other.approval_id},
        {"action": "override"},
        {"enrollment": "ABCD-EFGH"},
        {"client": "another"},
        {"purpose": "desk"},
        {"site": "south"},
        {"approval": ""},
    ):
        with pytest.raises(StaffRefused):
            decide(crew.parts, replace(signed, statement={**signed.statement, **change}))
    assert decide(crew.parts, signed).state is ApprovalState.DENIED


def test_who_is_disabled_between_touch_and_decision_decides_nothing(crew: Crew) -> None:
    ada, lobby = crew.joined("ada"), crew.caller()
    asked = crew.asked(lobby, crew.visit(lobby))
    signed = crew.signed(ada, asked.approval_id)
    staff.disable_member(crew.parts, "service", ada.row.id)
    with pytest.raises(StaffRefused):
        decide(crew.parts, signed)


def test_what_is_over_is_not_decided(crew: Crew) -> None:
    ada, lobby = crew.joined("ada"), crew.caller()
    visit = crew.visit(lobby)
    asked = crew.asked(lobby, visit)
    signed = crew.signed(ada, asked.approval_id)
    actions.take_back(crew.parts, lobby, visit, asked.approval_id)
    actions.take_back(crew.parts, lobby, visit, asked.approval_id)
    with pytest.raises(NotPending):
        decide(crew.parts, signed)
    with pytest.raises(NotPending):
        crew.says(ada, asked.approval_id)
    assert state(crew, asked.approval_id) == "taken_back"


@pytest.mark.databases
def test_a_request_expires_and_is_forgotten_long_after(crew: Crew) -> None:
    ada, lobby = crew.joined("ada"), crew.caller()
    visit = crew.visit(lobby)
    asked = crew.asked(lobby, visit)
    signed = crew.signed(ada, asked.approval_id)
    crew.running.clock.advance(seconds=asked.expires_in)
    assert actions.standing(crew.parts, lobby, visit, asked.approval_id).state is ApprovalState.EXPIRED
    with pytest.raises(NotPending):
        decide(crew.parts, signed)
    assert actions.expire_next(crew.parts) is False
    assert state(crew, asked.approval_id) == "expired"
    assert crew.asked(lobby, visit).approval_id != asked.approval_id
    crew.running.clock.advance(days=91)
    actions.expire_next(crew.parts)
    crew.running.clock.advance(days=91)
    actions.forget_old(crew.parts)
    with crew.parts.store.read() as tx:
        assert tx.connection.execute(approvals.select()).all() == []


def test_the_end_of_a_visit_takes_its_requests_back(crew: Crew) -> None:
    lobby = crew.caller()
    visit = crew.visit(lobby)
    asked = crew.asked(lobby, visit)
    enrollments.cancel(crew.parts, lobby, visit)
    assert state(crew, asked.approval_id) == "taken_back"
    with pytest.raises(NotOffered):
        crew.asked(lobby, visit)


def test_a_request_is_of_its_station_and_its_visit(crew: Crew) -> None:
    lobby, gate = crew.caller("Lobby"), crew.caller("Gate")
    visit = crew.visit(lobby)
    asked = crew.asked(lobby, visit)
    for caller, of in ((gate, visit), (lobby, "0" * 32)):
        for look in (actions.standing, actions.take_back):
            with pytest.raises(NoSuchApproval):
                look(crew.parts, caller, of, asked.approval_id)
    with pytest.raises(NoSuchApproval):
        crew.asked(gate, visit)


def test_staff_are_asked_at_the_right_step_for_what_the_settings_have(crew: Crew) -> None:
    lobby = crew.caller()
    visit = crew.visit(lobby)
    for wrong in (ApprovalAction.GUEST, ApprovalAction.RESET, ApprovalAction.ANOTHER_KEY, ApprovalAction.REPLACE_KEY):
        with pytest.raises(NotOffered):
            crew.asked(lobby, visit, wrong)
    with pytest.raises(NotOffered):
        supervised(crew, verify=0).asked(lobby, visit)
    assert verify(supervised(crew, verify=0), lobby, visit).phase is Phase.KEY
    key = wire.KeyReport(**SoftKey().report(serial="4711"))
    with pytest.raises(NotOffered):
        crew.asked(lobby, visit, ApprovalAction.RESET)
    asked = actions.request(crew.parts, lobby, visit, OpenApproval(ApprovalAction.RESET, key))
    (seen,) = actions.pending_for_station(crew.parts, lobby)
    assert (seen.approval_id, seen.station, dict(seen.about)["serial"]) == (asked.approval_id, "Lobby", "4711")


def test_staff_see_a_masked_person_and_that_nobody_was_found(crew: Crew) -> None:
    ada, lobby = crew.joined("ada"), crew.caller()
    known, unknown = crew.visit(lobby), crew.visit(gate := crew.caller("Gate"), NOBODY)
    first, second = crew.asked(lobby, known), crew.asked(gate, unknown)
    seen = {each.approval_id: dict(each.about) for each in actions.pending_for_staff(crew.parts, session(crew, ada))}
    assert seen[first.approval_id]["person"].startswith("M•")
    assert "Okafor" not in str(seen)
    assert "nobody" in seen[second.approval_id]
    assert first.number != second.number


@pytest.mark.parametrize("action", [ApprovalAction.VERIFY, ApprovalAction.OVERRIDE])
def test_a_yes_for_nobody_verifies_nobody(crew: Crew, action: ApprovalAction) -> None:
    ada, lobby = crew.joined("ada"), crew.caller()
    visit, how = crew.visit(lobby, NOBODY), STAFF if action is ApprovalAction.OVERRIDE else NONE
    with pytest.raises(ApprovalRequired):
        verify(crew, lobby, visit, how)
    crew.says(ada, crew.asked(lobby, visit, action).approval_id, reason=SEEN)
    with pytest.raises(NotVerified):
        verify(crew, lobby, visit, how)
    with crew.parts.store.read() as tx:
        row = enrollment(tx, visit, lobby.client_id)
    assert row is not None
    assert row.phase is Phase.VERIFY


def test_a_station_sees_no_difference_between_somebody_and_nobody(crew: Crew) -> None:
    lobby, gate = crew.caller("Lobby"), crew.caller("Gate")
    somebody, nobody = crew.asked(lobby, crew.visit(lobby)), crew.asked(gate, crew.visit(gate, NOBODY))
    assert replace(somebody, approval_id="", number="") == replace(nobody, approval_id="", number="")


@pytest.mark.databases
def test_staff_help_somebody_who_is_locked_and_what_they_failed_stays(crew: Crew) -> None:
    ada, lobby = crew.joined("ada"), crew.caller()
    visit = crew.visit(lobby)
    wrong = wire.Verify(VerificationMethod.SELF_CONFIRMATION)
    yes = crew.asked(lobby, visit)
    crew.says(ada, yes.approval_id)
    for _ in range(crew.parts.settings.verification.limits.per_person):
        with pytest.raises(NotVerified):
            verify(crew, lobby, visit, wrong)
    with pytest.raises(Locked):
        verify(crew, lobby, visit, wrong)
    asked = crew.asked(lobby, visit, ApprovalAction.OVERRIDE)
    (seen,) = (each for each in actions.pending_for_station(crew.parts, lobby) if each.action == asked.action)
    assert dict(seen.about)["failures"] == str(crew.parts.settings.verification.limits.per_person)
    with pytest.raises(BadCriteria):
        crew.says(ada, asked.approval_id)
    with pytest.raises(BadCriteria):
        crew.says(ada, asked.approval_id, reason="\x00")
    assert crew.says(ada, asked.approval_id, reason=SEEN).state is ApprovalState.APPROVED
    with pytest.raises(Locked):
        verify(supervised(crew, override_locked=False), lobby, visit, STAFF)
    assert verify(crew, lobby, visit, STAFF).phase is Phase.KEY
    with crew.parts.store.read() as tx:
        row = enrollment(tx, visit, lobby.client_id)
        assert row is not None
        assert row.verified_by == "staff"
        assert failures(tx, row.subject) is not None, "nobody guesses more because staff helped"
        (vote,) = votes_of(tx, asked.approval_id)
    assert vote.reason == SEEN
    assert SEEN not in str(crew.events("staff_said_approve")), "nothing that somebody typed is in the trail"


def test_staff_verify_nobody_where_the_settings_do_not_say_so(crew: Crew) -> None:
    crew, lobby = supervised(crew, override=0), crew.caller()
    visit = crew.visit(lobby)
    with pytest.raises(MethodNotOffered):
        verify(crew, lobby, visit, STAFF)
    with pytest.raises(NotOffered):
        crew.asked(lobby, visit, ApprovalAction.OVERRIDE)


def test_the_profile_says_what_staff_can_be_asked(crew: Crew) -> None:
    told = profile_of(crew.parts)
    assert (told.approvals, told.overrides) == (True, True)
    assert VerificationMethod.STAFF not in told.methods
    assert profile_of(supervised(crew, override=0).parts).overrides is False
    nothing = supervised(crew, verify=0, override=0, guest=0, reset=0)
    assert profile_of(nothing.parts).approvals is False


@pytest.mark.databases
def test_the_time_of_a_visit_stands_still_while_staff_may_decide(crew: Crew) -> None:
    ada, lobby, clock = crew.joined("ada"), crew.caller(), crew.running.clock
    visit = crew.visit(lobby)
    clock.advance(seconds=800)  # of 900
    asked = crew.asked(lobby, visit)
    assert crew.asked(lobby, visit) == asked  # the same once more takes no more time
    assert asked.expires_in == crew.parts.settings.supervision.wait == 600
    clock.advance(seconds=590)
    assert phase(crew, lobby, visit) is Phase.VERIFY
    crew.says(ada, asked.approval_id)
    clock.advance(seconds=99)
    assert verify(crew, lobby, visit).phase is Phase.KEY
    clock.advance(seconds=1)
    assert phase(crew, lobby, visit) is Phase.EXPIRED


@pytest.mark.parametrize("back", [True, False])
def test_a_visit_has_the_time_back_that_nobody_used_and_no_more(crew: Crew, *, back: bool) -> None:
    lobby, clock = crew.caller(), crew.running.clock
    visit = crew.visit(lobby)
    asked = crew.asked(lobby, visit)
    clock.advance(seconds=60 if back else 700)
    if back:
        actions.take_back(crew.parts, lobby, visit, asked.approval_id)
    else:
        actions.expire_next(crew.parts)
    with crew.parts.store.read() as tx:
        found = enrollment(tx, visit, lobby.client_id)
    assert found is not None
    assert found.expires_at - found.opened_at == timedelta(seconds=960 if back else 1500)


def test_somebody_who_was_removed_gets_no_time_back(crew: Crew) -> None:
    lobby = crew.caller()
    visit = crew.visit(lobby)
    asked = crew.asked(lobby, visit)
    with crew.parts.store.read() as tx:
        found = enrollment(tx, visit, lobby.client_id)
    assert found is not None
    crew.parts.store.write(lambda tx: cut_short(tx, found.user_id or "", crew.running.clock.now()))
    actions.take_back(crew.parts, lobby, visit, asked.approval_id)
    with pytest.raises(Expired):
        verify(crew, lobby, visit)
