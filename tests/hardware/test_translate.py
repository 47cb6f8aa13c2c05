"""Every status and every exception below has one meaning above."""

from __future__ import annotations

import struct

import pytest
from fido2.ctap import CtapError
from fido2.hid import ConnectionFailure

from hardware.errors import (
    AlreadyRegistered,
    Cancelled,
    FingerprintsFull,
    HardwareError,
    KeyBusy,
    KeyFault,
    KeyFull,
    KeyGone,
    KeySilent,
    NoSuitableAlgorithm,
    PinAuthBlocked,
    PinBlocked,
    PinRefused,
    PinRequired,
    TouchTimeout,
    UvBlocked,
    WrongPin,
)
from hardware.translate import MEANINGS, hardware_error, translated


@pytest.mark.parametrize("status", CtapError.ERR)
def test_every_status_of_ctap_has_a_meaning(status: CtapError.ERR) -> None:
    assert status in MEANINGS
    meaning = hardware_error(CtapError(status))
    assert isinstance(meaning, HardwareError)
    assert not isinstance(meaning, KeyFault) or meaning.status == status


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (0x06, KeyBusy),
        (0x17, FingerprintsFull),
        (0x0B, KeyGone),
        (0x19, AlreadyRegistered),
        (0x26, NoSuitableAlgorithm),
        (0x27, TouchTimeout),
        (0x28, KeyFull),
        (0x2D, Cancelled),
        (0x2F, TouchTimeout),
        (0x31, WrongPin),
        (0x32, PinBlocked),
        (0x34, PinAuthBlocked),
        (0x35, PinRequired),
        (0x36, PinRequired),
        (0x37, PinRefused),
        (0x3A, TouchTimeout),
        (0x3C, UvBlocked),
    ],
)
def test_statuses_that_a_person_can_act_on_keep_their_meaning(status: int, meaning: type[HardwareError]) -> None:
    assert type(hardware_error(CtapError(status))) is meaning


def test_a_status_of_no_specification_is_a_fault_with_its_number() -> None:
    meaning = hardware_error(CtapError(0x55))
    assert isinstance(meaning, KeyFault)
    assert meaning.status == 0x55


@pytest.mark.parametrize(
    ("below", "above"),
    [
        (CtapError(CtapError.ERR.KEY_STORE_FULL), KeyFull),
        (TimeoutError(), KeySilent),
        (OSError(19, "No such device"), KeyGone),
        (BrokenPipeError(), KeyGone),
        (ConnectionFailure("Wrong channel"), KeyFault),
        (ValueError("CBOR"), KeyFault),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), KeyFault),
        (TypeError(), KeyFault),
        (KeyError(2), KeyFault),
        (IndexError(), KeyFault),
        (AttributeError(), KeyFault),
        (OverflowError(), KeyFault),
        (RecursionError(), KeyFault),
        (struct.error(), KeyFault),
    ],
)
def test_foreign_exceptions_end_here(below: Exception, above: type[HardwareError]) -> None:
    with pytest.raises(above), translated():
        raise below


def test_our_own_errors_pass_as_they_are() -> None:
    ours = WrongPin(3)
    with pytest.raises(WrongPin) as caught, translated():
        raise ours
    assert caught.value is ours


def test_what_is_no_answer_of_a_key_is_not_hidden() -> None:
    with pytest.raises(KeyboardInterrupt), translated():
        raise KeyboardInterrupt
