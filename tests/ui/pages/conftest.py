"""What pages are tested with: people, ways, a shown page and what it emits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kiosk.contract.enrollments import VerificationOffer
from kiosk.contract.profile import (
    FieldKind,
    FieldSet,
    IdentifyField,
    Profile,
    RelyingPartyName,
    VerificationMethod,
)
from kiosk.enrollment.states import State
from kiosk.enrollment.visit import Visit
from ui.i18n import Interpreter
from ui.pages.page import Page

Show = Callable[[Page, State], list[object]]


@dataclass
class TurnedClock:
    """A clock that only a test moves; seconds."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def ways() -> tuple[FieldSet, ...]:
    labels, hints = {"en": "Your site", "ar": "موقعك"}, {"en": "Like B2"}
    site = IdentifyField("attribute:site", FieldKind.TEXT, labels, hints)
    names = (IdentifyField("given_name", FieldKind.NAME), IdentifyField("family_name", FieldKind.NAME))
    return (
        FieldSet("mail", (IdentifyField("email", FieldKind.EMAIL),)),
        FieldSet("staff", (IdentifyField("employee_id", FieldKind.DIGITS),)),
        FieldSet("badge", (IdentifyField("badge", FieldKind.BADGE),)),
        FieldSet("name", (*names, site)),
    )


@pytest.fixture
def visit(ways: tuple[FieldSet, ...]) -> Visit:
    profile = Profile(
        organization="Example",
        languages=("en", "ar"),
        alternatives=ways,
        methods=tuple(VerificationMethod),
        relying_parties=(RelyingPartyName("mail.example.org", "Staff mail"),),
        email_domain="example.org",
    )
    offers = (
        VerificationOffer(VerificationMethod.EMAIL, "m•••••@example.org"),
        VerificationOffer(VerificationMethod.SMS, "••• 42"),
        VerificationOffer(VerificationMethod.AUTOMATIC),
    )
    return Visit(profile, "en", offers=offers)


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    """Show a page with a state, its pad below it, the focus where it wants it; returns what it will emit."""
    windows: list[QWidget] = []

    def shown(page: Page, state: State) -> list[object]:
        events: list[object] = []
        page.emitted.connect(events.append)
        window = QWidget()
        column = QVBoxLayout(window)
        column.addWidget(page)
        page.render(state)
        pad = page.pad()
        if pad is not None:
            column.addWidget(pad)
        qtbot.addWidget(window)
        windows.append(window)
        with qtbot.waitActive(window):
            window.show()
        first = page.first_focus()
        if first is not None:
            first.setFocus()
        return events

    yield shown
    for window in windows:
        window.close()


@pytest.fixture(autouse=True)
def english(qapp: QApplication) -> None:
    """Whatever language another test left behind, English is spoken here."""
    Interpreter(qapp)
