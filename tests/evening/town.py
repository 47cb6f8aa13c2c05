"""The evening as a whole: a database, two replicas, a proxy, four kiosks, everybody's mail, and what goes wrong."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from time import monotonic
from typing import Any, Final

from kiosk.config import ServiceEndpoint, StationSettings
from kiosk.service.bulk_import.files import Importer
from kiosk.service.tls import LOOPBACK, issue_server_certificate, make_authority
from kiosk.service.tokens.actions import create_client
from tests.end_to_end.world import Post as Mail
from tests.evening.plan import Visitor
from tests.evening.proxy import free_port, proxy
from tests.evening.replica import Replica, assembled, serve
from tests.evening.station import UNWELCOME, Closed, Post, Report, attend
from tests.postgres.server import Cluster

_MODULES: Final = ["tests.evening.station", "tests.evening.replica", "kiosk.station.on_network", "hardware.fido"]
_NO_MAIL: Final = 15.0
_READY: Final = 60.0
_GOODBYE: Final = 20.0
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["__main__", *_MODULES])
Answer = Callable[[str, str, bool], None]
"""Told of a kiosk, the number on its screen, and whether the answer is no."""


@dataclass
class _Asked:
    """Who waits for a code at a desk, how many codes they had been given, and until when they wait."""

    upn: str
    until: float


@dataclass
class Desk:
    """What the town knows of one kiosk."""

    post: Post
    line: Connection
    process: ForkServerProcess
    asked: _Asked | None = None
    closed: Closed | None = None
    reports: list[Report] = field(default_factory=list)


class Town:
    """Use `town`."""

    def __init__(self, folder: Path, cluster: Cluster, database: dict[str, Any], stack: ExitStack) -> None:
        self.folder, self.cluster, self._stack = folder, cluster, stack
        tls = folder / "tls"
        tls.mkdir()
        self.authority = make_authority(tls, datetime.now(UTC))
        self.identity = issue_server_certificate(tls, LOOPBACK, datetime.now(UTC), self.authority)
        self.mail = Mail(tls)
        stack.enter_context(self.mail)
        self._awake, self._wake = _processes.Pipe(duplex=False)
        stack.callback(self._awake.close)
        stack.callback(self._wake.close)
        self.mail.observe(lambda: self._wake.send(None))
        self.port, *self._ports = (free_port() for _ in range(3))
        self.url = f"https://localhost:{self.port}"
        self.settings = _settings(self, database)
        self.replicas: list[tuple[ForkServerProcess, Connection]] = []
        self.desks: list[Desk] = []
        self._given: Counter[str] = Counter()

    def open(self, queues: tuple[tuple[Visitor, ...], ...]) -> None:
        """People are known, the replicas run, the kiosks open."""
        with closing(assembled(self.settings)) as service:
            parts = service.parts
            people = sorted({visitor.person for queue in queues for visitor in queue}, key=lambda each: each.number)
            file = self.folder / "people.csv"
            file.write_text("upn,email,employee_id,given_name,family_name\n" + "\n".join(each.row for each in people))
            Importer(parts.store, parts.clock, parts.random, parts.settings).people(file)
            clients = [
                create_client(parts.store, parts.clock, parts.random, f"Kiosk {n}") for n in range(1, len(queues) + 1)
            ]
        for number in range(len(self._ports)):
            self.replicas.append(self._start_replica(number))
        self._stack.enter_context(proxy(self.folder, self.port, self._ports, self.authority.certificate))
        for number, (client, queue) in enumerate(zip(clients, queues, strict=True), 1):
            state = self.folder / f"kiosk{number}"
            state.mkdir()
            endpoint = ServiceEndpoint(
                url=self.url, ca_file=self.authority.certificate, client_id=client.client_id, connect_timeout=10.0
            )
            settings = StationSettings(endpoint, state_folder=state, simulator=True)
            post = Post(f"Kiosk {number}", settings, client.secret, queue)
            process, line = self._begin(attend, post)
            self.desks.append(Desk(post, line, process))

    def live(self, answer: Answer, on_report: Callable[[int], None], seconds: float) -> tuple[Report, ...]:
        """Until every kiosk has closed. `on_report` is told how many visits are over."""
        ends = monotonic() + seconds
        while any(desk.closed is None for desk in self.desks):
            assert monotonic() < ends, "the evening does not end"
            lines = {desk.line: desk for desk in self.desks if desk.closed is None}
            for ready in wait([*lines, self._awake], 0.5):
                if ready is self._awake:
                    self._awake.recv()
                else:
                    self._hear(lines[ready], answer, on_report)  # type: ignore[index]  # it is one of ours
            self._hand_out_mail()
        return tuple(report for desk in self.desks for report in desk.reports)

    def kill_replica(self, number: int = 0) -> None:
        """One replica is gone, in the middle of whatever it did."""
        process, line = self.replicas[number]
        process.kill()
        process.join()
        line.close()

    def start_replica(self, number: int = 0) -> None:
        """It is started again."""
        self.replicas[number] = self._start_replica(number)

    def close(self) -> None:
        """Nothing of it is left running."""
        for process, line in [*((desk.process, desk.line) for desk in self.desks), *self.replicas]:
            line.close()
            process.join(_GOODBYE if process in self._well() else 0)
            process.kill()
            process.join()

    def _well(self) -> list[ForkServerProcess]:
        """Who ends by itself when its line is closed: kiosks that are through, and replicas that nobody killed."""
        through = [desk.process for desk in self.desks if desk.closed is not None]
        return through + [process for process, _ in self.replicas if process.is_alive()]

    def _hear(self, desk: Desk, answer: Answer, on_report: Callable[[int], None]) -> None:
        match desk.line.recv():
            case Report() as report:
                desk.reports.append(report)
                on_report(sum(len(each.reports) for each in self.desks))
            case Closed() as closed:
                desk.closed = closed
            case ("code", str() as upn):
                desk.asked = _Asked(upn, monotonic() + _NO_MAIL)
            case ("waits", str() as kiosk, str() as number, bool() as deny):
                answer(kiosk, number, deny)
            case other:
                raise AssertionError(other)

    def _hand_out_mail(self) -> None:
        """Give whoever waits for a code the newest that they have not been given."""
        waiting = [desk for desk in self.desks if desk.asked is not None]
        if not waiting:
            return
        codes: dict[str, list[str]] = {}
        for each in self.mail.messages():
            if each.code:
                codes.setdefault(each.to, []).append(each.code)
        for desk in waiting:
            assert desk.asked is not None
            got = codes.get(desk.asked.upn, [])
            if len(got) > self._given[desk.asked.upn]:
                desk.line.send(got[-1])
                self._given[desk.asked.upn] = len(got)
            elif monotonic() >= desk.asked.until:
                desk.line.send("")
            else:
                continue
            desk.asked = None

    def _start_replica(self, number: int) -> tuple[ForkServerProcess, Connection]:
        name = f"replica{number + 1}"
        log = self.folder / f"{name}.log"
        process, line = self._begin(serve, Replica(name, self._ports[number], self.settings, self.identity, log))
        assert line.poll(_READY), f"{name} does not start"
        line.recv()
        return process, line

    def _begin(self, what: Callable[..., None], given: object) -> tuple[ForkServerProcess, Connection]:
        mine, theirs = _processes.Pipe()
        process = _processes.Process(target=what, args=(given, theirs), daemon=True)
        process.start()
        theirs.close()
        return process, mine


@contextmanager
def town(folder: Path, cluster: Cluster, database: dict[str, Any]) -> Iterator[Town]:
    """A town that is not open yet."""
    with ExitStack() as stack:
        made = Town(folder, cluster, database, stack)
        stack.callback(made.close)
        yield made


def _settings(of: Town, database: dict[str, Any]) -> dict[str, Any]:
    return {
        "organization": "Example Hospital",
        "database": database,
        "server": {"data_directory": str(of.folder), "proxies": ["127.0.0.1"]},
        "identify": {"email_domain": "example.org"},
        "verification": {"methods": ["email", "self_confirmation"], "allow_self_confirmation": True},
        "supervision": {"verify": 1, "override": 1, "reset": 1, "replace_key": 1},
        "staff": {"url": of.url, "rp_id": "localhost"},
        "life": {"most": 1},
        "key": {"reset": "staff", "aaguids_denied": [str(_uuid(UNWELCOME))]},
        "mail": {
            "host": "localhost",
            "port": of.mail.port,
            "sender": "security-keys@example.org",
            "certificate_authority": str(of.authority.certificate),
        },
        "relying_parties": [
            {"id": "staff", "name": "Staff sign-in", "rp_id": "example.org", "origin": "https://login.example.org"}
        ],
    }


def _uuid(aaguid: bytes) -> str:
    text = aaguid.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
