"""A PIN that the kiosk made up: shown once, to be noted by its owner and by nobody else; or printed into a letter."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from kiosk.enrollment.events import Continued
from kiosk.enrollment.states import RandomPin, State
from ui.key_words import note
from ui.pages.letter_words import letter_advice, letter_chrome, letter_status
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.verify import column_of
from ui.theme import Theme
from ui.widgets.notice import Notice
from ui.widgets.secret_view import SecretView
from ui.widgets.status_card import StatusCard
from ui.widgets.text_field import field_button

ALOUD = "aloud"
"""The name of the action "Read aloud"."""


class RandomPinPage(Page):
    """Shows `RandomPin`. Emits Continued ("I have noted it", or "Try again" after a problem).

    The PIN is painted, never put into a text that a screen reader finds by itself; "Read aloud" says it on purpose.
    One that is for a letter never comes here: Continued means "It is here", LetterWanted asks for another one.
    """

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: RandomPin | None = None
        self._setting = StatusCard(theme, parent=self)
        self._view = SecretView(theme, self)
        self._eye: QPushButton = field_button(theme, "eye-off", self._turn_words(), self)
        self._card = self._make_card()
        self._notice = Notice(theme, "info", parent=self)
        column = column_of(self, theme)
        column.addWidget(self._setting)
        column.addWidget(self._card)
        column.addWidget(self._notice)
        column.addStretch(1)
        self._eye.clicked.connect(lambda: self._view.turn(shown=not self._view.shown))
        self._view.turned.connect(self._turned)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show that the PIN is being set, then the PIN."""
        assert isinstance(state, RandomPin)
        self._state = state
        self._setting.show_status(*_status(state))
        self._setting.setVisible((state.pin is None or state.printing) and state.problem is None)
        shown = None if state.letter else state.pin
        if shown is not None:
            self._view.show_secret(shown)
        self._card.setVisible(shown is not None)
        self._notice.setVisible(shown is not None or (state.letter and state.pin is not None and not state.printing))
        self._notice.show_notice("info", letter_advice(state) if state.letter else _advice(state))
        self.changed.emit()

    def chrome(self) -> Chrome:
        """One way on, once the PIN is there."""
        say = QCoreApplication.translate
        state = self._state
        if state is not None and state.letter:
            return letter_chrome(state)
        there = state is not None and state.pin is not None
        failed = state is not None and state.problem is not None and not there
        primary = Action(say("RandomPin", "I have noted it"), "check", Continued()) if there else None
        again = Action(say("RandomPin", "Try again"), "restart", Continued())
        aloud = Action(say("RandomPin", "Read aloud"), "volume", None, "secondary", name=ALOUD)
        return Chrome(
            title=say("RandomPin", "This is the PIN of your key") if there else say("RandomPin", "Your key gets a PIN"),
            sentence=say("RandomPin", "Write it down, or learn it by heart. It is shown only now.") if there else "",
            step=3,
            problem=state.problem if state else None,
            primary=again if failed else primary,
            secondary=aloud if there else None,
            scene="note" if there else "key-working",
            key=note(state.visit, facts=False) if state else None,
            help=(say("RandomPin", "Nobody keeps this PIN for you. Without it the key must be wiped."),),
        )

    def trigger(self, name: str) -> None:
        """Say the PIN: somebody asked for it."""
        if name == ALOUD:
            self._view.read_aloud()

    def conceal(self) -> None:
        """Dots, until somebody asks for it again."""
        self._view.turn(shown=False)

    def first_focus(self) -> QWidget | None:
        """What is waited for, then the PIN: an Enter too many must not take it away unread."""
        state = self._state
        if state is not None and state.printed:
            return self._notice
        if state is not None and state.pin is not None and not state.letter:
            return self._card
        return self._setting if state is not None and state.problem is None else None

    def _make_card(self) -> QFrame:
        theme = self.theme
        card = QFrame(self)
        card.setProperty("kind", "card")
        card.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        card.setAccessibleName(self._view.accessibleName())
        row = QHBoxLayout(card)
        row.setContentsMargins(theme.px(20), theme.px(20), theme.px(8), theme.px(20))
        row.setSpacing(theme.px(8))
        row.addWidget(self._view, 1)
        row.addWidget(self._eye, 0, Qt.AlignmentFlag.AlignVCenter)
        return card

    def _turned(self) -> None:
        self._eye.setIcon(self.theme.icon("eye-off" if self._view.shown else "eye", "ink", 28))
        self._eye.setAccessibleName(self._turn_words())

    def _turn_words(self) -> str:
        if self._view.shown:
            return QCoreApplication.translate("RandomPin", "Hide the PIN")
        return QCoreApplication.translate("RandomPin", "Show the PIN")


def _status(state: RandomPin) -> tuple[str, str]:
    if state.letter:
        return letter_status(state)
    say = QCoreApplication.translate
    return say("RandomPin", "Setting a PIN"), say("RandomPin", "Leave the key in. You will see the PIN once.")


def _advice(state: RandomPin) -> str:
    say = QCoreApplication.translate
    if state.must_change:
        return say("RandomPin", "When you first use the key, you type this PIN, and choose one of your own.")
    return say("RandomPin", "You will type this PIN each time you use the key.")
