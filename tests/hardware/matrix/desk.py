"""A desk with one key on it, on which an operation of the `Authenticator` is tried while things go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random
from threading import Event
from typing import Any

from hardware.authenticator import Authenticator, KeyAddress, Transport, Watch
from hardware.fido import COMMAND_SECONDS, open_device
from hardware.simulated.faults import Faults, Way
from hardware.simulated.key import SimulatedKey
from hardware.simulated.memory import Memory
from hardware.simulated.traits import CTAP21, KeyTraits
from hardware.transport.reports import open_channel
from kiosk.secret import Secret
from tests.hardware.matrix.virtual import VirtualClock, VirtualPipe

ADDRESS = KeyAddress(Transport.SIMULATED, "virtual", attach_id=1)
WATCHED_SECONDS = 8.0
COUNTERS = ("master", "counter", "order", "uv_count")
"""What a key may count or draw anew at any time, whatever comes of the operation."""

State = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One row: what is on the key before, what the session has done before, and what is tried.

    `watched`: it follows a `Watch` of `WATCHED_SECONDS`; any other ends within `deadline`. `waits`: for the person.
    """

    name: str
    act: Callable[[Desk], object]
    provide: Callable[[Desk], object] = lambda _: None
    ready: Callable[[Desk], object] = lambda _: None
    traits: KeyTraits = CTAP21
    watched: bool = False
    waits: bool = False
    deadline: float = COMMAND_SECONDS
    refused: tuple[type[Exception], ...] = ()
    """How it ends where nothing goes wrong, unless well."""


@dataclass
class Desk:
    """A plugged key with this memory that touches itself, and whatever goes on with it."""

    operation: Operation
    memory: str | None = None
    clock: VirtualClock = field(default_factory=VirtualClock)
    cancel: Event = field(default_factory=Event)
    on_person: Callable[[], None] = lambda: None
    secrets: list[Secret] = field(default_factory=list)
    other: SimulatedKey | None = None

    def __post_init__(self) -> None:
        kept = None if self.memory is None else Memory.from_json(self.memory)
        self.key = SimulatedKey(self.operation.traits, clock=self.clock, random=Random(7).randbytes, memory=kept)
        self.key.touch_automatically = True
        self.key.plug()
        self.pipe = VirtualPipe(self.key, self.clock)
        self.session = self.open()

    def open(self) -> Authenticator:
        """A session with the key that is in now."""
        self.pipe.put_on_line(self.key)
        return open_device(ADDRESS, open_channel(ADDRESS, self.pipe, self.clock), self.clock)

    def plug_anew(self) -> None:
        """The person takes the key out, puts it in and comes back to it, and everything is as it should be."""
        self.key.faults = Faults()
        self.key.touch_automatically = True
        self.cancel.clear()
        self.pipe.on_report = lambda _: None
        self.key.power_cycle()
        self.session.close()
        self.session = self.open()

    def secret(self, text: str) -> Secret:
        """A PIN for the session, which must not outlive it."""
        self.secrets.append(Secret(text))
        return self.secrets[-1]

    @property
    def watch(self) -> Watch:
        return Watch(self.on_person, self.on_person, self.cancel, WATCHED_SECONDS)

    @property
    def credential_id(self) -> bytes:
        """The id of the newest credential on the key."""
        return self.key.credentials[-1].credential_id

    @property
    def state(self) -> State:
        """What the key would know after a power loss."""
        return without_counters(json.loads(self.key.flash.read() or b""))

    @property
    def template_id(self) -> bytes:
        """The id of the only finger on the key."""
        (template,) = json.loads(self.key.flash.read() or b"")["templates"]
        return bytes.fromhex(template["id"]["hex"])


def without_counters(memory: dict[str, Any]) -> State:
    """What matters of a key's memory: credentials by whose they are."""
    state = {name: value for name, value in memory.items() if name not in COUNTERS}
    state["credentials"] = sorted((each["rp_id"], each["user_id"]["hex"]) for each in memory["credentials"])
    state["templates"] = sorted(json.dumps(each.get("name")) for each in memory["templates"])
    return state


@dataclass(frozen=True)
class Rehearsal:
    """An operation where nothing goes wrong: what is on the key before, what it goes through, and what it says.

    `reports` pass each way, and the key writes so many `pages` of its memory.
    """

    memory: str
    reports: Mapping[Way, int]
    pages: int
    states: tuple[State, ...]
    answer: str


@cache
def rehearse(operation: Operation) -> Rehearsal:
    """Go through it once; the states are those that a power loss at any report would leave."""
    prepared = Desk(operation)
    operation.provide(prepared)
    memory = (prepared.key.flash.read() or b"").decode()
    desk = Desk(operation, memory)
    operation.ready(desk)
    desk.key.faults = Faults()
    states, pages = [desk.state], desk.key.flash.pages

    def look(_: Way) -> None:
        if desk.state != states[-1]:
            states.append(desk.state)

    desk.pipe.on_report = look
    answer = outcome(desk)
    look(Way.IN)
    out, back = desk.key.reports
    return Rehearsal(memory, {Way.OUT: out, Way.IN: back}, desk.key.flash.pages - pages, tuple(states), answer)


def outcome(desk: Desk) -> str:
    """What the operation says where nothing goes wrong, as far as it is the same each time."""
    try:
        answered = desk.operation.act(desk)
    except desk.operation.refused as error:
        return type(error).__name__
    return type(answered).__name__ if isinstance(answered, Mapping) else repr(answered)
