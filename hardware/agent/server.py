"""The agent: lets connections in, gives each a conversation, and ends the process when a call of one hangs."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Event, Thread
from time import monotonic

import structlog

from hardware.agent.conversation import Conversation
from hardware.agent.desk import Desk, Held
from hardware.agent.pipes import Door, Pipe
from hardware.agent.served_time import ServedTime
from hardware.agent.watchdog import Watchdog
from hardware.authenticator import KeySource

_log = structlog.get_logger("keywright.agent")

TICK = 0.2
"""Seconds between two looks at what is overdue."""

MOST_CONNECTIONS = 32
HUNG = 75
"""The exit code of an agent that ended itself: try again."""


def end_process() -> None:
    """End this process at once, whatever its threads do: the kernel closes what they hold."""
    os._exit(HUNG)


class Agent:
    """Serves the keys of one source. `hangs` is called when a call is overdue, and does not come back in production."""

    def __init__(
        self,
        source: KeySource,
        *,
        clock: Callable[[], float] = monotonic,
        hangs: Callable[[], None] = end_process,
    ) -> None:
        self._source = source
        self._hangs = hangs
        self._held = Held()
        self._time = ServedTime(clock, 2 * TICK)
        self._watchdog = Watchdog(lambda: self._time.now)
        self._conversations: dict[Conversation, Thread] = {}

    def serve(self, door: Door, stop: Event, on_tick: Callable[[], None] = lambda: None) -> None:
        """Serve until `stop` is set; `on_tick` is called as long as nothing hangs."""
        try:
            while not stop.is_set():
                pipe = door.wait(TICK)
                if pipe is not None:
                    self.welcome(pipe)
                self.check()
                on_tick()
        finally:
            door.close()
            self.close()

    def welcome(self, pipe: Pipe) -> None:
        """Begin a conversation on its own thread; one too many is closed at once."""
        self._conversations = {talk: thread for talk, thread in self._conversations.items() if thread.is_alive()}
        if len(self._conversations) >= MOST_CONNECTIONS:
            _log.warning("agent_has_too_many_connections")
            pipe.close()
            return
        conversation = Conversation(pipe, Desk(self._source, self._held), self._watchdog)
        thread = Thread(target=conversation.run, name="keywright-agent-reader")
        self._conversations[conversation] = thread
        thread.start()

    def check(self) -> None:
        """End the process when a call should have ended by now."""
        self._time.tick()
        verb = self._watchdog.overdue()
        if verb is not None:
            _log.critical("agent_hangs", verb=verb)
            self._hangs()

    def close(self) -> None:
        """End every conversation, and wait until their keys are closed."""
        for conversation in self._conversations:
            conversation.end()
        for thread in self._conversations.values():
            thread.join()
