"""The demonstration's phone: the link of the code that the kiosk shows, for a browser on this machine."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.enrollment.answers_of_phone import PhoneOpened
from kiosk.enrollment.events import Event


class PhoneLinks:
    """Listens to what the station is told, and keeps the newest link. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._link = ""
        self._observers: list[Callable[[str], None]] = []

    def watched(self, post: Callable[[Event], None]) -> Callable[[Event], None]:
        """`post`, with the links in what it brings."""

        def posted(event: Event) -> None:
            if isinstance(event, PhoneOpened):
                self._link = event.code.link
                for observer in tuple(self._observers):
                    observer(self._link)
            post(event)

        return posted

    def observe(self, observer: Callable[[str], None], /) -> None:
        """Call `observer` with the link of each code from now on, from whatever thread brought it."""
        self._observers.append(observer)
