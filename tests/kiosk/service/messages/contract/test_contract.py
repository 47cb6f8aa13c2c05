"""What every messenger does, whoever carries: once, to the one it is for, over TLS that is verified, or not at all."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.service.catalog import MESSENGERS, kinds
from kiosk.service.messages.connector import (
    Channel,
    Delivery,
    Envelope,
    Messenger,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from kiosk.service.parts import Parts
from kiosk.service.probe import ProbeFailed
from kiosk.service.store.engine import OpenTransaction
from kiosk.service.tls import make_authority
from tests.kiosk.service.messages.contract.stand import SECRET, WRONG, Stand, Taken
from tests.kiosk.service.messages.contract.stands import STANDS

pytestmark = pytest.mark.filterwarnings("ignore:.*login_data is deprecated:DeprecationWarning")

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TEXTS = ("Your code is 471108 & more. 100 % + Grüße €", "رمزك هو 471109", "471110 {to} {secret} %d\n.\nthe end 😀")


def envelope(to: str, text: str = TEXTS[0], subject: str = "Your code for Example Works") -> Envelope:
    return Envelope("0123456789abcdef0123456789abcdef", to, subject, text, "", NOON, 600, "token")


class Handover:
    """Counts how often a messenger reached the point of no return, and what had been taken by then."""

    def __init__(self, stand: Stand) -> None:
        self.stand, self.before = stand, list[int]()

    def __call__(self) -> None:
        self.before.append(len(self.stand.taken()))


@pytest.fixture
def nowhere() -> int:
    """A port of loopback that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_every_connector_is_in_the_suite() -> None:
    assert {each.NAME.partition(" ")[0] for each in STANDS} == set(kinds(MESSENGERS))


@pytest.mark.parametrize("text", TEXTS)
def test_a_message_arrives_once_as_it_was_written(stand: Stand, messenger: Messenger, text: str) -> None:
    handover = Handover(stand)
    receipt = messenger.deliver(envelope(stand.ADDRESS, text), handover)
    assert handover.before == [0]
    assert stand.taken() == [Taken(stand.ADDRESS, text)]
    assert receipt.reference.isprintable()
    assert len(receipt.reference) <= 128
    assert messenger.receipt(receipt.reference) in (Delivery.ACCEPTED, Delivery.DELIVERED)


def test_one_message_after_another_arrives(stand: Stand, messenger: Messenger) -> None:
    for text in TEXTS[:2]:
        messenger.deliver(envelope(stand.ADDRESS, text), lambda: None)
        messenger.let_go(3600)
    messenger.let_go()
    messenger.let_go()
    messenger.deliver(envelope(stand.ADDRESS), lambda: None)
    assert [each.text for each in stand.taken()] == [*TEXTS[:2], TEXTS[0]]


def test_nothing_leaves_when_the_hand_over_is_not_written_down(stand: Stand, messenger: Messenger) -> None:
    def lost() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        messenger.deliver(envelope(stand.ADDRESS), lost)
    assert stand.taken() == []


def test_nothing_leaves_inside_a_transaction(stand: Stand, messenger: Messenger, parts: Parts) -> None:
    with pytest.raises(OpenTransaction):
        parts.store.write(lambda _: messenger.deliver(envelope(stand.ADDRESS), lambda: None))
    assert stand.visits() == 0


def test_a_side_that_is_busy_gets_it_later(stand: Stand, messenger: Messenger) -> None:
    stand.busy()
    with pytest.raises(Unavailable) as caught:
        messenger.deliver(envelope(stand.ADDRESS), lambda: None)
    assert caught.value.retry_after in (None, 3000)
    assert stand.taken() == []


def test_what_perhaps_arrived_is_not_sent_again(stand: Stand, messenger: Messenger) -> None:
    stand.losing()
    with pytest.raises(OutcomeUnknown):
        messenger.deliver(envelope(stand.ADDRESS), lambda: None)
    assert stand.visits() == 1
    assert stand.taken() == [Taken(stand.ADDRESS, TEXTS[0])]


def test_nobody_there_is_certainly_not_sent(stand: Stand, nowhere: int) -> None:
    messenger = stand.make(port=nowhere)
    with pytest.raises(Unavailable):
        messenger.deliver(envelope(stand.ADDRESS), lambda: None)
    with pytest.raises(ProbeFailed) as caught:
        messenger.probe()
    assert caught.value.remedy


def test_a_side_that_nobody_vouches_for_gets_nothing(stand: Stand, tmp_path: Path) -> None:
    messenger = stand.make(authority=make_authority(tmp_path, datetime.now(UTC)).certificate)
    with pytest.raises(Misconfigured, match="untrusted"):
        messenger.deliver(envelope(stand.ADDRESS), lambda: None)
    with pytest.raises(ProbeFailed) as caught:
        messenger.probe()
    assert caught.value.remedy
    assert stand.visits() == 0


def test_a_wrong_secret_is_the_administrator_s_to_mend(stand: Stand) -> None:
    messenger = stand.make(secret=WRONG)
    with pytest.raises(Misconfigured) as caught:
        messenger.deliver(envelope(stand.ADDRESS), lambda: None)
    assert stand.taken() == []
    for secret in (SECRET, WRONG, stand.SECRET):
        assert secret not in f"{caught.value} {caught.value.__cause__!r} {messenger!r} {stand.make()!r}"


def test_a_look_sends_nothing(stand: Stand, messenger: Messenger) -> None:
    assert messenger.probe()
    assert stand.visits() == 0


@pytest.mark.parametrize("behind", ["\r\nBcc: eve@example.org", "\n", "\x00", "\u2028x", "\r\n.\r\nMAIL FROM:<x@y>"])
def test_no_address_names_a_second_one(stand: Stand, messenger: Messenger, behind: str) -> None:
    with pytest.raises(Refused):
        messenger.deliver(envelope(stand.ADDRESS + behind), lambda: None)
    assert stand.visits() == 0


def test_it_says_what_it_carries_and_how_long_it_takes(messenger: Messenger) -> None:
    assert messenger.channel in Channel
    assert 0 < messenger.patience <= 300
