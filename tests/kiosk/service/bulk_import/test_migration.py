"""Batches from the upload to the last record, on real databases."""

from __future__ import annotations

import json

import pytest

from kiosk.service.accounts.rules import BadAttributes, SiteNotAllowed
from kiosk.service.bulk_import import actions, worker
from kiosk.service.bulk_import.rules import BatchBusy, BatchState, Form, NoSuchBatch
from kiosk.service.bulk_import.uploads import Upload, Wanted
from kiosk.service.bulk_import.worker import Migrator
from kiosk.service.once import IdempotencyConflict
from kiosk.service.store.audit import events_about
from kiosk.service.store.batches import chunk, failed_records
from kiosk.service.store.engine import StaleRow
from tests.kiosk.service.bulk_import.people import MAIN, OTHER, Migration, as_csv, as_json, counts, kept

pytestmark = pytest.mark.databases

PEOPLE = [
    {"upn": "Ann@example.org", "given_name": "Ann", "family_name": "Ångström", "phone": "+491512345601", "badge": "A1"},
    {"upn": "bob@example.org", "employee_id": "B 7", "email": "Bob@Example.org", "attribute:team": "Red  Team"},
    {"upn": "cem@example.org", "status": "inactive"},
]


@pytest.mark.parametrize("form", Form)
def test_people_come_into_the_tenant_and_the_site(migration: Migration, form: Form) -> None:
    source = as_json(PEOPLE) if form is Form.NDJSON else as_csv(PEOPLE)
    batch = migration.run(source, form)
    assert counts(batch) == (3, 0, 0, 0)
    assert (batch.status, batch.records, batch.progress, batch.size) == (BatchState.DONE, 3, 1.0, len(source))
    people = kept(migration.parts)
    assert people["ann@example.org"][-2] == {
        "upn": "ann@example.org",
        "given_name": "ann",
        "family_name": "ångström",
        "phone": "+491512345601",
    }
    assert people["ann@example.org"][-1] == {"a1"}
    assert people["bob@example.org"][8] == {"team": "Red Team"}
    assert people["cem@example.org"][6:8] == ("on_hold", "migration")
    found = migration.parts.directories.find_people({"upn": "bob@example.org"})
    assert [each.employee_id for each in found] == ["B 7"]
    assert migration.parts.directories.find_people({"upn": "cem@example.org"}) == ()


def test_the_same_batch_again_changes_nothing(migration: Migration) -> None:
    migration.run(as_json(PEOPLE))
    before = kept(migration.parts)
    assert counts(migration.run(as_csv(PEOPLE), Form.CSV)) == (0, 0, 3, 0)
    assert counts(migration.run(as_json(PEOPLE))) == (0, 0, 3, 0)
    assert kept(migration.parts) == before


def test_a_record_that_is_there_twice_is_one_person(migration: Migration) -> None:
    again = {**PEOPLE[1], "upn": "BOB@example.org"}
    batch = migration.run(as_json([*PEOPLE, PEOPLE[0], again]))
    assert counts(batch) == (3, 1, 1, 0)
    assert kept(migration.parts)["bob@example.org"][0] == "BOB@example.org"


def test_what_fails_is_told_by_line_and_masked(migration: Migration) -> None:
    source = b"".join(
        [
            as_json(PEOPLE[:1]),
            b"\n",
            b'{"userId": "dora@example.org", "phone": "12"}\n',
            b'{"upn": "eve@example.org", "shoe": 1}\n',
            b"[1]\nnonsense\n\xff\n",
            as_json([{"given_name": "Nobody"}]),
        ]
    )
    batch_id = migration.accept(source)
    migration.work()
    told = migration.told(batch_id)
    assert counts(told.batch) == (1, 0, 0, 6)
    assert [(each.number, each.field, each.reason) for each in told.failures] == [
        (3, "phone", "not a phone number"),
        (4, "shoe", "is no column that is known"),
        (5, "", "is no JSON object"),
        (6, "", "is not JSON"),
        (7, "", "is not UTF-8"),
        (8, "upn", "empty or too long"),
    ]
    assert told.failures[0].name == "d•••••@example.org"
    assert "dora" not in told.model_dump_json()


