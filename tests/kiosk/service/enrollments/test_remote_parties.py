"""Credentials at parties that others keep: whatever fails, nothing is there that nobody proved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.contract import enrollments as wire
from kiosk.contract.enrollments import AbandonReason, PartyResult, Phase
from kiosk.contract.profile import VerificationMethod
from kiosk.service.enrollments import actions, admission, ceremonies, completion, finish, proof, reconciliation, rules
from kiosk.service.enrollments.ceremonies import Place
from kiosk.service.enrollments.removal import back_off, remove_next
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import RelyingPartyUnavailable
from kiosk.service.relying_parties.policies import TAKES_NO_KEYS
from kiosk.service.store.credentials import credentials_of_user
from kiosk.service.store.removals import TICKET, open_removals
from kiosk.service.store.users import user_ids
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.enrollments.elsewhere import Elsewhere, Fault, Killed
from tests.kiosk.service.running import Running, assembled, settings_for
from tests.kiosk.service.soft_key import SoftKey

pytestmark = pytest.mark.databases

MARIA = {"upn": "m.okafor@example.org"}
CALLER = Caller("lobby", frozenset())


@dataclass
class Visit:
    """Maria at a kiosk whose service registers with `parties` elsewhere."""

    running: Running
    parties: tuple[Elsewhere, ...]
    key: SoftKey
    enrollment: str = ""
    before: set[bytes] = field(default_factory=set)

    @property
    def parts(self) -> Parts:
        return replace(self.running.parts, relying_parties={each.id: each for each in self.parties})

    def report(self) -> wire.KeyReport:
        return wire.KeyReport(str(self.key.aaguid), ("FIDO_2_1",), (), {"rk": True, "clientPin": True})

    def verified(self) -> Visit:
        parts = self.parts
        self.enrollment = actions.open_enrollment(parts, CALLER, wire.OpenEnrollment()).enrollment_id
        actions.identify(parts, CALLER, self.enrollment, wire.Identify("upn", MARIA))
        actions.send_code(parts, CALLER, self.enrollment, wire.SendCode(VerificationMethod.EMAIL))
        answer = wire.Verify(VerificationMethod.EMAIL, self.running.random.codes[-1])
        actions.verify(parts, CALLER, self.enrollment, answer)
        self.running.clock.advance(minutes=2)
        return self

    def begin(self, party: str = "mail") -> Begun:
        asked = wire.BeginCeremony(party, self.report())
        ceremony = ceremonies.begin_ceremony(self.parts, CALLER, self.enrollment, asked)
        response = self.key.register(ceremony.public_key, ceremony.origin)
        return Begun(self, ceremony, wire.CompleteCeremony(response))

    def drain(self) -> None:
        """Everything is healthy and a day goes by: the worker takes away what is to be taken away."""
        for party in self.parties:
            party.faults.clear()
            party.hidden_looks = 0
        for _ in range(6):
            for party in self.parties:
                party.arrive()
            while remove_next(self.parts):
                pass
            self.running.clock.advance(minutes=12)

    def proved(self) -> set[bytes]:
        with self.parts.store.read() as tx:
            rows = credentials_of_user(tx, user_ids(tx, "upn", MARIA["upn"])[0])
        return {each.credential_id for each in rows if each.proved_at is not None} - self.before

    def nothing_is_left_half_done(self) -> None:
        """What a party holds was proved, what was proved is held there, and nothing waits."""
        for party in self.parties:
            assert set(party.held.values()) == self.proved()
            assert party.half_made == {}
        with self.parts.store.read() as tx:
            assert open_removals(tx) == ()


@dataclass
class Begun:
    """A ceremony at one party."""

    visit: Visit
    ceremony: wire.Ceremony
    asked: wire.CompleteCeremony

    @property
    def place(self) -> Place:
        return Place(CALLER, self.visit.enrollment, self.ceremony.ceremony_id)

    def complete(self) -> wire.CompletedCeremony:
        return completion.complete(self.visit.parts, self.place, self.asked)

    def prove(self, completed: wire.CompletedCeremony) -> wire.ProvedCeremony:
        assertion = self.visit.key.prove(completed.proof, self.ceremony.origin)
        return proof.prove(self.visit.parts, self.place, wire.ProveCeremony(assertion))

    def abandon(self, reason: AbandonReason = AbandonReason.CANCELLED) -> None:
        ceremonies.abandon(self.visit.parts, self.place, reason)


@pytest.fixture
def visit(local: Running) -> Visit:
    return Visit(local, (Elsewhere(local.clock),), local.key).verified()


def test_a_credential_is_registered_proved_and_read_back(visit: Visit) -> None:
    begun = visit.begin()
    assert begun.prove(begun.complete()).phase is Phase.DONE
    visit.drain()
    visit.nothing_is_left_half_done()
    assert len(visit.parties[0].held) == 1


def test_an_answer_that_was_lost_after_the_effect_is_found_and_not_sent_again(visit: Visit) -> None:
    visit.parties[0].faults["complete"] = [Fault.LOST_AFTER]
    begun = visit.begin()
    assert begun.prove(begun.complete()).phase is Phase.DONE
    assert len(visit.parties[0].handed_over) == 1


@pytest.mark.parametrize("fault", [Fault.KILLED_AFTER, Fault.KILLED_BEFORE])
def test_whoever_takes_up_what_a_killed_process_left_asks_the_party_what_it_has(visit: Visit, fault: Fault) -> None:
    visit.parties[0].faults["complete"] = [fault]
    begun = visit.begin()
    with pytest.raises(Killed):
        begun.complete()
    with pytest.raises(rules.InProgress) as caught:
        begun.complete()
    visit.running.clock.advance(seconds=caught.value.retry_after + 20)
    if fault is Fault.KILLED_AFTER:
        assert begun.prove(begun.complete()).phase is Phase.DONE
    else:
        with pytest.raises(rules.RegistrationRejected, match="not_registered"):
            begun.complete()
    assert len(visit.parties[0].handed_over) == 1


def test_what_arrives_late_is_never_called_a_success_and_is_taken_away(visit: Visit) -> None:
    party = visit.parties[0]
    party.faults["complete"] = [Fault.LATE]
    begun = visit.begin()
    with pytest.raises(rules.OutcomeUnknown) as caught:
        begun.complete()
    assert caught.value.retry_after > 0
    with pytest.raises(rules.OutcomeUnknown):
        begun.complete()
    visit.running.clock.advance(seconds=21)
    with pytest.raises(rules.RegistrationRejected, match="not_registered"):
        begun.complete()
    party.arrive()
    assert party.held
    visit.drain()
    visit.nothing_is_left_half_done()
    assert len(party.handed_over) == 1


def test_what_arrives_while_the_person_waits_is_a_success(visit: Visit) -> None:
    visit.parties[0].faults["complete"] = [Fault.LATE]
    begun = visit.begin()
    with pytest.raises(rules.OutcomeUnknown):
        begun.complete()
    visit.parties[0].arrive()
    assert begun.prove(begun.complete()).phase is Phase.DONE


def test_while_the_party_does_not_list_nothing_is_decided(visit: Visit) -> None:
    visit.parties[0].faults |= {"complete": [Fault.LOST_AFTER], "list": [Fault.DOWN, Fault.LOST_BEFORE, Fault.REFUSED]}
    begun = visit.begin()
    for _ in range(3):
        with pytest.raises(rules.OutcomeUnknown):
            begun.complete()
        visit.running.clock.advance(hours=0.02)
    assert begun.prove(begun.complete()).phase is Phase.DONE


def test_a_party_that_shows_late_what_it_took_is_asked_until_it_does(visit: Visit) -> None:
    begun = visit.begin()
    completed = begun.complete()
    visit.parties[0].hidden_looks = 2
    for _ in range(2):
        with pytest.raises(RelyingPartyUnavailable):
            begun.prove(completed)
    assert begun.prove(completed).phase is Phase.DONE


def test_what_was_half_made_by_an_unanswered_begin_is_taken_away(visit: Visit) -> None:
    visit.parties[0].faults["begin"] = [Fault.LOST_AFTER]
    with pytest.raises(RelyingPartyUnavailable):
        visit.begin()
    assert visit.parties[0].half_made
    visit.drain()
    visit.nothing_is_left_half_done()


def test_a_refusal_at_begin_is_told_by_its_word(visit: Visit) -> None:
    visit.parties[0].faults["begin"] = [Fault.REFUSED]
    with pytest.raises(rules.RegistrationRejected, match="policy"):
        visit.begin()


@pytest.mark.parametrize("how", ["abandoned", "cancelled", "expired", "opened anew"])
def test_an_unproved_credential_is_taken_away_however_the_visit_ends(visit: Visit, how: str) -> None:
    begun = visit.begin()
    begun.complete()

    def expire() -> None:
        visit.running.clock.advance(minutes=20)
        reconciliation.expire(visit.parts)

    ends: dict[str, Callable[[], Any]] = {
        "abandoned": begun.abandon,
        "cancelled": lambda: actions.cancel(visit.parts, CALLER, visit.enrollment),
        "expired": expire,
        "opened anew": lambda: actions.open_enrollment(visit.parts, CALLER, wire.OpenEnrollment()),
    }
    ends[how]()
    visit.drain()
    visit.nothing_is_left_half_done()
    assert visit.proved() == set()


def test_a_party_that_is_down_for_a_day_becomes_a_ticket_for_staff(
    visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    begun = visit.begin()
    begun.complete()
    begun.abandon()
    visit.parties[0].faults["list"] = [Fault.DOWN] * 10_000
    for _ in range(200):
        remove_next(visit.parts)
        visit.running.clock.advance(minutes=10)
    with visit.parts.store.read() as tx:
        (ticket,) = open_removals(tx)
    assert (ticket.state, ticket.reason, ticket.relying_party) == (TICKET, "unavailable", "mail")
    assert "removal_needs_staff" in caplog.text
    caplog.clear()


def test_waits_grow_and_stay_below_ten_minutes() -> None:
    waits = [back_off(attempt).total_seconds() for attempt in range(1, 40)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (2.0, 600.0)


def two(local: Running) -> Visit:
    parties = Elsewhere(local.clock), Elsewhere(local.clock, "files", "files.example")
    return Visit(local, parties, local.key).verified()


def test_the_person_goes_with_what_was_proved_and_hears_the_truth_about_the_rest(local: Running) -> None:
    visit = two(local)
    first = visit.begin("mail")
    first.prove(first.complete())
    visit.parties[1].faults["complete"] = [Fault.REFUSED]
    with pytest.raises(rules.RegistrationRejected):
        visit.begin("files").complete()
    told = finish.finish(visit.parts, CALLER, visit.enrollment)
    assert told.phase is Phase.DONE
    assert [(each.relying_party.id, each.result, each.reason) for each in told.outcomes] == [
        ("mail", PartyResult.REGISTERED, ""),
        ("files", PartyResult.REFUSED, "policy"),
    ]
    assert finish.finish(visit.parts, CALLER, visit.enrollment) == told
    visit.drain()
    assert len(visit.parties[0].held) == 1
    assert visit.parties[1].held == visit.parties[1].half_made == {}


def test_an_unknown_outcome_stays_unknown_in_what_is_told(local: Running) -> None:
    visit = two(local)
    first = visit.begin("mail")
    first.prove(first.complete())
    visit.parties[1].faults["complete"] = [Fault.LATE]
    with pytest.raises(rules.OutcomeUnknown):
        visit.begin("files").complete()
    told = finish.finish(visit.parts, CALLER, visit.enrollment)
    assert told.outcomes[1].result is PartyResult.UNKNOWN
    assert finish.finish(visit.parts, CALLER, visit.enrollment) == told
    visit.drain()
    assert visit.parties[1].held == visit.parties[1].half_made == {}


def test_with_nothing_proved_there_is_nothing_to_go_with(visit: Visit) -> None:
    with pytest.raises(rules.WrongPhase):
        finish.finish(visit.parts, CALLER, visit.enrollment)


def test_another_key_takes_back_what_the_first_one_proved(local: Running) -> None:
    visit = two(local)
    first = visit.begin("mail")
    first.prove(first.complete())
    first.abandon(AbandonReason.CANCELLED)
    assert visit.proved()
    first.abandon(AbandonReason.ANOTHER_KEY)
    assert visit.proved() == set()
    visit.drain()
    visit.nothing_is_left_half_done()


def test_where_policy_rolls_back_a_cancelled_visit_leaves_nothing_anywhere(tmp_path: Path) -> None:
    with assembled(tmp_path, settings_for(tmp_path, partial="roll_back")) as local:
        visit = two(local)
        first = visit.begin("mail")
        first.prove(first.complete())
        with pytest.raises(rules.WrongPhase):
            finish.finish(visit.parts, CALLER, visit.enrollment)
        actions.cancel(visit.parts, CALLER, visit.enrollment)
        visit.drain()
        visit.nothing_is_left_half_done()
        assert visit.proved() == set()


def test_a_key_that_one_party_does_not_take_is_refused_in_its_name_before_anything_is_made(local: Running) -> None:
    visit = two(local)
    visit.parties[1].allowed = frozenset({"2fc0579f-8113-47ea-b116-555a8db9202a"})
    asked = wire.CheckKey(visit.report())
    with pytest.raises(rules.KeyNotAllowed) as caught:
        admission.check_key(visit.parts, CALLER, visit.enrollment, asked)
    assert caught.value.reasons == ("files:model_not_allowed",)
    with pytest.raises(rules.KeyNotAllowed):
        visit.begin("files")
    assert visit.parties[1].half_made == {}


def test_a_policy_that_cannot_be_read_keeps_nobody_out(visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    visit.parties[0].faults["policy"] = [Fault.DOWN]
    assert admission.check_key(visit.parts, CALLER, visit.enrollment, wire.CheckKey(visit.report())).model == ""
    assert "policy_not_read" in caplog.text
    caplog.clear()


class Stage:
    """One service for all examples; a plain class, whose insides no report spells out."""

    def __init__(self, running: Running) -> None:
        self.running = running


@pytest.fixture
def stage(local: Running, caplog: pytest.LogCaptureFixture) -> Iterator[Stage]:
    yield Stage(local)
    caplog.clear()


@pytest.mark.parametrize("word", sorted(TAKES_NO_KEYS))
def test_a_party_that_takes_no_keys_at_all_says_so_before_anything_is_made(visit: Visit, word: str) -> None:
    visit.parties[0].closed = word
    with pytest.raises(rules.KeyNotAllowed, match=f"mail:{word}"):
        admission.check_key(visit.parts, CALLER, visit.enrollment, wire.CheckKey(visit.report()))


def test_nobody_waits_for_a_policy_that_the_worker_has_read(visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    party, asked = visit.parties[0], wire.CheckKey(visit.report())
    party.allowed = frozenset({"2fc0579f-8113-47ea-b116-555a8db9202a"})
    visit.parts.policies.read_all(visit.parties, visit.running.clock.now())
    party.allowed, party.faults["policy"] = frozenset(), [Fault.DOWN, Fault.REFUSED, Fault.DOWN]
    for minutes in (0, 1, 2, 3):  # what was known stays so while it cannot be read
        with pytest.raises(rules.KeyNotAllowed, match="model_not_allowed"):
            admission.check_key(visit.parts, CALLER, visit.enrollment, asked)
        visit.running.clock.advance(minutes=1)
        if minutes < 3:
            visit.parts.policies.read_all(visit.parties, visit.running.clock.now())
    assert party.faults["policy"] == []
    assert caplog.text.count("policy_not_read") == 1
    visit.parts.policies.read_all(visit.parties, visit.running.clock.now())
    admission.check_key(visit.parts, CALLER, visit.enrollment, asked)
    caplog.clear()


FAULTS = st.lists(st.sampled_from([*Fault]), max_size=3)
# A service killed between the party's `begin` and its own first row leaves a registration half made, without a
# credential: nobody here knows of it, and parties drop such ones by themselves.
AT_BEGIN = st.lists(st.sampled_from([each for each in Fault if each is not Fault.KILLED_AFTER]), max_size=3)
STEPS = st.lists(st.sampled_from(["complete", "prove", "wait", "arrive", "remove"]), max_size=8)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    faults=st.fixed_dictionaries(
        {"begin": AT_BEGIN, **dict.fromkeys(("complete", "list", "delete", "abort"), FAULTS)},
    ),
    hidden=st.integers(0, 3),
    steps=STEPS,
    ending=st.sampled_from(["cancel", "expire", "abandon"]),
)
def test_whatever_fails_in_whatever_order_both_sides_agree_in_the_end(
    stage: Stage,
    faults: dict[str, list[Fault]],
    hidden: int,
    steps: list[str],
    ending: str,
) -> None:
    local = stage.running
    local.clock.advance(hours=2)
    visit = Visit(local, (Elsewhere(local.clock),), SoftKey(root=local.key.root)).verified()
    visit.before = visit.proved()
    visit.parties[0].faults, visit.parties[0].hidden_looks = {call: [*each] for call, each in faults.items()}, hidden
    begun = _tried(visit.begin)
    if isinstance(begun, Begun):
        _walk(begun, steps)
    if ending == "abandon" and isinstance(begun, Begun):
        begun.abandon(AbandonReason.RECOVERED)
    if ending == "cancel":
        actions.cancel(visit.parts, CALLER, visit.enrollment)
    local.clock.advance(minutes=20)
    reconciliation.expire(visit.parts)
    visit.drain()
    visit.nothing_is_left_half_done()


def _walk(begun: Begun, steps: list[str]) -> None:
    """What station and worker do, in any order."""
    completed: Any = None

    def prove() -> None:
        if isinstance(completed, wire.CompletedCeremony):
            begun.prove(completed)

    do: dict[str, Callable[[], Any]] = {
        "complete": begun.complete,
        "prove": prove,
        "wait": lambda: begun.visit.running.clock.advance(seconds=15),
        "arrive": begun.visit.parties[0].arrive,
        "remove": lambda: remove_next(begun.visit.parts),
    }
    for step in steps:
        told = _tried(do[step])
        completed = told if step == "complete" else completed


def _tried(call: Callable[[], Any]) -> Any:
    """What the call returns, or what it raises, as a station would see it: it goes on either way."""
    try:
        return call()
    except (rules.EnrollmentRefused, RelyingPartyUnavailable, Killed) as error:
        return error
