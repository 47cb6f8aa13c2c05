"""The session with real lanes, journal, HTTPS and HID reports: faults in the middle of an enrollment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hardware.simulated.faults import HEALTHY, Faults
from hardware.simulated.key import SimulatedKey
from kiosk.contract.problems import Word
from kiosk.enrollment.events import Cancelled, Event, LanguageChosen
from kiosk.enrollment.states import (
    Connecting,
    Done,
    EnterCode,
    InsertKey,
    Prove,
    RandomPin,
    State,
    Stopped,
    Touch,
    Welcome,
)
from kiosk.errors import ProofRefused, RegistrationRefused, ServiceBroken
from kiosk.secret import Secret
from kiosk.station.journal import Journal
from kiosk.station.journal_row import Step
from kiosk.station.scripted_person import ScriptedPerson
from tests.kiosk.station.bench import Bench
from tests.kiosk.station.contract_server import ContractServer, Fault

SECONDS = 30.0
MAKE_CREDENTIAL, DELETE = 0x01, 0x0A


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[dict[str, object]]]:
    with capture_logs() as captured:
        yield captured  # type: ignore[misc]  # structlog's own mapping type


class Guest(ScriptedPerson):
    """A scripted person with one surprise: `act` is called once, at the first screen that is `when`."""

    def __init__(self, bench: Bench, when: Callable[[State], bool], act: Callable[[], Event | None]) -> None:
        super().__init__(bench.script(), time.monotonic)
        self._when, self._act = when, act
        self.acted = False

    def respond(self, state: State) -> Event | None:
        if not self.acted and self._when(state):
            self.acted = True
            return self._act()
        return super().respond(state)


def blinking(state: State) -> bool:
    return isinstance(state, Touch) and state.waiting


def asked_for_the_same_key(state: State) -> bool:
    return isinstance(state, InsertKey) and state.same


def working(state: State) -> bool:
    return isinstance(state, Prove)


def walk(bench: Bench, person: Guest) -> State:
    """Start, and go on until it worked, stopped for good, or was given up."""

    def finished(state: State) -> bool:
        if isinstance(state, Stopped):
            return not state.cleaning
        return isinstance(state, Done) or (isinstance(state, Welcome) and person.acted)

    bench.host.session.start()
    try:
        return bench.host.run(person, finished, SECONDS)
    finally:
        assert bench.host.session.stop()


def nothing_is_left(bench: Bench) -> None:
    assert bench.key.credentials == ()
    assert bench.journal.unsettled() == ()
    assert bench.journal.left_on_keys() == 0
    assert all(one.abandoned and not one.proved for one in bench.server.ceremonies.values())


def test_who_cancels_while_the_key_blinks_leaves_nothing_behind(bench: Bench) -> None:
    bench.key.touch_automatically = False
    walk(bench, Guest(bench, blinking, Cancelled))
    assert len(bench.server.ceremonies) == 1
    assert len(bench.server.cancelled) == 1
    nothing_is_left(bench)


def test_who_cancels_while_it_is_registered_leaves_no_half(bench: Bench) -> None:
    walk(bench, Guest(bench, working, Cancelled))
    (ceremony,) = bench.server.ceremonies.values()
    assert len(bench.key.credentials) == int(ceremony.proved)
    assert ceremony.proved != bool(ceremony.abandoned)
    assert bench.journal.unsettled() == ()


def test_a_key_pulled_while_it_blinks_may_come_back(bench: Bench) -> None:
    bench.key.touch_automatically = False

    def pull() -> None:
        bench.pull()
        bench.key.touch_automatically = True

    assert isinstance(walk(bench, Guest(bench, blinking, pull)), Done)
    assert [one.proved for one in bench.server.ceremonies.values()] == [False, True]
    assert len(bench.key.credentials) == 1
    assert bench.journal.unsettled() == ()
    assert bench.journal.left_on_keys() == 0


def test_an_orphan_that_no_answer_told_of_is_overwritten(bench: Bench) -> None:
    def put_back() -> None:
        bench.key.faults = HEALTHY
        assert len(bench.key.credentials) == 1  # made, and the answer died with the contact
        bench.pull()
        bench.plug()

    bench.key.faults = Faults(dies_on=MAKE_CREDENTIAL, dies_after_work=True)
    assert isinstance(walk(bench, Guest(bench, asked_for_the_same_key, put_back)), Done)
    assert len(bench.key.credentials) == 1
    assert bench.journal.unsettled() == ()
    assert bench.journal.left_on_keys() == 0


@pytest.mark.parametrize(
    ("path_end", "word", "error"),
    [
        ("/complete", Word.REGISTRATION_REJECTED, RegistrationRefused),
        ("/complete", Word.ATTESTATION_REJECTED, RegistrationRefused),
        ("/proof", Word.PROOF_REJECTED, ProofRefused),
    ],
)
def test_what_the_relying_party_refuses_leaves_the_key(
    bench: Bench, path_end: str, word: Word, error: type[Exception]
) -> None:
    bench.server.faults += [Fault(path_end, "problem", word, 422)]
    last = walk(bench, Guest(bench, lambda _: False, lambda: None))
    assert isinstance(last, Stopped)
    assert isinstance(last.problem, error)
    assert not last.left_on_key
    nothing_is_left(bench)


def test_a_key_that_is_gone_when_it_should_be_cleaned_is_told_and_remembered(bench: Bench) -> None:
    bench.server.faults += [Fault("/complete", "problem", Word.REGISTRATION_REJECTED, 422)]
    bench.key.faults = Faults(dies_on=DELETE)
    last = walk(bench, Guest(bench, lambda _: False, lambda: None))
    assert isinstance(last, Stopped)
    assert last.left_on_key
    assert len(bench.key.credentials) == bench.journal.left_on_keys() == 1


def test_a_service_that_fails_for_a_while_is_asked_again(
    server: ContractServer, journal: Journal, key: SimulatedKey, tmp_path: Path
) -> None:
    hurry = count(0.0, 100.0)
    bench = Bench(server, journal, key, tmp_path, clock=lambda: next(hurry))
    server.faults += [Fault("/complete", "html", status=502)] * 4 + [Fault("/proof", "drop")] * 2
    bench.host.session.start()
    last = bench.host.run(Guest(bench, lambda _: False, lambda: None), lambda state: isinstance(state, Done))
    bench.host.session.stop()
    assert isinstance(last, Done)
    assert len(key.credentials) == 1


def test_a_service_that_stays_away_leaves_it_to_the_journal(
    server: ContractServer, journal: Journal, key: SimulatedKey, tmp_path: Path
) -> None:
    hurry = count(0.0, 100.0)
    bench = Bench(server, journal, key, tmp_path, clock=lambda: next(hurry))
    server.faults += [Fault("/complete", "html", status=503)] * 99
    bench.host.session.start()
    last = bench.host.run(Guest(bench, lambda _: False, lambda: None), lambda state: isinstance(state, Stopped))
    assert isinstance(last, Stopped)
    assert isinstance(last.problem, ServiceBroken)
    assert bench.host.session.stop()
    assert len(journal.unsettled()) == 1
    server.faults.clear()
    (unsettled,) = server.ceremonies.values()
    again = Bench(server, journal, key, tmp_path)
    assert isinstance(walk(again, Guest(again, lambda _: False, lambda: None)), Done)
    assert unsettled.abandoned == ["recovered"]
    assert len(key.credentials) == 1
    assert journal.unsettled() == ()
    assert journal.left_on_keys() == 0


def test_a_restarted_station_settles_at_once_and_cleans_the_key_when_it_comes(
    server: ContractServer, journal: Journal, key: SimulatedKey, tmp_path: Path
) -> None:
    before = Bench(server, journal, key, tmp_path)
    server.faults += [Fault("/complete", "hang")]
    session = before.host.session
    session.start()
    before.host.run(Guest(before, lambda _: False, lambda: None), working, SECONDS)
    # The power goes here: the response is in the journal, and whether the service has it nobody knows.
    ((ceremony_id, ceremony),) = server.ceremonies.items()
    row = journal.find(ceremony_id)
    assert row is not None
    assert row.step in (Step.MADE, Step.COMPLETING)
    journal.close()
    kept = (tmp_path / "state" / "journal.db").read_bytes()
    server.release.set()
    session.stop()
    key.unplug()
    journal.close()
    (tmp_path / "state" / "journal.db").write_bytes(kept)

    server.user_handle = b"somebody else"
    after = Bench(server, journal, key, tmp_path)
    assert isinstance(walk(after, Guest(after, lambda _: False, lambda: None)), Done)
    assert "recovered" in ceremony.abandoned
    assert [one.user_id for one in key.credentials] == [b"somebody else"]
    assert journal.unsettled() == ()
    assert journal.left_on_keys() == 0


def test_a_reset_forgets_the_person_and_keeps_the_port(bench: Bench) -> None:
    person = Guest(bench, lambda _: False, lambda: None)
    session = bench.host.session
    session.start()
    bench.host.run(person, lambda state: isinstance(state, EnterCode), SECONDS)
    bench.plug()
    bench.host.run(person, lambda state: not isinstance(state, EnterCode), SECONDS)
    session.reset("ar")
    state = session.state
    assert isinstance(state, Connecting)
    assert len(state.port.keys) == 1
    last = bench.host.run(person, lambda state: isinstance(state, Welcome), SECONDS)
    assert isinstance(last, Welcome)
    assert last.visit.locale == "ar"
    assert last.visit.person == ""
    assert session.stop()


def test_an_observer_may_dispatch_and_sees_every_state_once(bench: Bench) -> None:
    session = bench.host.session
    seen: list[State] = []

    def on_state(state: State) -> None:
        seen.append(state)
        if len(seen) == 2:
            session.dispatch(LanguageChosen("fr"))
            assert session.state is state  # it waits its turn

    session.observe(on_state)
    session.dispatch(LanguageChosen("de"))
    assert [state.locale for state in seen if isinstance(state, Connecting)] == ["en", "de", "fr"]
    assert session.stop()


def test_a_code_is_forgotten_once_it_verified_somebody(bench: Bench) -> None:
    typed: list[Secret] = []

    def watch(state: State) -> None:
        if isinstance(state, EnterCode) and state.typed is not None:
            assert not state.typed.wiped
            typed.append(state.typed)

    bench.host.session.observe(watch)
    assert isinstance(walk(bench, Guest(bench, lambda _: False, lambda: None)), Done)
    assert len(typed) == 1
    assert typed[0].wiped


def test_a_random_pin_is_forgotten_as_soon_as_it_was_shown(bench: Bench) -> None:
    bench.server.policy = {"pin": {"origin": "random"}}
    shown: list[Secret] = []

    def watch(state: State) -> None:
        if isinstance(state, RandomPin) and state.pin is not None:
            assert not state.pin.wiped
            shown.append(state.pin)

    bench.host.session.observe(watch)
    assert isinstance(walk(bench, Guest(bench, lambda _: False, lambda: None)), Done)
    assert len(shown) == 1
    assert shown[0].wiped
