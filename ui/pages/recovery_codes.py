"""Codes for the day when the phone is lost: shown once, to be kept by their owner and by nobody else."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from kiosk.enrollment.events import Continued
from kiosk.enrollment.states import RecoveryCodes, State
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.verify import column_of
from ui.theme import Theme
from ui.widgets.code_sheet import CodeSheet
from ui.widgets.text_field import field_button

ALOUD = "aloud"
"""The name of the action "Read aloud"."""


class RecoveryCodesPage(Page):
    """Shows `RecoveryCodes`. Emits Continued ("I have noted them"). The codes are gone once the page is left."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: RecoveryCodes | None = None
        self._sheet = CodeSheet(theme, self)
        self._eye: QPushButton = field_button(theme, "eye-off", self._turn_words(), self)
        self._card = self._make_card()
        column = column_of(self, theme)
        column.addWidget(self._card)
        column.addStretch(1)
        self._eye.clicked.connect(lambda: self._sheet.turn(shown=not self._sheet.shown))
        self._sheet.turned.connect(self._turned)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show these codes."""
        assert isinstance(state, RecoveryCodes)
        before, self._state = self._state, state
        if before is None or before.codes != state.codes:
            self._sheet.show_codes(state.codes)
            self._card.setAccessibleName(self._sheet.accessibleName())
        self.changed.emit()

    def chrome(self) -> Chrome:
        """One way on."""
        say = QCoreApplication.translate
        return Chrome(
            title=say("RecoveryCodes", "Keep these recovery codes"),
            sentence=say("RecoveryCodes", "Write them down, or take a photo. Each one works once."),
            step=5,
            primary=Action(say("RecoveryCodes", "I have noted them"), "check", Continued()),
            secondary=Action(say("RecoveryCodes", "Read aloud"), "volume", None, "secondary", name=ALOUD),
            scene="note",
            keeps=True,
            help=(
                say("RecoveryCodes", "Nobody here can show you these codes again."),
                say("RecoveryCodes", "Keep them where you do not keep your phone."),
            ),
        )

    def trigger(self, name: str) -> None:
        """Say the codes: somebody asked for it."""
        if name == ALOUD:
            self._sheet.read_aloud()

    def conceal(self) -> None:
        """Dots, until somebody asks for them again."""
        self._sheet.turn(shown=False)

    def first_focus(self) -> QWidget | None:
        """The codes: an Enter too many must not take them away unread."""
        return self._card

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """The page is left: they are wiped."""
        if not event.spontaneous():
            self._sheet.forget()
        super().hideEvent(event)

    def _make_card(self) -> QFrame:
        theme = self.theme
        card = QFrame(self)
        card.setProperty("kind", "card")
        card.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        row = QHBoxLayout(card)
        row.setContentsMargins(theme.px(20), theme.px(20), theme.px(8), theme.px(20))
        row.setSpacing(theme.px(8))
        row.addWidget(self._sheet, 1)
        row.addWidget(self._eye, 0, Qt.AlignmentFlag.AlignTop)
        return card

    def _turned(self) -> None:
        self._eye.setIcon(self.theme.icon("eye-off" if self._sheet.shown else "eye", "ink", 28))
        self._eye.setAccessibleName(self._turn_words())

    def _turn_words(self) -> str:
        if self._sheet.shown:
            return QCoreApplication.translate("RecoveryCodes", "Hide the codes")
        return QCoreApplication.translate("RecoveryCodes", "Show the codes")
