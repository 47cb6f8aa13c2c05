"""The protocol of a virtual reader, spoken by a reader of the test."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from threading import Event, Thread

import pytest

from hardware.simulated.key import SimulatedKey
from hardware.simulated.smart_card import EXTENDED_ATR, SHORT_ATR, SmartCard
from hardware.simulated.vpcd import Control, lay_on_reader

SELECT = bytes.fromhex("00a4040008a0000006472f000100")


class Reader:
    """The side of the reader."""

    def __init__(self, card: SmartCard) -> None:
        self.card = card
        self.lifted = Event()
        with closing(socket.create_server(("127.0.0.1", 0))) as listening:
            port = listening.getsockname()[1]
            self._thread = Thread(target=lay_on_reader, args=(card, port, self.lifted), name="card on the reader")
            self._thread.start()
            self._wire, _ = listening.accept()
        self._wire.settimeout(10)

    def send(self, message: bytes) -> None:
        self._wire.sendall(len(message).to_bytes(2, "big") + message)

    def control(self, control: Control) -> None:
        self.send(bytes([control]))

    def receive(self) -> bytes:
        """The next message, empty when the card is gone."""
        size = self._exactly(2)
        return self._exactly(int.from_bytes(size, "big"))

    def _exactly(self, count: int) -> bytes:
        received = b""
        while len(received) < count and (part := self._wire.recv(count - len(received))):
            received += part
        return received

    def close(self) -> None:
        self._wire.close()
        self._thread.join(10)
        assert not self._thread.is_alive()


@pytest.fixture
def reader() -> Iterator[Reader]:
    """A card that has just been laid down."""
    with closing(Reader(SmartCard(SimulatedKey()))) as reader:
        yield reader


def test_a_card_tells_what_it_is_and_has_the_applet(reader: Reader) -> None:
    reader.control(Control.ATR)
    assert reader.receive() == EXTENDED_ATR
    reader.control(Control.POWER_ON)
    reader.send(SELECT)
    assert reader.receive() == b"FIDO_2_0\x90\x00"


def test_a_card_of_short_commands_promises_nothing() -> None:
    with closing(Reader(SmartCard(SimulatedKey(), extended=False))) as reader:
        reader.control(Control.ATR)
        assert reader.receive() == SHORT_ATR


def test_the_field_powers_it_and_a_reset_forgets_the_selection(reader: Reader) -> None:
    reader.send(SELECT)
    assert reader.receive()[-2:] == b"\x90\x00"
    reader.control(Control.RESET)
    reader.send(bytes.fromhex("80108000010400"))
    assert reader.receive() == b"\x69\x85"
    assert reader.card.key.attach_id == 1, "it was never lifted"


def test_a_card_that_is_lifted_hangs_up(reader: Reader) -> None:
    reader.lifted.set()
    assert reader.receive() == b""
    reader.close()
    assert not reader.card.key.plugged


def test_a_card_without_power_hangs_up_when_it_is_spoken_to(reader: Reader) -> None:
    reader.control(Control.POWER_OFF)
    reader.send(SELECT)
    assert reader.receive() == b""


def test_a_key_that_leaves_its_card_hangs_up(reader: Reader) -> None:
    reader.send(SELECT)
    reader.receive()
    reader.card.key.unplug()
    reader.send(bytes.fromhex("80108000010400"))
    assert reader.receive() == b""


def test_a_reader_that_goes_away_lets_the_card_go(reader: Reader) -> None:
    reader.close()
    assert not reader.card.key.plugged


def test_where_there_is_no_reader_that_is_told() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        lay_on_reader(SmartCard(SimulatedKey()), port)
