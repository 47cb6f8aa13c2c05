from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from fido2.hid import CAPABILITY, CTAPHID

from hardware.simulated.ctaphid import LARGEST, POWER_CYCLE
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP21, U2F_ONLY
from tests.hardware.simulated.host import BROADCAST, ERR, PIN, Cable, Computer, ManualClock, seeded_key

SELECTION = b"\x0b"
GET_INFO = b"\x04"
SLOW = replace(CTAP21, latency={0x04: 0.25})


def error(channel: int, code: int) -> tuple[int, int, bytes]:
    return channel, CTAPHID.ERROR, bytes([code])


def test_init_gives_a_new_channel_to_everyone_and_says_who_answers(cable: Cable) -> None:
    cable.first(BROADCAST, CTAPHID.INIT, b"12345678")
    [(channel, command, data)] = cable.answers()
    assert (channel, command, data[:8]) == (BROADCAST, CTAPHID.INIT, b"12345678")
    given, version, *device_version, capabilities = struct.unpack(">IBBBBB", data[8:])
    assert (given, version, device_version) == (1, 2, [1, 0, 0])
    assert capabilities == CAPABILITY.WINK | CAPABILITY.CBOR | CAPABILITY.NMSG
    assert cable.open() == 2


@pytest.mark.parametrize("length", [0, 7, 9])
def test_init_with_another_length_than_its_nonce_is_refused(cable: Cable, length: int) -> None:
    cable.first(BROADCAST, CTAPHID.INIT, bytes(length))
    assert cable.answers() == [error(BROADCAST, ERR.INVALID_LENGTH)]


@pytest.mark.parametrize("size", [0, 1, 57, 58, 116, 117, LARGEST])
def test_ping_echoes_messages_of_every_size(computer: Computer, size: int) -> None:
    message = bytes(at % 251 for at in range(size))
    assert computer.device.ping(message) == message


def test_a_message_longer_than_ctaphid_can_carry_is_refused(cable: Cable) -> None:
    channel = cable.open()
    cable.first(channel, CTAPHID.PING, bytes(57), length=LARGEST + 1)
    assert cable.answers() == [error(channel, ERR.INVALID_LENGTH)]


@pytest.mark.parametrize("channel", [0, 7, BROADCAST])
def test_channels_that_were_never_given_are_invalid(cable: Cable, channel: int) -> None:
    cable.open()
    cable.first(channel, CTAPHID.PING, b"x")
    assert cable.answers() == [error(channel, ERR.INVALID_CHANNEL)]


@pytest.mark.parametrize("command", [0x00, CTAPHID.MSG, CTAPHID.LOCK, 0x41, CTAPHID.KEEPALIVE, CTAPHID.ERROR])
def test_commands_it_does_not_have_are_invalid(cable: Cable, command: int) -> None:
    channel = cable.open()
    cable.first(channel, command, b"x")
    assert cable.answers() == [error(channel, ERR.INVALID_COMMAND)]


def test_a_report_out_of_sequence_ends_the_message(cable: Cable) -> None:
    channel = cable.open()
    cable.first(channel, CTAPHID.PING, bytes(57), length=200)
    cable.more(channel, 1)
    assert cable.answers() == [error(channel, ERR.INVALID_SEQ)]
    cable.more(channel, 2)  # of a message that is no more: spurious
    assert cable.answers() == []


def test_a_new_message_within_an_unfinished_one_ends_both(cable: Cable) -> None:
    channel = cable.open()
    cable.first(channel, CTAPHID.PING, bytes(57), length=200)
    cable.first(channel, CTAPHID.PING, b"x")
    assert cable.answers() == [error(channel, ERR.INVALID_SEQ)]
    cable.first(channel, CTAPHID.PING, b"x")
    assert cable.answers() == [(channel, CTAPHID.PING, b"x")]


def test_an_unfinished_message_times_out_after_half_a_second(cable: Cable, clock: ManualClock) -> None:
    channel = cable.open()
    cable.first(channel, CTAPHID.PING, bytes(57), length=200)
    due = cable.key.due
    assert due == clock.now + 0.5
    clock.now = due - 0.01
    cable.key.tick()
    assert cable.answers() == []
    clock.now = due
    cable.key.tick()
    assert cable.answers() == [error(channel, ERR.TIMEOUT)]
    assert cable.key.due is None


def test_a_second_channel_is_told_that_the_key_is_busy_and_may_still_be_opened(cable: Cable) -> None:
    first, second = cable.open(), cable.open()
    cable.first(first, CTAPHID.PING, bytes(57), length=100)
    cable.first(second, CTAPHID.PING, b"x")
    cable.more(second, 0, b"not mine")
    assert cable.answers() == [error(second, ERR.CHANNEL_BUSY)]
    assert cable.open() == 3
    cable.more(first, 0, bytes(43))
    assert len(cable.reports) == 2


def test_init_on_its_own_channel_forgets_the_unfinished_message(cable: Cable) -> None:
    channel = cable.open()
    cable.first(channel, CTAPHID.PING, bytes(57), length=200)
    cable.first(channel, CTAPHID.INIT, b"12345678")
    [(answered, command, data)] = cable.answers()
    assert (answered, command, data[8:12]) == (channel, CTAPHID.INIT, struct.pack(">I", channel))
    cable.first(channel, CTAPHID.PING, b"x")
    assert cable.answers() == [(channel, CTAPHID.PING, b"x")]


@pytest.mark.parametrize("report", [b"", b"short", bytes(63), bytes(65), b"\xff" * 1000])
def test_what_is_not_a_report_is_ignored(cable: Cable, report: bytes) -> None:
    cable.write(report)
    assert cable.answers() == []


