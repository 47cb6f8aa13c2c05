"""Two services over one database: whatever comes to both at once is done once, counted once, and refused in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from kiosk.contract import enrollments as wire
from kiosk.contract.profile import VerificationMethod
from kiosk.resources import resource
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.enrollments import actions, ceremonies, completion, proof, reconciliation
from kiosk.service.enrollments.ceremonies import Place
from kiosk.service.enrollments.rules import InProgress, WrongPhase
from kiosk.service.messages.connector import Channel, Delivery, DeliveryReceipt, Envelope
from kiosk.service.messages.templates import Templates
from kiosk.service.messages.worker import Postman
from kiosk.service.once import Asked, once
from kiosk.service.parts import Parts
from kiosk.service.store import removals
from kiosk.service.store.attempts import failures
from kiosk.service.store.codes import codes
from kiosk.service.store.credentials import credentials_of_user, user_handles
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import enrollments, open_enrollments
from kiosk.service.store.messages_told import message_states
from kiosk.service.store.users import user_ids
from kiosk.service.tokens.rules import Caller
from kiosk.service.verification.rules import CodeExpired, CodeInvalid, TooSoon
from tests.kiosk.service.running import Running, StandingClock, assembled, settings_for
from tests.kiosk.service.soft_key import Json, SoftKey

pytestmark = pytest.mark.databases

AT_ONCE = 8
MARIA = {"upn": "m.okafor@example.org"}
MAIL = VerificationMethod.EMAIL


@dataclass
class Replicas:
    """Services with one clock, and callers that are sent to them in turn."""

    services: tuple[Running, ...]

    @property
    def first(self) -> Running:
        return self.services[0]

    def at_once(self, *calls: Callable[[Parts], Any]) -> list[Any]:
        """The results, or errors, of calls that begin together, each at the next service."""
        gate, served = Barrier(len(calls)), cycle(each.parts for each in self.services)

        def run(call: Callable[[Parts], Any], parts: Parts) -> Any:
            gate.wait(10)
            try:
                return call(parts)
            except Exception as error:
                return error

        with ThreadPoolExecutor(len(calls)) as pool:
            return [done.result(60) for done in [pool.submit(run, call, next(served)) for call in calls]]

    def verifying(self, client: str = "lobby") -> str:
        """An enrollment of Maria that waits for a code."""
        caller = Caller(client, frozenset())
        enrollment = actions.open_enrollment(self.first.parts, caller, wire.OpenEnrollment()).enrollment_id
        actions.identify(self.first.parts, caller, enrollment, wire.Identify("upn", MARIA))
        return enrollment

    def coded(self, client: str = "lobby") -> tuple[str, str]:
        """The same, and the code that was sent."""
        enrollment = self.verifying(client)
        caller = Caller(client, frozenset())
        actions.send_code(self.first.parts, caller, enrollment, wire.SendCode(MAIL))
        return enrollment, self.first.random.codes[-1]

    def count(self, table: Any, *where: Any) -> int:
        with self.first.parts.store.read() as tx:
            return int(tx.connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


@pytest.fixture
def replicas(tmp_path: Path, backend: Json) -> Iterator[Replicas]:
    settings, key, clock = settings_for(tmp_path, database=backend), SoftKey(), StandingClock()
    around = {"anchors": TrustAnchors((key.root.certificate,)), "clock": clock}
    with ExitStack() as stack:
        services = [stack.enter_context(assembled(tmp_path, settings, **around)) for _ in range(2)]
        for each in services:
            each.key, each.clock = key, clock
        yield Replicas(tuple(services))


def kinds(results: list[Any]) -> Counter[type[Any]]:
    return Counter(type(each) for each in results)


CALLER = Caller("lobby", frozenset())


def test_a_station_has_one_open_enrollment(replicas: Replicas) -> None:
    results = replicas.at_once(*[lambda parts: actions.open_enrollment(parts, CALLER, wire.OpenEnrollment())] * AT_ONCE)
    assert kinds(results) == {wire.OpenedEnrollment: AT_ONCE}
    with replicas.first.parts.store.read() as tx:
        assert len(open_enrollments(tx, "lobby")) == 1
    assert replicas.count(enrollments) == AT_ONCE


def test_the_first_of_two_people_is_identified(replicas: Replicas) -> None:
    enrollment = actions.open_enrollment(replicas.first.parts, CALLER, wire.OpenEnrollment()).enrollment_id
    people = ["m.okafor@example.org", "nobody@example.org"] * (AT_ONCE // 2)
    results = replicas.at_once(
        *[
            lambda parts, upn=upn: actions.identify(parts, CALLER, enrollment, wire.Identify("upn", {"upn": upn}))
            for upn in people
        ]
    )
    assert kinds(results) == {wire.Identified: AT_ONCE // 2, WrongPhase: AT_ONCE // 2}


def test_one_code_is_sent_to_who_asks_everywhere(replicas: Replicas) -> None:
    enrollment = replicas.verifying()
    results = replicas.at_once(
        *[lambda parts: actions.send_code(parts, CALLER, enrollment, wire.SendCode(MAIL))] * AT_ONCE
    )
    assert kinds(results) == {wire.CodeSent: 1, TooSoon: AT_ONCE - 1}
    assert replicas.count(codes) == 1


def test_no_person_gets_more_codes_than_policy_allows_whoever_asks(replicas: Replicas) -> None:
    """Ten an hour, and twelve kiosks."""
    waiting = [(f"kiosk-{number}", replicas.verifying(f"kiosk-{number}")) for number in range(12)]
    results = replicas.at_once(
        *[
            lambda parts, client=client, enrollment=enrollment: actions.send_code(
                parts, Caller(client, frozenset()), enrollment, wire.SendCode(MAIL)
            )
            for client, enrollment in waiting
        ]
    )
    assert kinds(results) == {wire.CodeSent: 10, TooSoon: 2}


def test_every_wrong_guess_is_counted_once(replicas: Replicas) -> None:
    enrollment, code = replicas.coded()
    wrong = wire.Verify(MAIL, f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}")
    results = replicas.at_once(*[lambda parts: actions.verify(parts, CALLER, enrollment, wrong)] * 4)
    assert kinds(results) == {CodeInvalid: 4}
    assert sorted(each.tries_left for each in results) == [1, 2, 3, 4]
    with replicas.first.parts.store.read() as tx:
        counted = [failures(tx, subject) for subject in (f"station:{CALLER.client_id}",)]
    assert [each and each[0] for each in counted] == [4]


def test_the_right_code_is_right_for_all_who_sent_it_and_used_once(replicas: Replicas) -> None:
    enrollment, code = replicas.coded()
    results = replicas.at_once(
        *[lambda parts: actions.verify(parts, CALLER, enrollment, wire.Verify(MAIL, code))] * AT_ONCE
    )
    assert wire.Verified in kinds(results)
    assert set(kinds(results)) <= {wire.Verified, CodeExpired}
    assert replicas.count(codes, codes.c.used.is_(True)) == 1
    assert replicas.count(user_handles) == 1


def test_a_person_has_one_handle_wherever_they_begin(replicas: Replicas) -> None:
    """Two kiosks verify them at the same time, for the first time."""
    waiting = [(f"kiosk-{number}", *replicas.coded(f"kiosk-{number}")) for number in range(4)]
    results = replicas.at_once(
        *[
            lambda parts, client=client, enrollment=enrollment, code=code: actions.verify(
                parts, Caller(client, frozenset()), enrollment, wire.Verify(MAIL, code)
            )
            for client, enrollment, code in waiting
        ]
    )
    assert kinds(results) == {wire.Verified: 4}
    assert replicas.count(user_handles) == 1


def test_a_response_and_its_proof_count_once(replicas: Replicas) -> None:
    enrollment, code = replicas.coded()
    first, key = replicas.first, replicas.first.key
    actions.verify(first.parts, CALLER, enrollment, wire.Verify(MAIL, code))
    report = wire.KeyReport(str(key.aaguid), ("FIDO_2_1",), (), {"rk": True, "clientPin": True})
    ceremony = ceremonies.begin_ceremony(first.parts, CALLER, enrollment, wire.BeginCeremony("staff", report))
    place = Place(CALLER, enrollment, ceremony.ceremony_id)
    response = wire.CompleteCeremony(key.register(ceremony.public_key, ceremony.origin))
    results = replicas.at_once(*[lambda parts: completion.complete(parts, place, response)] * AT_ONCE)
    assert set(kinds(results)) <= {wire.CompletedCeremony, InProgress}
    completed = completion.complete(first.parts, place, response)
    answer = wire.ProveCeremony(key.prove(completed.proof, ceremony.origin))
    results = replicas.at_once(*[lambda parts: proof.prove(parts, place, answer)] * AT_ONCE)
    assert results == [results[0]] * AT_ONCE
    assert results[0].phase is wire.Phase.DONE
    with first.parts.store.read() as tx:
        assert len(credentials_of_user(tx, user_ids(tx, "upn", MARIA["upn"])[0])) == 1


def test_what_is_over_is_ended_by_one(replicas: Replicas) -> None:
    for number in range(60):
        caller = Caller(f"kiosk-{number}", frozenset())
        actions.open_enrollment(replicas.first.parts, caller, wire.OpenEnrollment())
    replicas.first.clock.advance(hours=1)

    def expire(parts: Parts) -> None:
        while reconciliation.expire(parts):
            pass

    assert kinds(replicas.at_once(*[expire] * 4)) == {type(None): 4}
    assert replicas.count(enrollments, enrollments.c.phase == wire.Phase.EXPIRED) == 60
    assert replicas.count(enrollments, enrollments.c.version == 2) == 60


class Gateway:
    """A mail server at the lowest seam; it is slow enough for another worker to come."""

    channel = Channel.MAIL
    patience = 20.0

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    def deliver(self, envelope: Envelope, handing_over: Callable[[], None]) -> DeliveryReceipt:
        handing_over()
        self.taken.append(envelope)
        return DeliveryReceipt("ok")

    def receipt(self, reference: str) -> Delivery:
        return Delivery.ACCEPTED

    def probe(self) -> str:
        return "here"

    def let_go(self, unused_for: float = 0.0) -> None:
        """Nothing is kept."""


def test_no_message_leaves_twice_and_none_is_left(replicas: Replicas) -> None:
    gateway, templates = Gateway(), Templates(resource("templates"))
    for number in range(10):
        replicas.coded(f"kiosk-{number}")
    with replicas.first.parts.store.read() as tx:
        written = message_states(tx)["waiting"]

    def empty(parts: Parts) -> int:
        postman, sent = Postman(parts, gateway, templates), 0
        while postman.deliver_next():
            sent += 1
        return sent

    for _ in range(20):
        if not sum(replicas.at_once(*[empty] * 4)):
            break
    sent = [envelope.message_id for envelope in gateway.taken]
    assert len(sent) == len(set(sent)) == written == 10


def test_what_is_asked_for_under_one_key_is_made_once(replicas: Replicas) -> None:
    now = replicas.first.clock.now()
    asked = Asked("lobby", "the same key", "/route", "body")
    removal = removals.NewRemoval("staff", "a", "", b"1", now, now + timedelta(hours=1), "R", now)

    def make(parts: Parts) -> str:
        name = parts.random.token(8).hex()

        def work(tx: WriteTx) -> str:
            removals.add_removal(tx, removal, now)
            return name

        return once(parts, asked, str, work)

    results = replicas.at_once(*[make] * AT_ONCE)
    assert results == [results[0]] * AT_ONCE
    assert isinstance(results[0], str)
    assert replicas.count(removals.removals) == 1


def test_what_is_to_be_taken_away_is_claimed_by_one(replicas: Replicas) -> None:
    now = replicas.first.clock.now()
    one = removals.NewRemoval("staff", "a", "", b"1", now, now + timedelta(hours=1), "R", now)

    def add(tx: WriteTx) -> None:
        for number in range(40):
            removals.add_removal(tx, replace(one, account=f"account {number}"), now)

    replicas.first.parts.store.write(add)

    def one_more(tx: WriteTx) -> removals.ClaimedRemoval | None:
        return removals.claim_removal(tx, now, now + timedelta(minutes=1))

    def claim(parts: Parts) -> list[int]:
        claimed = []
        while (found := parts.store.write(one_more)) is not None:
            claimed.append(found.number)
        return claimed

    results = replicas.at_once(*[claim] * 4)
    numbers = [number for each in results for number in each]
    assert len(numbers) == len(set(numbers)) == 40
