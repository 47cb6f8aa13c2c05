"""A service over a fresh database with the sample people, and the enrollments of one lobby."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kiosk.contract.enrollments import Phase
from kiosk.logs import route_to_stdlib
from kiosk.service.directories.connector import Person
from kiosk.service.outbound import Outbound
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.store.enrollments import EnrollmentRow, add_enrollment
from kiosk.service.tls import Identity, server_context
from kiosk.service.verification.hints import hints
from tests.kiosk.service.faces import Web, serving
from tests.kiosk.service.running import Running, assembled, settings_for

MAIL = {"host": "localhost", "port": 2525, "sender": "keys@example.org"}


@dataclass
class Lobby:
    """A service, and people who stand in front of it."""

    running: Running

    @property
    def parts(self) -> Parts:
        return self.running.parts

    @property
    def codes(self) -> list[str]:
        return self.running.random.codes

    def person(self, upn: str = "m.okafor@example.org") -> Person:
        (found,) = self.parts.directories.find_people({"upn": upn})
        return found

    def enrollment(
        self, person: Person | None, *, subject: str = "", station: str = "lobby", locale: str = "en", **typed: str
    ) -> EnrollmentRow:
        """An enrollment of the person in the verify phase; `typed` is what they were identified by."""
        now = self.parts.clock.now()
        row = EnrollmentRow(
            id=new_id(self.parts.random),
            client_id=station,
            locale=locale,
            phase=Phase.VERIFY,
            version=1,
            opened_at=now,
            expires_at=now + self.parts.settings.session.life,
            subject=subject or ("nobody" if person is None else f"person {person.user_id}"),
            user_id=person.user_id if person else None,
            person=person,
            hints=hints(self.parts, typed or {"employee_id": subject or "7"}, person),
        )
        self.parts.store.write(lambda tx: add_enrollment(tx, row))
        return row


@pytest.fixture
def lobbies(tmp_path: Path, backend: dict[str, str]) -> Iterator[Callable[..., Lobby]]:
    """Opens lobbies: `lobbies(methods=["email"], …)` with verification settings; others as `more`."""
    with ExitStack() as stack:

        def open_lobby(more: dict[str, Any] | None = None, **verification: Any) -> Lobby:
            settings = settings_for(tmp_path, database=backend, mail=MAIL, verification=verification, **(more or {}))
            return Lobby(stack.enter_context(assembled(tmp_path, settings)))

        yield open_lobby


@pytest.fixture
def lobby(lobbies: Callable[..., Lobby]) -> Lobby:
    consent = {"allow_none": True, "allow_self_confirmation": True}
    return lobbies(methods=["email", "sms", "automatic", "self_confirmation", "none"], **consent)


@pytest.fixture(scope="session")
def authority(tls: tuple[Identity, Identity]) -> Path:
    return tls[0].certificate


@pytest.fixture(scope="session")
def server_tls(tls: tuple[Identity, Identity]) -> ssl.SSLContext:
    return server_context(tls[1])


@pytest.fixture
def web(server_tls: ssl.SSLContext) -> Iterator[Web]:
    with serving(server_tls) as running:
        yield running


@pytest.fixture
def outbound() -> Iterator[Outbound]:
    made = Outbound()
    yield made
    made.close()


@pytest.fixture
def warned(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """The events at WARNING and above since the last look, which are thereby expected."""
    route_to_stdlib()
    caplog.set_level(logging.INFO, logger="keywright")

    def look() -> list[str]:
        seen = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        caplog.clear()
        return seen

    return look
