"""Whole enrollments a second of one service on one processor, beside the bare commits and signatures of them.

Stations work side by side, without a pause, so that the service never waits for one. The other side makes the same
transactions once more: the same statements with the same values in the same order, as durable, over the same tables of
the same kind of database, told to the driver itself; and it verifies as many signatures.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from threading import Condition
from typing import Any, Final

from kiosk.commands.mailbox import Mailbox
from kiosk.service.tls import LOOPBACK, Identity, issue_server_certificate, make_authority, server_context
from tests.benchmarks.http import Timed, enroll
from tests.benchmarks.measure import Row
from tests.benchmarks.served import PATIENCE, ROOT
from tests.postgres.server import cluster

STATIONS: Final = 12
_BLOCK: Final = 60
"""Enrollments of one measurement."""
_BOUND: Final = 0.3
SIGNATURES: Final = 3
"""What a service verifies of one enrollment: the attestation, its certificate, the proof."""


@dataclass
class Post:
    """Everybody's newest code, by address, for whoever waits for it."""

    mailbox: Mailbox
    codes: dict[str, str] = field(default_factory=dict)
    notices: int = 0
    _seen: int = 0
    _arrived: Condition = field(default_factory=Condition)

    def __post_init__(self) -> None:
        self.mailbox.observe(self._look)

    def code(self, number: int) -> str:
        """The code of the person with this number. Raises TimeoutError."""
        to = f"person{number}@example.org"
        with self._arrived:
            if not self._arrived.wait_for(lambda: to in self.codes, PATIENCE):
                raise TimeoutError("a mail did not arrive")
            return self.codes.pop(to)

    def noticed(self, many: int) -> None:
        """Wait until so many have been told that they have a key. Raises TimeoutError."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: self.notices >= many, PATIENCE):
                raise TimeoutError("a mail did not arrive")

    def _look(self) -> None:
        with self._arrived:
            fresh = self.mailbox.messages()[self._seen :]
            self._seen += len(fresh)
            self.codes |= {mail.to: mail.code for mail in fresh if mail.code}
            self.notices += sum(not mail.code for mail in fresh)
            self._arrived.notify_all()


class Process:
    """One of `tests.benchmarks.throughput_serve`: a line in, a line out."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self._running = running
        self.reach = self._heard()

    def ask(self, **what: object) -> dict[str, Any]:
        """Its answer."""
        assert self._running.stdin is not None
        self._running.stdin.write(json.dumps(what) + "\n")
        self._running.stdin.flush()
        return self._heard()

    def _heard(self) -> dict[str, Any]:
        assert self._running.stdout is not None
        answer: dict[str, Any] = json.loads(self._running.stdout.readline())
        return answer


