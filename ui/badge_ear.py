"""Hears a badge reader that types, whichever field of a page has the focus."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from shiboken6 import isValid

from ui.wedge import Wedge


class BadgeEar(QObject):
    """Follows the keyboard focus inside the window of `page` and emits `scanned` with the number of a badge.

    What the reader typed into a field on its way is taken out again. While not `listening`, keys pass untouched.
    """

    scanned = Signal(str)

    def __init__(self, page: QWidget, clock: Callable[[], float]) -> None:
        super().__init__(page)
        self.listening = False
        self._page = page
        self._wedge = Wedge(clock)
        self._heard: QWidget | None = None
        self._before: tuple[QLineEdit, str] | None = None
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)
        self._follow(None, app.focusWidget())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Look at each key press before the focused widget gets it; swallow only the Enter that ends a scan."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._concerned():
            return self._hear(watched, event)
        return False

    def _concerned(self) -> bool:
        page, heard = self._page, self._heard
        return self.listening and page.isVisible() and heard is not None and heard.window() is page.window()

    def _hear(self, watched: QObject, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            number = self._wedge.ended()
            if number:
                self._take_back()
                self.scanned.emit(number)
            return bool(number)
        text = event.text()
        if text and text.isprintable() and self._wedge.typed(text):
            self._before = (watched, watched.text()) if isinstance(watched, QLineEdit) else None
        return False

    def _take_back(self) -> None:
        if self._before is not None:
            field, text = self._before
            if isValid(field):
                field.setText(text)
        self._before = None

    def _follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._heard is not None and isValid(self._heard):
            self._heard.removeEventFilter(self)
        self._heard = new
        self._before = None
        if new is not None:
            new.installEventFilter(self)
