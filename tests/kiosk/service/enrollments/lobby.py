"""A kiosk at which people register, as the service sees it, and the checker that is asked about guests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.service.messages.connector import Message
from kiosk.service.store.users import active_user
from kiosk.service.tls import Identity
from tests.kiosk.service.accounts.checker import HOUSE, Checker, checking, settings_with_checkers
from tests.kiosk.service.accounts.desk import letters
from tests.kiosk.service.running import Running, Station, served
from tests.kiosk.service.soft_key import Json

MARIA = "m.okafor@example.org"
AMINA = "amina@example.net"
PRIVACY: Json = {"id": "privacy", "version": "2", "language": "en"}


def member(email: str = AMINA, **values: str) -> Json:
    """A form of a member."""
    told = {"given_name": "Amina", "family_name": "Haddad", "email": email, **values}
    return {"form": "member", "values": told, "accepted": [PRIVACY]}


def accepting(*terms: Json) -> Json:
    """The form of a member who accepts these terms."""
    return {**member(), "accepted": list(terms)}


def visitor(email: str = "visitor@elsewhere.example", form: str = "visitor", **values: str) -> Json:
    """A form of a guest, who visits Maria until the 5th of June."""
    told = {"given_name": "Victor", "family_name": "Visitor", "email": email, "sponsor": MARIA}
    told |= {"ends_on": "2026-06-05", "company": "Elsewhere Ltd"}
    return {"form": form, "values": {**told, **values}, "accepted": [HOUSE]}


@dataclass
class Lobby:
    """A station that has signed in, the service, and the checker."""

    running: Running
    station: Station
    checker: Checker

    def register(self, form: Json, expect: int = 202, enrollment: str = "") -> tuple[str, Json]:
        """An enrollment in which the form was filled in, and the answer."""
        opened = enrollment or self.station.open()
        return opened, self.station.post(f"/enrollments/{opened}/register", form, expect)

    def coded(self, form: Json) -> str:
        """An enrollment for which a code was sent."""
        enrollment, _ = self.register(form)
        self.station.post(f"/enrollments/{enrollment}/send-code", {"method": "email"}, 202)
        return enrollment

    def verify(self, enrollment: str, expect: int = 200, answer: str = "") -> Json:
        """The code, or another answer."""
        body = {"method": "email", "answer": answer or self.running.random.codes[-1]}
        return self.station.post(f"/enrollments/{enrollment}/verify", body, expect)

    def verified(self, form: Json) -> str:
        """An enrollment in the key step."""
        enrollment = self.coded(form)
        self.verify(enrollment)
        return enrollment

    def key(self, enrollment: str) -> Json:
        """The rest of it: a credential that is proved."""
        key = self.running.key
        ceremony = self.running.begun(self.station, enrollment)
        path = f"/enrollments/{enrollment}/ceremony/{ceremony['ceremony_id']}"
        response = key.register(ceremony["public_key"], ceremony["origin"])
        completed = self.station.post(f"{path}/complete", {"credential": response, "name": "Mine"}, 201)
        return self.station.post(
            f"{path}/proof", {"credential": key.prove(completed["proof"], ceremony["origin"])}, 200
        )

    def user_id(self, email: str) -> str:
        """The active person of the tenant with this address."""
        (found,) = self.running.parts.directories.find_people({"email": email})
        with self.running.parts.store.read() as tx:
            assert active_user(tx, found.user_id)
        return found.user_id

    def knows(self, email: str) -> bool:
        """Whether an active person has this address."""
        return bool(self.running.parts.directories.find_people({"email": email}))

    def letters(self, template: str) -> list[Message]:
        """The mails of a kind that lie in the outbox."""
        return [each for each in letters(self.running) if each.template == template]


@contextmanager
def lobby_of(
    folder: Path, backend: dict[str, str], tls: tuple[Identity, Identity], screened: bool = True, **changes: Any
) -> Iterator[Lobby]:
    """A lobby over a fresh service; `changes` are of `[accounts]`."""
    with ExitStack() as stack:
        checker = stack.enter_context(checking(tls))
        checkers = [checker.settings()] if screened else []
        settings = settings_with_checkers(folder, backend, *checkers, **changes)
        running = stack.enter_context(served(folder, settings, tls))
        station = running.station()
        stack.callback(station.session.close)
        yield Lobby(running, station, checker)
