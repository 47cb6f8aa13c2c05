"""The demo's phone: opens what the code on the kiosk's screen says in a browser of this machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QCoreApplication, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from ui.mailbox import News


class PhoneLinks(Protocol):
    """Where the links of codes come from."""

    def observe(self, observer: Callable[[str], None], /) -> None:
        """Call `observer` with the link of each code, from any thread."""
        ...


class PhoneOpener(QWidget):
    """A button for whoever has no phone that reaches this machine; there once a code was shown."""

    def __init__(self, links: PhoneLinks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = ""
        self._open = QPushButton(QCoreApplication.translate("Simulator", "Open the code as a phone would"), self)
        self._open.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(self._link)))
        warning = QCoreApplication.translate("Simulator", "Your browser will warn: the demo vouches for itself.")
        note = QLabel(warning, self)
        note.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._open)
        column.addWidget(note)
        self.hide()
        news = News()
        news.told.connect(self._show, Qt.ConnectionType.QueuedConnection)
        links.observe(lambda link: news.told.emit(link))  # noqa: PLW0108 - it keeps `news`, as `emit` would not

    def _show(self, link: str) -> None:
        self._link = link
        self.setVisible(bool(link))
