"""What a page is to the shell: it renders a state, tells its chrome, and emits events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from kiosk.enrollment.events import Event
from kiosk.enrollment.states import State
from kiosk.enrollment.visit import Trouble
from ui.key_words import KeyNote
from ui.surroundings import Surroundings
from ui.theme import Theme

__all__ = ["Action", "Chrome", "Page", "Surroundings"]

Kind = Literal["primary", "secondary", "ghost"]


@dataclass(frozen=True)
class Action:
    """A button of the action bar. Without an event the shell calls `Page.submit` when it is the primary, and
    `Page.trigger` with its `name` otherwise."""

    text: str
    icon: str = ""
    event: Event | None = None
    kind: Kind = "primary"
    enabled: bool = True
    name: str = ""


@dataclass(frozen=True)
class Chrome:
    """What the shell shows around a page. `title` and `sentence` may hold `<b>` spans; names in them must have gone
    through `ui.text.clean`. `step` is the index in the steps (0 You, 1 Check, 2 Key, 3 PIN, 4 Touch, 5 all done),
    None hides the bar. `display`: the large title. `scene` names what the stage shows when there is no pad,
    `caption` the words below it. `key` is the key in the slot, told quietly. `compact` hides the sentence (an open
    keyboard needs the room); otherwise it gives way where room is short, unless the page `keeps` it. `help` are the
    lines that Help says about this page; an Action named "help" opens it."""

    title: str
    sentence: str = ""
    step: int | None = None
    problem: Trouble | None = None
    display: bool = False
    back: Action | None = None
    primary: Action | None = None
    secondary: Action | None = None
    scene: str = ""
    caption: str = ""
    key: KeyNote | None = None
    compact: bool = False
    keeps: bool = False
    help: tuple[str, ...] = ()


class Page(QWidget):
    """One question. It has no thread, no sibling, no timer beyond its own visible countdown.

    Signals: `emitted` carries an enrollment event; `changed` says that `chrome` must be read again; `sought` carries a
    widget of the page that should be in sight once everything has its place.
    The shell makes a new page for each kind of state, and again when the theme or language changes.
    """

    emitted = Signal(object)
    changed = Signal()
    sought = Signal(object)

    def __init__(self, theme: Theme, place: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.place = place

    def render(self, state: State) -> None:  # type: ignore[override]  # QWidget.render paints; a page shows a state
        """Show this state; called again for each new state of the same kind."""
        raise NotImplementedError

    def chrome(self) -> Chrome:
        """What the shell shows around the content now."""
        raise NotImplementedError

    def pad(self) -> QWidget | None:
        """What the person types on, shown on the stage instead of a scene. The page keeps it."""
        return None

    def keyboard(self) -> QWidget | None:
        """An open on-screen keyboard, shown over the full width at the lower edge; None while closed."""
        return None

    def submit(self) -> None:
        """The primary action was pressed and has no event of its own (a form is sent)."""

    def trigger(self, name: str) -> None:
        """A secondary or back action without an event was pressed; `name` is the action's."""

    def conceal(self) -> None:
        """Nobody seems to be there: what only they may read is hidden."""

    def reveal(self) -> None:
        """Somebody is there after all: what they need to go on is shown again. What they only may read stays hidden
        until they ask for it."""

    def first_focus(self) -> QWidget | None:
        """Where the focus goes when the page appears; None means the primary action."""
        return None

    def draft(self) -> Mapping[str, str]:
        """Typed text that survives a change of language or theme. Never a secret."""
        return {}

    def restore(self, draft: Mapping[str, str]) -> None:
        """Put back what `draft` gave."""
