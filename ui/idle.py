"""Notices that nobody touches the screen or a key any more."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from kiosk.contract.phone import PhoneStatus
from kiosk.enrollment.staff import waited_for
from kiosk.enrollment.states import (
    Connecting,
    EnrollFinger,
    Phone,
    Prove,
    RandomPin,
    ResetKey,
    ResetStage,
    SelectKey,
    SetUpApp,
    State,
    Stopped,
    Touch,
    WaitForStaff,
    Welcome,
)

_SIGNS = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.Wheel,
    }
)
"""What only a person does. Not the mouse's moves: a passing lorry moves a mouse."""


def waits_for_person(state: State) -> bool:
    """Whether a person's data is on the screen and the next step is theirs, with no other time limit on it."""
    match state:
        case (
            Connecting() | Welcome() | Prove() | SetUpApp(setup=None, problem=None) | RandomPin(pin=None, problem=None)
        ):
            return False
        case Touch(problem=None) | SelectKey(problem=None) | EnrollFinger(problem=None):
            return False  # the key has a time limit of its own
        case ResetKey(stage=ResetStage.TOUCH, problem=None):
            return False  # they have seconds
        case Phone(code=None, problem=None) | Phone(busy=True) | RandomPin(letter=True, printed=False, problem=None):
            return False
        case Phone(standing=standing) if standing is not None:
            # a phone at work is not touched here, and has the time that its code works
            return standing.status not in (PhoneStatus.SCANNED, PhoneStatus.COMPLETED)
        case WaitForStaff() | ResetKey() if waited_for(state):
            return False  # staff have a time of their own
        case Stopped(cleaning=cleaning):
            return not cleaning
        case _:
            return True


def unnoticed(before: State | None, after: State) -> bool:
    """Whether nothing happened but that a poll was answered: it is no sign of life."""
    return (
        isinstance(before, Phone)
        and isinstance(after, Phone)
        and _told(before) == _told(after)
        and before.visit.locale == after.visit.locale
    )


def _told(state: Phone) -> tuple[object, ...]:
    standing = state.standing
    status = standing.status if standing is not None else PhoneStatus.PENDING
    return (state.code, state.shown, status, state.busy, type(state.problem))


class IdleWatch(QObject):
    """`idle` comes once nobody did anything for so many seconds; watching goes on when they do."""

    idle = Signal()

    def __init__(self, screen: QWidget) -> None:
        super().__init__(screen)
        self._screen = screen
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.idle)

    def watch(self, seconds: int) -> None:
        """Begin, or begin again, with so many seconds."""
        handle = self._screen.window().windowHandle()
        if handle is not None:  # where all input arrives; a filter of the application would see every paint as well
            handle.installEventFilter(self)
        self._timer.start(seconds * 1000)

    def rest(self) -> None:
        """Stop watching."""
        self._timer.stop()

    @property
    def watching(self) -> bool:
        """Whether it counts."""
        return self._timer.isActive()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A sign of life starts the time again."""
        if event.type() in _SIGNS and self._timer.isActive():
            self._timer.start()
        return super().eventFilter(watched, event)
