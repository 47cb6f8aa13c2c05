"""The demo's mailbox: the mails and texts that the service really sent, beside the kiosk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTime, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ui.text import clean

_SUBJECT, _BODY = 120, 600


class Mail(Protocol):
    """One mail as it arrived; a text message has no subject. `code` is the code in it, or empty. All is untrusted."""

    @property
    def to(self) -> str:
        """Who it is for."""
        ...

    @property
    def subject(self) -> str:
        """Its subject."""
        ...

    @property
    def text(self) -> str:
        """Its words."""
        ...

    @property
    def code(self) -> str:
        """The code in it, or empty."""
        ...


class Mailbox(Protocol):
    """Where the mails of a demo arrive."""

    def messages(self) -> Sequence[Mail]:
        """All mails so far, the oldest first. May be called from any thread."""
        ...

    def observe(self, observer: Callable[[], None], /) -> None:
        """Call `observer` after each new mail, from whatever thread it arrived on."""
        ...


class News(QObject):
    """Brings news from any thread to the thread of the screen. Who tells may outlive who listens."""

    told = Signal(object)


class MailboxView(QWidget):
    """The mails, the newest first, each with its code ready to copy."""

    def __init__(self, mailbox: Mailbox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mailbox = mailbox
        self._cards: list[QFrame] = []
        self._empty = QLabel(QCoreApplication.translate("Mailbox", "No mail yet. The code will arrive here."), self)
        self._empty.setWordWrap(True)
        inner = QWidget(self)
        self._list = QVBoxLayout(inner)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(8)
        self._list.addWidget(self._empty)
        self._list.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area)
        news = News()
        news.told.connect(self.refresh, Qt.ConnectionType.QueuedConnection)
        mailbox.observe(lambda: news.told.emit(None))
        self.refresh()

    def refresh(self, _news: object = None) -> None:
        """Show the mails that are not shown yet."""
        mails = self._mailbox.messages()
        for mail in mails[len(self._cards) :]:
            card = self._card(mail)
            self._cards.append(card)
            self._list.insertWidget(0, card)
        self._empty.setVisible(not mails)

    def _card(self, mail: Mail) -> QFrame:
        card = QFrame(self)
        card.setProperty("dock", "mail")
        rows = QVBoxLayout(card)
        rows.setContentsMargins(10, 8, 10, 8)
        rows.setSpacing(4)
        arrived = QTime.currentTime().toString("HH:mm:ss")
        text_message = QCoreApplication.translate("Mailbox", "Text message")
        subject = _line(card, clean(mail.subject, _SUBJECT) or text_message)
        subject.setProperty("dock", "strong")
        rows.addWidget(subject)
        rows.addWidget(_line(card, f"{clean(mail.to)} · {arrived}"))
        rows.addWidget(_line(card, "\n".join(clean(line, _BODY) for line in mail.text[:_BODY].splitlines() if line)))
        if mail.code:
            rows.addWidget(self._copy(card, mail.code))
        return card

    def _copy(self, card: QFrame, code: str) -> QPushButton:
        text = QCoreApplication.translate("Mailbox", "Copy the code {code}").format(code=clean(code, 16))
        button = QPushButton(text, card)
        button.clicked.connect(lambda: QGuiApplication.clipboard().setText(code))
        return button


def _line(parent: QWidget, text: str) -> QLabel:
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