@contextmanager
def started(kind: str, **told: object) -> Iterator[Process]:
    """Run it until the block ends."""
    command = [sys.executable, "-m", "tests.benchmarks.throughput_serve", kind, json.dumps(told)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        try:
            yield Process(running)
        finally:
            assert running.stdin is not None
            running.stdin.close()
            running.wait(60)


@contextmanager
def mailed(folder: Path) -> Iterator[tuple[Post, dict[str, Any]]]:
    """A mail server, and a service's settings of it."""
    authority, identity = _vouched(folder, "mail")
    with Mailbox(server_context(identity)) as mailbox:
        yield (
            Post(mailbox),
            {
                "host": "localhost",
                "port": mailbox.port,
                "sender": "security-keys@example.org",
                "certificate_authority": str(authority.certificate),
            },
        )


@contextmanager
def databases(name: str, folder: Path) -> Iterator[tuple[Any, Any]]:
    """`[database]` for ours and for the bare one: None for a file of its own."""
    if name == "SQLite":
        yield None, None
        return
    with cluster(_vouched(folder, "database")) as running:
        running.tell("ALTER SYSTEM SET fsync = on")  # as everywhere but in tests
        running.tell("SELECT pg_reload_conf()")
        with running.bare() as one, running.bare() as other:
            yield one, other


def _vouched(folder: Path, name: str) -> tuple[Identity, Identity]:
    """An authority, and a server that it vouches for."""
    inside, now = folder / name, datetime.now(UTC)
    inside.mkdir()
    authority = make_authority(inside, now)
    return authority, issue_server_certificate(inside, LOOPBACK, now, authority)


def run(runs: int) -> list[Row]:
    """A row for each database."""
    return [_measured(name, runs) for name in ("SQLite", "PostgreSQL")]


def _measured(name: str, runs: int) -> Row:
    with TemporaryDirectory(prefix="keywright-bench-") as inside:
        folder = Path(inside)
        people = _BLOCK * (runs + 1)
        with (
            mailed(folder) as (post, mail),
            databases(name, folder) as (one, other),
            started("ours", database=one, mail=mail, people=people, stations=STATIONS) as service,
        ):
            stations, copy = stations_of(service), folder / "copy"
            service.ask(copy=str(copy), into=str(folder / "before"))
            with started("bare", database=other, copy=str(copy)) as floor:
                return _row(name, list(_pairs(service, floor, stations, post, runs))[1:])


@dataclass(frozen=True)
class _Pair:
    """Seconds of one enrollment, of both; of the processor, of both; of one flush of the disk; commits."""

    ours: float
    bare: float
    processor: float
    bare_processor: float
    flush: float
    commits: int
    hasty: int
    statements: int


def _pairs(service: Process, floor: Process, stations: list[Timed], post: Post, runs: int) -> Iterator[_Pair]:
    numbers = count()
    with ThreadPoolExecutor(STATIONS) as pool, NamedTemporaryFile() as file:
        written = file.name
        for block in range(1, runs + 2):
            before, began = service.ask(), time.perf_counter()
            people = [[next(numbers) for _ in range(_BLOCK // STATIONS)] for _ in stations]
            list(pool.map(partial(_work, post), stations, people))
            spent = time.perf_counter() - began
            post.noticed(block * _BLOCK)
            after = service.ask(into=written)
            each = {name: (after[name] - before[name]) / _BLOCK for name in after}
            commits, hasty = round(each["commits"]), round(each["hasty"])
            bare = floor.ask(of=written, signatures=SIGNATURES * _BLOCK)
            processors = each["processor"], bare["processor"] / _BLOCK
            statements = round(bare["statements"] / _BLOCK)
            yield _Pair(
                spent / _BLOCK, bare["seconds"] / _BLOCK, *processors, bare["flush"], commits, hasty, statements
            )


def stations_of(service: Process) -> list[Timed]:
    """All of them, signed in."""
    stations = [Timed(service.reach) for _ in service.reach["stations"]]
    for station, (client, secret) in zip(stations, service.reach["stations"], strict=True):
        station.sign_in({"client_id": client, "secret": secret})
    return stations


def _work(post: Post, station: Timed, people: list[int]) -> None:
    for number in people:
        enroll(station, number, partial(post.code, number))


def _row(name: str, pairs: list[_Pair]) -> Row:
    ratio = statistics.median(pair.bare / pair.ours for pair in pairs)
    notes = {
        "commits": pairs[-1].commits,
        "hasty_commits": pairs[-1].hasty,
        "statements": pairs[-1].statements,
        "signatures": SIGNATURES,
        "stations": STATIONS,
        "processor_ms": statistics.median(1000 * pair.processor for pair in pairs),
        "flush_ms": statistics.median(1000 * pair.flush for pair in pairs),
        "processor_ms_bare": statistics.median(1000 * pair.bare_processor for pair in pairs),
    }
    title = f"whole enrollments of one processor on {name}; the other: the bare commits and signatures of them"
    ours, other = (1 / statistics.median(each) for each in zip(*((p.ours, p.bare) for p in pairs), strict=True))
    return Row(title, ours, other, "/s", ratio, f"≥ {_BOUND}", ratio >= _BOUND, notes)
