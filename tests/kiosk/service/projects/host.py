"""Host systems for tests, and the people that they are told of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kiosk.service.outbound import Outbound
from kiosk.service.projects import numbers
from kiosk.service.projects.feed_webhook import Webhook
from kiosk.service.projects.numbers import Holder
from kiosk.service.projects.settings import WebhookSettings
from kiosk.service.store import projects
from kiosk.service.store.engine import WriteTx
from tests.kiosk.service.faces import Request, Web
from tests.kiosk.service.projects.campaign import a_project
from tests.kiosk.service.running import Running
from tests.kiosk.service.soft_key import Json

Answer = tuple[int, dict[str, str], bytes] | None

WORD: Final = "gate"
TAKEN: Final[Answer] = (204, {}, b"")
KNOWN: Final[Answer] = (200, {"Content-Type": "application/json"}, b'{"registered": true}')


@dataclass
class Host:
    """A host system that takes events. `answers` are given first, one to each request; then it takes all."""

    web: Web
    answers: list[Answer] = field(default_factory=list)
    took: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.web.answer = self._answer

    def _answer(self, request: Request) -> Answer:
        answer = self.answers.pop(0) if self.answers else TAKEN
        if answer is not None and answer[0] < 300:
            self.took.append(json.loads(request.body))
        return answer

    @property
    def positions(self) -> list[int]:
        """Of the events that were taken, in the order of that."""
        return [each["position"] for each in self.took]


def feeding(host: Host | None = None, authority: Path | None = None, file: Path | None = None, **more: Any) -> Json:
    """`[projects]` of a service that feeds a host system."""
    told: Json = dict(more)
    if host is not None:
        told["webhook"] = {"url": f"{host.web.url}/people", "secret": "gate", "certificate_authority": authority}
    if file is not None:
        told["file"] = file
    return {"url": "https://enroll.example.org", "named": {WORD: {"feed": told}}}


def fed_project(running: Running, name: str = "Spring", **told: Any) -> str:
    """The id of a project whose host system is told."""
    return a_project(running, name, details={"settings": WORD}, **told)


def person(n: int, *, given_name: str = "Mona", family_name: str = "") -> Holder:
    """Somebody, with a name that tells them apart."""
    named = family_name or f"Okafor {n}"
    return Holder(None, None, f"u-{n}", given_name, named, f"m.okafor{n}@example.org", f"10{n}")


def join(running: Running, project_id: str, *people: Holder) -> list[int]:
    """The numbers that these people get, each in a transaction of their own."""

    def one(tx: WriteTx, who: Holder) -> int:
        of = projects.project(tx, project_id)
        assert of is not None
        return numbers.take_number(tx, running.parts, of, who, "service").number

    return [running.parts.store.write(lambda tx, who=who: one(tx, who)) for who in people]  # type: ignore[misc]  # each its own


@contextmanager
def webhook(running: Running, outbound: Outbound | None = None) -> Iterator[Webhook]:
    """What sends the events of the service's settings."""
    feed = running.parts.settings.projects.named[WORD].feed
    assert feed is not None
    assert isinstance(feed.webhook, WebhookSettings)
    made = outbound or Outbound()
    try:
        yield Webhook(running.parts, made, WORD, feed.webhook)
    finally:
        made.close()


def send_all(sender: Webhook) -> int:
    """Send what is due; how many calls that took."""
    calls = 0
    while sender.send_next():
        calls += 1
    return calls
