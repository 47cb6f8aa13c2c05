"""New metadata are brought when they are due; without a way out nothing fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.service.attestation.keeper import Keeper, Taken
from kiosk.service.attestation.refresh import LOOK_EVERY, Refresh, chores
from kiosk.service.attestation.settings import MetadataSettings
from kiosk.service.outbound import Outbound
from kiosk.service.tls import Identity, server_context
from kiosk.service.worker import Bell, Worker
from tests.kiosk.service.attestation.blobs import NEXT, Publisher, entry
from tests.kiosk.service.attestation.maker import NOW
from tests.kiosk.service.faces import Web, serving
from tests.kiosk.service.running import StandingClock


@pytest.fixture(scope="module")
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def web(tls: tuple[Identity, Identity]) -> Iterator[Web]:
    with serving(server_context(tls[1])) as running:
        yield running


@pytest.fixture
def outbound() -> Iterator[Outbound]:
    made = Outbound()
    yield made
    made.close()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOW)


Make = Callable[..., Refresh]


@pytest.fixture
def kept(tmp_path: Path, publisher: Publisher) -> Keeper:
    return Keeper(tmp_path / "metadata", publisher.authority)


@pytest.fixture
def make(web: Web, outbound: Outbound, clock: StandingClock, kept: Keeper, tls: tuple[Identity, Identity]) -> Make:
    def made(**changes: Any) -> Refresh:
        told: dict[str, Any] = {"url": web.url + "/blob", "certificate_authority": tls[0].certificate} | changes
        return Refresh(MetadataSettings(**told), kept, outbound, clock.now)

    return made


def number(keeper: Keeper) -> int | None:
    known = keeper.current()
    return None if known is None else known.number


def words(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Why metadata were not taken, as the log tells."""
    told = [vars(each)["keywright_fields"].get("reason") for each in caplog.records if each.levelname == "WARNING"]
    caplog.clear()
    return told


def test_they_are_fetched_at_once_where_there_are_none_and_then_when_they_are_due(
    web: Web, make: Make, kept: Keeper, clock: StandingClock, publisher: Publisher
) -> None:
    web.answer = lambda _: (200, {}, publisher.publish(entry(), number=1))
    refresh = make()
    assert [refresh() for _ in range(3)] == [False] * 3
    assert (number(kept), len(web.requests)) == (1, 1)
    web.answer = lambda _: (200, {}, publisher.publish(number=2, next_update="2026-08-01"))
    clock.time = NOW + (NEXT - NOW.date()) - timedelta(days=1)
    refresh()
    assert (number(kept), len(web.requests)) == (1, 1)
    clock.advance(days=1)
    refresh()
    refresh()
    assert (number(kept), len(web.requests)) == (2, 2)
    assert web.requests[0].method == "GET"


