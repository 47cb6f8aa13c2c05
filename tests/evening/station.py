"""One kiosk of the evening, in a process of its own: people come to it one after the other, each with a key."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from time import monotonic
from typing import Final

from hardware import errors as hw
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21
from kiosk import logs
from kiosk.commands.composition import open_journal, open_session, reference
from kiosk.commands.port import watch_port
from kiosk.config import StationSettings
from kiosk.enrollment.events import Cancelled, Continued
from kiosk.enrollment.states import Connecting, Done, IdTaken, RecoveryCodes, State, Stopped, Welcome
from kiosk.errors import TookTooLong
from kiosk.secret import Secret
from kiosk.station.headless import Host
from kiosk.station.journal import Journal
from tests.evening.person import PIN, Came, Guest, Told
from tests.evening.plan import ENDS_WITH_A_KEY, Fate, Visitor

UNWELCOME: Final = bytes.fromhex("deadbeefdeadbeefdeadbeefdeadbeef")
"""A model that policy refuses."""
_VISIT: Final = 240.0
"""Seconds that somebody stays at most."""
_MOST_VISITS: Final = 6
"""How often somebody comes again whom trouble sent away."""
_SETTLED: Final = 120.0
_TAKEN_BACK: Final = 2.0
"""Seconds that somebody who leaves lets their key in its slot, while it is taken back what was begun."""


@dataclass(frozen=True)
class Post:
    """Which kiosk, its secret, and who comes."""

    name: str
    settings: StationSettings
    secret: str
    visitors: tuple[Visitor, ...]


@dataclass(frozen=True)
class Report:
    """What came of somebody's visits: the words that each ended with, the last of them, what is on their key then."""

    visitor: Visitor
    ends: tuple[str, ...]
    serial: str
    on_key: tuple[bytes, ...]
    seconds: float
    waited: float
    downs: int


@dataclass(frozen=True)
class Closed:
    """The evening is over here. `unsettled` rows of the journal, `left` credentials that stay on keys."""

    unsettled: int
    left: int


@dataclass
class _Kiosk:
    post: Post
    desk: Connection
    keys: dict[int, SimulatedKey]
    host: Host
    journal: Journal
    states: list[State] = field(default_factory=list)

    def serve(self, visitor: Visitor) -> Report:
        """Let somebody come until they have what they came for."""
        key, came = self.keys[visitor.number], Came()
        ends: list[str] = []
        while len(ends) < _MOST_VISITS:
            ends.append(self._visit(visitor, key, came))
            if ends[-1] in ("Done", "AlreadyRegistered") or not _comes_again(visitor, ends[-1]):
                break
        key.unplug()
        rows = tuple(row.credential_id for row in key.credentials)
        return Report(visitor, tuple(ends), key.traits.serial, rows, came.seconds, came.waited, came.downs)

    def _visit(self, visitor: Visitor, key: SimulatedKey, came: Came) -> str:
        guest = Guest(visitor, key, Told(self._waits, lambda: self._code(visitor)))
        began = monotonic()
        try:
            last = self.host.run(guest, guest.over, _VISIT)
        except TookTooLong:
            return f"TookTooLong in {type(self.host.session.state).__name__}"
        finally:
            came.seconds += monotonic() - began
            came.waited += guest.came.waited
            came.downs += guest.came.downs
            self._back_to_welcome()
            key.unplug()
        problem = None if isinstance(last, Done | RecoveryCodes | IdTaken) else last.problem
        return type(last).__name__ if problem is None else type(problem).__name__

    def _back_to_welcome(self) -> None:
        state = self.host.session.state
        if isinstance(state, Done | Stopped):
            self.host.session.dispatch(Continued())
        if not isinstance(self.host.session.state, Welcome | Connecting):
            self.host.session.dispatch(Cancelled())
        self.host.run(_Nobody(), lambda state: isinstance(state, Welcome), _VISIT)
        _settle(self.host, lambda: bool(self.journal.unsettled() or self.journal.left_on_keys()), _TAKEN_BACK)

    def _waits(self, number: str, deny: bool) -> None:
        self.desk.send(("waits", self.post.name, number, deny))

    def _code(self, visitor: Visitor) -> str:
        self.desk.send(("code", visitor.person.upn))
        code: str = self.desk.recv()
        if not code:
            raise EOFError
        return code


def attend(post: Post, desk: Connection) -> None:
    """Serve everybody, tell the desk of each, settle, and end when the desk says so."""
    logs.install(logs.LogSettings(file=post.settings.state_folder / "station.log"))
    keys = {visitor.number: _key(visitor) for visitor in post.visitors}
    source = SimulatedSource(list(keys.values()))
    for visitor in post.visitors:
        if visitor.fate is Fate.WIPED:
            _lock(source, keys[visitor.number])
    with closing(open_journal(post.settings)) as journal:
        host = Host(
            lambda say: open_session(
                post.settings,
                secret=lambda: post.secret,
                source=lambda: source,
                journal=journal,
                post=say,
                locale="en",
            ),
            monotonic,
        )
        port = watch_port(source, host.post, reference)
        kiosk = _Kiosk(post, desk, keys, host, journal)
        port.start()
        host.session.start()
        try:
            host.run(_Nobody(), lambda state: isinstance(state, Welcome), _VISIT)
            for visitor in post.visitors:
                desk.send(kiosk.serve(visitor))
            desk.send(_closed(host, journal))
            with suppress(EOFError):
                desk.recv()
        finally:
            host.session.stop()
            port.stop()


def _closed(host: Host, journal: Journal) -> Closed:
    """Wait until nothing is left that the service must hear."""
    _settle(host, lambda: bool(journal.unsettled()), _SETTLED)
    return Closed(len(journal.unsettled()), journal.left_on_keys())


def _settle(host: Host, wants: Callable[[], bool], seconds: float) -> None:
    """Stand there until what was begun is taken back."""
    ends = monotonic() + seconds
    while wants() and monotonic() < ends:
        with suppress(TookTooLong):
            host.run(_Nobody(), lambda _: not wants(), 0.1)


def _comes_again(visitor: Visitor, ended: str) -> bool:
    """Whether it was only trouble that sent them away."""
    if visitor.fate in ENDS_WITH_A_KEY:
        return True
    ends_so = {Fate.DENIED: "Welcome", Fate.GONE: "Welcome", Fate.REFUSED: "KeyNotAdmitted"}
    return ended != ends_so[visitor.fate]


def _key(visitor: Visitor) -> SimulatedKey:
    serial = f"EV-{visitor.number:06}"
    traits = replace(CTAP21, serial=serial, aaguid=UNWELCOME if visitor.fate is Fate.REFUSED else CTAP21.aaguid)
    return SimulatedKey(traits)


def _lock(source: SimulatedSource, key: SimulatedKey) -> None:
    """Somebody has typed a wrong PIN too often."""
    key.plug()
    _with(source, lambda opened: opened.set_pin(Secret("another-pin")))
    while key.pin_retries:
        key.power_cycle()
        for _ in range(key.traits.soft_lock):
            with suppress(hw.WrongPin, hw.PinAuthBlocked, hw.PinBlocked):
                _with(source, lambda opened: opened.verify_pin(Secret(PIN)))
    key.unplug()


def _with(source: SimulatedSource, do: object) -> None:
    (address,) = source.attached()
    opened = source.open(address)
    try:
        assert callable(do)
        do(opened)
    finally:
        opened.close()


class _Nobody:
    """Between two people."""

    pace = None

    def respond(self, _: State) -> None:
        """Nobody does anything."""

    def tick(self) -> None:
        """Nobody looks."""
