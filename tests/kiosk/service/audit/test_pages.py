"""Looking through the trail: pages from the newest on, filters, and the sites that somebody may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.service.audit.actions import Event, record_all
from kiosk.service.store.audit import audit
from kiosk.service.store.audit_pages import EventFilter, events_page, events_through
from tests.kiosk.service.running import NOON, Running

pytestmark = pytest.mark.databases
HERE = Event("key_enrolled", "clinic", "client:kiosk", "grace", "main")
ALL = EventFilter("clinic")


def write(running: Running, *events: Event) -> None:
    running.parts.store.write(lambda tx: record_all(tx, running.parts, events))


def subjects(running: Running, wanted: EventFilter, before: int | None = None, limit: int = 50) -> list[str]:
    with running.parts.store.read() as tx:
        return [each.subject for each in events_page(tx, wanted, before, limit)]


def test_pages_go_back_from_the_newest_without_a_gap(local: Running) -> None:
    write(local, *(replace(HERE, subject=str(n)) for n in range(25)))
    found: list[str] = []
    before: int | None = None
    while True:
        with local.parts.store.read() as tx:
            page = events_page(tx, ALL, before, 10)
        if not page:
            break
        found += [each.subject for each in page]
        before = page[-1].number
    assert found == [str(n) for n in reversed(range(25))]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ALL, ["2", "1", "grace"]),
        (EventFilter("other"), ["3"]),
        (EventFilter("clinic", subject="grace"), ["grace"]),
        (EventFilter("clinic", actor="staff:ada"), ["1"]),
        (EventFilter("clinic", event="key_lost"), ["2"]),
        (EventFilter("clinic", sites=("annex",)), ["2"]),
        (EventFilter("clinic", sites=("annex", "main")), ["2", "grace"]),
        (EventFilter("clinic", sites=("nowhere",)), []),
        (EventFilter("clinic", sites=("main",), event="key_lost"), []),
        (EventFilter("clinic' OR ''='"), []),
    ],
)
def test_only_what_was_asked_for_is_found(local: Running, wanted: EventFilter, expected: list[str]) -> None:
    write(
        local,
        HERE,
        replace(HERE, subject="1", actor="staff:ada", site=""),
        replace(HERE, subject="2", name="key_lost", site="annex"),
        replace(HERE, subject="3", tenant="other"),
    )
    assert subjects(local, wanted) == expected


def test_a_time_is_from_its_first_moment_to_before_its_last(local: Running) -> None:
    for day in range(4):
        local.clock.time = NOON + timedelta(days=day)
        write(local, replace(HERE, subject=str(day)))
    wanted = replace(ALL, since=NOON + timedelta(days=1), until=NOON + timedelta(days=3))
    assert subjects(local, wanted) == ["2", "1"]


def test_a_long_trail_is_read_from_its_beginning_up_to_the_most(local: Running) -> None:
    write(local, *(replace(HERE, subject=str(n)) for n in range(1100)))
    with local.parts.store.read() as tx:
        assert [each.subject for each in events_through(tx, ALL, 1050)] == [str(n) for n in range(1050)]
        assert len(list(events_through(tx, ALL, 5000))) == 1100


def test_looking_somebody_up_reads_an_index(local: Running) -> None:
    if local.parts.store.file is None:
        return  # how PostgreSQL decides depends on how many rows there are
    known = {index.name for index in audit.indexes}
    for column, index in (("subject", "ix_audit_subject"), ("actor", "ix_audit_actor"), ("event", "ix_audit_event")):
        assert index in known
        with local.parts.store.read() as tx:
            asked = f"EXPLAIN QUERY PLAN SELECT number FROM audit WHERE {column} = 'a' ORDER BY number DESC LIMIT 50"
            plan = " ".join(str(row[-1]) for row in tx.connection.exec_driver_sql(asked))
        assert index in plan
        assert "TEMP B-TREE" not in plan
