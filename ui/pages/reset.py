"""A key is wiped: asked twice, approved where that is needed, taken out, put back and touched in time."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from kiosk.enrollment.events import ResetWanted, WentBack
from kiosk.enrollment.states import ResetKey, ResetStage, State
from ui.key_words import note
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.reset_words import Says, came_back, says
from ui.pages.verify import column_of
from ui.theme import Theme
from ui.widgets.notice import Notice
from ui.widgets.status_card import StatusCard

WIPE = "wipe"
"""The name of the action that asks for the second question."""


@dataclass(frozen=True)
class _Look:
    """How a stage looks: its picture, and whether its title is read from a step away."""

    scene: str
    display: bool = True


_LOOKS = {
    ResetStage.ASK: _Look("key-wipe", display=False),
    ResetStage.APPROVAL: _Look("people", display=False),
    ResetStage.TAKE_OUT: _Look("key-remove"),
    ResetStage.PUT_IN: _Look("key-insert"),
    ResetStage.TOUCH: _Look("key-touch"),
}


class ResetKeyPage(Page):
    """Shows `ResetKey`. Emits ResetWanted (only at the second of two questions) and WentBack. What keeps the key as it
    is has the focus: Enter never wipes."""

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: ResetKey | None = None
        self._sure = False
        self._lost = Notice(theme, "stop", parent=self)
        self._waits = StatusCard(theme, parent=self)
        self._ring = StatusCard(theme, ring=True, parent=self)
        column = column_of(self, theme)
        for widget in (self._lost, self._waits, self._ring):
            column.addWidget(widget)
        column.addStretch(1)
        self._ring.ticked.connect(self._tick)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show this stage."""
        assert isinstance(state, ResetKey)
        before, self._state = self._state, state
        self._sure = self._sure and state.stage is ResetStage.ASK
        asks, touches = state.stage is ResetStage.ASK, state.stage is ResetStage.TOUCH and state.problem is None
        self._lost.setVisible(asks)
        self._waits.setVisible(not asks and not touches)
        self._ring.setVisible(touches)
        if not touches:
            self._ring.stop()
        elif before is None or before.stage is not ResetStage.TOUCH or before.problem is not None:
            self._ring.start(state.seconds)
        self._show_words()

    def chrome(self) -> Chrome:
        """What keeps the key is the primary action; what wipes it stands beside it."""
        state, said = self._shown(), self._says()
        say = QCoreApplication.translate
        look = _LOOKS[state.stage]
        back = Action(say("Reset", "Back"), "back", WentBack(), "ghost")
        primary = secondary = None
        if state.stage is ResetStage.ASK:
            primary = Action(say("Reset", "Keep it as it is"), "", WentBack())
            wipe = ResetWanted() if self._sure else None
            secondary = Action(said.wipe, "wipe", wipe, "secondary", name=WIPE)
        return Chrome(
            title=said.title,
            sentence=said.sentence,
            step=2,
            problem=state.problem,
            display=look.display,
            back=back if state.stage is not ResetStage.ASK else None,
            primary=primary,
            secondary=secondary,
            scene="key-inserted" if came_back(state) else look.scene,
            key=note(state.visit),
            help=(
                say("Reset", "Wiping makes the key as new. Whatever it opened before, it opens no longer."),
                say("Reset", "A key lets itself be wiped only in the first seconds after it was put in."),
            ),
        )

    def first_focus(self) -> QWidget | None:
        """The card of what is waited for; else what keeps the key as it is."""
        return next((card for card in (self._waits, self._ring) if not card.isHidden()), None)

    def trigger(self, name: str) -> None:
        """Ask once more."""
        if name == WIPE and not self._sure:
            self._sure = True
            self._show_words()

    # ── content ─────────────────────────────────────────────────────────────────────────────────

    def _shown(self) -> ResetKey:
        assert self._state is not None, "a page is rendered before it is asked"
        return self._state

    def _says(self) -> Says:
        return says(self._shown(), self.place.slot, sure=self._sure)

    def _show_words(self) -> None:
        said = self._says()
        self._lost.show_notice("stop", said.notice)
        self._waits.show_status(said.status, said.detail)
        if not self._ring.isHidden():
            self._tick(self._ring.left)
        self.changed.emit()

    def _tick(self, seconds: int) -> None:
        left = QCoreApplication.translate("Touch", "%n second(s) left", "", seconds)
        self._ring.show_status(self._says().status, left)
