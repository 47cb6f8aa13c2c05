"""What runs in the processes of the kill test: the key, the service, and the station with a person in front of it."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic
from typing import Any

from hardware.simulated.attestation import simulated_root_der
from hardware.simulated.udp_server import run
from hardware.transport.udp import UdpSource
from kiosk import logs
from kiosk.commands.composition import open_journal, open_session, reference
from kiosk.commands.port import watch_port
from kiosk.config import StationSettings
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment.events import Cancelled, Event
from kiosk.enrollment.states import (
    CodeWork,
    Connecting,
    Done,
    EnterCode,
    IdTaken,
    Prove,
    RecoveryCodes,
    State,
    Stopped,
    Welcome,
)
from kiosk.errors import CodeTooOld, TookTooLong, WrongCode
from kiosk.service.assembly import Service, Surroundings, assemble
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.settings import ServiceSettings
from kiosk.service.sources import SystemClock
from kiosk.service.store.upgrade import known_revisions
from kiosk.service.tls import LOOPBACK, issue_server_certificate
from kiosk.station.headless import Host
from kiosk.station.journal import Journal
from kiosk.station.scripted_person import Script, ScriptedPerson
from tests.end_to_end.mortal import Doom, Fate, be_mortal, journal_writer, service_writer

HOST = "127.0.0.1"
MODULES = [
    __name__, "kiosk.station.on_network", "kiosk.station.on_device", "kiosk.service.assembly", "alembic.command",
    "hardware.fido", "aiosmtpd.controller", "sqlalchemy.dialects.sqlite", "uvicorn.protocols.http.h11_impl",
]  # fmt: skip
"""What the fork server imports once, so that a process starts in a moment; it reads our migrations, too."""
known_revisions()
_SECONDS = 30.0


def hold_key(state: Path, answer_port: int, ready: Connection) -> None:
    """The simulated key: it touches itself, and lives until the test ends."""
    stop = Flag()

    def until_the_test_ends() -> None:
        with suppress(EOFError):
            ready.recv()
        stop.set()

    Thread(target=until_the_test_ends, daemon=True).start()
    run(0, answer_port, state=state, stop=stop, on_ready=ready.send)


@dataclass(frozen=True)
class Standing:
    """How a service stands: its folder and settings, how far its clock is ahead, and whether it believes the
    simulated key's attestation (else it certainly refuses what that makes)."""

    folder: Path
    settings: dict[str, Any]
    shift: timedelta = timedelta()
    believing: bool = True


def assemble_service(standing: Standing) -> Service:
    """The service, not running."""
    around = Surroundings(
        (standing.folder / "hmac.key").read_bytes(),
        secret=_no_secret,
        embedded=True,
        anchors=TrustAnchors.from_der([simulated_root_der()] if standing.believing else []),
        clock=SystemClock(lambda: datetime.now(UTC) + standing.shift),
    )
    return assemble(ServiceSettings.model_validate(standing.settings), around)


def serve(standing: Standing, port: int, doom: Doom | None, ready: Connection) -> None:
    """The service: says that it is ready, and then serves until it is killed, or the test ends."""
    folder = standing.folder
    fate = Fate(service_writer, folder / "service.writes", doom)
    be_mortal(fate)
    logs.install(logs.LogSettings(file=folder / "service.log"))
    service = assemble_service(standing)
    fate.awake = True
    service.worker.start()
    server = service.serve(issue_server_certificate(folder / "tls", LOOPBACK, datetime.now(UTC)), HOST, port)
    server.start()
    ready.send("ready")
    with suppress(EOFError):
        ready.recv()
    server.stop()
    service.close()


@dataclass(frozen=True)
class Visit:
    """One visit to the kiosk: which station, over which ports its key is reached, who comes, when it dies.

    `person` is empty when nobody comes: the station starts, settles what its journal holds, and is shut down.
    """

    settings: StationSettings
    secret: str
    ports: tuple[int, int]
    person: str
    pin: str
    doom: Doom | None = None


def attend(visit: Visit, desk: Connection) -> None:
    """The station, with one person (or nobody) in front of it. Tells the desk `asked` when it asks for a code to be
    sent, `code` when the person waits for one (answered with the code, or nothing), and in the end what came of it."""
    fate = Fate(journal_writer, visit.settings.state_folder / "station.writes", visit.doom)
    be_mortal(fate)
    fate.awake = True
    logs.install(logs.LogSettings(file=visit.settings.state_folder / "station.log"))
    source = UdpSource(HOST, *visit.ports)
    with closing(open_journal(visit.settings)) as journal:
        host = Host(
            lambda post: open_session(
                visit.settings,
                secret=lambda: visit.secret,
                source=lambda: source,
                journal=journal,
                post=post,
                locale="en",
            ),
            monotonic,
        )
        port = watch_port(source, host.post, reference)
        port.start()
        host.session.start()
        try:
            came = _stand_there(host, visit, desk) if visit.person else _wait_until_settled(host, journal)
        finally:
            host.session.stop()
            port.stop()
    desk.send(came)


def _stand_there(host: Host, visit: Visit, desk: Connection) -> str:
    person = PatientPerson(visit, desk)
    host.session.observe(person.watch)
    try:
        last = host.run(person, person.leaves, _SECONDS)
    except TookTooLong:
        return f"TookTooLong in {type(host.session.state).__name__}"
    problem = None if isinstance(last, Done | RecoveryCodes | IdTaken) else last.problem
    return type(last).__name__ if problem is None else type(problem).__name__


def _wait_until_settled(host: Host, journal: Journal) -> str:
    ends = monotonic() + _SECONDS
    host.run(Nobody(), lambda state: isinstance(state, Welcome), _SECONDS)
    while journal.unsettled():
        if monotonic() > ends:
            return "Unsettled"
        Flag().wait(0.02)
    return "Settled"


class Nobody:
    """An empty lobby."""

    pace = None

    def respond(self, state: State) -> Event | None:
        """Nobody does anything."""
        return None

    def tick(self) -> None:
        """Nobody looks."""


class PatientPerson(ScriptedPerson):
    """Waits for the mail, types the code again when it was an old one, and leaves at every other trouble."""

    def __init__(self, visit: Visit, desk: Connection) -> None:
        self._desk = desk
        self._left = False
        script = Script("upn", {"upn": visit.person}, VerificationMethod.EMAIL, visit.pin, self._code, _no, _no)
        super().__init__(script, monotonic)

    def watch(self, state: State) -> None:
        """Count the codes that were asked for."""
        if isinstance(state, EnterCode) and state.work is CodeWork.SENDING:
            self._desk.send("asked")

    def respond(self, state: State) -> Event | None:
        """As ScriptedPerson; whoever has no code goes away."""
        try:
            return super().respond(state)
        except EOFError:
            self._left = True
            return Cancelled()

    def leaves(self, state: State) -> bool:
        """Whether the visit is over."""
        match state:
            case Done():
                return True
            case Stopped(cleaning=cleaning):
                return not cleaning
            case Connecting() | Prove() | RecoveryCodes() | IdTaken() | EnterCode(problem=WrongCode() | CodeTooOld()):
                return False
            case Welcome():
                return self._left
            case _:
                return state.problem is not None

    def _code(self) -> str:
        self._desk.send("code")
        code: str = self._desk.recv()
        if not code:
            raise EOFError
        return code


def _no() -> None:
    """The key is in its port, and touches itself."""


def _no_secret(name: str) -> str:
    raise LookupError(name)
