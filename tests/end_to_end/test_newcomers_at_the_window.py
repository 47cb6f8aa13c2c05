"""Somebody who is not known here, at the real window in both languages: a form, terms, a code, a key, and an app."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.commands.composition import open_session
from kiosk.commands.embedded import PERSON, Embedded, embedded_service
from kiosk.commands.sample_site import HELD, sample_accounts
from kiosk.contract.policy import Demand
from kiosk.contract.profile import VerificationMethod
from kiosk.contract.totp import TotpSetUp
from kiosk.enrollment.states import RecoveryCodes, SetUpApp, State
from kiosk.service.accounts.rules import AccountState
from kiosk.service.verification.settings import VerificationSettings
from kiosk.station.session import Session
from tests.end_to_end.newcomers import Phone
from tests.end_to_end.person import Hand, Person
from tests.end_to_end.stand import Stand
from tests.end_to_end.test_newcomers import account
from tests.end_to_end.visitor import Visitor

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LANGUAGES = ("en", "ar")
METHODS = (VerificationMethod.EMAIL, VerificationMethod.TOTP)
SETTINGS: dict[str, Any] = {
    "verification": VerificationSettings(methods=METHODS),
    "accounts": sample_accounts(Demand.BEST_EFFORT),
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """A service that lets people register, and offers an app after the key."""
    with embedded_service(tmp_path_factory.mktemp("service"), SETTINGS) as embedded:
        yield embedded


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[State]:
    """All that a phone's camera could have seen: the states that were shown."""
    states: list[State] = []
    opened = open_session

    def open_watched(*arguments: Any, **more: Any) -> Session:
        session = opened(*arguments, **more)
        session.observe(states.append)
        return session

    monkeypatch.setattr("tests.end_to_end.stand.open_session", open_watched)
    return states


def setup_in(states: list[State]) -> TotpSetUp:
    """The set-up that was shown last."""
    return [state.setup for state in states if isinstance(state, SetUpApp) and state.setup is not None][-1]


class Newcomer(Visitor):
    """A person who fills in a form."""

    def __init__(self, person: Person, embedded: Embedded, language: str) -> None:
        super().__init__(person, embedded)
        self.language = language

    def chooses_language(self) -> None:
        """By its own name."""
        self.person.presses_named({"en": "English", "ar": "العربية"}[self.language])
        wanted = Qt.LayoutDirection.RightToLeft if self.language == "ar" else Qt.LayoutDirection.LeftToRight
        self.person.waits(lambda: QApplication.layoutDirection() is wanted)

    def fills_in(self, *texts: str) -> None:
        """One field after the other; Enter leads to the next one that is empty."""
        self.person.goes_to("Identify", "First name")
        for text in texts:
            self.person.puts(text)
            if text != texts[-1]:
                self.person.presses_key(Qt.Key.Key_Return)
        self.person.presses("Register", "Continue")

    def is_a_member(self, address: str) -> None:
        """From the first screen to the terms."""
        self.person.presses("NewHere", "I am new here")
        self.person.reads("NewHere", "What brings you here?")
        self.person.presses("NewHere", "I am new here")
        self.fills_in("ليلى", "Neu", address, "+49 152 5554477", "Radiology")

    def is_a_visitor(self, address: str, name: tuple[str, str] = ("Vera", "Visitor")) -> None:
        """From the first screen to the terms; for today, as most visitors."""
        self.person.presses("NewHere", "I am new here")
        self.person.presses("NewHere", "I am visiting")
        self.fills_in(*name, address, "Example Works", PERSON["upn"], "Radiology")

    def reads_terms(self, title: str) -> None:
        """Until the text of this title is on the screen."""
        self.person.waits(lambda: self.person.sees(title), f"there is no {title!r}")

    def sets_app_up(self, phone: Phone, seen: list[State]) -> None:
        """Scan it, and type what the app shows."""
        self.person.reads("SetUpApp", "Add a spare way to sign in")
        self.person.presses("SetUpApp", "I have scanned it")
        self.types_code(phone.scan(setup_in(seen)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_member_registers_gets_a_key_sets_an_app_up_and_comes_back_with_it(
    qtbot: QtBot, service: Embedded, tmp_path: Path, seen: list[State], language: str
) -> None:
    person = Person(qtbot, Hand.MOUSE)
    newcomer, address, phone = Newcomer(person, service, language), f"leila.{language}@example.org", Phone()
    first, second = Stand.at(service, tmp_path / "first"), Stand.at(service, tmp_path / "second")

    def register() -> None:
        newcomer.chooses_language()
        newcomer.is_a_member(address)
        newcomer.reads_terms({"en": "Using your security key", "ar": "استخدام مفتاح الأمان"}[language])
        person.presses("Terms", "Accept")
        newcomer.reads_terms({"en": "News by mail", "ar": "الأخبار عبر البريد"}[language])
        person.presses("Terms", "No, thank you")
        newcomer.types_code(newcomer.gets_mail())
        first.key.plug()
        newcomer.chooses_pin()
        newcomer.touches(first)
        newcomer.sets_app_up(phone, seen)
        person.reads("RecoveryCodes", "Keep these recovery codes")
        person.presses("RecoveryCodes", "I have noted them")
        newcomer.is_done()

    def come_back() -> None:
        """With another key, and no way to read mail."""
        phone.ahead += second_period
        newcomer.chooses_language()
        newcomer.starts()
        newcomer.says_who_she_is(address)
        person.presses("Verify", "Use my authenticator app")
        newcomer.types_code(phone.code())
        newcomer.finishes_with(second)

    second_period = datetime.fromtimestamp(30, UTC) - datetime.fromtimestamp(0, UTC)
    assert first.live(register) == 0
    assert account(service, address).status == AccountState.ACTIVE
    assert any(isinstance(state, RecoveryCodes) for state in seen)
    assert len(first.key.credentials) == 1
    assert second.live(come_back) == 0
    assert len(second.key.credentials) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_registers_by_whom_they_visit_and_goes_without_an_app(
    qtbot: QtBot, service: Embedded, tmp_path: Path, language: str
) -> None:
    person = Person(qtbot, Hand.FINGER)
    newcomer, stand = Newcomer(person, service, language), Stand.at(service, tmp_path)

    def visit() -> None:
        newcomer.chooses_language()
        newcomer.is_a_visitor(f"vera.{language}@example.net")
        newcomer.reads_terms({"en": "Visiting us", "ar": "زيارتكم لنا"}[language])
        person.presses("Terms", "Back")
        assert person.typed("Identify", "First name") == "Vera"
        person.presses("Register", "Continue")
        person.presses("Terms", "Accept")
        newcomer.types_code(newcomer.gets_mail())
        stand.key.plug()
        newcomer.chooses_pin()
        newcomer.touches(stand)
        person.reads("SetUpApp", "Add a spare way to sign in")
        stand.key.unplug()
        person.presses("SetUpApp", "Go on without")
        newcomer.is_done()

    assert stand.live(visit) == 0
    assert len(stand.key.credentials) == 1


def test_a_visitor_who_is_on_the_list_is_sent_to_the_desk(qtbot: QtBot, service: Embedded, tmp_path: Path) -> None:
    person = Person(qtbot, Hand.KEYBOARD)
    newcomer, stand = Newcomer(person, service, "en"), Stand.at(service, tmp_path)

    def visit() -> None:
        newcomer.is_a_visitor("nadia@example.net", HELD)
        person.presses("Terms", "Accept")
        newcomer.types_code(newcomer.gets_mail())
        person.reads("Messages", "Somebody has to look at this first")

    assert stand.live(visit) == 0
    assert stand.key.credentials == ()
