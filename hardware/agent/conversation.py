"""The agent's end of one connection: it reads on one thread and works on another, so that a call can be cancelled.

Whatever is malformed ends this connection and nothing else. With it ends the call that is going on, and its key is
closed.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Any

import structlog

from hardware.agent.arguments import from_wire
from hardware.agent.desk import Desk
from hardware.agent.pipes import Pipe
from hardware.agent.protocol import BEAT, DESK, KEY, VERSION, Verb, failure, limits
from hardware.agent.watchdog import Watchdog
from hardware.agent.wire import MOST_BYTES, Malformed, Message, encode, pack, unpack
from hardware.errors import HardwareError

_log = structlog.get_logger("keywright.agent")

HELLO_SECONDS = 5.0
"""How long a connection may say nothing before it has said hello."""


@dataclass(frozen=True, slots=True)
class Call:
    """A verb that the station called; `seconds` is when it is overdue."""

    number: int
    verb: Verb
    given: dict[str, Any] = field(repr=False)
    seconds: float
    cancel: Event


class Conversation:
    """One connection, from hello to its end."""

    def __init__(self, pipe: Pipe, desk: Desk, watchdog: Watchdog) -> None:
        self._pipe = pipe
        self._desk = desk
        self._watchdog = watchdog
        self._sending = Lock()
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        self._running: Call | None = None
        self._ending = Event()

    def run(self) -> None:
        """Serve until the other side goes, or sends what it may not."""
        worker = Thread(target=self._work, name="keywright-agent-worker")
        worker.start()
        try:
            if self._pipe.poll(HELLO_SECONDS) and self._greet(self._read()):
                self._listen()
        except Malformed:
            _log.warning("agent_heard_nonsense")
        except (EOFError, OSError):
            _log.debug("agent_connection_ended")
        finally:
            if (running := self._running) is not None:
                running.cancel.set()
            self._calls.put(None)
            worker.join()
            self._pipe.close()

    def end(self) -> None:
        """End it soon, from any thread."""
        self._ending.set()

    def _greet(self, message: Message) -> bool:
        """Tell our version; whether it is theirs too."""
        if message.keys() != {"hello"}:
            raise Malformed
        self._send({"hello": VERSION})
        return bool(message["hello"] == VERSION)

    def _listen(self) -> None:
        while not self._ending.is_set():
            if self._pipe.poll(BEAT):
                self._take(self._read())
            elif (running := self._running) is not None:
                self._send({"beat": running.number})

    def _read(self) -> Message:
        return unpack(self._pipe.recv_bytes(MOST_BYTES))

    def _take(self, message: Message) -> None:
        match message:
            case {"cancel": int(number)}:
                if (running := self._running) is not None and running.number == number:
                    running.cancel.set()
            case {"call": int(number), "verb": str(name), "arguments": dict(sent)} if self._running is None:
                self._running = call = self._call(number, name, sent)
                self._calls.put(call)
            case _:
                raise Malformed

    def _call(self, number: int, name: str, sent: Message) -> Call:
        def emit(event: str, value: Any) -> None:
            with suppress(OSError):  # nobody hears it any more: the reader finds out
                self._send({"event": number, "name": event, "value": encode(value)})

        verb = DESK.get(name) or KEY.get(name)
        if verb is None:
            raise Malformed
        cancel = Event()
        given = from_wire(verb, sent, emit, cancel)
        return Call(number, verb, given, sum(limits(verb, sent)), cancel)

    def _work(self) -> None:
        try:
            while (call := self._calls.get()) is not None:
                answer = self._answer(call)
                self._running = None
                with suppress(OSError):
                    self._send(answer)
        finally:
            self.end()
            self._desk.close()

    def _answer(self, call: Call) -> Message:
        try:
            with self._watchdog.watching(call.verb.name, call.seconds):
                result = self._desk.perform(call.verb, call.given)
        except HardwareError as error:
            return {"error": call.number, **failure(error), "commands": self._desk.commands}
        return {"reply": call.number, "value": encode(result), "commands": self._desk.commands}

    def _send(self, message: Message) -> None:
        frame = pack(message)
        with self._sending:
            self._pipe.send_bytes(frame)
