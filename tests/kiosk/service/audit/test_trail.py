"""The trail in a database: written last, by many at once, verified, anchored, and without people who were taken out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from kiosk.service.audit.actions import Event, record, record_all
from kiosk.service.audit.anchors import (
    BadAnchor,
    anchor_next,
    public_key,
    read_anchor,
    read_anchors,
    sign_head,
    write_anchor,
)
from kiosk.service.audit.chain import ERASED, Fault, ranges_of
from kiosk.service.audit.checking import exported, verify_export, verify_trail
from kiosk.service.audit.erasing import erase_person, pseudonymise_next
from kiosk.service.audit.settings import AuditSettings
from kiosk.service.parts import Parts
from kiosk.service.store.audit import entries, events_about
from kiosk.service.store.engine import StaleRow, WriteTx
from kiosk.signing import Signer
from tests.kiosk.service.running import Running, assembled, settings_for
from tests.kiosk.service.soft_key import Json

pytestmark = pytest.mark.databases
EVENT = Event("tried", "default", "user:ada", "grace", "main", "because", {"count": 1})


@pytest.fixture
def local(tmp_path: Path, backend: Json) -> Iterator[Running]:
    """A service on each of the databases."""
    with assembled(tmp_path, settings_for(tmp_path, database=backend)) as running:
        yield running


@pytest.fixture
def parts(local: Running) -> Parts:
    """Its parts, with an empty trail but for what importing people left."""
    return local.parts


def write(parts: Parts, *events: Event) -> None:
    parts.store.write(lambda tx: record_all(tx, parts, events))


def count(parts: Parts) -> int:
    return verify_trail(parts).entries


def tamper(parts: Parts, statement: str) -> None:
    parts.store.write(lambda tx: tx.connection.execute(text(statement)).close())


def test_events_of_one_transaction_and_of_the_next_are_one_chain(parts: Parts) -> None:
    before = count(parts)
    write(parts, EVENT, replace(EVENT, subject="alan"))
    write(parts, EVENT)
    verdict = verify_trail(parts)
    assert (verdict.whole, verdict.entries) == (True, before + 3)


def test_a_transaction_that_fails_leaves_no_entry_and_no_gap(parts: Parts) -> None:
    before = count(parts)

    def fails(tx: WriteTx) -> None:
        record(tx, parts, EVENT)
        raise LookupError

    with pytest.raises(LookupError):
        parts.store.write(fails)
    write(parts, EVENT)
    assert count(parts) == before + 1


def test_work_that_runs_again_is_written_down_once(parts: Parts) -> None:
    before, tries = count(parts), []

    def loses_once(tx: WriteTx) -> None:
        record(tx, parts, EVENT)
        tries.append(1)
        if len(tries) == 1:
            raise StaleRow

    parts.store.write(loses_once)
    assert (len(tries), count(parts)) == (2, before + 1)


def test_many_at_once_make_one_chain_without_a_gap(parts: Parts) -> None:
    before = count(parts)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: write(parts, *[EVENT] * (1 + number % 3)), range(60)))
    verdict = verify_trail(parts)
    assert (verdict.whole, verdict.entries) == (True, before + 20 * (1 + 2 + 3))


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit SET reason = 'other' WHERE number = {n}", Fault.CHANGED),
        ("UPDATE audit SET event = 'other' WHERE number = {n}", Fault.BROKEN),
        ("UPDATE audit SET tenant = 'other' WHERE number = {n}", Fault.BROKEN),
        ("UPDATE audit SET details = '{{\"count\": 2}}' WHERE number = {n}", Fault.CHANGED),
        ("UPDATE audit SET actor = '', who_salt = '' WHERE number = {n}", Fault.ERASED_SILENTLY),
        ("DELETE FROM audit WHERE number = {n}", Fault.GAP),
        ("DELETE FROM audit WHERE number > {n}", Fault.HEAD),
        ("UPDATE audit_head SET number = number + 1", Fault.HEAD),
        ("UPDATE audit_head SET hash = '{zeros}'", Fault.HEAD),
    ],
)
def test_whatever_is_done_to_a_row_is_found(parts: Parts, statement: str, fault: Fault) -> None:
    write(parts, *[EVENT] * 5)
    number = count(parts) - 2
    tamper(parts, statement.format(n=number, zeros="0" * 64))
    verdict = verify_trail(parts)
    assert verdict.fault is fault
    assert fault is Fault.HEAD or verdict.at == number


def test_what_was_anchored_cannot_be_rewritten_with_all_rights_in_the_database(parts: Parts, tmp_path: Path) -> None:
    write(parts, *[EVENT] * 3)
    assert write_anchor(parts, tmp_path) is not None
    anchors = read_anchors(tmp_path, public_key(parts))
    assert verify_trail(parts, anchors).anchored == 1
    with parts.store.read() as tx:
        known = list(entries(tx))
    tamper(parts, f"DELETE FROM audit WHERE number = {known[-1].number}")
    tamper(parts, f"UPDATE audit_head SET number = {known[-2].number}, hash = '{known[-2].hash}'")
    assert verify_trail(parts).whole
    verdict = verify_trail(parts, anchors)
    assert (verdict.fault, verdict.at) == (Fault.ANCHOR, known[-1].number)


def test_an_anchor_is_written_when_something_happened_and_by_several_alike(parts: Parts, tmp_path: Path) -> None:
    write(parts, EVENT)
    first = write_anchor(parts, tmp_path)
    assert first is not None
    assert write_anchor(parts, tmp_path) is None
    write(parts, EVENT)
    assert anchor_next(parts, tmp_path) is False
    assert len(read_anchors(tmp_path, public_key(parts))) == 2
    assert sorted(tmp_path.glob("*.anchor")) == sorted(tmp_path.glob("[!.]*.anchor"))


def test_an_anchor_of_somebody_else_is_refused(parts: Parts) -> None:
    _, signed = sign_head(parts)
    with pytest.raises(BadAnchor):
        read_anchor(signed, Signer.of(b"x" * 32, "audit").public, "theirs")
    with pytest.raises(BadAnchor):
        read_anchor(Signer.of(parts.hmac_key, "audit").sign({"number": "7"}), public_key(parts), "odd")


def test_a_folder_that_is_not_there_is_told_and_stops_nothing(
    parts: Parts, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(parts, EVENT)
    assert anchor_next(parts, tmp_path / "nowhere") is False
    assert "anchor_not_written" in caplog.text
    caplog.clear()


def test_a_person_who_is_taken_out_is_named_nowhere_and_the_chain_stays_whole(parts: Parts) -> None:
    done = [replace(EVENT, actor=f"{kind}:grace", subject="alan") for kind in ("user", "command-line")]
    write(parts, EVENT, *done, replace(EVENT, subject="alan"))
    many = parts.store.write(lambda tx: erase_person(tx, parts, "command-line", "default", "grace", "request"))
    assert many == 3
    with parts.store.read() as tx:
        assert events_about(tx, "grace") == ()
        kept = list(entries(tx))
        assert [each.subject for each in kept[-5:-1]] == ["", "alan", "alan", "alan"]
        assert not [each for each in exported(kept) if "grace" in each]
    verdict = verify_trail(parts)
    assert (verdict.whole, verdict.erased) == (True, 3)
    assert parts.store.write(lambda tx: erase_person(tx, parts, "command-line", "default", "grace", "request")) == 0


def test_old_entries_name_nobody_any_more_and_new_ones_do(local: Running) -> None:
    settings = local.parts.settings.model_copy(update={"audit": AuditSettings(pseudonymise=30)})
    parts = replace(local.parts, settings=settings)
    write(parts, EVENT)
    old = count(parts)
    local.clock.advance(days=31)
    write(parts, EVENT)
    assert pseudonymise_next(parts) is False
    with parts.store.read() as tx:
        kept = list(entries(tx))
    assert not [each for each in kept[:old] if each.subject or each.actor.startswith("user:")]
    assert (kept[old].actor, kept[old].subject) == ("user:ada", "grace")
    assert kept[-1].event == ERASED
    assert verify_trail(parts).whole
    assert pseudonymise_next(parts) is False
    assert count(parts) == len(kept)


def test_replicas_that_do_it_at_once_tell_of_each_entry_once(local: Running) -> None:
    settings = local.parts.settings.model_copy(update={"audit": AuditSettings(pseudonymise=30)})
    parts = replace(local.parts, settings=settings)
    write(parts, *[EVENT] * 620)
    old = count(parts)
    local.clock.advance(days=31)

    def until_done(_: int) -> None:
        while pseudonymise_next(parts):
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(until_done, range(4)))
    with parts.store.read() as tx:
        told = [each.details["numbers"] for each in entries(tx) if each.event == ERASED]
    verdict = verify_trail(parts)
    assert (verdict.whole, verdict.erased) == (True, old)
    assert sorted(ranges_of(" ".join(map(str, told)))) == [(1, 500), (501, old)]


def test_nobody_is_taken_out_where_settings_do_not_say_so(local: Running) -> None:
    write(local.parts, EVENT)
    local.clock.advance(days=10_000)
    assert pseudonymise_next(local.parts) is False
    assert verify_trail(local.parts).erased == 0


def test_an_export_is_verified_with_anchors_alone(parts: Parts) -> None:
    write(parts, *[EVENT] * 3)
    anchor, _ = sign_head(parts)
    with parts.store.read() as tx:
        lines = list(exported(entries(tx)))
    assert verify_export(lines, [anchor]).anchored == 1
    assert verify_export(lines[:-1], [anchor]).fault is Fault.ANCHOR


def test_times_come_back_as_they_were_hashed(local: Running) -> None:
    for microseconds in (0, 1, 999_999, 500_000):
        local.clock.time = local.clock.time.replace(microsecond=microseconds) + timedelta(seconds=1)
        write(local.parts, EVENT)
    assert verify_trail(local.parts).whole
