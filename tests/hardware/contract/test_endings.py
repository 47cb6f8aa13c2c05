"""How an operation of an `Authenticator` ends, held against every way in."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest

from hardware.authenticator import Authenticator, Watch
from hardware.errors import (
    Cancelled,
    KeyGone,
    TouchTimeout,
)
from hardware.simulated.traits import CTAP21
from kiosk.secret import Secret
from tests.hardware.ways import (
    PIN,
    Way,
    commands,
    register,
    way_to,
)


def test_cancel_ends_the_wait_for_a_touch(way: Way, unlocked: Authenticator) -> None:
    way.key.touch_automatically = False
    cancel = Event()
    with pytest.raises(Cancelled):
        register(unlocked, Watch(on_touch=cancel.set, cancel=cancel))
    assert not way.key.credentials
    way.key.touch_automatically = True
    register(unlocked)


def test_a_cancelled_operation_sends_nothing(unlocked: Authenticator) -> None:
    cancel = Event()
    cancel.set()
    before = commands(unlocked)
    with pytest.raises(Cancelled):
        register(unlocked, Watch(cancel=cancel))
    assert commands(unlocked) == before


def test_the_deadline_ends_the_wait_for_a_touch(way: Way, unlocked: Authenticator) -> None:
    way.key.touch_automatically = False
    with pytest.raises(TouchTimeout):
        register(unlocked, Watch(deadline=0.2))
    assert not way.key.credentials
    way.key.touch_automatically = True
    register(unlocked)


def test_a_touch_ends_the_wait(way: Way, unlocked: Authenticator) -> None:
    way.key.touch_automatically = False
    register(unlocked, Watch(on_touch=way.key.touch))
    assert len(way.key.credentials) == 1


def test_the_key_gives_up_its_wait_by_itself(way_in: str) -> None:
    with way_to(way_in, replace(CTAP21, touch_seconds=0.05), touches=False) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        with pytest.raises(TouchTimeout):
            register(key)
        key.close()


def test_a_closed_key_is_gone_and_can_be_opened_anew(way: Way) -> None:
    key = way.open()
    key.close()
    key.close()
    secret = Secret(PIN)
    with pytest.raises(KeyGone):
        key.set_pin(secret)
    assert secret.wiped
    with pytest.raises(KeyGone):
        key.inspect()
    again = way.open()
    again.inspect()
    again.close()
