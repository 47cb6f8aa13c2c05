"""News for open pages: told at once, to those who are signed in, until they are not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic

import pytest

from kiosk.service.console.events import MOST, Listeners
from kiosk.service.staff import actions
from kiosk.service.tokens.rules import TooManyRequests
from tests.kiosk.service.console.desk import Desk, desk_of
from tests.kiosk.service.running import Running, assembled
from tests.kiosk.service.staff.crew import Crew


@contextmanager
def listening(desk: Desk) -> Iterator[Iterator[str]]:
    """The words of a stream as they come."""
    url = f"{desk.running.url}/console/events"
    with desk.session.get(url, headers={"Accept": "text/event-stream"}, stream=True, timeout=20) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield (line.decode() for line in answer.iter_lines(chunk_size=1) if line)


def until(words: Iterator[str], wanted: str) -> list[str]:
    """What is said up to this."""
    heard = []
    for each in words:
        heard.append(each)
        if each == wanted:
            return heard
    raise AssertionError(f"{wanted!r} was not said: {heard}")


def test_a_request_is_told_at_once(online: Running) -> None:
    crew, desk = Crew(online), desk_of(online)
    caller = crew.caller()
    visit = crew.visit(caller)
    with listening(desk) as words:
        until(words, "event: stations")
        begun = monotonic()
        crew.asked(caller, visit)
        assert until(words, "event: requests")
        assert next(words) == "data: 1"
        assert monotonic() - begun < 1


@pytest.mark.databases
def test_a_request_at_another_replica_is_told_within_a_second(tmp_path: Path, online: Running) -> None:
    desk, settings = desk_of(online), online.parts.settings
    with assembled(tmp_path, settings) as other, listening(desk) as words:
        crew = Crew(other)
        caller = crew.caller()
        visit = crew.visit(caller)
        until(words, "event: stations")
        begun = monotonic()
        crew.asked(caller, visit)
        assert until(words, "event: requests")
        assert monotonic() - begun < 1


def test_the_stream_ends_with_the_sign_in(online: Running) -> None:
    desk = desk_of(online)
    with listening(desk) as words:
        until(words, "event: stations")
        actions.disable_member(online.parts, "test", desk.row.id)
        assert until(words, "event: over")
        assert next(words) == "data: 0"
        assert list(words) == []


def test_the_stream_ends_with_the_server(online: Running) -> None:
    desk = desk_of(online)
    with listening(desk) as words:
        until(words, "event: stations")
        online.parts.bulletin.dismiss()
        assert [each for each in words if each.startswith("event: over")] == []


def test_nobody_listens_who_is_not_signed_in(online: Running) -> None:
    bare = Desk(online, Crew(online).joined("mona"))
    assert bare.get("/console/events").status_code == 303


def test_a_member_listens_with_so_many_pages_and_no_more() -> None:
    listeners = Listeners()
    with ExitStack() as pages:
        for _ in range(MOST):
            pages.enter_context(listeners.one("mona"))
        with pytest.raises(TooManyRequests):
            listeners.check("mona")
        listeners.check("tariq")
    listeners.check("mona")
