"""For nobody the service does what it does for somebody: the same statements in the same order, the same hashing.

What it takes in time is measured by the benchmarks; this says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import event

from kiosk.service.accounts import password_changes, people, registration, sign_in
from kiosk.service.accounts.passwords import Passwords
from kiosk.service.accounts.people import NewPerson
from kiosk.service.accounts.rules import AccountRefused, AccountState
from kiosk.service.accounts.settings import PasswordSettings
from kiosk.service.parts import Parts
from kiosk.service.store.passwords import put_password
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.accounts.desk import ANOTHER, PASSWORD
from tests.kiosk.service.running import Running

pytestmark = pytest.mark.databases

DESK = Caller("desk", frozenset(), "default", frozenset({"staff", "club"}))
NOBODY = "0" * 32


class Counting(Passwords):
    """Counts what it hashes."""

    def __init__(self) -> None:
        super().__init__(PasswordSettings(memory_mib=8, rounds=1))
        self.work: list[str] = []

    def hash(self, password: str) -> str:
        self.work.append("hash")
        return super().hash(password)

    def matches(self, password: str, kept: str | None) -> bool:
        self.work.append("matches")
        return super().matches(password, kept)


@contextmanager
def observed(parts: Parts) -> Iterator[list[str]]:
    """The statements and the hashing that go on inside."""
    work: list[str] = []
    passwords = parts.passwords
    assert isinstance(passwords, Counting)
    passwords.work = work

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        work.append(statement)

    event.listen(parts.store.engine, "before_cursor_execute", note)
    try:
        yield work
    finally:
        event.remove(parts.store.engine, "before_cursor_execute", note)
        passwords.work = []


@pytest.fixture
def parts(peopled: Running) -> Parts:
    """Of a service that knows somebody active, pending, on hold, and of another site."""
    object.__setattr__(peopled.parts, "passwords", Counting())
    parts = peopled.parts
    kept = parts.passwords.hash(PASSWORD)
    for name, site, state in (
        ("maria", "staff", AccountState.ACTIVE),
        ("pending", "staff", AccountState.PENDING),
        ("held", "staff", AccountState.ON_HOLD),
        ("member", "club", AccountState.ACTIVE),
    ):
        known = {"team": "Red"} if site == "staff" else {}
        person = NewPerson("default", site, name, f"{name}@example.org", state=state, attributes=known)
        user_id = parts.store.write(lambda tx, person=person: people.create(tx, parts, person))  # type: ignore[misc]  # mypy cannot infer a default of a lambda
        parts.store.write(lambda tx, user_id=user_id: put_password(tx, user_id, kept, peopled.clock.now()))  # type: ignore[misc]  # the same
    return parts


def done(parts: Parts, ask: Callable[[], object]) -> list[str]:
    """What one request makes the service do, the second time: the first one makes rows that others find."""
    with suppress(AccountRefused):
        ask()
    with observed(parts) as work, suppress(AccountRefused):
        ask()
    assert work
    return work


EVERYBODY = ("maria", "pending", "held", "member", "nobody", "\u202e", "")


def test_a_wrong_password_is_the_same_work_for_everybody(parts: Parts) -> None:
    def ask(name: str) -> list[str]:
        shown = sign_in.Shown(name, "wrong, and again")
        return done(parts, lambda: sign_in.sign_in(parts, DESK, "staff", shown))

    told = {name: ask(name) for name in EVERYBODY}
    assert told["maria"].count("matches") == 1
    assert all(each == told["maria"] for each in told.values())


def test_asking_for_a_passcode_is_the_same_work_for_everybody(parts: Parts) -> None:
    for whose in (
        lambda name: password_changes.Whose("staff", name=name or "x"),
        lambda name: password_changes.Whose("staff", email=f"{name}@example.org"),
    ):

        def ask(name: str, whose: Callable[[str], password_changes.Whose] = whose) -> list[str]:
            return done(parts, lambda: password_changes.send_passcode(parts, DESK, whose(name)))

        told = {name: ask(name) for name in EVERYBODY}
        assert all(each == told["maria"] for each in told.values())


def test_a_fresh_passcode_is_the_same_work_for_everybody(parts: Parts) -> None:
    told = []
    for name in EVERYBODY:
        with observed(parts) as work:
            password_changes.send_passcode(parts, DESK, password_changes.Whose("staff", name=name or "x"))
        told.append(work)
    assert any("INSERT INTO messages" in each for each in told[0])
    assert all(each == told[0] for each in told)


def test_a_wrong_passcode_is_the_same_work_for_everybody(parts: Parts) -> None:
    def ask(name: str) -> list[str]:
        whose = password_changes.Whose("staff", name=name or "x")
        change = password_changes.change_password_by_passcode
        return done(parts, lambda: change(parts, DESK, whose, "WRNG-WRNG-WRNG-WRNG", ANOTHER))

    told = {name: ask(name) for name in EVERYBODY}
    assert told["maria"].count("hash") == 1
    assert all(each == told["maria"] for each in told.values())


def test_a_wrong_token_is_the_same_work_for_everybody(parts: Parts) -> None:
    def id_of(name: str) -> str:
        with parts.store.read() as tx:
            row = people.find_by_name(tx, parts, "default", name)
        return NOBODY if row is None else row.id

    for ask in (
        lambda user_id: registration.activate(parts, DESK, user_id, "wrong", PASSWORD),
        lambda user_id: registration.send_token_again(parts, DESK, user_id),
    ):
        told = [done(parts, lambda name=name, ask=ask: ask(id_of(name))) for name in EVERYBODY]  # type: ignore[misc]  # mypy cannot infer a default of a lambda
        assert all(each == told[0] for each in told)