def test_a_retry_touches_only_what_failed(migration: Migration) -> None:
    people = [*PEOPLE, {"upn": "dora@example.org", "phone": "12"}, {"upn": "eve@example.org", "phone": "13"}]
    batch_id = migration.accept(as_csv(people), Form.CSV)
    migration.work()
    migration.run(as_json([{**PEOPLE[0], "given_name": "Anna"}]))  # since then
    retry = actions.Retry(migration.parts, MAIN, batch_id)
    retry.take(b'{"number": 5, "upn": "dora@example.org", ')
    retry.take(b'"phone": "+49 151 2345602"}')
    assert retry.finish().status == BatchState.RETRYING
    migration.work()
    told = migration.told(batch_id)
    assert counts(told.batch) == (4, 0, 0, 1)
    assert [each.number for each in told.failures] == [6]
    people_now = kept(migration.parts)
    assert people_now["ann@example.org"][1] == "Anna"
    assert people_now["dora@example.org"][4] == "+491512345602"
    for line in (b"{}", b'{"number": 1}', b"[]", b"x"):
        with pytest.raises(BadAttributes):
            actions.Retry(migration.parts, MAIN, batch_id).take(line + b"\n")


def test_nothing_of_the_source_is_kept_but_what_failed(migration: Migration) -> None:
    batch_id = migration.accept(as_json([*PEOPLE, {"upn": "dora@example.org", "phone": "12"}]))
    migration.work()
    with migration.parts.store.read() as tx:
        assert chunk(tx, batch_id, 0) == b""
        (failed,) = failed_records(tx, batch_id, 0, 10)
    assert json.loads(failed.source)["upn"] == "dora@example.org"
    assert worker.forget_failed(migration.parts) == 0
    migration.running.clock.advance(days=31)
    assert worker.forget_failed(migration.parts) == 1
    with migration.parts.store.read() as tx:
        (failed,) = failed_records(tx, batch_id, 0, 10)
    assert (failed.source, failed.name, failed.field) == ("", "", "phone")
    actions.Retry(migration.parts, MAIN, batch_id).finish()
    migration.work()
    assert migration.told(batch_id).batch.failed == 1


def test_an_upload_that_breaks_off_is_forgotten(migration: Migration) -> None:
    upload = Upload(migration.parts, MAIN, Wanted("main", Form.NDJSON))
    upload.take(as_json(PEOPLE) * 3000)
    (receiving,) = actions.overview(migration.parts, MAIN, "", 10).batches
    assert receiving.status == BatchState.RECEIVING
    migration.work()
    assert not worker.forget_abandoned(migration.parts)
    migration.running.clock.advance(hours=2)
    assert worker.forget_abandoned(migration.parts)
    assert actions.overview(migration.parts, MAIN, "", 10).batches == ()
    with pytest.raises(StaleRow):
        upload.take(as_json(PEOPLE) * 3000)


def test_the_same_key_is_the_same_batch(migration: Migration) -> None:
    source = as_json(PEOPLE)
    first = migration.accept(source, key="once")
    assert migration.accept(source, key="once") == first
    migration.work()
    assert migration.accept(source, key="once") == first
    with pytest.raises(IdempotencyConflict):
        migration.accept(source + b"\n", key="once")
    with pytest.raises(IdempotencyConflict):
        migration.accept(as_csv(PEOPLE), Form.CSV, key="once")
    assert counts(migration.told(first).batch) == (3, 0, 0, 0)


