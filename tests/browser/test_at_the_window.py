"""The whole way: the real window shows a code, a real browser reads it from the screen, and the window notices what the
phone does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from kiosk.commands.composition import open_session
from kiosk.commands.embedded import Embedded
from kiosk.commands.sample_site import sample_accounts
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment.states import State
from kiosk.service.mobile.standings import expire_next
from kiosk.service.store.phone_codes import phone_codes
from kiosk.service.verification.settings import VerificationSettings
from kiosk.station.session import Session
from tests.browser.chromium import Phone
from tests.browser.kiosk import seen_codes, seen_number, service_with_phones
from tests.browser.walking import (
    MARIA,
    PHONE,
    SETTINGS,
    fills_in_form,
    makes_passkey,
    reason,
    scans,
    types_number,
    uses_passkey,
    wrong,
)
from tests.end_to_end.person import Person
from tests.end_to_end.stand import Stand
from tests.end_to_end.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.qt_log_ignore("propagateSizeHints")]

NOTICED = 2.0
"""Seconds within which the window shows what a phone has done."""
INVITING: dict[str, Any] = {**SETTINGS, "accounts": sample_accounts()}
BEFORE: dict[str, Any] = {**PHONE, "place": "before"}
ONE_WAY: dict[str, Any] = {"verification": VerificationSettings(methods=(VerificationMethod.EMAIL,))}
INSTEAD: dict[str, Any] = {"place": "instead", "lifetime": 30}


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Embedded, ...]]:
    """One service where phones come before the key, and one where they come in its place, and codes end soon."""
    folder = tmp_path_factory.mktemp("services")
    with (
        service_with_phones(folder / "before", BEFORE, **INVITING) as before,
        service_with_phones(folder / "instead", INSTEAD, **ONE_WAY) as instead,
    ):
        yield before, instead


@dataclass
class Seen:
    """Every state that the window showed, and when."""

    states: list[tuple[datetime, State]] = field(default_factory=list)

    def take(self, state: State) -> None:
        self.states.append((datetime.now(UTC), state))

    def after(self, moment: datetime) -> float:
        """Seconds from then until the window showed something new."""
        return min((at - moment).total_seconds() for at, _ in self.states if at > moment)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    taken, opened = Seen(), open_session

    def open_watched(*arguments: Any, **more: Any) -> Session:
        session = opened(*arguments, **more)
        session.observe(taken.take)
        return session

    monkeypatch.setattr("tests.end_to_end.stand.open_session", open_watched)
    return taken


@dataclass
class Lobby:
    """Maria before the window, with a phone in her hand."""

    person: Person
    embedded: Embedded
    folder: Path
    pool: ThreadPoolExecutor

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.person, self.embedded)
        self.stand = Stand.at(self.embedded, self.folder)

    def visits(self, happen: Callable[[], None]) -> None:
        assert self.stand.live(happen) == 0

    def meanwhile(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """What the phone does, while the window goes on living."""
        done = self.pool.submit(work, *arguments)
        self.person.waits(done.done, "the phone is stuck")
        return done.result()

    def says_who_she_is(self, user: str = MARIA) -> None:
        """And has a code mailed, where she is asked which way she wants."""
        self.visitor.starts()
        self.visitor.says_who_she_is(user)
        if len(self.embedded.service.parts.verifiers) > 1:
            self.person.presses("Verify", "Mail me a code")

    def comes_to_the_phone(self) -> None:
        """Past the mailed code, to the code for the phone."""
        self.says_who_she_is()
        self.visitor.types_code(self.visitor.gets_mail())
        self.person.reads("Phone", "Scan this with your phone")

    def link(self) -> str:
        """What the camera of a phone reads on the screen."""
        self.person.waits(lambda: len(seen_codes()) == 1, "no code can be read from the screen")
        return seen_codes()[0]

    def number(self) -> str:
        """What she reads on the screen once her phone is here."""
        self.person.reads("Phone", "Type this number on your phone")
        return seen_number()

    def pairs(self, phone: Phone) -> None:
        """From the screen to the phone and back, and what it is about."""
        self.meanwhile(scans, phone, self.link())
        self.meanwhile(types_number, phone, self.number())

    def confirms(self, phone: Phone) -> None:
        """Says who she is, and lets the passkey on her phone confirm it."""
        self.visitor.starts()
        self.visitor.says_who_she_is()
        self.person.presses("Verify", "Use my phone")
        self.pairs(phone)
        self.meanwhile(uses_passkey, phone)

    def completed_at(self) -> datetime:
        """When the phone's last code was completed, as the service wrote it down."""
        query = select(phone_codes.c.changed_at).where(phone_codes.c.status == "COMPLETED")
        with self.embedded.service.parts.store.read() as tx:
            moments: list[datetime] = list(tx.connection.execute(query).scalars())
        return max(moments)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


