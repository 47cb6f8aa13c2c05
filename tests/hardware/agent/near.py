"""An agent in this process: the same server and client, with a pair of sockets between them, which may be cut."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from hardware.agent.client import AgentSource
from hardware.agent.pipes import Pipe
from hardware.agent.server import Agent
from hardware.agent.spawn import Reached
from hardware.authenticator import KeySource


@dataclass
class Doom:
    """The moment at which an agent is lost: a call of this verb, before the agent hears of it or after it is done."""

    verb: str
    done: bool
    times: int = 1
    came: list[str] = field(default_factory=list)

    def comes(self, verb: str) -> bool:
        if verb != self.verb or len(self.came) >= self.times:
            return False
        self.came.append(verb)
        return True


class DoomedPipe:
    """The station's end of a connection that is cut at its doom."""

    def __init__(self, pipe: Pipe, doom: Doom) -> None:
        self._pipe = pipe
        self._doom = doom
        self._cut_after: int | None = None

    def send_bytes(self, buf: bytes) -> None:
        message = json.loads(buf)
        if self._doom.comes(message.get("verb", "")):
            if not self._doom.done:
                self._pipe.close()
                raise BrokenPipeError
            self._cut_after = message["call"]
        self._pipe.send_bytes(buf)

    def recv_bytes(self, maxlength: int | None = None) -> bytes:
        frame = self._pipe.recv_bytes(maxlength)
        message = json.loads(frame)
        if self._cut_after is not None and self._cut_after in (message.get("reply"), message.get("error")):
            self._pipe.close()
            raise EOFError
        return frame

    def poll(self, timeout: float | None = 0.0) -> bool:
        return self._pipe.poll(timeout)

    def close(self) -> None:
        self._pipe.close()


class NearAgent:
    """A `Connector` to an agent on threads of this process."""

    place = "here"

    def __init__(self, agent: Agent, doom: Doom | None = None) -> None:
        self._agent = agent
        self._doom = doom
        self.given_up = 0

    def connect(self) -> Reached:
        ours, theirs = multiprocessing.Pipe()
        self._agent.welcome(theirs)
        return Reached(ours if self._doom is None else DoomedPipe(ours, self._doom), self._give_up)

    def _give_up(self) -> None:
        self.given_up += 1


@contextmanager
def behind_agent(
    source: KeySource, clock: Callable[[], float] = monotonic, doom: Doom | None = None
) -> Iterator[AgentSource]:
    """The keys of a source, behind an agent."""
    agent = Agent(source, clock=clock)
    keys = AgentSource(NearAgent(agent, doom), clock)
    try:
        yield keys
    finally:
        keys.close()
        agent.close()
