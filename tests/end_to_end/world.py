"""A kiosk in the world: a key, a service and a station in processes of their own, a mailbox, and staff who look."""

from __future__ import annotations

import multiprocessing
import shutil
import socket
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from time import monotonic
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from hardware.simulated.key import SimulatedKey
from kiosk.commands.composition import open_journal
from kiosk.commands.mailbox import Mailbox
from kiosk.config import ServiceEndpoint, StationSettings
from kiosk.resources import resource
from kiosk.service.bulk_import.files import Importer
from kiosk.service.tls import LOOPBACK, issue_server_certificate, make_authority, server_context
from kiosk.service.tokens.actions import create_client
from kiosk.station.journal_row import Row
from tests.end_to_end.mortal import Doom
from tests.end_to_end.processes import HOST, MODULES, Standing, Visit, assemble_service, attend, hold_key, serve

PERSON, SOMEBODY_ELSE = "m.okafor@example.org", "j.dubois@example.org"
PIN = "704913"
STAFF = {"id": "staff", "name": "Staff sign-in", "rp_id": "example.org", "origin": "https://login.example.org"}
VPN = {"id": "vpn", "name": "VPN", "rp_id": "vpn.example.org", "origin": "https://vpn.example.org"}
DOWN_FOR = timedelta(minutes=2)
"""How long a killed service is away, by its own clock: leases run out, codes and ceremonies do not."""
LATER = timedelta(hours=1)
_PATIENCE = 40.0
_NO_MAIL = 4.0
_MOST_VISITS = 6

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["__main__", *MODULES])


class Post(Mailbox):
    """Everybody's mail, with the Message-IDs that it came under."""

    def __init__(self, folder: Path) -> None:
        super().__init__(server_context(issue_server_certificate(folder, LOOPBACK, datetime.now(UTC))))
        self.ids: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Take a mail."""
        assert isinstance(envelope.content, bytes)
        self.ids.append(str(message_from_bytes(envelope.content)["Message-ID"]))
        return await super().handle_DATA(server, session, envelope)


@dataclass(frozen=True)
class Template:
    """A folder with an authority and a populated database, to begin each world from."""

    folder: Path
    client_id: str
    secret: str


def make_template(folder: Path) -> Template:
    """Sample people and a station's client."""
    tls = folder / "tls"
    tls.mkdir()
    make_authority(tls, datetime.now(UTC))
    issue_server_certificate(tls, LOOPBACK, datetime.now(UTC))
    (folder / "hmac.key").write_bytes(bytes(range(32)))
    service = assemble_service(Standing(folder, _settings(folder, 1, [STAFF])))
    parts = service.parts
    Importer(parts.store, parts.clock, parts.random, parts.settings).people(resource("sample/people.csv"))
    client = create_client(parts.store, parts.clock, parts.random, "lobby")
    service.close()
    return Template(folder, client.client_id, client.secret)


@dataclass(frozen=True)
class Found:
    """What staff find on both sides, in the journal and in the mailbox."""

    on_key: tuple[bytes, ...]
    proved: tuple[bytes, ...]
    unproved: tuple[bytes, ...]
    unfinished: int
    unsettled: tuple[Row, ...]
    left_on_keys: int
    codes: tuple[str, ...]
    notices: tuple[str, ...]
    messages: dict[str, str]
    code_messages: int
    notice_messages: int


