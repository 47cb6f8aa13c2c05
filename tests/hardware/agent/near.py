"""An agent in this process: the same server and client, with a pair of sockets between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from time import monotonic

from hardware.agent.client import AgentSource
from hardware.agent.server import Agent
from hardware.agent.spawn import Reached
from hardware.authenticator import KeySource


class NearAgent:
    """A `Connector` to an agent on threads of this process."""

    place = "here"

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    def connect(self) -> Reached:
        ours, theirs = Pipe()
        self._agent.welcome(theirs)
        return Reached(ours, lambda: None)


@contextmanager
def behind_agent(source: KeySource, clock: Callable[[], float] = monotonic) -> Iterator[AgentSource]:
    """The keys of a source, behind an agent."""
    agent = Agent(source, clock=clock)
    keys = AgentSource(NearAgent(agent), clock)
    try:
        yield keys
    finally:
        keys.close()
        agent.close()
