"""The arguments of a call on their way: what cannot cross a pipe is stood in for on the other side.

A PIN crosses as text and is a `Pin` there; of a `Watch` only the deadline crosses, its callbacks come back as events; a
callback that is an argument by itself comes back as the event `sample`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from threading import Event
from typing import Any, get_origin

from hardware.agent.protocol import Verb, limits
from hardware.agent.wire import Malformed, Message, decode, encode
from hardware.authenticator import SecretText, Watch

TOUCH, VERIFY, SAMPLE = "touch", "verify", "sample"
Emit = Callable[[str, Any], None]
"""Sends an event of the call with its value."""


class Pin:
    """A PIN that came over the pipe, as a `SecretText`."""

    __slots__ = ("_bytes",)

    def __init__(self, text: str) -> None:
        try:
            self._bytes: bytearray | None = bytearray(unicodedata.normalize("NFC", text).encode())
        except UnicodeEncodeError:
            raise Malformed from None

    def reveal(self) -> str:
        """The text. Raises ValueError once wiped."""
        if self._bytes is None:
            raise ValueError("the PIN was wiped")
        return self._bytes.decode()

    def wipe(self) -> None:
        """Overwrite and forget it."""
        if self._bytes is not None:
            self._bytes[:] = bytes(len(self._bytes))
            self._bytes = None

    def __repr__(self) -> str:
        return "Pin(•••)"


def to_wire(verb: Verb, given: Mapping[str, Any], seconds: float) -> Message:
    """The arguments as they are sent; `seconds` is what is left of the deadline."""
    sent: Message = {}
    for name, kind in verb.parameters.items():
        if kind is Watch:
            sent[name] = seconds
        elif kind is SecretText:
            sent[name] = given[name].reveal()
        elif get_origin(kind) is not Callable:
            sent[name] = encode(given[name])
    return sent


def from_wire(verb: Verb, sent: Message, emit: Emit, cancel: Event) -> dict[str, Any]:
    """The arguments as the method wants them. Raises Malformed."""
    callbacks = {name for name, kind in verb.parameters.items() if get_origin(kind) is Callable}
    if sent.keys() != verb.parameters.keys() - callbacks:
        raise Malformed
    deadline, _ = limits(verb, sent)
    given: dict[str, Any] = {name: lambda value: emit(SAMPLE, value) for name in callbacks}
    for name, value in sent.items():
        kind = verb.parameters[name]
        if kind is Watch:
            given[name] = Watch(lambda: emit(TOUCH, None), lambda: emit(VERIFY, None), cancel, deadline)
        elif kind is SecretText:
            given[name] = Pin(decode(str, value))
        else:
            given[name] = decode(kind, value)
    return given
