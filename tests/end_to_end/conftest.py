"""One embedded service for many kiosks, each with a visitor of its own."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.commands.embedded import Embedded, embedded_service
from kiosk.service.verification.settings import CodeSettings, VerificationSettings
from tests.end_to_end.person import Person
from tests.end_to_end.visitor import Visitor
from ui.i18n import Interpreter

SETTINGS: dict[str, Any] = {
    "verification": VerificationSettings(code=CodeSettings.model_construct(resend_after=1, sends_per_hour=1000)),
}
"""One way to be verified, and no minute of waiting for another code."""


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """A service that all tests of this process visit."""
    with embedded_service(tmp_path_factory.mktemp("service"), SETTINGS) as service:
        yield service


@pytest.fixture
def person(qtbot: QtBot) -> Person:
    """Somebody with a mouse, who may also type."""
    return Person(qtbot)


@pytest.fixture
def visitor(person: Person, embedded: Embedded) -> Visitor:
    """Maria Okafor, on her way through the screens."""
    return Visitor(person, embedded)


@pytest.fixture(autouse=True)
def given_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give back the signals that the window listens to, what counts as a double click, and the language."""
    if "qtbot" not in request.fixturenames:  # no window, and nobody to ask
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    interval = QApplication.doubleClickInterval()
    yield
    QApplication.setDoubleClickInterval(interval)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    Interpreter(app).install("en")
    for number, handler in before.items():
        signal.signal(number, handler)
