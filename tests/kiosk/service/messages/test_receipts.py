"""How far a message got is asked, or told to us, and staff see it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.secret import Secret
from kiosk.service.messages import rules
from kiosk.service.messages.connector import Channel, Delivery, Message, TemplateName
from kiosk.service.messages.connectors.twilio import TwilioMessenger, TwilioSettings
from kiosk.service.messages.outbox import enqueue
from kiosk.service.messages.receipts import NoSuchReceipt, take, token_of
from kiosk.service.messages.templates import Templates
from kiosk.service.messages.worker import Postman
from kiosk.service.outbound import Outbound
from kiosk.service.parts import Parts
from kiosk.service.store.messages_told import ToldMessage, newest_messages

JSON = {"Content-Type": "application/json"}
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def postman(parts: Parts, web: Any, authority: Any, outbound: Outbound, templates: Templates) -> Postman:
    settings = TwilioSettings(
        url=web.url, user="AC4711", password="sms", sender="+49301234", timeout=5, certificate_authority=authority
    )
    return Postman(parts, TwilioMessenger(settings, outbound, Secret("auth-token")), templates)


def text(parts: Parts) -> None:
    values = {"code": "471108", "minutes": "10", "organization": "Example Works"}
    message = Message(Channel.SMS, "+4915123456717", TemplateName.CODE, "en", values)
    until = parts.clock.now() + timedelta(minutes=10)
    parts.store.write(lambda tx: enqueue(tx, parts, message, useless_after=until, once="code:1"))


def row(parts: Parts) -> ToldMessage:
    with parts.store.read() as tx:
        (found,) = newest_messages(tx, 10)
    return found


def seen(parts: Parts) -> str:
    found = row(parts)
    return rules.shown(found.state, found.delivery)


def tell(web: Any, *states: str | int) -> None:
    """The gateway accepts one text, and tells a state each time that it is asked."""
    waiting = list(states)

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        if request.method == "POST":
            return 201, JSON, b'{"sid": "SM123", "status": "queued"}'
        state = waiting.pop(0)
        return (state, JSON, b"{}") if isinstance(state, int) else (200, JSON, json.dumps({"status": state}).encode())

    web.answer = answer


def test_a_text_is_followed_until_it_arrived(web: Any, parts: Parts, clock: Any, postman: Postman) -> None:
    tell(web, "sent", "delivered")
    text(parts)
    assert postman.deliver_next()
    assert seen(parts) == "accepted"
    assert not postman.deliver_next(), "nobody asks at once"
    clock.advance(seconds=11)
    assert postman.deliver_next()
    assert seen(parts) == "sent"
    assert not postman.deliver_next()
    clock.advance(seconds=12)
    assert postman.deliver_next()
    assert seen(parts) == "delivered"
    clock.advance(days=1)
    assert not postman.deliver_next()
    asked = [each.path for each in web.requests if each.method == "GET"]
    assert asked == ["/2010-04-01/Accounts/AC4711/Messages/SM123.json"] * 2


def test_a_gateway_that_does_not_tell_is_asked_again_and_not_for_ever(
    web: Any, parts: Parts, clock: Any, postman: Postman, warned: Callable[[], list[str]]
) -> None:
    tell(web, *[503] * 40)
    text(parts)
    assert postman.deliver_next()
    for _ in range(30):
        clock.advance(minutes=5)
        postman.deliver_next()
    assert seen(parts) == "unknown"
    assert set(warned()) == {"receipt_not_told"}
    assert 2 <= len([each for each in web.requests if each.method == "GET"]) < 10
    assert row(parts).state == "delivered", "the hand-over stands"


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("queued", Delivery.ACCEPTED),
        ("sending", Delivery.ACCEPTED),
        ("sent", Delivery.SENT),
        ("delivered", Delivery.DELIVERED),
        ("read", Delivery.DELIVERED),
        ("undelivered", Delivery.UNDELIVERED),
        ("failed", Delivery.UNDELIVERED),
        ("canceled", Delivery.UNDELIVERED),
        ("receiving", Delivery.UNKNOWN),
    ],
)
def test_each_state_of_twilio_has_one_meaning(
    web: Any, parts: Parts, clock: Any, postman: Postman, told: str, state: Delivery
) -> None:
    tell(web, told)
    text(parts)
    postman.deliver_next()
    clock.advance(seconds=11)
    postman.deliver_next()
    assert seen(parts) == state


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("1", "delivered"),
        ("2", "undelivered"),
        ("4", "accepted"),
        ("8", "sent"),
        ("16", "undelivered"),
        ("SENT", "sent"),
    ],
)
def test_a_gateway_tells_by_calling(web: Any, parts: Parts, postman: Postman, told: str, state: str) -> None:
    tell(web)
    text(parts)
    postman.deliver_next()
    take(parts, token_of(parts, row(parts).message_id), told)
    assert seen(parts) == state


def test_what_is_told_last_does_not_undo_the_end(web: Any, parts: Parts, postman: Postman) -> None:
    tell(web)
    text(parts)
    postman.deliver_next()
    token = token_of(parts, row(parts).message_id)
    for told in ("1", "8", "2"):
        take(parts, token, told)
    assert seen(parts) == "delivered"


def test_a_receipt_that_comes_before_the_answer_is_kept(parts: Parts) -> None:
    text(parts)
    take(parts, token_of(parts, row(parts).message_id), "1")
    assert seen(parts) == "waiting"
    assert row(parts).delivery == "delivered"


def test_nobody_makes_up_a_receipt(parts: Parts) -> None:
    text(parts)
    token = token_of(parts, row(parts).message_id)
    stranger = replace(parts, hmac_key=bytes(32))
    for wrong in (
        "",
        token[:32],
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        "é" * 96,
        token_of(stranger, token[:32]),
    ):
        with pytest.raises(NoSuchReceipt):
            take(parts, wrong, "1")
    for nothing in ("", "3", "arrived"):
        with pytest.raises(NoSuchReceipt):
            take(parts, token, nothing)
    assert row(parts).delivery == ""


@given(st.timedeltas(min_value=timedelta(hours=-2), max_value=timedelta(hours=2)))
def test_the_next_look_lies_ahead_or_is_none(age: timedelta) -> None:
    from_now = rules.look_after(NOON, NOON + age)
    assert (from_now is None) == (age >= rules.LAST_LOOK)
    assert from_now is None or NOON + age < from_now <= NOON + age + rules.LAST_LOOK


def test_a_message_that_the_gateway_has_forgotten_is_not_asked_about_again(
    web: Any, parts: Parts, clock: Any, postman: Postman, warned: Callable[[], list[str]]
) -> None:
    tell(web, 410)
    text(parts)
    postman.deliver_next()
    clock.advance(seconds=11)
    assert postman.deliver_next()
    clock.advance(minutes=10)
    assert not postman.deliver_next()
    assert seen(parts) == "unknown"
    assert warned() == ["receipt_not_told"]
