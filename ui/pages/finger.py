"""The key learns a finger: touch its sensor again and again, until it knows enough of it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from hardware.authenticator import SampleFeedback
from kiosk.enrollment.events import Continued, Skipped, WentBack
from kiosk.enrollment.states import EnrollFinger, State
from ui.key_words import note
from ui.pages.page import Action, Chrome, Page, Surroundings
from ui.pages.verify import column_of
from ui.theme import Theme
from ui.widgets.label import Label
from ui.widgets.step_ring import StepRing


class EnrollFingerPage(Page):
    """Shows `EnrollFinger`. Emits Continued ("Try again", after a problem), Skipped where policy lets it, and WentBack.

    How many good touches it takes is known from the first one on: touches that were no good do not fill the ring.
    """

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, place, parent)
        self._state: EnrollFinger | None = None
        self._total = 0
        self._card = _Progress(theme, self)
        column = column_of(self, theme)
        column.addWidget(self._card)
        column.addStretch(1)

    def render(self, state: State) -> None:  # type: ignore[override]
        """Show how far it is, and what was wrong with the last touch."""
        assert isinstance(state, EnrollFinger)
        self._state = state
        self._card.setVisible(state.problem is None)
        if state.remaining is None:
            self._total = 0
        elif not self._total:
            self._total = state.remaining + state.taken
        left = self._total if state.remaining is None else state.remaining
        self._total = max(self._total, left)
        self._card.show_progress(
            self._total - left, self._total, feedback_words(state.feedback), remaining_words(state.remaining)
        )
        self.changed.emit()

    def chrome(self) -> Chrome:
        """Nothing to press but the sensor; a way around where policy has one."""
        say = QCoreApplication.translate
        state = self._state
        stuck = state is not None and state.problem is not None
        skip = Action(say("Finger", "Go on without"), "", Skipped(), "secondary")
        return Chrome(
            title=say("Finger", "Touch the sensor"),
            sentence=say("Finger", "Touch and lift your finger, again and again, until the ring is full."),
            step=3,
            problem=state.problem if state else None,
            display=True,
            back=Action(say("Finger", "Back"), "back", WentBack(), "ghost"),
            primary=Action(say("Finger", "Try again"), "restart", Continued()) if stuck else None,
            secondary=skip if state and state.optional else None,
            scene="key-finger",
            key=note(state.visit, facts=False) if state else None,
            help=(
                say("Finger", "Use one finger for all touches: the one that you will use each day."),
                say("Finger", "Your fingerprint stays in the key. The kiosk never sees it."),
            ),
        )

    def first_focus(self) -> QWidget | None:
        """The card, which a screen reader reads whole; after a problem the primary action."""
        return self._card if self._state and self._state.problem is None else None


class _Progress(QFrame):
    """The ring, and what to do next; every change is announced."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._ring = StepRing(theme, "finger", parent=self)
        self._strong = Label(theme, "strong", parent=self)
        self._small = Label(theme, "small", "", "ink_soft", self)
        self.setProperty("kind", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        words = QVBoxLayout()
        words.setSpacing(theme.px(6))
        words.addStretch(1)
        words.addWidget(self._strong)
        words.addWidget(self._small)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.px(24),) * 4)
        row.setSpacing(theme.px(28))
        row.addWidget(self._ring, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)

    def show_progress(self, done: int, total: int, strong: str, small: str) -> None:
        """Show so many touches of so many, and these words."""
        self._ring.show_steps(done, total)
        self._strong.set_text(strong)
        self._small.set_text(small)
        said = f"{strong} {small}"
        if said != self.accessibleName():
            first = not self.accessibleName()
            self.setAccessibleName(said)
            if not first:
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))


def remaining_words(remaining: int | None) -> str:
    """How many touches are still needed."""
    if remaining is None:
        return QCoreApplication.translate("Finger", "Use the finger that you will use each day.")
    if not remaining:
        return QCoreApplication.translate("Finger", "That was the last one.")
    return QCoreApplication.translate("Finger", "%n more touch(es)", "", remaining)


def feedback_words(feedback: SampleFeedback | None) -> str:
    """What to do after the last touch; what to do at all, before the first."""
    say = QCoreApplication.translate
    if feedback is None:
        return say("Finger", "Waiting for your finger")
    return {
        SampleFeedback.GOOD: say("Finger", "Good. Lift your finger, then touch again."),
        SampleFeedback.TOO_HIGH: say("Finger", "Put your finger a little lower."),
        SampleFeedback.TOO_LOW: say("Finger", "Put your finger a little higher."),
        SampleFeedback.TOO_LEFT: say("Finger", "Put your finger a little more to the right."),
        SampleFeedback.TOO_RIGHT: say("Finger", "Put your finger a little more to the left."),
        SampleFeedback.TOO_FAST: say("Finger", "Leave your finger on a little longer."),
        SampleFeedback.TOO_SLOW: say("Finger", "Lift your finger a little sooner."),
        SampleFeedback.POOR_QUALITY: say("Finger", "Wipe the sensor and your finger, then touch again."),
        SampleFeedback.TOO_SKEWED: say("Finger", "Hold your finger straight."),
        SampleFeedback.TOO_SHORT: say("Finger", "Lay more of your finger on the sensor."),
        SampleFeedback.MERGE_FAILURE: say("Finger", "That did not match. Use the same finger as before."),
        SampleFeedback.EXISTS: say("Finger", "The key knows this finger already. Use another one."),
        SampleFeedback.NO_FINGER: say("Finger", "No finger was felt. Touch the sensor."),
        SampleFeedback.OTHER: say("Finger", "Touch the sensor once more."),
    }[feedback]
