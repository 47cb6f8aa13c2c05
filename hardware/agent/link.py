"""The station's end of one connection: one call at a time, followed until it is answered or the agent is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from time import monotonic
from typing import Any

from hardware.agent.arguments import SAMPLE, TOUCH, VERIFY, to_wire
from hardware.agent.protocol import GRACE, SILENCE, VERSION, Verb, failed, limits
from hardware.agent.served_time import ServedTime
from hardware.agent.spawn import Reached
from hardware.agent.wire import MOST_BYTES, Malformed, Message, decode, pack, unpack
from hardware.authenticator import Sample, Watch

SLICE = 0.05
"""Seconds between two looks at whether the caller cancelled."""


class LinkLost(Exception):
    """The agent ended, hangs or speaks nonsense. The connection is closed."""


class OtherVersion(Exception):
    """The agent is of another release."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A verb with its arguments, as the caller gave them."""

    verb: Verb
    given: Mapping[str, Any]
    watch: Watch
    on_sample: Callable[[Sample], None] = lambda _: None


class Link:
    """One connection to an agent that has said hello. Not thread-safe."""

    def __init__(self, reached: Reached, clock: Callable[[], float] = monotonic) -> None:
        """Says hello. Raises LinkLost, OtherVersion."""
        self._pipe = reached.pipe
        self._give_up = reached.give_up
        self._clock = clock
        self._numbers = count(1)
        self.commands = 0
        self._send({"hello": VERSION})
        answer = self._greeting()
        if answer != {"hello": VERSION}:
            self.close()
            raise OtherVersion

    def call(self, asked: Asked, seconds: float) -> Any:
        """Call the verb with `seconds` left of its deadline. Raises HardwareErrors of the key, LinkLost."""
        number = next(self._numbers)
        arguments = to_wire(asked.verb, asked.given, seconds)
        ended = False
        try:
            self._send({"call": number, "verb": asked.verb.name, "arguments": arguments})
            answer = self._follow(number, asked, sum(limits(asked.verb, arguments)))
            ended = True
        finally:
            if not ended:  # in the middle of a call there is nothing to go on with
                self.close()
        return self._result(asked.verb, answer)

    def _greeting(self) -> Message:
        time = ServedTime(self._clock, 2 * SLICE)
        while time.tick() < SILENCE:
            if (message := self._hear(SLICE)) is not None:
                return message
        raise self._lost()

    def _follow(self, number: int, asked: Asked, patience: float) -> Message:
        """What the agent says until it is done."""
        time = ServedTime(self._clock, 2 * SLICE)
        silent_at = SILENCE
        cancelled = False
        while True:
            if asked.watch.cancel.is_set() and not cancelled:
                cancelled = True
                self._send({"cancel": number})
            message = self._hear(SLICE)
            now = time.tick()
            if message is None:
                if now >= min(silent_at, patience + GRACE):
                    raise self._lost()
                continue
            silent_at = now + SILENCE
            if number in (message.get("reply"), message.get("error")):
                return message
            if message.get("event") == number:
                self._happened(message, asked)

    def _happened(self, message: Message, asked: Asked) -> None:
        match message.get("name"):
            case str(name) if name == TOUCH:
                asked.watch.on_touch()
            case str(name) if name == VERIFY:
                asked.watch.on_verify()
            case str(name) if name == SAMPLE:
                asked.on_sample(self._readable(Sample, message.get("value")))
            case _:
                raise self._lost()

    def _result(self, verb: Verb, answer: Message) -> Any:
        # A key that was just closed counts none any more.
        self.commands = max(self.commands, self._readable(int, answer.get("commands")))
        if "error" in answer:
            try:
                error = failed(answer)
            except Malformed as nonsense:
                raise self._lost() from nonsense
            raise error
        return self._readable(verb.result, answer.get("value"))

    def _readable(self, kind: Any, value: Any) -> Any:
        try:
            return decode(kind, value)
        except Malformed as nonsense:
            raise self._lost() from nonsense

    def _lost(self) -> LinkLost:
        """It is gone, is silent, or says what no agent says: make an end of it."""
        self.close()
        self._give_up()
        return LinkLost()

    def _send(self, message: Message) -> None:
        try:
            self._pipe.send_bytes(pack(message))
        except OSError as error:
            raise self._lost() from error

    def _hear(self, seconds: float) -> Message | None:
        """The next message; None when there was none for so long."""
        try:
            return unpack(self._pipe.recv_bytes(MOST_BYTES)) if self._pipe.poll(seconds) else None
        except Malformed as nonsense:
            raise self._lost() from nonsense
        except (OSError, EOFError) as error:
            raise self._lost() from error

    def close(self) -> None:
        """End the connection."""
        self._pipe.close()
