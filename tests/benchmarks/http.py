"""The calls of one enrollment per second on one worker, against a bare FastAPI route that makes one commit.

Between its calls an enrollment waits for a mail or a key, and a processor that has rested answers late. So the bare
route is called in the same rhythm: one call of it beside each of ours, now before and now after it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import requests

from hardware.authenticator import Watch
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from kiosk.secret import Secret
from tests.benchmarks.measure import Row
from tests.benchmarks.served import Served, served

Json = dict[str, Any]


class Timed:
    """A client that keeps its connection and adds up how long its calls took; `beside` is called with each call."""

    def __init__(self, reach: Json, beside: Callable[[], object] = lambda: None) -> None:
        self._beside, self._turn = beside, count()
        self._url = reach["url"]
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = reach["authority"]
        self.calls, self.spent = 0, 0.0

    def sign_in(self, reach: Json) -> None:
        """A token, once, as a station has it; not counted."""
        auth = (reach["client_id"], reach["secret"])
        answer = self._session.post(f"{self._url}/oauth2/token", data={"grant_type": "client_credentials"}, auth=auth)
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def post(self, path: str, body: Json) -> Json:
        """One call, counted."""
        first = next(self._turn) % 2 == 0
        if first:
            self._beside()
        parsed = self._call(path, body)
        if not first:
            self._beside()
        return parsed

    def _call(self, path: str, body: Json) -> Json:
        begun = time.perf_counter()
        answer = self._session.post(f"{self._url}{path}", json=body)
        self.took(time.perf_counter() - begun)
        answer.raise_for_status()
        parsed: Json = answer.json()
        return parsed

    def took(self, seconds: float) -> None:
        """Count a call."""
        self.spent += seconds
        self.calls += 1

    def rate(self) -> float:
        """Calls per second since the last time."""
        rate = self.calls / self.spent
        self.calls, self.spent = 0, 0.0
        return rate


def enroll(client: Timed, number: int, code: Callable[[], str]) -> None:
    """The enrollment of one more person, with a fresh key; `code` waits for the one that they were mailed."""
    key = SimulatedKey()
    key.touch_automatically = True
    key.plug()
    source = SimulatedSource([key])
    opened = source.open(source.attached()[0])
    info = opened.inspect()
    opened.set_pin(Secret("704913"))
    here = f"/enrollments/{client.post('/enrollments', {'locale': 'en'})['enrollment_id']}"
    client.post(f"{here}/identify", {"alternative": "upn", "criteria": {"upn": f"person{number}@example.org"}})
    client.post(f"{here}/send-code", {"method": "email"})
    client.post(f"{here}/verify", {"method": "email", "answer": code()})
    report = {
        "aaguid": "6b657977-a1d9-4c0e-9f3e-7c1852b40d6a",
        "versions": list(info.versions),
        "extensions": list(info.extensions),
        "options": dict(info.options),
        "has_pin": True,
        "simulated": True,
    }
    begun = client.post(f"{here}/ceremony", {"relying_party": "staff", "key": report})
    made = opened.make_credential(begun["public_key"], begun["origin"], Watch())
    ceremony = f"{here}/ceremony/{begun['ceremony_id']}"
    completed = client.post(f"{ceremony}/complete", {"credential": dict(made)})
    proof = opened.prove(completed["proof"], begun["origin"], Watch())
    client.post(f"{ceremony}/proof", {"credential": dict(proof)})
    opened.close()


def visit(client: Timed, server: Served, number: int) -> None:
    """Somebody enrolls, and waits for the mail that says so."""
    enroll(client, number, lambda: server.code(number))
    server.notice(number)


def run(runs: int, each: int = 5) -> Row:
    """The line of the table."""
    with served("ours") as us, served("bare") as them:
        bare = Timed(them.reach)
        ours = Timed(us.reach, beside=lambda: bare.post("/one", {"what": "one more"}))
        ours.sign_in(us.reach)
        people = count(1)
        for _ in range(each):
            visit(ours, us, next(people))
        ours.rate(), bare.rate()
        pairs = []
        for _ in range(runs):
            for _ in range(each):
                visit(ours, us, next(people))
            pairs.append((ours.rate(), bare.rate()))
    ratio = statistics.median(a / b for a, b in pairs)
    return Row(
        "one enrollment's HTTP calls",
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        "calls/s",
        ratio,
        "≥ 0.5",
        ratio >= 0.5,
        {"calls_per_enrollment": 7},
    )
