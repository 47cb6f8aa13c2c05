"""Events reach the host system in order, each until it was taken, signed, and again under the same id."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event as ThreadEvent

import pytest

from kiosk.logs import route_to_stdlib
from kiosk.service.outbound import Call, Outbound, Reply
from kiosk.service.projects import actions, feed_actions, numbers
from kiosk.service.projects.bodies import ChangeProject
from kiosk.service.projects.bodies_feed import FeedStanding
from kiosk.service.projects.feed_webhook import Webhook
from kiosk.service.store import mobile_ids, projects
from kiosk.service.store.engine import WriteTx
from kiosk.service.tls import Identity, server_context
from tests.kiosk.service.faces import Request, serving
from tests.kiosk.service.projects.campaign import FIRST, MANAGER, a_project, events
from tests.kiosk.service.projects.host import (
    KNOWN,
    TAKEN,
    Answer,
    Host,
    fed_project,
    feeding,
    join,
    person,
    send_all,
    webhook,
)
from tests.kiosk.service.running import Running, assembled, secret, settings_for

Warned = Callable[[], list[str]]


class Killed(BaseException):
    """The process ends here."""


class KilledAfterTheCall(Outbound):
    """Makes the call, and dies before anybody hears of the answer."""

    def call(self, call: Call) -> Reply:
        super().call(call)
        raise Killed


@pytest.fixture
def warned(caplog: pytest.LogCaptureFixture) -> Warned:
    """The events at WARNING and above since the last look, which are thereby expected."""
    route_to_stdlib()

    def look() -> list[str]:
        seen = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        caplog.clear()
        return seen

    return look


@pytest.fixture
def host(tls: tuple[Identity, Identity]) -> Iterator[Host]:
    with serving(server_context(tls[1])) as web:
        yield Host(web)


@pytest.fixture
def local(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity], host: Host) -> Iterator[Running]:
    fed = feeding(host, tls[0].certificate)
    with assembled(tmp_path, settings_for(tmp_path, database=backend, projects=fed)) as running:
        yield running


def stands(running: Running, project: str) -> FeedStanding:
    return feed_actions.stands(running.parts, MANAGER, project)


@pytest.mark.databases
def test_what_happened_is_posted_in_order_with_the_data_of_the_person(local: Running, host: Host) -> None:
    project = fed_project(local)
    first, second = join(local, project, person(1), person(2))

    def go(tx: WriteTx) -> None:
        of, row = projects.project(tx, project), mobile_ids.mobile_id(tx, project, first)
        assert of is not None
        assert row is not None
        changed = numbers.kept_up(tx, local.parts, of, row, person(1, given_name="Ramona"), "service")
        numbers.release(tx, local.parts, of, changed, "service")

    local.parts.store.write(go)
    with webhook(local) as sender:
        assert send_all(sender) == 4
    assert [(each["position"], each["kind"], each["number"]) for each in host.took] == [
        (1, "claimed", first),
        (2, "claimed", second),
        (3, "changed", first),
        (4, "released", first),
    ]
    assert host.took[2] == {
        "eventId": host.took[2]["eventId"],
        "position": 3,
        "kind": "changed",
        "project": {"id": project, "name": "Spring"},
        "number": first,
        "person": {
            "givenName": "Ramona",
            "familyName": "Okafor 1",
            "email": "m.okafor1@example.org",
            "syncId": "101",
            "userId": "u-1",
        },
        "time": "2026-06-01T12:00:00.000Z",
    }
    assert host.took[3]["person"]["userId"] == "u-1", "whose number it was"
    assert len({each["eventId"] for each in host.took}) == 4
    assert (stands(local, project).waiting, stands(local, project).due_at) == (0, None)


def test_each_call_carries_its_event_id_and_a_signature_of_the_bytes(local: Running, host: Host) -> None:
    join(local, fed_project(local), person(1, given_name="Zoë"))
    with webhook(local) as sender:
        send_all(sender)
    request = host.web.requests[0]
    assert (request.method, request.path) == ("POST", "/people")
    assert request.headers["idempotency-key"] == request.headers["keywright-event-id"] == host.took[0]["eventId"]
    assert request.headers["content-type"] == "application/json"
    stamp, signed = (each.partition("=")[2] for each in request.headers["keywright-signature"].split(","))
    assert int(stamp) == int(local.clock.time.timestamp())
    message = stamp.encode() + b"." + request.body
    assert signed == hmac.new(secret("gate").encode(), message, hashlib.sha256).hexdigest()


@pytest.mark.databases
@pytest.mark.parametrize("answer", [(503, {}, b""), (429, {"Retry-After": "7"}, b""), (408, {}, b""), None])
def test_a_host_that_is_down_gets_the_same_event_later_and_the_others_behind_it(
    local: Running, host: Host, answer: object, warned: Warned
) -> None:
    project = fed_project(local)
    join(local, project, person(1), person(2))
    host.answers += [answer, answer]  # type: ignore[list-item]  # parametrized
    with webhook(local) as sender:
        assert send_all(sender) == 1
        assert send_all(sender) == 0, "it waits"
        assert stands(local, project).tries == 1
        assert stands(local, project).trouble in ("http_503", "http_429", "http_408", "no_answer")
        local.clock.advance(minutes=1)
        assert send_all(sender) == 1
        local.clock.advance(minutes=1)
        assert send_all(sender) == 2
    assert host.positions == [1, 2]
    sent = [(each.headers["keywright-event-id"], each.body) for each in host.web.requests]
    assert sent[0] == sent[1] == sent[2], "the same bytes under the same id"
    assert (stands(local, project).trouble, stands(local, project).tries) == ("", 0)
    assert warned() == ["feed_not_taken", "feed_not_taken"]


@pytest.mark.databases
@pytest.mark.parametrize("status", [302, 400, 401, 404, 409, 410, 422])
def test_a_host_that_refuses_stops_the_feed_until_somebody_resumes_it(
    local: Running, host: Host, status: int, warned: Warned
) -> None:
    project = fed_project(local)
    join(local, project, person(1), person(2))
    host.answers.append((status, {}, b""))
    with webhook(local) as sender:
        assert send_all(sender) == 1
        join(local, project, person(3))
        local.clock.advance(days=1)
        assert send_all(sender) == 0, "nothing is left out, and nothing overtakes"
        seen = stands(local, project)
        assert (seen.trouble, seen.waiting, seen.due_at) == (f"http_{status}", 3, None)
        assert seen.stopped_at is not None
        assert feed_actions.resume(local.parts, MANAGER, project).stopped_at is None
        assert send_all(sender) == 3
    assert host.positions == [1, 2, 3]
    assert warned() == ["feed_not_taken"]
    told = [name for name, _ in audited(local)]
    assert told == ["feed_stopped", "feed_resumed"]


def plain(details: object) -> object:
    """A column of JSON, which one of the two databases gives as text."""
    return json.loads(details) if isinstance(details, str) else details


def audited(running: Running) -> list[tuple[str, str]]:
    with running.parts.store.read() as tx:
        found = tx.connection.exec_driver_sql("SELECT event, reason FROM audit ORDER BY number").all()
    return [(name, reason) for name, reason in found if name.startswith("feed")]


@pytest.mark.databases
def test_a_host_that_says_so_has_registered_the_number(local: Running, host: Host) -> None:
    project = fed_project(local)
    known, unknown = join(local, project, person(1), person(2))
    host.answers.append(KNOWN)
    with webhook(local) as sender:
        send_all(sender)
    with local.parts.store.read() as tx:
        rows = [mobile_ids.mobile_id(tx, project, number) for number in (known, unknown)]
    assert [row is not None and row.registered_at for row in rows] == [local.clock.time, None]
    details = [plain(told) for name, told in events(local) if "registered" in name]
    assert details == [{"project": project, "registered": 1, "number": FIRST}]


@pytest.mark.databases
def test_a_worker_that_is_killed_after_the_call_leaves_the_event_to_be_sent_again(local: Running, host: Host) -> None:
    project = fed_project(local)
    join(local, project, person(1), person(2))
    with webhook(local, KilledAfterTheCall()) as dying, pytest.raises(Killed):
        dying.send_next()
    with webhook(local) as another:
        assert send_all(another) == 0, "it may still be at it"
        local.clock.advance(minutes=1)
        assert send_all(another) == 2
    assert host.positions == [1, 1, 2]
    assert host.took[0] == host.took[1], "a host that keeps the ids sees it once"


@pytest.mark.databases
def test_a_worker_that_comes_back_late_changes_nothing_any_more(local: Running, host: Host, warned: Warned) -> None:
    project = fed_project(local)
    join(local, project, person(1))

    class Slow(Outbound):
        def call(self, call: Call) -> Reply:
            reply = super().call(call)
            local.clock.advance(minutes=1)
            with webhook(local) as another:
                send_all(another)
            return reply

    with webhook(local, Slow()) as slow:
        send_all(slow)
    assert (stands(local, project).taken, host.positions) == (1, [1, 1])
    assert warned() == ["feed_claim_lost"]


@pytest.mark.databases
def test_several_replicas_send_each_event_once_and_in_order(local: Running, host: Host) -> None:
    project = fed_project(local)
    join(local, project, *map(person, range(30)))

    def replica(_: int) -> None:
        with webhook(local) as sender:
            while stands(local, project).waiting:
                sender.send_next()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(replica, range(4)))
    assert host.positions == list(range(1, 31))


def test_a_project_without_a_feed_tells_nobody(local: Running, host: Host) -> None:
    quiet = a_project(local, "Summer")
    join(local, quiet, person(1))
    loud = fed_project(local)
    join(local, loud, person(2))
    with webhook(local) as sender:
        assert send_all(sender) == 1
    assert [each["project"]["name"] for each in host.took] == ["Spring"], "the other one has no feed"
    assert stands(local, quiet).position == 0


def test_a_host_that_cannot_be_reached_or_believed_is_told_apart(local: Running, host: Host, warned: Warned) -> None:
    project = fed_project(local)
    join(local, project, person(1))
    named = local.parts.settings.projects.named["gate"]
    assert named.feed is not None
    assert named.feed.webhook is not None
    for changes, word in (
        ({"certificate_authority": None}, "untrusted"),
        ({"url": "https://localhost:1/"}, "unreachable"),
    ):
        outbound = Outbound()
        Webhook(local.parts, outbound, "gate", named.feed.webhook.model_copy(update=changes)).send_next()
        outbound.close()
        assert stands(local, project).trouble == word
        local.clock.advance(hours=1)
    assert warned() == ["feed_not_taken", "feed_not_taken"]
    assert host.took == []


def test_a_host_that_hangs_holds_up_no_other(
    tmp_path: Path, tls: tuple[Identity, Identity], caplog: pytest.LogCaptureFixture
) -> None:
    hangs, told = ThreadEvent(), ThreadEvent()

    def hear(_: Request) -> Answer:
        told.set()
        return TAKEN

    with serving(server_context(tls[1])) as slow, serving(server_context(tls[1])) as quick:
        named = {
            word: feeding(Host(web), tls[0].certificate)["named"]["gate"] for word, web in (("a", slow), ("b", quick))
        }
        slow.answer = lambda _: (200 if hangs.wait(20) else 500, {}, b"")
        quick.answer = hear
        with assembled(tmp_path, settings_for(tmp_path, projects={"named": named})) as running:
            projects_ = [a_project(running, word, details={"settings": word}) for word in named]
            join(running, projects_[0], person(1))
            running.service.worker.start()
            join(running, projects_[1], person(2))
            assert told.wait(10), "though the other one hangs"
            hangs.set()
            running.service.worker.stop()
            assert [stands(running, each).taken for each in projects_] == [1, 1]
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


@pytest.mark.databases
def test_a_host_that_was_named_late_is_told_of_everybody_when_asked(local: Running, host: Host) -> None:
    project = a_project(local)
    join(local, project, person(1), person(2))
    change = ChangeProject.model_validate({"details": {"settings": "gate"}})
    actions.change(local.parts, MANAGER, project, change)
    with webhook(local) as sender:
        assert send_all(sender) == 0
        feed_actions.tell_everybody(local.parts, MANAGER, project)
        assert send_all(sender) == 2
    assert [(each["kind"], each["person"]["userId"]) for each in host.took] == [("changed", "u-1"), ("changed", "u-2")]
    assert audited(local) == [("feed_retold", "")]
