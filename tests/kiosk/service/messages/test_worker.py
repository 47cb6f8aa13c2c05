"""No message is lost, none is sent twice: whatever the gateway, another worker or a kill does in between."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import kiosk
from kiosk.service.directories.connector import Person
from kiosk.service.messages.actions import Registered, notify_registered
from kiosk.service.messages.connector import (
    Channel,
    Delivery,
    DeliveryReceipt,
    Envelope,
    GatewayError,
    Message,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    TemplateName,
    Unavailable,
)
from kiosk.service.messages.connectors.smtp import SmtpMessenger, SmtpSettings
from kiosk.service.messages.outbox import enqueue
from kiosk.service.messages.templates import Templates
from kiosk.service.messages.worker import KEPT, KEPT_CONNECTION, Postman, forget_old_messages, postmen
from kiosk.service.parts import Parts
from kiosk.service.store.engine import Store
from kiosk.service.store.messages_told import message_states
from tests.kiosk.service.running import opened

pytestmark = pytest.mark.databases

CODE = Message(
    Channel.MAIL,
    "mona@example.org",
    TemplateName.CODE,
    "en",
    {"code": "471108", "minutes": "10", "organization": "Example Works"},
)
Warned = Callable[[], list[str]]


@dataclass
class Recorder:
    """A gateway at the lowest seam: takes messages, or fails as it is told, one failure for each delivery."""

    failures: list[GatewayError] = field(default_factory=list)
    taken: list[Envelope] = field(default_factory=list)
    during: Callable[[], None] = lambda: None
    channel: Channel = Channel.MAIL
    patience: float = 20.0
    let_go_after: list[float] = field(default_factory=list)

    def deliver(self, envelope: Envelope, handing_over: Callable[[], None]) -> DeliveryReceipt:
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None and not isinstance(failure, OutcomeUnknown):
            raise failure
        self.during()
        handing_over()
        self.taken.append(envelope)
        if failure is not None:
            raise failure
        return DeliveryReceipt("ok")

    def receipt(self, reference: str) -> Delivery:
        """Nobody asks."""
        return Delivery.ACCEPTED

    def probe(self) -> str:
        """Nobody looks."""
        return "here"

    def let_go(self, unused_for: float = 0.0) -> None:
        self.let_go_after.append(unused_for)


@pytest.fixture
def gateway() -> Recorder:
    return Recorder()


@pytest.fixture
def postman(parts: Parts, gateway: Recorder, templates: Templates) -> Postman:
    return Postman(parts, gateway, templates)


def put(parts: Parts, message: Message = CODE, *, once: str = "1", life: int = 600, topic: str = "") -> bool:
    useless_after = parts.clock.now() + timedelta(seconds=life)
    return parts.store.write(
        lambda tx: enqueue(tx, parts, message, useless_after=useless_after, once=once, topic=topic)
    )


def states(store: Store) -> Mapping[str, int]:
    with store.read() as tx:
        return message_states(tx)


def rows(store: Store) -> list[Any]:
    with store.read() as tx:
        return list(tx.connection.execute(text("SELECT * FROM messages ORDER BY number")).mappings())


def test_a_message_arrives_once(parts: Parts, gateway: Recorder, postman: Postman) -> None:
    put(parts)
    assert postman.deliver_next()
    assert not postman.deliver_next()
    (envelope,) = gateway.taken
    assert envelope.to == "mona@example.org"
    assert "471108" in envelope.text
    assert states(parts.store) == {"delivered": 1}


def test_the_same_event_is_told_once(parts: Parts, gateway: Recorder, postman: Postman) -> None:
    assert put(parts)
    assert not put(parts)
    while postman.deliver_next():
        pass
    assert len(gateway.taken) == 1


def test_a_row_never_shows_address_or_code_and_is_wiped_in_the_end(parts: Parts, postman: Postman) -> None:
    put(parts)
    (row,) = rows(parts.store)
    assert row["sealed"]
    for shown in (str(dict(row)), repr(bytes(row["sealed"]))):
        assert "471108" not in shown
        assert "mona" not in shown
    postman.deliver_next()
    (row,) = rows(parts.store)
    assert row["sealed"] is None


@pytest.mark.parametrize(
    ("failure", "state"),
    [(Refused("smtp_550"), "refused"), (OutcomeUnknown("no_answer"), "unknown"), (Unavailable("x", 9999), "useless")],
)
def test_every_last_failure_wipes_and_ends(
    parts: Parts, gateway: Recorder, postman: Postman, clock: Any, warned: Warned, failure: GatewayError, state: str
) -> None:
    gateway.failures = [failure]
    put(parts)
    postman.deliver_next()
    clock.advance(minutes=9)
    assert not postman.deliver_next()
    assert states(parts.store) == {state: 1}
    assert rows(parts.store)[0]["sealed"] is None
    assert warned() == ["message_not_delivered"]


@pytest.mark.parametrize("failure", [Unavailable("smtp_450"), Misconfigured("smtp_535")])
def test_a_failure_that_passes_is_tried_again_later(
    parts: Parts, gateway: Recorder, postman: Postman, clock: Any, warned: Warned, failure: GatewayError
) -> None:
    gateway.failures = [failure]
    put(parts)
    assert postman.deliver_next()
    assert not postman.deliver_next()
    clock.advance(minutes=2)
    assert postman.deliver_next()
    (first,) = gateway.taken
    assert states(parts.store) == {"delivered": 1}
    assert first.written_at < clock.now()
    assert warned() == ["message_not_delivered"]


def test_a_late_code_is_never_sent(parts: Parts, gateway: Recorder, postman: Postman, clock: Any) -> None:
    put(parts, life=600)
    clock.advance(seconds=600)
    postman.deliver_next()
    assert gateway.taken == []
    assert states(parts.store) == {"useless": 1}


def test_a_code_that_gets_late_on_the_way_is_not_handed_over(
    parts: Parts, gateway: Recorder, postman: Postman, clock: Any, warned: Warned
) -> None:
    gateway.during = lambda: clock.advance(seconds=11)
    put(parts, life=10)
    postman.deliver_next()
    assert gateway.taken == []
    assert warned() == ["message_claim_lost"]


def test_a_newer_code_replaces_one_that_waits(parts: Parts, gateway: Recorder, postman: Postman) -> None:
    put(parts, once="1", topic="code:1:email")
    put(parts, replace(CODE, values={**CODE.values, "code": "555555"}), once="2", topic="code:1:email")
    while postman.deliver_next():
        pass
    assert [("555555" in each.text) for each in gateway.taken] == [True]
    assert states(parts.store) == {"delivered": 1, "useless": 1}


def test_nothing_leaves_for_people_who_do_not_exist(parts: Parts, gateway: Recorder, postman: Postman) -> None:
    put(parts, replace(CODE, deliverable=False))
    assert not postman.deliver_next()
    assert gateway.taken == []
    (row,) = rows(parts.store)
    assert (row["state"], row["sealed"]) == ("discarded", None)


def test_one_bad_destination_holds_no_other_but_keeps_its_own_order(
    parts: Parts, gateway: Recorder, postman: Postman, clock: Any, warned: Warned
) -> None:
    gateway.failures = [Unavailable("smtp_450")]
    for once, to in (("1", "a@example.org"), ("2", "a@example.org"), ("3", "b@example.org")):
        put(parts, replace(CODE, to=to), once=once)
    while postman.deliver_next():
        pass
    assert [each.to for each in gateway.taken] == ["b@example.org"]
    clock.advance(seconds=30)
    while postman.deliver_next():
        pass
    assert [each.to for each in gateway.taken] == ["b@example.org", "a@example.org", "a@example.org"]
    numbers = {row["message_id"]: row["number"] for row in rows(parts.store)}
    assert numbers[gateway.taken[1].message_id] < numbers[gateway.taken[2].message_id]
    assert warned() == ["message_not_delivered"]


def test_a_row_that_was_changed_is_refused(parts: Parts, gateway: Recorder, postman: Postman, warned: Warned) -> None:
    put(parts, once="1")
    put(parts, replace(CODE, to="eve@example.org"), once="2")
    first, second = rows(parts.store)
    parts.store.write(
        lambda tx: tx.connection.execute(
            text("UPDATE messages SET sealed = :sealed WHERE number = :number"),
            {"sealed": second["sealed"], "number": first["number"]},
        )
    )
    while postman.deliver_next():
        pass
    assert [each.to for each in gateway.taken] == ["eve@example.org"]
    assert states(parts.store) == {"refused": 1, "delivered": 1}
    assert warned() == ["message_not_delivered"]


def test_a_worker_that_slept_through_its_lease_hands_nothing_over(
    parts: Parts, gateway: Recorder, postman: Postman, templates: Templates, clock: Any, warned: Warned
) -> None:
    other = Recorder()

    def sleep() -> None:
        gateway.during = lambda: None
        clock.advance(minutes=2)
        Postman(parts, other, templates).deliver_next()

    gateway.during = sleep
    put(parts)
    postman.deliver_next()
    assert gateway.taken == []
    assert len(other.taken) == 1
    assert states(parts.store) == {"delivered": 1}
    assert warned() == ["message_claim_lost"]


def test_a_lease_from_before_the_clock_was_set_back_binds_nobody(
    parts: Parts, gateway: Recorder, postman: Postman, clock: Any
) -> None:
    def die() -> None:
        raise KeyboardInterrupt

    gateway.during = die
    put(parts, life=86400)
    with pytest.raises(KeyboardInterrupt):
        postman.deliver_next()
    gateway.during = lambda: None
    parts.store.write(
        lambda tx: tx.connection.execute(
            text("UPDATE messages SET due_at = '2026-11-21', leased_until = '2026-11-22 15:00:00'")
        )
    )
    clock.advance(hours=-3)
    assert postman.deliver_next()
    assert len(gateway.taken) == 1


def test_two_workers_at_once_send_each_message_once(
    backend: dict[str, str], parts: Parts, templates: Templates, gateway: Recorder
) -> None:
    for number in range(30):
        put(parts, replace(CODE, to=f"{number % 10}@example.org"), once=str(number))

    def empty(_: int) -> None:
        store = opened(backend)
        postman = Postman(replace(parts, store=store), gateway, templates)
        while postman.deliver_next():
            pass
        store.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(empty, range(3)))
    while Postman(parts, gateway, templates).deliver_next():
        pass
    sent = [envelope.message_id for envelope in gateway.taken]
    assert len(sent) == len(set(sent)) == 30
    assert states(parts.store) == {"delivered": 30}


@dataclass(frozen=True)
class Kill:
    """Where a worker is killed, how many mails have arrived by then, how many arrive later, and what the row says."""

    point: str
    before: int
    after: int
    state: str


@pytest.mark.kill
@pytest.mark.parametrize(
    "kill",
    [
        Kill("claimed", 0, 1, "delivered"),
        Kill("addressed", 0, 1, "delivered"),
        Kill("handing_over", 0, 0, "unknown"),
        Kill("delivered", 1, 0, "unknown"),
    ],
    ids=lambda kill: kill.point,
)
def test_a_killed_worker_loses_nothing_and_repeats_nothing(
    backend: dict[str, str],
    parts: Parts,
    clock: Any,
    mail_server: Any,
    authority: Path,
    templates: Templates,
    kill: Kill,
) -> None:
    """Before the last moment the mail goes out later; from then on the outcome is unknown, and staff see that."""
    clock.time = datetime.now(UTC)
    mailbox = mail_server("starttls")
    put(parts, life=3600)
    script = Path(__file__).with_name("postman_process.py")
    arguments = [sys.executable, str(script), json.dumps(backend), str(mailbox.port), str(authority), kill.point]
    environment = os.environ | {"PYTHONPATH": str(Path(kiosk.__file__).parents[1])}
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        process.kill()
    assert len(mailbox.taken) == kill.before
    mail = SmtpSettings(host="localhost", port=mailbox.port, sender="keys@example.org", certificate_authority=authority)
    later = Postman(parts, SmtpMessenger(mail, None, "Works"), templates)
    assert not later.deliver_next(), "the lease still binds"
    clock.advance(minutes=2)
    later.deliver_next()
    later.part()
    assert len(mailbox.taken) == kill.before + kill.after
    assert states(parts.store) == {kill.state: 1}


def test_a_registered_key_is_told_to_the_address_on_file_once(
    parts: Parts, gateway: Recorder, postman: Postman, clock: Any
) -> None:
    person = Person("1", "mona@example.org", "Mona", "Okafor", "mona.okafor@example.org")
    when = clock.now()
    for _ in range(2):
        parts.store.write(
            lambda tx: notify_registered(tx, parts, person, Registered("Staff mail", when, "K7-4711", "ar"))
        )
    while postman.deliver_next():
        pass
    (envelope,) = gateway.taken
    assert envelope.to == "mona.okafor@example.org"
    assert "K7-4711" in envelope.text
    assert "Staff mail" in envelope.html
    assert 'dir="rtl"' in envelope.html


def test_nobody_is_told_without_an_address_or_a_mail_server(parts: Parts, clock: Any) -> None:
    nobody = Person("1", "mona@example.org")
    reachable = replace(nobody, email="mona@example.org")
    silent = replace(parts, settings=parts.settings.model_copy(update={"mail": None}))
    assert not parts.store.write(lambda tx: notify_registered(tx, parts, nobody, Registered("Mail", clock.now())))
    assert not parts.store.write(lambda tx: notify_registered(tx, silent, reachable, Registered("Mail", clock.now())))
    assert states(parts.store) == {}


def test_rows_that_were_done_long_ago_are_forgotten(parts: Parts, postman: Postman, clock: Any) -> None:
    put(parts, once="1")
    postman.deliver_next()
    clock.advance(days=KEPT.days, seconds=1)
    put(parts, once="2")
    assert forget_old_messages(parts) == 1
    assert states(parts.store) == {"waiting": 1}


def test_a_connection_outlives_a_moment_without_messages_only(
    parts: Parts, gateway: Recorder, postman: Postman
) -> None:
    put(parts)
    assert postman.deliver_next()
    assert not postman.deliver_next()
    assert gateway.let_go_after == []
    assert not postman.deliver_next()
    postman.part()
    assert gateway.let_go_after == [KEPT_CONNECTION, 0.0]


def test_a_postman_who_leaves_lets_others_carry_what_they_had_claimed(
    parts: Parts, gateway: Recorder, postman: Postman, templates: Templates
) -> None:
    put(parts, once="1")
    put(parts, replace(CODE, to="another@example.org"), once="2")
    assert postman.deliver_next()
    other = Postman(parts, gateway, templates)
    assert not other.deliver_next(), "the second message was claimed with the first one's end"
    postman.part()
    assert other.deliver_next()
    assert states(parts.store) == {"delivered": 2}


def test_each_channel_has_a_postman_of_its_own(parts: Parts, templates: Templates) -> None:
    mail, sms = Recorder(), Recorder(channel=Channel.SMS)
    put(parts, once="1")
    put(parts, replace(CODE, channel=Channel.SMS, to="+4915123456717"), once="2")
    for postman in postmen(parts, {Channel.MAIL: mail, Channel.SMS: sms}, templates):
        assert postman.deliver_next()
    assert [each.to for each in mail.taken] == ["mona@example.org"]
    assert [(each.to, each.html) for each in sms.taken] == [("+4915123456717", "")]
