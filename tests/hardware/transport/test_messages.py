"""Messages in their reports: what was cut is put together, and nothing else is."""

from __future__ import annotations

import pytest
from fido2.ctap import STATUS, CtapError
from fido2.hid import CTAPHID
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import KeyFault
from hardware.transport.messages import LARGEST, REPORT_BYTES, Reply, first_report, head, reports

CHANNEL = b"\0\0\0\7"


@pytest.mark.parametrize("size", [0, 1, 57, 58, 116, 117, LARGEST])
def test_a_message_of_every_size_comes_back_whole(size: int) -> None:
    message = bytes(at % 251 for at in range(size))
    cut = list(reports(CHANNEL, CTAPHID.CBOR, message))
    assert {len(report) for report in cut} == {REPORT_BYTES}
    assert {report[:4] for report in cut} == {CHANNEL}
    reply = Reply(CTAPHID.CBOR)
    assert [reply.take(report) for report in cut] == [True] * len(cut)
    assert (reply.complete, reply.data) == (True, message)


@given(st.binary(max_size=400), st.data())
def test_a_report_that_comes_twice_and_a_stranger_before_it_change_nothing(message: bytes, data: st.DataObject) -> None:
    cut = list(reports(CHANNEL, CTAPHID.CBOR, message))
    twice = data.draw(st.integers(0, len(cut) - 1))
    before = [first_report(CHANNEL, CTAPHID.PING, b"old"), cut[-1] if len(cut) > 1 else first_report(CHANNEL, 0x05)]
    reply = Reply(CTAPHID.CBOR)
    for report in [*before, *cut[: twice + 1], *cut[twice:]]:
        if not reply.complete:
            reply.take(report)
    assert (reply.complete, reply.data) == (True, message)


@given(st.lists(st.binary(min_size=REPORT_BYTES, max_size=REPORT_BYTES), max_size=12))
def test_whatever_comes_is_taken_passed_over_or_refused(garbage: list[bytes]) -> None:
    reply = Reply(CTAPHID.CBOR)
    try:
        for report in garbage:
            reply.take(report)
    except (CtapError, KeyFault):
        return
    assert len(reply.data) <= LARGEST


def test_an_answer_that_breaks_off_or_is_too_long_is_a_fault() -> None:
    first, second, third = reports(CHANNEL, CTAPHID.CBOR, bytes(150))
    for wrong in (third, first_report(CHANNEL, CTAPHID.CBOR, b"\x2d")):
        reply = Reply(CTAPHID.CBOR)
        reply.take(first)
        with pytest.raises(KeyFault):
            reply.take(wrong)
    with pytest.raises(KeyFault):
        Reply(CTAPHID.CBOR).take(first_report(CHANNEL, CTAPHID.CBOR, length=LARGEST + 1))
    assert second != third


def test_an_error_of_the_line_ends_it_at_any_moment() -> None:
    first, *_ = reports(CHANNEL, CTAPHID.CBOR, bytes(150))
    for said in ([], [first]):
        reply = Reply(CTAPHID.CBOR)
        for report in said:
            reply.take(report)
        with pytest.raises(CtapError) as caught:
            reply.take(first_report(CHANNEL, CTAPHID.ERROR, b"\x06"))
        assert caught.value.code == CtapError.ERR.CHANNEL_BUSY


def test_a_new_status_is_told_once_and_an_unknown_one_is_a_sign_of_life() -> None:
    told: list[STATUS] = []
    reply = Reply(CTAPHID.CBOR, told.append)
    for status in (b"\x01", b"\x01", b"\x02", b"\x02", b"\x07", b"", b"\x02"):
        assert reply.take(first_report(CHANNEL, CTAPHID.KEEPALIVE, status))
    assert told == [STATUS.PROCESSING, STATUS.UPNEEDED, STATUS.UPNEEDED]
    assert not reply.complete


def test_the_head_of_a_later_report_is_no_command() -> None:
    _, second = reports(CHANNEL, CTAPHID.CBOR, bytes(100))
    assert head(second) == (0, b"")
    assert head(first_report(CHANNEL, CTAPHID.INIT, b"nonce")) == (CTAPHID.INIT, b"nonce")