class World:
    """One kiosk. Use `world`."""

    def __init__(self, folder: Path, template: Template, parties: Sequence[dict[str, str]], stack: ExitStack) -> None:
        shutil.copytree(template.folder, folder, dirs_exist_ok=True)
        self.folder = folder
        self.asked = 0
        self.post = Post(folder / "tls")
        stack.enter_context(self.post)
        self._stack = stack
        self._awake, self._wake = _processes.Pipe(duplex=False)
        stack.callback(self._awake.close)
        stack.callback(self._wake.close)
        self.post.observe(lambda: self._wake.send("mail"))
        self._template = template
        self._standing = Standing(folder, _settings(folder, self.post.port, parties))
        self._port = stack.enter_context(_reserved())
        self._key_ports = self._start_key(_free_udp_port())
        self._service: ForkServerProcess | None = None
        self._link: Connection | None = None
        self._given = 0
        self.deaths = 0
        self.starts = 0

    # ── what people do ──────────────────────────────────────────────────────────────────────────

    def visit(self, person: str = PERSON, doom: Doom | None = None) -> str:
        """One visit; what came of it, `Killed` when the station died. A service that dies is started again at once.

        With no person, the station settles what its journal holds (`Settled`).
        """
        endpoint = ServiceEndpoint(
            url=f"https://{HOST}:{self._port.getsockname()[1]}",
            ca_file=self.folder / "tls" / "authority.pem",
            client_id=self._template.client_id,
            connect_timeout=10.0,
        )
        settings = StationSettings(endpoint, state_folder=self.folder)
        visit = Visit(settings, self._template.secret, self._key_ports, person, PIN, doom)
        station, desk = self._start(attend, visit)
        try:
            return self._attend(desk, alone=not person)
        finally:
            station.kill()
            station.join()
            desk.close()

    def _attend(self, desk: Connection, *, alone: bool) -> str:
        """Serve the desk until the station says what came of the visit, or dies."""
        ends, mail_by = monotonic() + _PATIENCE, 0.0
        while monotonic() < ends:
            if self.keep_service() and alone:
                return "Killed"  # nobody waits for it to try again
            said = self._hear(desk, mail_by or ends)
            self.asked += said == "asked"
            if said == "code":
                mail_by = monotonic() + _NO_MAIL
            elif said not in ("", "asked"):
                return said
            if mail_by and self._answer(desk, too_late=monotonic() >= mail_by):
                mail_by = 0.0
        raise AssertionError("the station neither finished nor died")

    def _hear(self, desk: Connection, until: float) -> str:
        """What the desk says; nothing when a mail came, the service died, or it is late."""
        assert self._service is not None
        found = wait([desk, self._awake, self._service.sentinel], max(until - monotonic(), 0.0))
        if self._awake in found:
            self._awake.recv()
        try:
            return str(desk.recv()) if desk in found else ""
        except (EOFError, ConnectionResetError):
            return "Killed"

    def _answer(self, desk: Connection, *, too_late: bool) -> bool:
        """Give the person the newest code that they have not typed yet; nothing when none comes."""
        codes = [mail.code for mail in self.post.messages() if mail.code]
        if len(codes) <= self._given and not too_late:
            return False
        with suppress(OSError):  # the station died while we looked
            desk.send(codes[-1] if len(codes) > self._given else "")
        self._given = len(codes)
        return True

    def die(self, doom: Doom) -> None:
        """The person comes until the station dies at its doom: on a busy machine a visit may end before."""
        came = [self.visit(doom=doom)]
        while came[-1] != "Killed" and len(came) < _MOST_VISITS:
            came.append(self.visit(doom=doom))
        assert came[-1] == "Killed", (doom, came)

    def recover(self) -> None:
        """Nobody comes; the station is started until its journal holds nothing that the service must hear."""
        came = ""
        for _ in range(_MOST_VISITS):
            came = self.visit("")
            if came == "Settled":
                break
        assert came == "Settled"

    def enroll(self, person: str = PERSON) -> str:
        """The person comes until their key works; what came of it in the end."""
        came = ""
        for _ in range(_MOST_VISITS):
            came = self.visit(person)
            if came in ("Done", "AlreadyRegistered"):
                break
        return came

    # ── the processes ───────────────────────────────────────────────────────────────────────────

    def start_service(self, doom: Doom | None = None) -> None:
        """Start the service; it may die while it starts."""
        self.starts += 1
        self._service, self._link = self._start(serve, self._standing, self._port.getsockname()[1], doom)
        with suppress(EOFError):
            assert self._link.poll(_PATIENCE)
            self._link.recv()

    def keep_service(self) -> bool:
        """Start the service again if it died; whether it did."""
        if self._service is None or not self._service.is_alive():
            self.deaths += self._service is not None
            self.kill_service()
            self.start_service()
            return True
        return False

    def believe(self, *, believing: bool) -> None:
        """From its next start on, the service believes the key's attestation, or does not."""
        self._standing = replace(self._standing, believing=believing)

    def let_pass(self, time: timedelta) -> None:
        """So much later it is for the service at its next start."""
        self._standing = replace(self._standing, shift=self._standing.shift + time)

    def wait_for_death(self) -> None:
        """Until the service died for the first time."""
        if not self.deaths:
            assert self._service is not None
            self._service.join(_PATIENCE)
            self.keep_service()
        assert self.deaths == 1, (self.deaths, self.writes("service"))

    def see_it_die(self) -> None:
        """Until the service died; nobody starts it again."""
        assert self._service is not None
        self._service.join(_PATIENCE)
        assert not self._service.is_alive(), self.writes("service")
        self.kill_service()

    def kill_service(self) -> None:
        """Kill it now; it will come back two minutes later, when nobody waits any more for what it had in hand."""
        if self._service is not None and self._link is not None:
            self._service.kill()
            self._service.join()
            self._link.close()
            self._service, self._link = None, None
            self.let_pass(DOWN_FOR)

    def writes(self, of: str) -> list[str]:
        """The writes of the station or the service so far."""
        file = self.folder / f"{of}.writes"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def wait_until_sent(self) -> None:
        """Until the outbox is empty."""
        ends = monotonic() + _PATIENCE
        while self._rows("SELECT message_id, state FROM messages WHERE state IN ('waiting', 'handing_over')"):
            assert monotonic() < ends
            self.keep_service()
            wait([self._awake], 0.02)

    def _start_key(self, answer_port: int) -> tuple[int, int]:
        process, ready = self._start(hold_key, self.folder / "key.json", answer_port)
        self._stack.callback(process.join)
        self._stack.callback(ready.close)  # which ends it
        assert ready.poll(_PATIENCE)
        return ready.recv(), answer_port

    def _start(self, target: Any, *args: Any) -> tuple[ForkServerProcess, Connection]:
        """A process with the other end of its pipe."""
        ours, theirs = _processes.Pipe()
        process = _processes.Process(target=target, args=(*args, theirs), daemon=True)
        process.start()
        theirs.close()
        return process, ours

    # ── what staff find ─────────────────────────────────────────────────────────────────────────

    def look(self) -> Found:
        """An hour later, when time has done its work at the service."""
        self.wait_until_sent()
        self.kill_service()
        self.let_pass(LATER)
        service = assemble_service(self._standing)
        service.worker.run_due()
        service.close()
        copy = self.folder / "key.copy.json"
        shutil.copyfile(self.folder / "key.json", copy)
        with closing(open_journal(StationSettings(ServiceEndpoint("https://x", copy), state_folder=self.folder))) as j:
            unsettled, left = j.unsettled(), j.left_on_keys()
        credentials = self._rows("SELECT credential_id, proved_at FROM credentials")
        messages = self._rows("SELECT message_id, state FROM messages")
        once = self._rows("SELECT message_id, once FROM messages")
        mails = tuple(zip(self.post.ids, self.post.messages(), strict=True))
        return Found(
            on_key=tuple(each.credential_id for each in SimulatedKey.load(copy).credentials),
            proved=tuple(each for each, at in credentials.items() if at is not None),
            unproved=tuple(each for each, at in credentials.items() if at is None),
            unfinished=len(
                self._rows("SELECT id, state FROM ceremonies WHERE state IN ('begun', 'completing', 'registered')")
                | self._rows("SELECT id, phase FROM enrollments WHERE phase NOT IN ('done', 'cancelled', 'expired')")
            ),
            unsettled=unsettled,
            left_on_keys=left,
            codes=tuple(_bare(number) for number, mail in mails if mail.code),
            notices=tuple(_bare(number) for number, mail in mails if not mail.code),
            messages=messages,
            code_messages=sum(each.startswith("code:") for each in once.values()),
            notice_messages=sum(each.startswith("registered:") for each in once.values()),
        )

    def unproved(self) -> int:
        """How many credentials the service holds, right now, that were not proved."""
        return len(self._rows("SELECT id, credential_id FROM credentials WHERE proved_at IS NULL"))

    def _rows(self, query: str) -> dict[Any, Any]:
        with closing(sqlite3.connect(self.folder / "service.db")) as connection:
            return dict(connection.execute(query).fetchall())


@contextmanager
def world(folder: Path, template: Template, *parties: dict[str, str]) -> Iterator[World]:
    """A world with its key, and one relying party if none is named; nothing of it is left running at the end."""
    with ExitStack() as stack:
        made = World(folder, template, parties or (STAFF,), stack)
        stack.callback(made.kill_service)
        yield made


def _settings(folder: Path, mail_port: int, parties: Sequence[dict[str, str]]) -> dict[str, Any]:
    return {
        "organization": "Example Hospital",
        "database": {"url": f"sqlite:///{folder / 'service.db'}"},
        "server": {"data_directory": str(folder)},
        "identify": {"email_domain": "example.org"},
        "verification": {"methods": ["email"]},
        "mail": {
            "host": "localhost",
            "port": mail_port,
            "sender": "security-keys@example.org",
            "certificate_authority": str(folder / "tls" / "authority.pem"),
        },
        "relying_parties": list(parties),
    }


@contextmanager
def _reserved() -> Iterator[socket.socket]:
    """A port that nobody else is given, and where only one who asks for it by name may listen."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((HOST, 0))
        yield held


def _free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind((HOST, 0))
        return int(held.getsockname()[1])


def _bare(message_id: str) -> str:
    return message_id.strip("<>").partition("@")[0]
