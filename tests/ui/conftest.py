"""A real window to look at, and the people who do not exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtGui import QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.enrollment.states import State
from ui.eye import Eye
from ui.i18n import Interpreter
from ui.pages.page import Surroundings
from ui.theme import load_theme
from ui.tour_samples import samples
from ui.window import Window

MakeWindow = Callable[..., Window]


def settle() -> None:
    """Let layouts, deferred deletions and queued signals happen."""
    for _ in range(4):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QCoreApplication.processEvents()


@pytest.fixture
def make_window(qtbot: QtBot, qapp: QApplication) -> Iterator[MakeWindow]:
    """Makes a shown window: size, locale, text scale, colors, simulated, what opens its camera."""
    speech = Interpreter(qapp)

    def make(
        width: int = 1280,
        height: int = 800,
        locale: str = "en",
        text_scale: float = 1.0,
        mode: str = "light",
        *,
        simulated: bool = False,
        camera: Callable[[], Eye | None] = lambda: None,
    ) -> Window:
        theme = load_theme(locale=locale, text_scale=text_scale, mode=mode, moves=False)
        window = Window(theme, Surroundings(simulated=simulated, camera=camera), speech)
        window.resize(QSize(width, height))
        qtbot.addWidget(window)
        window.show()
        return window

    yield make
    speech.install("en")


@pytest.fixture
def sample() -> Callable[[str], State]:
    """The sample state of the tour with this name."""
    states = {each.name: each.state for each in samples("en")}
    return states.__getitem__


@pytest.fixture(name="settle")
def settle_fixture() -> Callable[[], None]:
    """Let everything that waits in the event loop happen."""
    return settle


@pytest.fixture
def overhear(monkeypatch: pytest.MonkeyPatch) -> Callable[[ModuleType], list[str]]:
    """What the widgets of a module tell a screen reader, from now on."""

    def listen(module: ModuleType) -> list[str]:
        said: list[str] = []

        class Spy:
            @staticmethod
            def updateAccessibility(event: QAccessibleAnnouncementEvent) -> None:  # noqa: N802 - Qt's name
                said.append(event.message())

        monkeypatch.setattr(module, "QAccessible", Spy)
        return said

    return listen