@pytest.fixture
def lobby(qtbot: QtBot, services: tuple[Embedded, ...], tmp_path: Path, pool: ThreadPoolExecutor) -> Lobby:
    return Lobby(Person(qtbot), services[0], tmp_path, pool)


def test_a_passkey_is_made_from_what_the_screen_shows_and_the_window_goes_on(
    lobby: Lobby, phone: Phone, seen: Seen, record_property: Callable[[str, object], None]
) -> None:
    def visit() -> None:
        lobby.comes_to_the_phone()
        lobby.pairs(phone)
        lobby.meanwhile(makes_passkey, phone)
        lobby.person.reads("InsertKey", "Put your key in the slot")
        lobby.visitor.finishes_with(lobby.stand)

    lobby.visits(visit)
    took = seen.after(lobby.completed_at())
    record_property("noticed_after_ms", round(took * 1000))
    assert took < NOTICED
    assert len(phone.passkeys()) == 1


def test_the_phone_is_the_key_where_policy_says_so(
    qtbot: QtBot, services: tuple[Embedded, ...], tmp_path: Path, pool: ThreadPoolExecutor, phone: Phone
) -> None:
    lobby = Lobby(Person(qtbot), services[1], tmp_path, pool)

    def visit() -> None:
        lobby.comes_to_the_phone()
        lobby.pairs(phone)
        lobby.meanwhile(makes_passkey, phone)
        lobby.person.reads("Done", "Your phone is ready")

    lobby.visits(visit)


def test_a_passkey_made_before_shows_who_she_is(lobby: Lobby, phone: Phone) -> None:
    def make() -> None:
        lobby.comes_to_the_phone()
        lobby.pairs(phone)
        lobby.meanwhile(makes_passkey, phone)

    def confirm() -> None:
        lobby.confirms(phone)
        lobby.person.reads("Phone", "Your phone can then sign you in, too.")

    lobby.visits(make)
    lobby.visits(confirm)


def test_the_mailed_code_is_typed_on_the_phone(lobby: Lobby, phone: Phone) -> None:
    def visit() -> None:
        lobby.says_who_she_is()
        code = lobby.visitor.gets_mail()
        lobby.person.presses("Verify", "Type it on my phone")
        lobby.pairs(phone)

        def type_it() -> None:
            phone.types("code", code)
            phone.presses("#next")
            phone.waits("#done")

        lobby.meanwhile(type_it)
        lobby.person.reads("Phone", "Your phone can then sign you in, too.")

    lobby.visits(visit)


def test_the_form_is_filled_in_on_the_phone(lobby: Lobby, phone: Phone) -> None:
    def visit() -> None:
        lobby.person.presses("NewHere", "I am new here")
        lobby.person.presses("NewHere", "I am new here")
        lobby.person.presses("Register", "Fill it in on my phone")
        lobby.pairs(phone)
        lobby.meanwhile(fills_in_form, phone, "leila@example.org")
        code = lobby.visitor.gets_mail()

        def type_it() -> None:
            phone.types("code", code)
            phone.presses("#next")
            phone.waits("#done")

        lobby.meanwhile(type_it)
        lobby.person.reads("Phone", "Your phone can then sign you in, too.")

    lobby.visits(visit)