def test_redirects_are_followed_to_https_only(
    web: Web, make: Make, kept: Keeper, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    blob = publisher.publish(number=1)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = {
        "/blob": (302, {"Location": "/next"}, b""),
        "/next": (307, {"Location": web.url + "/there"}, b""),
        "/there": (200, {}, blob),
    }
    web.answer = lambda request: answers[request.path]
    make()()
    assert ([each.path for each in web.requests], number(kept)) == (["/blob", "/next", "/there"], 1)
    assert words(caplog) == []


@pytest.mark.parametrize("location", ["", "http://localhost/blob", "http://127.0.0.1:80/", "file:///etc/passwd"])
def test_a_redirect_to_anywhere_else_ends_it(
    web: Web, make: Make, kept: Keeper, location: str, caplog: pytest.LogCaptureFixture
) -> None:
    web.answer = lambda _: (302, {"Location": location}, b"")
    make()()
    assert (number(kept), words(caplog)) == (None, ["redirected nowhere"])


def test_redirects_without_end_end(web: Web, make: Make, caplog: pytest.LogCaptureFixture) -> None:
    web.answer = lambda _: (302, {"Location": "/blob"}, b"")
    make()()
    assert words(caplog) == ["redirected too often"]
    assert len(web.requests) == 5


@pytest.mark.parametrize("status", [204, 304, 403, 404, 429, 500, 503])
def test_an_answer_without_a_blob_is_tried_again_in_an_hour(
    web: Web, make: Make, clock: StandingClock, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    web.answer = lambda _: (status, {}, b"")
    refresh = make()
    refresh()
    refresh()
    assert (words(caplog), len(web.requests)) == ([f"status {status}"], 1)
    clock.advance(minutes=61)
    refresh()
    assert (words(caplog), len(web.requests)) == ([f"status {status}"], 2)


def test_offline_the_known_metadata_stay(
    web: Web, make: Make, kept: Keeper, publisher: Publisher, clock: StandingClock, caplog: pytest.LogCaptureFixture
) -> None:
    kept.take(publisher.publish(entry(), number=1), NOW)
    clock.time = NOW + timedelta(days=60)
    web.answer = lambda _: None
    make()()
    assert (number(kept), words(caplog)) == (1, ["AnswerLost"])


def test_a_stranger_at_the_address_is_not_believed(make: Make, kept: Keeper, caplog: pytest.LogCaptureFixture) -> None:
    make(certificate_authority=None)()
    assert (number(kept), words(caplog)) == (None, ["Untrusted"])


@pytest.mark.parametrize(
    ("bent", "word"),
    [
        (lambda by: by.publish()[:-30], "bad_signature"),
        (lambda by: Publisher().publish(), "untrusted"),
        (lambda by: Publisher(root=by.root, hosts=("other.org",)).publish(), "wrong_host"),
        (lambda by: Publisher(root=by.root, until=NOW - timedelta(days=1)).publish(), "expired"),
        (lambda by: by.publish(number="x"), "malformed"),
        (lambda by: b"<html>", "malformed"),
        (lambda by: b"", "malformed"),
    ],
)
def test_a_blob_that_does_not_hold_is_told_by_its_word(
    web: Web,
    make: Make,
    kept: Keeper,
    publisher: Publisher,
    bent: Callable[[Publisher], bytes],
    word: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    blob = bent(publisher)
    web.answer = lambda _: (200, {}, blob)
    make()()
    assert (number(kept), words(caplog)) == (None, [word])


def test_an_older_blob_is_refused_though_it_is_signed(
    web: Web, make: Make, kept: Keeper, publisher: Publisher, clock: StandingClock, caplog: pytest.LogCaptureFixture
) -> None:
    kept.take(publisher.publish(number=5), NOW)
    clock.time = NOW + timedelta(days=31)
    web.answer = lambda _: (200, {}, publisher.publish(number=4))
    make()()
    assert (number(kept), words(caplog)) == (5, ["older"])


def test_a_publisher_that_is_late_is_not_asked_all_day(
    web: Web, make: Make, clock: StandingClock, publisher: Publisher
) -> None:
    web.answer = lambda _: (200, {}, publisher.publish(next_update="2026-05-01"))
    refresh = make()
    for _ in range(6 * 60 - 1):
        refresh()
        clock.advance(minutes=1)
    assert len(web.requests) == 1
    clock.advance(minutes=2)
    refresh()
    assert len(web.requests) == 2


def test_what_another_process_kept_is_seen(make: Make, web: Web, kept: Keeper, publisher: Publisher) -> None:
    Keeper(kept.folder, publisher.authority).take(publisher.publish(number=9), NOW)
    make()()
    assert (number(kept), web.requests) == (9, [])


def test_nothing_is_fetched_where_fetching_is_off(make: Make, web: Web, kept: Keeper) -> None:
    make(fetch=False)()
    assert (number(kept), web.requests) == (None, [])


def test_a_file_is_taken_when_it_changes_and_nothing_is_fetched(
    make: Make, web: Web, kept: Keeper, publisher: Publisher, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "brought.jwt"
    refresh = make(file=file)
    for _ in range(2):
        refresh()
    assert words(caplog) == ["FileNotFoundError"]
    file.write_bytes(publisher.publish(number=1))
    refresh()
    assert number(kept) == 1
    file.write_bytes(b"half a file")
    for _ in range(2):
        refresh()
    assert words(caplog) == ["malformed"]
    file.write_bytes(publisher.publish(number=2))
    refresh()
    assert (number(kept), words(caplog), web.requests) == (2, [], [])


def test_a_lane_of_the_service_does_it(
    web: Web,
    kept: Keeper,
    outbound: Outbound,
    clock: StandingClock,
    publisher: Publisher,
    tls: tuple[Identity, Identity],
) -> None:
    web.answer = lambda _: (200, {}, publisher.publish(number=1))
    settings = MetadataSettings(url=web.url, certificate_authority=tls[0].certificate)
    (chore,) = chores(settings, kept, outbound, clock.now)
    assert (chore.every, chore.hears) == (LOOK_EVERY, "")
    Worker({"metadata": (chore,)}, Bell()).run_due()
    assert number(kept) == 1
    assert kept.take(publisher.publish(number=2), NOW) is Taken.NEW
