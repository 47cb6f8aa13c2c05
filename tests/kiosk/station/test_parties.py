"""One visit at several relying parties, over real HTTPS and HID reports: what is where at the end, on both sides."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from hardware.errors import PinBlocked
from hardware.simulated.faults import Faults
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21
from kiosk.contract.enrollments import AbandonReason, PartyResult, Phase
from kiosk.contract.problems import Word
from kiosk.enrollment.events import Cancelled, Continued, Event, PinTyped, Skipped
from kiosk.enrollment.parties import outcomes
from kiosk.enrollment.states import Done, EnterPin, InsertKey, Prove, State, Stopped, Task, Touch, Welcome
from kiosk.errors import KeyNotAllowed, OutOfStep, PartyUnavailable, ServiceUnreachable, SessionExpired
from kiosk.secret import Secret
from kiosk.station.journal import Journal
from kiosk.station.journal_row import Row, Step
from kiosk.station.recovery import settle
from kiosk.station.scripted_person import ScriptedPerson
from tests.kiosk.station.bench import Bench
from tests.kiosk.station.contract_server import PARTY, ContractServer, Fault
from tests.kiosk.station.test_journal import found, reach
from tests.kiosk.station.test_recovery import Service

VPN, DOOR = {"id": "vpn", "name": "VPN"}, {"id": "door", "name": "Door"}
SECONDS = 40.0
GET_ASSERTION = 0x02
PIN_TRIES = 8


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[dict[str, Any]]]:
    with capture_logs() as captured:
        yield captured  # type: ignore[misc]  # structlog's own mapping type


@pytest.fixture
def three(bench: Bench) -> Bench:
    bench.server.parties = [PARTY, VPN, DOOR]
    return bench


class Guest(ScriptedPerson):
    """A scripted person who does something of their own where `decide` says so."""

    def __init__(self, bench: Bench, decide: Callable[[State], Event | None] = lambda _: None) -> None:
        super().__init__(bench.script(), time.monotonic)
        self._decide = decide
        self.seen: list[State] = []

    def respond(self, state: State) -> Event | None:
        self.seen.append(state)
        return self._decide(state) or super().respond(state)


def walk(bench: Bench, guest: Guest, *, stops: bool = True) -> State:
    begun = False

    def finished(state: State) -> bool:
        nonlocal begun
        begun = begun or not isinstance(state, Welcome)
        over = isinstance(state, Done) or (stops and isinstance(state, Stopped) and not state.cleaning)
        return over or (isinstance(state, Welcome) and len(guest.seen) > 3)

    bench.host.session.start()
    try:
        return bench.host.run(guest, finished, SECONDS)
    finally:
        assert bench.host.session.stop()


def where(bench: Bench) -> set[str]:
    """The relying parties that have a proved credential."""
    return {one.party["id"] for one in bench.server.ceremonies.values() if one.proved}


def on_key(bench: Bench) -> set[str]:
    return {one.rp_id.removesuffix(".example") for one in bench.key.credentials}


def results(state: State) -> dict[str, tuple[PartyResult, str]]:
    assert isinstance(state, Done)
    return {each.relying_party.id: (each.result, each.reason) for each in outcomes(state.visit)}


def at_second(kind: type[State]) -> Callable[[State], bool]:
    return lambda state: isinstance(state, kind) and getattr(state, "number", 0) == 2


# ── all of them ─────────────────────────────────────────────────────────────────────────────────


def test_three_of_them_take_one_pin_and_a_touch_each(three: Bench) -> None:
    guest = Guest(three)
    assert isinstance(walk(three, guest), Done)
    assert where(three) == on_key(three) == {"mail", "vpn", "door"}
    assert [s.number for s in guest.seen if isinstance(s, Touch) and s.waiting] == [1, 2, 3]
    assert three.server.finished == three.server.cancelled == []
    assert three.journal.unsettled() == ()
    assert sum(path.endswith("/key") for _, path in three.server.calls) == 1


def test_a_pass_is_shown_and_then_wiped_and_written_nowhere(
    three: Bench, logs: list[dict[str, Any]], tmp_path: Path
) -> None:
    three.server.parties = [PARTY]
    three.server.issued = {"value": "8+Xk&4Tq", "expires_in": 3600}
    done = walk(three, Guest(three))
    assert isinstance(done, Done)
    (given,) = done.visit.issued
    assert given.value.wiped  # the session ended
    assert "8+Xk" not in str(logs)
    assert not any(b"8+Xk" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


# ── keep ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (Fault("/ceremony", "problem", Word.KEY_NOT_ALLOWED, 409, {"reasons": ["mail:extension"]}), "extension"),
        (Fault("/ceremony", "problem", Word.REGISTRATION_REJECTED, 422, {"reasons": ["no_account"]}), "no_account"),
        (Fault("/complete", "problem", Word.REGISTRATION_REJECTED, 422), "rejected"),
        (
            Fault("/complete", "problem", Word.ATTESTATION_REJECTED, 422, {"reasons": ["attestation_x"]}),
            "attestation_x",
        ),
        (Fault("/proof", "problem", Word.PROOF_REJECTED, 422), "not_proved"),
    ],
)
def test_one_that_refuses_leaves_the_others(three: Bench, fault: Fault, word: str) -> None:
    three.server.faults += [fault]
    done = walk(three, Guest(three))
    assert results(done)["mail"][1] == word or results(done)["mail"][0] is PartyResult.UNKNOWN
    assert where(three) == on_key(three) == {"vpn", "door"}
    assert len(three.server.finished) == 1
    assert three.journal.unsettled() == ()
    assert three.journal.left_on_keys() == 0


def test_one_that_does_not_answer_can_be_left_out(three: Bench) -> None:
    three.server.faults += [Fault("/ceremony", "problem", Word.RELYING_PARTY_UNAVAILABLE, 503) for _ in range(3)]
    guest = Guest(three, lambda state: Skipped() if isinstance(state, Prove) and state.optional else None)
    assert results(walk(three, guest))["mail"] == (PartyResult.REFUSED, "unavailable")
    assert where(three) == {"door"}


def test_an_unknown_outcome_is_asked_for_again_with_the_same_response(three: Bench) -> None:
    three.server.faults += [Fault("/complete", "problem", Word.OUTCOME_UNKNOWN, 503, {"retry_after": 1})]
    guest = Guest(three)
    assert isinstance(walk(three, guest), Done)
    waits = [s for s in guest.seen if isinstance(s, Prove) and s.retry_in]
    assert [s.retry_in for s in waits] == [2]
    assert where(three) == on_key(three) == {"mail", "vpn", "door"}
    assert len(three.key.credentials) == 3


def test_an_outcome_that_stays_unknown_is_left_to_the_service_and_settled_afterwards(three: Bench) -> None:
    three.server.faults += [Fault("/complete", "problem", Word.OUTCOME_UNKNOWN, 503, {"retry_after": 1})]
    guest = Guest(three, lambda state: Skipped() if isinstance(state, Prove) and state.optional else None)
    done = walk(three, guest)
    assert results(done)["mail"][0] is not PartyResult.REGISTERED
    assert on_key(three) == {"mail", "vpn", "door"}  # the service decides what is there
    assert {row.relying_party for row in three.journal.unsettled()} <= {"mail"}  # the lane may have been quick
    assert settle(three.journal, Service())
    assert three.journal.unsettled() == ()
    assert three.journal.left_on_keys() == 1  # and goes when the key comes again


def test_whoever_leaves_in_the_middle_keeps_what_was_proved(three: Bench) -> None:
    three.key.touch_automatically = True
    guest = Guest(three, lambda state: Cancelled() if at_second(Touch)(state) else None)
    assert isinstance(walk(three, guest), Welcome)
    assert where(three) == on_key(three) == {"mail"}
    assert len(three.server.finished) == 1
    assert three.server.cancelled == []
    assert three.journal.unsettled() == ()


# ── all or nothing ──────────────────────────────────────────────────────────────────────────────


def test_all_or_nothing_takes_back_what_was_proved(three: Bench) -> None:
    three.server.policy = {"partial": "roll_back"}
    refuse = Fault("/ceremony", "problem", Word.REGISTRATION_REJECTED, 422)

    def decide(state: State) -> Event | None:
        if isinstance(state, Prove) and state.task is Task.TEST and state.number == 1 and not three.server.faults:
            three.server.faults.append(refuse)
        return None

    stopped = walk(three, Guest(three, decide))
    assert isinstance(stopped, Stopped)
    assert [party.id for party in stopped.taken_back] == ["mail"]
    assert where(three) == on_key(three) == set()
    assert [one.abandoned for one in three.server.ceremonies.values()] == [["another_key"]]
    assert three.journal.unsettled() == ()
    assert three.journal.left_on_keys() == 0


def test_whoever_leaves_all_or_nothing_leaves_nothing(three: Bench) -> None:
    three.server.policy = {"partial": "roll_back"}
    guest = Guest(three, lambda state: Cancelled() if at_second(Touch)(state) else None)
    walk(three, guest)
    assert where(three) == on_key(three) == set()
    assert len(three.server.cancelled) == 1


# ── another key ─────────────────────────────────────────────────────────────────────────────────


def test_a_key_that_fails_in_the_middle_gives_way_to_another_one_that_works_everywhere(three: Bench) -> None:
    first, second = three.key, SimulatedKey(replace(CTAP21, serial="SIM-0002"))
    second.touch_automatically = True
    three.source = SimulatedSource([first, second])

    def put_back() -> None:
        three.pull()
        three.plug()

    def decide(state: State) -> Event | None:
        """Pull the first key in the middle, and then type wrong PINs until it is locked."""
        match state:
            case Touch(number=2) if three.key is first and first.pin_retries == PIN_TRIES:
                put_back()
            case EnterPin(busy=False) if three.key is first:
                return Continued() if state.caution else PinTyped(Secret("not-the-pin"))
            case InsertKey(take_out=True) if three.key is first:
                put_back()
            case Stopped(cleaning=0) if three.key is first:
                assert isinstance(state.problem, PinBlocked)
                three.pull()
                three.key = second
                return Continued()
        return None

    done = walk(three, Guest(three, decide), stops=False)
    assert isinstance(done, Done)
    assert done.visit.replaced
    assert where(three) == on_key(three) == {"mail", "vpn", "door"}
    given_up = [one for one in three.server.ceremonies.values() if "another_key" in one.abandoned]
    assert [one.party["id"] for one in given_up] == ["mail"]
    assert three.journal.unsettled() == ()
    assert three.journal.left_on_keys() == 1  # on the locked one, until it comes again


# ── the key is asked about ──────────────────────────────────────────────────────────────────────


def test_a_key_that_one_would_refuse_is_not_touched_at_all(three: Bench) -> None:
    three.server.faults += [Fault("/key", "problem", Word.KEY_NOT_ALLOWED, 409, {"reasons": ["vpn:extension"]})]
    stopped = walk(three, Guest(three))
    assert isinstance(stopped, Stopped)
    assert isinstance(stopped.problem, KeyNotAllowed)
    assert stopped.problem.reasons == ("vpn:extension",)
    assert not three.key.has_pin
    assert three.server.ceremonies == {}


def test_doubts_are_logged_for_staff(three: Bench, logs: list[dict[str, Any]]) -> None:
    three.server.checked = {"model": "Bench Key 5", "doubts": ["metadata_stale"]}
    done = walk(three, Guest(three))
    assert isinstance(done, Done)
    assert done.visit.model.name == "Bench Key 5"
    assert [each["reasons"] for each in logs if each["event"] == "key_doubtful"] == [["metadata_stale"]]


def test_a_service_that_is_away_is_asked_about_the_key_again(three: Bench) -> None:
    three.server.faults += [Fault("/key", "drop") for _ in range(2)]

    def decide(state: State) -> Event | None:
        stuck = isinstance(state, InsertKey) and isinstance(state.problem, ServiceUnreachable)
        return Continued() if stuck else None

    assert isinstance(walk(three, Guest(three, decide)), Done)


# ── after a crash ───────────────────────────────────────────────────────────────────────────────


def held(journal: Journal, ceremony_id: str, *, rolls_back: bool) -> Row:
    reach(journal, Step.HELD, ceremony_id)
    if rolls_back:
        journal.close()
        with sqlite3.connect(journal._file) as file:
            file.execute("UPDATE ceremony SET rolls_back = 1 WHERE ceremony_id = ?", (ceremony_id,))
        file.close()
    return found(journal, ceremony_id)


def test_what_was_held_is_kept_after_a_crash_and_the_service_is_told_once(journal: Journal) -> None:
    held(journal, "c1", rolls_back=False)
    held(journal, "c2", rolls_back=False)
    service = Service()
    assert settle(journal, service)
    assert service.calls == ["finish"]
    assert {found(journal, one).step for one in ("c1", "c2")} == {Step.PROVED}


def test_an_enrollment_that_is_over_already_keeps_what_was_held(journal: Journal) -> None:
    held(journal, "c1", rolls_back=False)
    assert settle(journal, Service({"finish": SessionExpired()}))
    assert found(journal).step is Step.PROVED


def test_all_or_nothing_is_taken_back_after_a_crash(journal: Journal) -> None:
    held(journal, "c1", rolls_back=True)
    service = Service({"cancel": SessionExpired()})
    assert settle(journal, service)
    assert service.calls == ["cancel", "abandon"]
    assert service.reasons == [AbandonReason.ANOTHER_KEY]
    assert found(journal).step is Step.LEFT_ON_KEY


def test_all_or_nothing_that_had_ended_well_stays(journal: Journal) -> None:
    held(journal, "c1", rolls_back=True)
    assert settle(journal, Service({"cancel": OutOfStep()}))
    assert found(journal).step is Step.PROVED


def test_what_is_held_waits_until_the_rest_is_decided(journal: Journal) -> None:
    held(journal, "c1", rolls_back=False)
    reach(journal, Step.PROVING, "c2")
    service = Service({"prove": PartyUnavailable()})
    assert not settle(journal, service)
    assert found(journal).step is Step.HELD
    service.troubles.clear()
    service.phase = Phase.KEY
    assert settle(journal, service)
    assert {found(journal, one).step for one in ("c1", "c2")} == {Step.PROVED}


def test_a_service_that_is_down_is_told_the_end_later(journal: Journal) -> None:
    held(journal, "c1", rolls_back=False)
    assert not settle(journal, Service({"finish": ServiceUnreachable()}))
    assert found(journal).step is Step.HELD


def test_the_last_proof_settles_what_was_held(journal: Journal) -> None:
    held(journal, "c1", rolls_back=False)
    reach(journal, Step.PROVED, "c2")
    assert found(journal).step is Step.PROVED


def test_nothing_that_was_proved_is_revoked(journal: Journal) -> None:
    reach(journal, Step.PROVED)
    assert not journal.revoke("c1")
    assert found(journal).step is Step.PROVED


def test_a_clean_up_that_finds_no_key_says_what_it_left(three: Bench) -> None:
    three.key.faults = Faults(dies_on=GET_ASSERTION)
    guest = Guest(three, lambda state: Cancelled() if isinstance(state, InsertKey) and state.same else None)
    walk(three, guest)
    assert where(three) == set()


def test_the_server_of_these_tests_tells_what_it_has(server: ContractServer) -> None:
    assert [each["result"] for each in server.outcomes()] == ["not_tried"]