def test_three_wrong_numbers_are_told_and_a_new_code_works(lobby: Lobby, phone: Phone) -> None:
    def visit() -> None:
        lobby.comes_to_the_phone()
        first = lobby.link()
        lobby.meanwhile(scans, phone, first)
        number = lobby.number()
        for _ in range(3):
            lobby.meanwhile(types_number, phone, wrong(number))
        lobby.person.reads("Phone", "The number was not right")
        assert seen_number() == ""
        lobby.person.presses("Phone", "Show a new code")
        lobby.person.waits(lambda: seen_codes() not in ([], [first]))
        lobby.pairs(phone)
        lobby.meanwhile(makes_passkey, phone)
        lobby.person.reads("InsertKey", "Put your key in the slot")

    lobby.visits(visit)


def test_a_no_on_the_phone_is_told(lobby: Lobby, phone: Phone) -> None:
    def visit() -> None:
        lobby.comes_to_the_phone()
        lobby.pairs(phone)
        lobby.meanwhile(lambda: phone.presses("#decline button"))
        lobby.person.reads("Phone", "You said no on the phone")

    lobby.visits(visit)


def test_somebody_elses_passkey_is_told(lobby: Lobby, phone: Phone) -> None:
    def make() -> None:
        lobby.says_who_she_is("j.dubois@example.org")
        lobby.visitor.types_code(lobby.visitor.gets_mail())
        lobby.pairs(phone)
        lobby.meanwhile(makes_passkey, phone)

    def confirm() -> None:
        lobby.confirms(phone)
        lobby.person.reads("Phone", "That passkey is not yours")

    lobby.visits(make)
    lobby.visits(confirm)


def test_a_code_that_runs_out_is_told_and_the_phone_told_too(
    qtbot: QtBot, services: tuple[Embedded, ...], tmp_path: Path, pool: ThreadPoolExecutor, phone: Phone
) -> None:
    lobby = Lobby(Person(qtbot), services[1], tmp_path, pool)

    def visit() -> None:
        lobby.comes_to_the_phone()
        lobby.meanwhile(scans, phone, lobby.link())
        number = lobby.number()
        ends_now(lobby.embedded)
        lobby.person.reads("Phone", "The code has run out")
        lobby.meanwhile(types_number, phone, number)
        assert lobby.meanwhile(reason, phone) == "expired"

    lobby.visits(visit)


def ends_now(embedded: Embedded) -> None:
    """As if its time were over, without waiting for it."""
    parts = embedded.service.parts
    live = phone_codes.update().where(phone_codes.c.status == "SCANNED").values(expires_at=parts.clock.now())
    parts.store.write(lambda tx: tx.connection.execute(live))
    expire_next(parts)


def test_a_visit_that_ends_at_the_kiosk_ends_on_the_phone(lobby: Lobby, phone: Phone) -> None:
    def visit() -> None:
        lobby.comes_to_the_phone()
        lobby.meanwhile(scans, phone, lobby.link())
        number = lobby.number()
        lobby.person.presses("Shell", "Help")
        lobby.person.presses("HelpPanel", "Start over")
        lobby.person.reads("Welcome", "Set up your security key")
        lobby.meanwhile(types_number, phone, number)
        assert lobby.meanwhile(reason, phone) == "taken_back"

    lobby.visits(visit)


def test_who_has_no_phone_goes_on_without(lobby: Lobby, phone: Phone) -> None:
    def visit() -> None:
        lobby.comes_to_the_phone()
        link = lobby.link()
        lobby.person.presses("Phone", "I have no phone with me")
        lobby.person.reads("InsertKey", "Put your key in the slot")
        assert seen_codes() == []
        lobby.meanwhile(phone.opens, link)
        assert lobby.meanwhile(reason, phone, "#refused, #over") in ("no_code", "taken_back")

    lobby.visits(visit)


def test_a_second_phone_is_refused_and_the_first_goes_on(lobby: Lobby, phone: Phone, another: Phone) -> None:
    def visit() -> None:
        lobby.comes_to_the_phone()
        link = lobby.link()
        lobby.meanwhile(scans, phone, link)
        number = lobby.number()

        def try_it() -> str:
            another.opens(link)
            another.presses("#go")
            return reason(another, "#refused")

        assert lobby.meanwhile(try_it) == "another_phone"
        lobby.meanwhile(types_number, phone, number)
        lobby.meanwhile(makes_passkey, phone)
        lobby.person.reads("InsertKey", "Put your key in the slot")

    lobby.visits(visit)
