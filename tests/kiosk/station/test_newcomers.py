"""Somebody who is not known here, over the real session, lanes and HTTPS: a form, a key, and an app on their phone."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from hardware.simulated.key import SimulatedKey
from kiosk.contract.problems import Word
from kiosk.enrollment.events import Cancelled, Event
from kiosk.enrollment.states import Done, RecoveryCodes, SetUpApp, State, Stopped, Welcome
from kiosk.errors import HeldForReview, InputRefused
from kiosk.station.scripted_person import ScriptedPerson
from kiosk.station.self_test import run_self_test
from tests.kiosk.station.bench import Bench
from tests.kiosk.station.contract_server import ContractServer, Fault

SECONDS = 30.0


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[dict[str, object]]]:
    with capture_logs() as captured:
        yield captured  # type: ignore[misc]  # structlog's own mapping type


def run(bench: Bench, **more: object) -> str:
    """What came of a stranger's visit, in the word of the self-test; empty when all went well."""
    return run_self_test(bench.host, bench.stranger(**more), clock=time.monotonic, seconds=SECONDS).problem


def test_a_stranger_registers_and_leaves_with_a_key_and_an_app(
    bench: Bench, server: ContractServer, logs: list[dict[str, object]]
) -> None:
    server.policy = {"totp": "require"}
    assert run(bench) == ""
    accepted = [
        {"id": "house", "version": "1", "language": "en"},
        {"id": "news", "version": "3", "language": "ar"},
    ]
    values = {"given_name": "Ada", "email": "ada@example.org"}
    assert server.registered == [{"form": "member", "values": values, "accepted": accepted}]
    assert len(server.with_app) == 1
    assert server.cancelled == []
    (secret,) = server.totp.values()
    assert not any(hidden in repr(logs) for hidden in ("ada@example.org", secret, "k7m4-q2xw"))


def test_who_has_no_phone_goes_on_where_that_is_allowed(bench: Bench, server: ContractServer) -> None:
    server.policy = {"totp": "best_effort"}
    assert run(bench, app=None) == ""
    assert server.totp
    assert not server.with_app


def test_a_field_that_the_service_refuses_is_named_to_the_person(bench: Bench, server: ContractServer) -> None:
    server.faults += [Fault("/register", "problem", Word.MALFORMED, 400, {"reasons": ["email"]})]
    assert run(bench) == InputRefused.__name__
    assert len(server.cancelled) == 1


def test_who_is_held_is_sent_to_the_desk(bench: Bench, server: ContractServer) -> None:
    server.faults += [Fault("/verify", "problem", Word.HELD_FOR_REVIEW, 403)]
    assert run(bench) == HeldForReview.__name__
    assert server.ceremonies == {}


def test_terms_that_were_changed_meanwhile_are_fetched(bench: Bench, server: ContractServer) -> None:
    server.faults += [Fault("/register", "problem", Word.TERMS_NOT_ACCEPTED, 400, {"reasons": ["house"]})]
    person = Reader(bench)
    assert isinstance(person.walks(), Done)
    assert [path for _, path in server.calls].count("/profile") == 2
    assert len(server.registered) == 1


@pytest.mark.parametrize("where", [SetUpApp, RecoveryCodes])
def test_who_leaves_while_the_app_is_set_up_keeps_the_key(
    bench: Bench, server: ContractServer, key: SimulatedKey, where: type[State]
) -> None:
    server.policy = {"totp": "require"}
    person = Reader(bench, leaves_at=where)
    assert isinstance(person.walks(), Welcome)
    assert len(key.credentials) == 1
    assert server.cancelled == []
    assert all(each.proved and not each.abandoned for each in server.ceremonies.values())
    assert bench.journal.unsettled() == ()


class Reader(ScriptedPerson):
    """A stranger who reads a notice and does what it says, or goes away at a screen."""

    def __init__(self, bench: Bench, leaves_at: type[State] | None = None) -> None:
        super().__init__(bench.stranger(), time.monotonic)
        self._bench = bench
        self._leaves_at = leaves_at
        self._left = False

    def walks(self) -> State:
        """Until it worked, stopped, or they went away."""
        self._bench.host.session.start()
        try:
            return self._bench.host.run(self, self._over, SECONDS)
        finally:
            assert self._bench.host.session.stop()

    def respond(self, state: State) -> Event | None:
        """As ScriptedPerson."""
        if self._leaves_at is not None and isinstance(state, self._leaves_at):
            self._left = True
            return Cancelled()
        return super().respond(state)

    def _over(self, state: State) -> bool:
        return isinstance(state, Done | Stopped) or (self._left and isinstance(state, Welcome))
