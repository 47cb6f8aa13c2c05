"""The demonstration's inbox: mails and texts in one list, in the order in which they arrived."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Protocol

from kiosk.commands.mailbox import Mail


class Box(Protocol):
    """One way in: `kiosk.commands.mailbox.Mailbox` and `kiosk.commands.textbox.TextBox` are two."""

    def messages(self) -> Sequence[Mail]:
        """All messages so far, oldest first."""
        ...

    def observe(self, on_change: Callable[[], None], /) -> None:
        """Call `on_change` whenever a message arrived."""
        ...


class Inbox:
    """A `ui.mailbox.Mailbox` over several boxes. Its methods may be called from any thread."""

    def __init__(self, *boxes: Box) -> None:
        self._boxes = boxes
        self._taken = [0] * len(boxes)
        self._messages: list[Mail] = []
        self._lock = Lock()
        for box in boxes:
            box.observe(self._collect)

    def messages(self) -> tuple[Mail, ...]:
        """All messages, oldest first; the list only grows at its end."""
        self._collect()
        with self._lock:
            return tuple(self._messages)

    def observe(self, on_change: Callable[[], None], /) -> None:
        """Call `on_change` whenever a message arrived, on the thread that brought it."""
        for box in self._boxes:
            box.observe(on_change)

    def _collect(self) -> None:
        with self._lock:
            for place, box in enumerate(self._boxes):
                fresh = box.messages()[self._taken[place] :]
                self._messages.extend(fresh)
                self._taken[place] += len(fresh)
