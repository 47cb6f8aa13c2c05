"""What a messenger stands on in the contract suite: its other side, what that took, and how it fails.

A connector joins the suite with a module `stand_<name>.py` here, which has `STAND`: a subclass of `Stand`.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from kiosk.service import catalog
from kiosk.service.messages.connector import Messenger
from kiosk.service.outbound import Outbound
from kiosk.service.tls import Identity, server_context
from tests.kiosk.service.faces import Request, Web, serving
from tests.kiosk.service.vendors.bed import Bed
from tests.kiosk.service.wired import wired

SECRET, WRONG = "right-geheim", "wrong-geheim"
JSON = {"Content-Type": "application/json"}
Answer = tuple[int, dict[str, str], bytes] | None


@dataclass(frozen=True)
class Taken:
    """A message as the other side took it."""

    to: str
    text: str


class Stand(ABC):
    """One messenger and its other side, for one test."""

    NAME: ClassVar[str]
    SECRET: ClassVar[str] = SECRET
    ADDRESS: ClassVar[str] = "+4915123456717"
    """Somebody who can be written to."""

    authority: Path
    port: int

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    @classmethod
    @abstractmethod
    def open(cls, tls: tuple[Identity, Identity]) -> Any:
        """A context manager that gives the stand. `tls` is an authority, and a server that it vouches for."""

    @abstractmethod
    def settings(self, port: int, authority: Path) -> dict[str, Any]:
        """The settings as in the settings file, for the other side at this port."""

    @abstractmethod
    def taken(self) -> list[Taken]:
        """What the other side took, oldest first."""

    @abstractmethod
    def visits(self) -> int:
        """How often somebody came to it with a message."""

    @abstractmethod
    def busy(self) -> None:
        """From now on it wants to be asked later."""

    @abstractmethod
    def losing(self) -> None:
        """From now on it takes each message, and hangs up without a word."""

    def make(self, secret: str = "", port: int = 0, authority: Path | None = None) -> Messenger:
        """The messenger as the service makes it."""
        read = catalog.settings_of(catalog.MESSENGERS, "")
        bed = Bed()
        wiring = wired(
            outbound=self._outbound,
            clock=bed.clock,
            sleep=bed.sleep,
            secret=lambda _: secret or self.SECRET,
            organization="Example Works",
        )
        told = read(self.settings(port or self.port, authority or self.authority))
        made: Messenger = catalog.make(catalog.MESSENGERS, told, wiring)
        return made


class WebStand(Stand):
    """One whose other side speaks HTTPS."""

    REFUSAL: ClassVar[Answer] = (401, JSON, b"{}")
    """What it says to a wrong secret."""

    def __init__(self, web: Web, authority: Path, outbound: Outbound) -> None:
        super().__init__(outbound)
        self.web, self.authority = web, authority
        self.port = int(web.url.rpartition(":")[2])
        self._taken: list[Taken] = []
        self._visits = 0
        self._mood = "good"
        web.answer = self._answer

    @classmethod
    @contextmanager
    def open(cls, tls: tuple[Identity, Identity]) -> Iterator[Self]:
        with serving(server_context(tls[1])) as web:
            outbound = Outbound()
            try:
                yield cls(web, tls[0].certificate, outbound)
            finally:
                outbound.close()  # first: the server waits for connections that are kept

    @abstractmethod
    def message(self, request: Request) -> Taken | None:
        """The message in a request; None where it carries none."""

    @abstractmethod
    def good(self) -> Answer:
        """What it says to a message that it takes."""

    def other(self, request: Request) -> Answer:
        """What it says to what is no message."""
        return 200, JSON, b"{}"

    def admits(self, request: Request) -> bool:
        """Whether the secret is right."""
        return SECRET in f"{request.path}{request.headers}{request.body.decode()}"

    def taken(self) -> list[Taken]:
        return self._taken

    def visits(self) -> int:
        return self._visits

    def busy(self) -> None:
        self._mood = "busy"

    def losing(self) -> None:
        self._mood = "losing"

    def _answer(self, request: Request) -> Answer:
        if not self.admits(request):
            return self.REFUSAL
        found = self.message(request)
        if found is None:
            return self.other(request)
        self._visits += 1
        if self._mood == "busy":
            return 429, {"Retry-After": "3000"}, b""
        self._taken.append(found)
        return None if self._mood == "losing" else self.good()


def told(body: bytes) -> Any:
    """JSON."""
    return json.loads(body)
