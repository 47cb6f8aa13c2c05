"""A simulated card in a virtual reader: the client side of the protocol of vsmartcard's `vpcd`.

Each message is its length in two bytes, then itself. A message of one byte is a control: power off and on, reset, and
the question for the answer to reset; longer ones are APDUs, each of which gets its response.
"""

from __future__ import annotations

import socket
from enum import IntEnum
from threading import Event

from hardware.simulated.smart_card import SmartCard

PORT = 35963
"""Where `vpcd` listens unless its configuration says otherwise."""

_LOOK_UP_EVERY = 0.1  # seconds between two looks at `lifted`


class Control(IntEnum):
    """What a message of one byte asks for."""

    POWER_OFF = 0
    POWER_ON = 1
    RESET = 2
    ATR = 4


def lay_on_reader(card: SmartCard, port: int = PORT, lifted: Event | None = None, host: str = "127.0.0.1") -> None:
    """Let the card lie in the reader until `lifted` is set or the reader goes away. Raises OSError if there is none."""
    lifted = lifted or Event()
    with socket.create_connection((host, port), timeout=5) as wire:
        try:
            card.power_on()  # the field does that
            _serve(card, wire, lifted)
        finally:
            card.lift()


def _serve(card: SmartCard, wire: socket.socket, lifted: Event) -> None:
    wire.settimeout(_LOOK_UP_EVERY)
    while (message := _message(wire, lifted)) is not None:
        try:
            response = _response(card, message)
        except OSError:  # the key has left its card, or has no power
            return
        if response is not None and not lifted.is_set():
            wire.sendall(len(response).to_bytes(2, "big") + response)


def _response(card: SmartCard, message: bytes) -> bytes | None:
    """The response to one message, None for what wants none. Raises OSError."""
    if len(message) != 1:
        return card.transmit(message)
    if message[0] == Control.ATR:
        return card.atr
    if message[0] == Control.POWER_OFF:
        card.power_off()
    elif message[0] in (Control.POWER_ON, Control.RESET):
        card.power_on()
    return None


def _message(wire: socket.socket, lifted: Event) -> bytes | None:
    """The next message; None when the card was lifted or the reader is gone."""
    size = _exactly(wire, 2, lifted)
    return None if size is None else _exactly(wire, int.from_bytes(size, "big"), lifted)


def _exactly(wire: socket.socket, count: int, lifted: Event) -> bytes | None:
    received = b""
    while len(received) < count:
        if lifted.is_set():
            return None
        try:
            part = wire.recv(count - len(received))
        except TimeoutError:
            continue
        except ConnectionError:
            return None
        if not part:
            return None
        received += part
    return received