def test_an_upload_that_broke_off_is_begun_anew_under_its_key(migration: Migration) -> None:
    big = as_json(PEOPLE) * 3000
    broken = Upload(migration.parts, MAIN, Wanted("main", Form.NDJSON, "key"))
    broken.take(big)
    again = Upload(migration.parts, MAIN, Wanted("main", Form.NDJSON, "key"))
    again.take(big)
    with pytest.raises(StaleRow):
        broken.take(big)
    batch_id = again.finish().migration_batch_id
    migration.work()
    assert counts(migration.told(batch_id).batch) == (3, 0, 8997, 0)
    forgotten = Upload(migration.parts, MAIN, Wanted("main", Form.NDJSON, "old"))
    forgotten.take(big)
    migration.running.clock.advance(hours=2)
    assert worker.forget_abandoned(migration.parts)
    assert migration.accept(big, key="old") == migration.accept(big, key="old")


def test_only_own_sites_and_own_batches(migration: Migration) -> None:
    batch_id = migration.accept(as_json(PEOPLE))
    for site in ("second", "other", "nowhere"):
        with pytest.raises(SiteNotAllowed):
            Upload(migration.parts, MAIN, Wanted(site, Form.NDJSON))
    with pytest.raises(NoSuchBatch):
        actions.details(migration.parts, OTHER, batch_id, 0, 1)
    with pytest.raises(NoSuchBatch):
        actions.Retry(migration.parts, OTHER, batch_id)
    assert actions.overview(migration.parts, OTHER, "", 10).batches == ()
    with pytest.raises(BatchBusy):
        actions.Retry(migration.parts, MAIN, batch_id)


def test_the_same_names_in_another_tenant_are_other_people(migration: Migration) -> None:
    migration.run(as_json(PEOPLE))
    other = Migration(migration.running, OTHER, "other")
    theirs = [{key: value for key, value in each.items() if key != "badge"} for each in PEOPLE]
    assert counts(other.run(as_json(theirs))) == (3, 0, 0, 0)
    assert kept(migration.parts).keys() == kept(other.parts, "other", "other").keys()
    stolen = other.accept(as_json(PEOPLE))
    other.work()
    assert [(each.field, each.reason) for each in other.told(stolen).failures] == [("badge", "badge_taken")]


def test_a_header_of_unknown_columns_is_refused_at_once(migration: Migration) -> None:
    for source in (b"upn,shoe\n", b"", b"given_name\n", b"\xff\n"):
        with pytest.raises(BadAttributes):
            migration.accept(source, Form.CSV)
    assert actions.overview(migration.parts, MAIN, "", 10).batches == ()


def test_batches_are_listed_by_the_page(migration: Migration) -> None:
    made = []
    for _ in range(5):
        made.append(migration.accept(as_json(PEOPLE)))
        migration.running.clock.advance(seconds=1)
    seen, after = [], ""
    for _ in range(3):
        page = actions.overview(migration.parts, MAIN, after, 2)
        seen += [each.migration_batch_id for each in page.batches]
        after = page.next
    assert (seen, after) == (made[::-1], "")


def test_failures_are_listed_by_the_page(migration: Migration) -> None:
    batch_id = migration.accept(b"nonsense\n" * 7)
    migration.work()
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        page = actions.details(migration.parts, MAIN, batch_id, after, 3)
        seen += [each.number for each in page.failures]
        after = page.next
    assert seen == list(range(1, 8))


def test_of_two_replicas_one_has_the_batch_until_its_lease_is_over(
    migration: Migration, caplog: pytest.LogCaptureFixture
) -> None:
    batch_id = migration.accept(as_json({"upn": f"p{n}@example.org"} for n in range(12_000)))
    one, two = Migrator(migration.parts), Migrator(migration.parts)
    assert one.work()
    assert not two.work()
    migration.running.clock.advance(seconds=31)
    assert two.work()
    assert one.work()  # finds out that it has lost it
    assert [record.message for record in caplog.records if "batch_lost" in record.message]
    caplog.clear()
    assert not one.work()
    two.let_go()
    while one.work():
        pass
    assert counts(migration.told(batch_id).batch) == (12_000, 0, 0, 0)
    with migration.parts.store.read() as tx:
        assert [each.event for each in events_about(tx, batch_id)] == ["migration_accepted", "migration_ended"]
