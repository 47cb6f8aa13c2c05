"""A replica takes its leave: it says so first, goes on for a while, and nobody's request fails."""

from __future__ import annotations

import http.client
import json
import re
import signal
import ssl
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest

from kiosk.contract.paths import HEALTH, LIVE, READY
from kiosk.resources import resource
from kiosk.service.bulk_import.files import Importer
from kiosk.service.settings import load
from kiosk.service.sources import SystemClock, SystemRandom
from kiosk.service.tokens.actions import create_client
from tests.kiosk.commands.conftest import Start
from tests.kiosk.service.running import Station, opened

LONG = 60
DRAIN = 1.5
LONGEST_HELD = 15.0
"""Seconds; a look that nobody ends is held for twenty."""
SUPERVISED = """
[supervision]
verify = 1
[staff]
url = "https://keys.example.org"
rp_id = "keys.example.org"
[verification]
methods = ["none", "email"]
allow_none = true
[identify]
email_domain = "example.org"
"""


class Refused(Exception):
    """No connection could be made, so nothing was sent."""


class Client:
    """A caller that keeps its connection as long as it is let."""

    def __init__(self, port: int, trusted: ssl.SSLContext) -> None:
        self._port, self._trusted = port, trusted
        self._line: http.client.HTTPSConnection | None = None

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body. Raises Refused, and whatever happens to a request that was sent."""
        line = self._line or self._connected()
        line.request("GET", path)
        answer = line.getresponse()
        body = answer.read()
        self._line = line
        if answer.will_close:
            self.close()
        return answer.status, body

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None

    def _connected(self) -> http.client.HTTPSConnection:
        line = http.client.HTTPSConnection("127.0.0.1", self._port, context=self._trusted, timeout=LONG)
        try:
            line.connect()
        except OSError as error:
            raise Refused from error
        return line


class Replica:
    """A service in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process, self.folder = process, folder
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.fullmatch(r"Serving Example Hospital at (https://127\.0\.0\.1:(\d+))\n", line)
        assert found, line
        self.url, self.port = found[1], int(found[2])
        self.authority = folder / "tls" / "authority.pem"
        self.trusted = ssl.create_default_context(cafile=str(self.authority))

    def client(self) -> Client:
        return Client(self.port, self.trusted)

    def waiting(self, config: Path) -> tuple[Station, str]:
        """A station, and what it asks for to be told as soon as staff have approved something."""
        with closing(opened(load(config).database.model_dump())) as store:
            Importer(store, SystemClock(), SystemRandom(), load(config)).people(resource("sample/people.csv"))
            credentials = create_client(store, SystemClock(), SystemRandom(), "Lobby")
        station = Station(self.url, self.authority, credentials).sign_in()
        visit = station.open()
        station.identify(visit)
        asked = station.post(f"/enrollments/{visit}/approvals", {"action": "verify"}, 201)
        return station, f"/enrollments/{visit}/approvals/{asked['approval_id']}?seen=pending:0&wait=20"


@dataclass
class Crowd:
    """Who calls a replica while it leaves; each goes on until nobody lets them connect."""

    leaving: Replica
    told: list[tuple[float, int, bytes]] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def call(self, path: str) -> int:
        """One request after the other on one connection, as long as it is let; how many were answered."""
        many = 0
        with closing(self.leaving.client()) as client, suppress(Refused):
            while not self.over.is_set():
                status, _ = client.get(path)
                assert status == 200
                many += 1
        return many

    def look(self) -> None:
        """As a load balancer: each time anew."""
        with suppress(Refused):
            while not self.over.is_set():
                with closing(self.leaving.client()) as client:
                    status, body = client.get(READY)
                    self.told.append((time.monotonic(), status, body))


@pytest.fixture
def replica(start: Start, config: Path, tmp_path: Path) -> Callable[[float], Replica]:
    """Starts one that drains for so many seconds."""
    credentials = tmp_path / "credentials"
    credentials.mkdir(mode=0o700)

    def begin(drain: float) -> Replica:
        config.write_text(config.read_text().replace("port = 0", f"port = 0\ndrain = {drain}") + SUPERVISED)
        arguments = ("--config", config, "--credentials", credentials, "--log", tmp_path / "service.log")
        return Replica(start("service", *arguments), tmp_path)

    return begin


def test_no_request_fails_while_a_replica_leaves(replica: Callable[[float], Replica], config: Path) -> None:
    leaving = replica(DRAIN)
    crowd = Crowd(leaving)
    station, held = leaving.waiting(config)
    with closing(station.session), ThreadPoolExecutor(6) as pool:
        try:
            waiting = pool.submit(lambda: station.call("GET", held))
            callers = [pool.submit(crowd.call, path) for path in (HEALTH, HEALTH, LIVE)]
            looking = pool.submit(crowd.look)
            while not crowd.told:
                assert not looking.done()
            asked_at = time.monotonic()
            leaving.process.send_signal(signal.SIGTERM)
            answer = waiting.result(LONG)
            held_for = time.monotonic() - asked_at
            assert leaving.process.wait(LONG) == 0
        finally:
            crowd.over.set()
        assert all(caller.result(LONG) > 10 for caller in callers)
        looking.result(LONG)
    assert (answer.status_code, answer.json()["state"], held_for < LONGEST_HELD) == (200, "pending", True)
    refused = [json.loads(body) for _, status, body in crowd.told if status == 503]
    assert {status for at, status, _ in crowd.told if at < asked_at} == {200}
    assert crowd.told[-1][1] == 503
    assert refused[0] == {"status": "not_ready", "against": ["this replica is about to end"]}
    assert crowd.told[-1][0] - asked_at > DRAIN / 2, "it went on to answer"


def test_a_second_signal_ends_it_at_once(replica: Callable[[float], Replica]) -> None:
    leaving = replica(60.0)
    with closing(leaving.client()) as client:
        assert client.get(READY)[0] == 200
        leaving.process.send_signal(signal.SIGTERM)
        while client.get(READY)[0] != 503:
            pass
        leaving.process.send_signal(signal.SIGTERM)
        assert leaving.process.wait(5) == -signal.SIGTERM
