"""Commands of every length reach the card whole, and whole answers come back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import KeyFault
from hardware.simulated.apdu import Answer, Apdus, Command, Status, parsed
from hardware.transport import apdus as client


class Echo:
    """A card that answers with what it was told, and remembers it; `as_long` is how long the answer is."""

    def __init__(self, *, extended: bool = True, as_long: int | None = None) -> None:
        self.commands: list[Command] = []
        self.exchanges: list[bytes] = []
        self._as_long = as_long
        self._apdus = Apdus(self._answer, extended=extended)

    def _answer(self, command: Command) -> Answer:
        self.commands.append(command)
        return (command.data if self._as_long is None else bytes(self._as_long)), Status.OK

    def transmit(self, apdu: bytes) -> bytes:
        self.exchanges.append(apdu)
        return self._apdus.transmit(apdu)


@given(st.binary(max_size=2000), st.booleans(), st.booleans())
def test_what_is_sent_arrives_and_what_is_answered_comes_back(data: bytes, card: bool, believed: bool) -> None:
    echo = Echo(extended=card)
    answer = client.Apdus(echo.transmit, extended=believed).exchange(0x80, 0x10, 0x80, 0x00, data)
    assert answer == (data, client.OK)
    assert [command.data for command in echo.commands] == [data]


@pytest.mark.parametrize(("length", "short", "extended"), [(0, 1, 1), (255, 1, 1), (256, 2, 1), (1200, 5, 1)])
def test_long_commands_are_chained_or_extended(length: int, short: int, extended: int) -> None:
    for says, expected in ((False, short), (True, extended)):
        echo = Echo(as_long=0)
        client.Apdus(echo.transmit, extended=says).exchange(0x80, 0x10, 0, 0, bytes(length))
        assert len(echo.exchanges) == expected
        assert all(apdu[0] == 0x90 for apdu in echo.exchanges[:-1])
        assert echo.exchanges[-1][0] == 0x80


def test_a_card_that_promises_too_much_is_chained_to_from_then_on() -> None:
    echo = Echo(extended=False, as_long=0)
    apdus = client.Apdus(echo.transmit, extended=True)
    assert apdus.exchange(0x80, 0x10, 0, 0, bytes(300))[1] == client.OK
    assert apdus.exchange(0x80, 0x10, 0, 0, bytes(300))[1] == client.OK
    assert len(echo.exchanges) == 3 + 2
    assert len(echo.commands) == 2


@pytest.mark.parametrize(("length", "fetches"), [(255, 0), (256, 0), (257, 1), (512, 1), (1000, 3), (7609, 29)])
def test_long_answers_come_in_portions(length: int, fetches: int) -> None:
    echo = Echo(as_long=length)
    answer, status = client.Apdus(echo.transmit).exchange(0x80, 0x10, 0, 0)
    assert (len(answer), status) == (length, client.OK)
    assert [apdu[1] for apdu in echo.exchanges] == [0x10] + [0xC0] * fetches


def test_a_broken_chain_is_forgotten() -> None:
    echo = Echo()
    assert echo.transmit(bytes.fromhex("9010000001aa")) == b"\x90\x00"
    assert echo.transmit(bytes.fromhex("8011000001bb")) == b"\x68\x83"
    assert echo.transmit(bytes.fromhex("8010000001cc00")) == b"\xcc\x90\x00"


def test_a_chain_has_an_end() -> None:
    echo = Echo()
    part = bytes.fromhex("90100000ff") + bytes(255)
    answers = {echo.transmit(part) for _ in range(258)}
    assert answers == {b"\x90\x00", b"\x67\x00"}
    assert not echo.commands


@pytest.mark.parametrize(
    ("apdu", "command"),
    [
        ("00a40400", Command(0, 0xA4, 4, 0)),
        ("00a4040000", Command(0, 0xA4, 4, 0, expected=256)),
        ("00a4040010", Command(0, 0xA4, 4, 0, expected=16)),
        ("00a4040002aabb", Command(0, 0xA4, 4, 0, b"\xaa\xbb")),
        ("00a4040002aabb00", Command(0, 0xA4, 4, 0, b"\xaa\xbb", 256)),
        ("00a40400000000", Command(0, 0xA4, 4, 0, expected=65536)),
        ("00a40400000002aabb", Command(0, 0xA4, 4, 0, b"\xaa\xbb")),
        ("00a40400000002aabb0000", Command(0, 0xA4, 4, 0, b"\xaa\xbb", 65536)),
        ("00a404", None),
        ("00a4040002aa", None),
        ("00a40400000002aa", None),
        ("00a4040000000000", None),
        ("00a4040001aa0000", None),
    ],
)
def test_each_form_of_a_command(apdu: str, command: Command | None) -> None:
    assert parsed(bytes.fromhex(apdu)) == command


@given(st.lists(st.binary(max_size=300), max_size=8), st.booleans())
def test_any_bytes_get_a_status_word(apdus: list[bytes], extended: bool) -> None:
    echo = Echo(extended=extended)
    for apdu in apdus:
        assert len(echo.transmit(apdu)) >= 2


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=8))
def test_any_answers_are_data_or_a_fault(answers: list[bytes]) -> None:
    left = iter(answers)
    try:
        data, status = client.Apdus(lambda _: next(left, b"\x90\x00"), extended=True).exchange(
            0x80, 0x10, 0, 0, bytes(700)
        )
    except KeyFault:
        return
    assert len(data) < 300 * 9
    assert 0 <= status <= 0xFFFF


def test_a_card_that_never_ends_its_answer_is_a_fault() -> None:
    with pytest.raises(KeyFault):
        client.Apdus(lambda _: bytes(256) + b"\x61\x00").exchange(0x80, 0x10, 0, 0)
    with pytest.raises(KeyFault):
        client.Apdus(lambda _: b"\x61\x00").exchange(0x80, 0x10, 0, 0)


def test_a_card_that_wants_another_length_gets_it() -> None:
    asked: list[bytes] = []

    def transmit(apdu: bytes) -> bytes:
        asked.append(apdu)
        return b"\x6c\x06" if apdu[-1] == 0 else b"U2F_V2\x90\x00"

    assert client.Apdus(transmit).exchange(0, 0xA4, 4, 0, b"name") == (b"U2F_V2", client.OK)
    assert [apdu[-1] for apdu in asked] == [0, 6]


@pytest.mark.parametrize(
    ("atr", "extended"),
    [
        ("3b80800101", False),
        ("3b8d80018073c021c057597562694b6579f9", True),  # tag 73, third byte c0: extended lengths and chaining
        ("3b8a80010031c173c001c09000ff", True),  # service data in front
        ("3b8a80010031c173c001809000bf", False),  # chaining only
        ("3b888001807300210080000000", False),
        ("3b8c800150415450415450415450ff00", False),  # no compact TLV
        ("3bff", False),
        ("3b", False),
        ("", False),
    ],
)
def test_a_card_says_in_its_answer_to_reset_what_it_takes(atr: str, extended: bool) -> None:
    assert client.takes_extended(bytes.fromhex(atr)) == extended


@given(st.binary(max_size=40))
def test_any_answer_to_reset_is_endured(atr: bytes) -> None:
    assert client.takes_extended(atr) in (True, False)
