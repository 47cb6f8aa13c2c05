"""The agent's end: one key for one connection, nonsense ends only its own connection, and everything ends."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware.agent.client import AgentSource, connected
from hardware.agent.link import Asked
from hardware.agent.pipes import Pipe
from hardware.agent.protocol import BEAT, DESK, KEY, VERSION
from hardware.agent.server import MOST_CONNECTIONS, Agent
from hardware.agent.spawn import Reached
from hardware.agent.wire import encode, pack
from hardware.authenticator import Authenticator, KeyAddress, Watch
from hardware.errors import AgentLost, Cancelled, KeyBusy, KeyGone, NoAccess
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from kiosk.secret import Secret
from tests.hardware.agent.near import NearAgent, behind_agent
from tests.hardware.ways import PIN, creation_options, register

HELLO = pack({"hello": VERSION})


@pytest.fixture
def key() -> SimulatedKey:
    key = SimulatedKey()
    key.touch_automatically = True
    key.plug()
    return key


@pytest.fixture
def agent(key: SimulatedKey) -> Iterator[Agent]:
    agent = Agent(SimulatedSource([key]))
    yield agent
    agent.close()


def talk(agent: Agent, *frames: bytes) -> Pipe:
    """A connection over which these were sent."""
    ours, theirs = multiprocessing.Pipe()
    agent.welcome(theirs)
    for frame in frames:
        ours.send_bytes(frame)
    return ours


def call(verb: str, number: int = 1, **arguments: Any) -> bytes:
    return pack({"call": number, "verb": verb, "arguments": arguments})


def hear(pipe: Pipe) -> dict[str, Any]:
    assert pipe.poll(10)
    message: dict[str, Any] = json.loads(pipe.recv_bytes())
    return message


def ended(pipe: Pipe) -> bool:
    """Whether the agent ended the connection; what it said before is passed over."""
    try:
        while pipe.poll(10):
            pipe.recv_bytes()
    except (EOFError, OSError):
        return True
    return False


def test_a_key_is_for_one_connection(agent: Agent) -> None:
    one, other = (AgentSource(NearAgent(agent)) for _ in range(2))
    (address,) = one.attached()
    first = one.open(address)
    with pytest.raises(KeyBusy):
        other.open(address)
    first.close()
    second = other.open(address)
    second.inspect()
    second.close()
    one.close()
    other.close()


def test_a_connection_that_ends_closes_its_key_and_ends_its_call(key: SimulatedKey, agent: Agent) -> None:
    key.touch_automatically = False
    source = AgentSource(NearAgent(agent))
    (address,) = source.attached()
    opened = source.open(address)
    opened.set_pin(Secret(PIN))
    opened.close()
    pipe = talk(agent, HELLO, call("open", address=encode(address)))
    assert hear(pipe) == {"hello": VERSION}
    assert "reply" in hear(pipe)
    pipe.send_bytes(call("verify_pin", 2, pin=PIN))
    assert "reply" in hear(pipe)
    options = creation_options()
    pipe.send_bytes(call("make_credential", 3, options=options, origin="https://login.example.com", watch=30.0))
    assert hear(pipe)["name"] == "touch"
    pipe.close()
    again = _once_free(source, address)
    assert not key.wants_touch
    again.close()
    source.close()


def _once_free(source: AgentSource, address: KeyAddress) -> Authenticator:
    for _ in range(100):
        try:
            return source.open(address)
        except KeyBusy:
            Event().wait(0.02)
    raise AssertionError("the key stays busy")


def test_an_agent_of_another_release_is_told_plainly(agent: Agent) -> None:
    pipe = talk(agent, pack({"hello": VERSION + 1}))
    assert hear(pipe) == {"hello": VERSION}
    assert ended(pipe)


def test_a_station_does_not_talk_to_an_agent_of_another_release() -> None:
    class Older:
        place = "/run/agent.sock"

        def connect(self) -> Reached:
            ours, theirs = multiprocessing.Pipe()
            theirs.send_bytes(pack({"hello": VERSION - 1}))
            return Reached(ours, theirs.close)

    with pytest.raises(NoAccess) as caught:
        AgentSource(Older()).attached()
    assert caught.value.path == "/run/agent.sock"
    assert "release" in caught.value.remedy


@pytest.mark.parametrize(
    "frames",
    [
        [b""],
        [b"\0" * 64],
        [pack({"hello": VERSION, "more": 1})],
        [call("attached")],
        [HELLO, HELLO],
        [HELLO, call("format_disk")],
        [HELLO, call("attached", more=1)],
        [HELLO, call("changed", seconds=1e9)],
        [HELLO, call("changed", seconds=0.2), call("attached", 2)],
        [HELLO, call("__class__")],
        [HELLO, call("open", address={"path": "/dev/hidraw0"})],
        [HELLO, pack({"cancel": "all"})],
        [HELLO, pack({"call": 1, "verb": "attached", "arguments": []})],
        [HELLO, b"x" * (1 << 20) + b"y"],
    ],
)
def test_nonsense_ends_its_connection_and_no_other(
    key: SimulatedKey, agent: Agent, frames: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    source = AgentSource(NearAgent(agent))
    (address,) = source.attached()
    opened = source.open(address)
    sender = Thread(target=_send_all, args=(pipe := talk(agent), frames))
    sender.start()
    assert ended(pipe)
    sender.join()
    pipe.close()
    assert opened.inspect().aaguid == key.traits.aaguid
    opened.close()
    source.close()
    assert {record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING} <= {
        "agent_heard_nonsense"
    }
    caplog.clear()


def _send_all(pipe: Pipe, frames: list[bytes]) -> None:
    try:
        for frame in frames:
            pipe.send_bytes(frame)
    except OSError:
        pass


VERBS = st.sampled_from([*DESK, *KEY, "", "address", "__init__"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["address", "watch", "pin", "current", "new", "options", "origin", "seconds", "was", "name"])
CALLS = st.fixed_dictionaries(
    {"call": st.integers(0, 3), "verb": VERBS, "arguments": st.dictionaries(NAMES, VALUES, max_size=3)}
)
FRAMES = st.one_of(
    st.binary(max_size=60),
    CALLS.map(lambda message: json.dumps(message).encode()),
    VALUES.map(lambda value: json.dumps(value).encode()),
    st.just(HELLO),
    st.just(call("attached")),
    st.just(pack({"cancel": 1})),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(FRAMES, max_size=5), st.booleans())
def test_whatever_is_sent_the_agent_serves_the_next(
    agent: Agent, caplog: pytest.LogCaptureFixture, frames: list[bytes], polite: bool
) -> None:
    pipe = talk(agent)
    _send_all(pipe, [HELLO, *frames] if polite else frames)
    pipe.close()
    source = AgentSource(NearAgent(agent))
    assert len(source.attached()) == 1
    source.close()
    caplog.clear()


def test_a_frame_that_is_cut_short_ends_its_connection(agent: Agent) -> None:
    ours, theirs = multiprocessing.Pipe()
    agent.welcome(theirs)
    os.write(ours.fileno(), b"\x00\x00\x10\x00half")
    ours.close()
    source = AgentSource(NearAgent(agent))
    assert len(source.attached()) == 1
    source.close()


def test_too_many_connections_are_closed_at_once(agent: Agent, caplog: pytest.LogCaptureFixture) -> None:
    pipes = [talk(agent, HELLO) for _ in range(MOST_CONNECTIONS)]
    assert ended(talk(agent))
    assert caplog.records[-1].getMessage() == "agent_has_too_many_connections"
    caplog.clear()
    for pipe in pipes:
        pipe.close()


def test_a_call_may_be_cancelled_at_any_time(key: SimulatedKey, agent: Agent) -> None:
    key.touch_automatically = False
    source = AgentSource(NearAgent(agent))
    opened = source.open(source.attached()[0])
    opened.set_pin(Secret(PIN))
    cancel = Event()
    with pytest.raises(Cancelled):
        register(opened, Watch(on_touch=cancel.set, cancel=cancel))
    assert not key.wants_touch
    opened.close()
    source.close()


def test_an_agent_at_work_beats(key: SimulatedKey) -> None:
    class Quiet(SimulatedSource):
        def changed(self, seconds: float) -> bool:
            return Event().wait(seconds)

    agent = Agent(Quiet([key]))
    pipe = talk(agent, HELLO, call("changed", seconds=2 * BEAT + 0.2))
    said = [hear(pipe) for _ in range(4)]
    assert said[1:3] == [{"beat": 1}, {"beat": 1}]
    assert said[3]["value"] is False
    pipe.close()
    agent.close()


def test_no_verb_of_a_key_is_for_a_connection_without_one(agent: Agent) -> None:
    link = connected(NearAgent(agent), lambda: 0.0)
    with pytest.raises(KeyGone):
        link.call(Asked(KEY["inspect"], {}, Watch()), 10)
    link.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_of_ours_in_the_agent_ends_the_connection_and_closes_the_key(key: SimulatedKey) -> None:
    class Mistaken(SimulatedSource):
        def attached(self) -> tuple[KeyAddress, ...]:
            raise ZeroDivisionError

    with behind_agent(Mistaken([key])) as source, pytest.raises(AgentLost):
        source.attached()
