"""A walk through every screen without a person: one numbered picture of each."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QEvent, QSize, QTime
from PySide6.QtWidgets import QApplication

from kiosk.enrollment.states import InsertKey
from ui.application import make_application
from ui.i18n import Interpreter
from ui.pages.page import Surroundings
from ui.references import References
from ui.theme import load_theme
from ui.tour_desk import desk_samples
from ui.tour_keys import Sample
from ui.tour_samples import samples
from ui.widgets.option_card import OptionCard
from ui.widgets.text_field import TextField
from ui.window import Window

_SIZE = re.compile(r"([1-9][0-9]{2,4})x([1-9][0-9]{2,4})")
_REFERENCE = "K7M-4Q2"
_WHEN = QDateTime(QDate(2026, 11, 22), QTime(10, 42))
_KEYBOARDS = {"identify": "identify-keyboard", "register-visitor": "register-keyboard"}
_BUTTONS = {
    "welcome-news": ("secondary", "welcome-choice"),
    "identify-new": ("secondary", "identify-choice"),
    "app": ("primary", "app-code"),
}
_CARDS = {"register-contractor": (-1, "register-day"), "code-app": (0, "code-recovery")}
"""What is touched on a screen, by the name of its sample, and what the further picture is called."""


class Tour:
    """One walk: shows states in the real window and keeps pictures of it in `folder`."""

    def __init__(self, app: QApplication, window: Window, folder: Path) -> None:
        self._app, self._window, self._folder = app, window, folder
        self.pictures: list[Path] = []

    def show(self, sample: Sample) -> None:
        """Show a state, and keep a picture of it."""
        self._window.show_state(sample.state)
        self.keep(sample.name)

    def keep(self, name: str) -> None:
        """Keep a picture of what is shown now. Raises OSError when it cannot be written."""
        self._settle()
        path = self._folder / f"{len(self.pictures) + 1:03}-{name}.png"
        if not self._window.grab().save(str(path)):
            raise OSError(f"cannot write {path}")
        self.pictures.append(path)

    def walk(self, locale: str) -> None:
        """Every screen, and what may lie over it."""
        for sample in samples(locale):
            self.show(sample)
            match sample.state:
                case InsertKey(problem=None, reading=False):
                    self._window.warn(20)
                    self.keep("idle-warning")
                    self._window.shell.idle.stop()
            self._further(sample.name)
        for each in desk_samples():
            self._window.desk.notes = partial(getattr, each, "notes")
            self._window.show_desk(each.state)
            self.keep(each.name)

    def _over_everything(self) -> None:
        languages = self._window.shell.open_languages()
        self.keep("languages")
        languages.close_dialog()
        panel = self._window.shell.open_help()
        self.keep("help")
        panel.close_dialog()

    def _further(self, name: str) -> None:
        """What a person finds on this screen by touching it."""
        if name == "welcome":
            self._over_everything()
        elif name in _KEYBOARDS:
            self._keyboard(_KEYBOARDS[name])
        elif name in _BUTTONS:
            self._press(*_BUTTONS[name])
        elif name in _CARDS:
            self._touch(*_CARDS[name])

    def _press(self, place: str, name: str) -> None:
        """Press a button of the action bar."""
        button = self._window.shell.wizard.bar.button(place)
        if button is not None:
            button.click()
            self.keep(name)

    def _touch(self, which: int, name: str) -> None:
        """Touch one of the cards that are shown."""
        cards = [card for card in self._window.shell.wizard.page.findChildren(OptionCard) if card.isVisible()]
        if cards:
            cards[which].click()
            self.keep(name)

    def _keyboard(self, name: str) -> None:
        """Open the keyboard of the first field, as a person does."""
        field = self._window.shell.wizard.page.findChild(TextField)
        if field is not None:
            field.keyboard_wanted.emit()
            self.keep(name)
            field.keyboard_wanted.emit()

    def _settle(self) -> None:
        for _ in range(4):
            self._app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            QCoreApplication.processEvents()


def run_tour(
    folder: Path, locale: str = "en", size: str = "1280x800", text_scale: float = 1.0, contrast: str = "light"
) -> int:
    """Walk through every screen; one PNG of each goes to `folder`. Returns how many.

    `contrast` is light, dark or contrast. Raises ValueError for a size that is none, OSError when `folder` cannot be
    written to, NoDisplay without a platform for windows.
    """
    parsed = _SIZE.fullmatch(size)
    if parsed is None:
        raise ValueError(f"not a size: {size!r}")
    folder.mkdir(parents=True, exist_ok=True)
    app = make_application()
    theme = load_theme(mode=contrast, text_scale=text_scale, locale=locale, moves=False)
    window = Window(theme, Surroundings(now=lambda: _WHEN, reference=References(lambda: _REFERENCE)), Interpreter(app))
    window.resize(QSize(int(parsed[1]), int(parsed[2])))
    window.show()
    tour = Tour(app, window, folder)
    tour.walk(locale)
    window.close()
    window.deleteLater()
    return len(tour.pictures)