def test_it_asks_for_a_touch_every_tenth_of_a_second_and_gives_up_after_thirty(
    cable: Cable, clock: ManualClock
) -> None:
    key = cable.key
    key.touch_automatically = False
    channel = cable.open()
    cable.first(channel, CTAPHID.CBOR, SELECTION)
    assert key.wants_touch
    asked_at = clock.now
    while key.due is not None:
        clock.now = key.due
        key.tick()
    *keepalives, last = cable.answers()
    assert clock.now == pytest.approx(asked_at + 30)
    assert set(keepalives) == {(channel, CTAPHID.KEEPALIVE, b"\x02")}
    assert 299 <= len(keepalives) <= 301
    assert last == (channel, CTAPHID.CBOR, bytes([ERR.USER_ACTION_TIMEOUT]))
    assert not key.wants_touch


def test_a_touch_answers_and_touching_when_nobody_asked_does_nothing(cable: Cable) -> None:
    key = cable.key
    key.touch_automatically = False
    channel = cable.open()
    key.touch()
    cable.first(channel, CTAPHID.CBOR, SELECTION)
    key.touch()
    key.touch()
    assert cable.answers() == [(channel, CTAPHID.KEEPALIVE, b"\x02"), (channel, CTAPHID.CBOR, b"\0")]


def test_cancel_ends_the_wait_for_a_touch_and_is_otherwise_ignored(cable: Cable) -> None:
    cable.key.touch_automatically = False
    channel, other = cable.open(), cable.open()
    cable.first(channel, CTAPHID.CANCEL)
    cable.first(channel, CTAPHID.CBOR, SELECTION)
    cable.first(other, CTAPHID.CANCEL)
    assert cable.answers() == [(channel, CTAPHID.KEEPALIVE, b"\x02")]
    cable.first(channel, CTAPHID.CANCEL)
    assert cable.answers() == [(channel, CTAPHID.CBOR, bytes([ERR.KEEPALIVE_CANCEL]))]
    cable.first(channel, CTAPHID.CBOR, SELECTION)
    assert cable.answers() == [(channel, CTAPHID.KEEPALIVE, b"\x02")]


def test_a_key_that_waits_for_a_touch_is_busy_for_everyone(cable: Cable) -> None:
    cable.key.touch_automatically = False
    channel, other = cable.open(), cable.open()
    cable.first(channel, CTAPHID.CBOR, SELECTION)
    cable.answers()
    cable.first(channel, CTAPHID.PING, b"x")
    cable.first(other, CTAPHID.PING, b"x")
    assert cable.answers() == [error(channel, ERR.CHANNEL_BUSY), error(other, ERR.CHANNEL_BUSY)]
    cable.first(channel, CTAPHID.INIT, b"12345678")  # the way out
    cable.answers()
    cable.first(other, CTAPHID.PING, b"x")
    assert cable.answers() == [(other, CTAPHID.PING, b"x")]


def test_a_slow_key_says_that_it_is_working(clock: ManualClock) -> None:
    key = seeded_key(SLOW, clock)
    cable = Cable(key)
    channel = cable.open()
    cable.first(channel, CTAPHID.CBOR, GET_INFO)
    while key.due is not None:
        clock.now = key.due
        key.tick()
    commands = [command for _, command, _ in cable.answers()[:3]]
    assert commands == [CTAPHID.KEEPALIVE, CTAPHID.KEEPALIVE, CTAPHID.CBOR]
    assert key.busy_seconds == pytest.approx(0.25)


def test_a_slow_key_can_be_cancelled_while_it_works(clock: ManualClock) -> None:
    cable = Cable(seeded_key(SLOW, clock))
    channel = cable.open()
    cable.first(channel, CTAPHID.CBOR, GET_INFO)
    cable.first(channel, CTAPHID.CANCEL)
    assert cable.answers() == [(channel, CTAPHID.CBOR, bytes([ERR.KEEPALIVE_CANCEL]))]


def test_an_empty_cbor_message_has_an_invalid_length(cable: Cable) -> None:
    channel = cable.open()
    cable.first(channel, CTAPHID.CBOR)
    assert cable.answers() == [error(channel, ERR.INVALID_LENGTH)]


def test_wink_is_counted(computer: Computer) -> None:
    computer.device.wink()
    assert computer.key.winks == 1


def test_a_u2f_key_has_no_cbor_and_tells_its_version() -> None:
    cable = Cable(seeded_key(U2F_ONLY))
    cable.first(BROADCAST, CTAPHID.INIT, b"12345678")
    assert cable.answers()[0][2][-1] == CAPABILITY.WINK
    channel = cable.open()
    for apdu in (b"\0\x03\0\0\0\0\0", b"\0\x05\0\0", b"\x80\x03\0\0", b"\0"):
        cable.first(channel, CTAPHID.MSG, apdu)
    assert [data for _, _, data in cable.answers()] == [b"U2F_V2\x90\0", b"\x6d\0", b"\x6e\0", b"\x67\0"]
    cable.first(channel, CTAPHID.CBOR, GET_INFO)
    assert cable.answers() == [error(channel, ERR.INVALID_COMMAND)]


def test_the_vendor_command_takes_the_power_away_for_a_moment(with_pin: Computer, key: SimulatedKey) -> None:
    attach_id = key.attach_id
    assert with_pin.device.call(POWER_CYCLE) == b""
    assert (key.attach_id, key.plugged, key.has_pin) == (attach_id, True, True)
    cable = Cable(key)
    cable.first(1, CTAPHID.PING, b"x")
    assert cable.answers() == [error(1, ERR.INVALID_CHANNEL)]
    assert Computer(key).pin.get_pin_token(PIN)
