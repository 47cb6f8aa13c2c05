"""The chain of the trail: whatever is done to it shows, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.audit.chain import (
    ERASED,
    Entry,
    Fault,
    Head,
    about_of,
    commitment,
    hashed,
    ranges,
    ranges_of,
    verify,
)
from kiosk.service.audit.checking import BadExport, exported, verify_export
from kiosk.service.store.audit import AuditRow, chained

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
words = st.text("abcdefghij:_-é", min_size=0, max_size=12)
details = st.dictionaries(words, st.one_of(words, st.integers(-(2**60), 2**60), st.booleans()), max_size=3)
rows = st.builds(
    AuditRow,
    at=st.integers(0, 10**12).map(lambda count: NOON + timedelta(microseconds=count)),
    event=words,
    tenant=words,
    actor=words,
    subject=words,
    site=words,
    reason=words,
    reference=words,
    details=details,
)


def chain(events: list[AuditRow]) -> list[Entry]:
    """The entries of these events."""
    made: list[Entry] = []
    for number, row in enumerate(events, 1):
        previous = made[-1].hash if made else Head().hash
        made.append(chained(row, number, previous, number.to_bytes(2, "big") * 16))
    return made


def head_of(entries: list[Entry]) -> Head:
    return Head(entries[-1].number, entries[-1].hash) if entries else Head()


chains = st.lists(rows, min_size=1, max_size=8).map(chain)


def other(value: Any, salt: int) -> Any:
    """Another value of the same kind."""
    match value:
        case int():
            return value + 1 + salt
        case datetime():
            return value + timedelta(microseconds=1 + salt)
        case str() if len(value) in (32, 64) and value != "" and all(each in "0123456789abcdef" for each in value):
            place = salt % len(value)
            return value[:place] + ("0" if value[place] != "0" else "1") + value[place + 1 :]
        case str():
            return value + "x"
        case _:
            return {**value, "another": 1}


@given(chains)
def test_a_chain_that_nobody_touched_is_whole(entries: list[Entry]) -> None:
    verdict = verify(entries, head_of(entries), {entries[-1].number: entries[-1].hash})
    assert (verdict.whole, verdict.entries, verdict.anchored, verdict.head) == (True, len(entries), 1, head_of(entries))


@given(chains, st.data())
def test_any_changed_field_of_any_entry_is_found_there_or_at_the_next(
    entries: list[Entry], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    name = data.draw(st.sampled_from([each.name for each in fields(Entry)]))
    changed = replace(entries[index], **{name: other(getattr(entries[index], name), data.draw(st.integers(0, 63)))})
    verdict = verify([*entries[:index], changed, *entries[index + 1 :]], head_of(entries))
    assert not verdict.whole
    assert verdict.at in (index + 1, index + 2) or verdict.fault is Fault.HEAD
    assert verdict.head.number <= index + 1


@given(chains, st.data())
def test_an_entry_that_is_taken_away_is_missing(entries: list[Entry], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    verdict = verify([*entries[:index], *entries[index + 1 :]], head_of(entries))
    assert verdict.fault is (Fault.GAP if index < len(entries) - 1 else Fault.HEAD)
    assert verdict.at == index + 1


@given(chains, rows, st.data())
def test_an_entry_that_is_put_in_does_not_fit(entries: list[Entry], row: AuditRow, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries)))
    previous = entries[index - 1].hash if index else Head().hash
    extra = chained(row, index + 1, previous, b"s" * 32)
    verdict = verify([*entries[:index], extra, *entries[index:]], head_of(entries))
    assert not verdict.whole
    assert verdict.at in (index + 1, index + 2)


@given(chains, st.data())
def test_two_entries_that_changed_places_are_found_even_with_their_numbers_changed(
    entries: list[Entry], data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(entries) - 1))
    second = data.draw(st.integers(0, len(entries) - 1))
    swapped = list(entries)
    swapped[first] = replace(entries[second], number=first + 1)
    swapped[second] = replace(entries[first], number=second + 1)
    verdict = verify(swapped, head_of(entries))
    assert verdict.whole is (first == second)
    assert first == second or verdict.at == min(first, second) + 1


@given(chains, st.data())
def test_who_rewrites_the_rest_of_the_chain_is_found_by_an_anchor(entries: list[Entry], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    told = [AuditRow(*(getattr(each, name) for name in AuditRow.__slots__)) for each in entries]
    told[index] = replace(told[index], event=told[index].event + "x")
    rewritten = chain(told)
    anchored = data.draw(st.integers(index, len(entries) - 1))
    assert verify(rewritten, head_of(rewritten)).whole
    verdict = verify(rewritten, head_of(rewritten), {anchored + 1: entries[anchored].hash})
    assert (verdict.fault, verdict.at) == (Fault.ANCHOR, anchored + 1)


@given(chains)
def test_an_anchor_behind_the_end_shows_that_the_end_was_cut_off(entries: list[Entry]) -> None:
    kept = entries[:-1]
    verdict = verify(kept, head_of(kept), {entries[-1].number: entries[-1].hash})
    assert (verdict.fault, verdict.at) == (Fault.ANCHOR, entries[-1].number)


def erased(entry: Entry) -> Entry:
    return replace(entry, actor="", subject="", reason="", details={}, who_salt="", about_salt="")


def told_of(numbers: str) -> AuditRow:
    return AuditRow(NOON, ERASED, "default", "service", details={"numbers": numbers})


@given(st.lists(rows, min_size=1, max_size=8), st.data())
def test_an_erasure_that_is_written_down_leaves_the_chain_whole(events: list[AuditRow], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.integers(1, len(events)), min_size=1))
    entries = [erased(each) if each.number in gone else each for each in chain([*events, told_of(ranges(gone))])]
    verdict = verify(entries, head_of(entries))
    assert (verdict.whole, verdict.erased) == (True, len(gone))


@given(st.lists(rows, min_size=2, max_size=8), st.data())
def test_an_erasure_that_nobody_wrote_down_is_found(events: list[AuditRow], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.integers(1, len(events)), min_size=2))
    silent = data.draw(st.sampled_from(sorted(gone)))
    entries = [
        erased(each) if each.number in gone else each for each in chain([*events, told_of(ranges(gone - {silent}))])
    ]
    verdict = verify(entries, head_of(entries))
    assert (verdict.fault, verdict.at) == (Fault.ERASED_SILENTLY, silent)


@pytest.mark.parametrize(
    "blur",
    [
        lambda entry: replace(entry, subject=""),
        lambda entry: replace(entry, who_salt=""),
        lambda entry: replace(entry, about_salt=""),
        lambda entry: replace(entry, who_salt="zz"),
        lambda entry: replace(erased(entry), subject="somebody else"),
        lambda entry: replace(erased(entry), actor="somebody else"),
    ],
)
def test_half_an_erasure_is_a_change(blur: Callable[[Entry], Entry]) -> None:
    entries = chain([AuditRow(NOON, "verified", "default", "user:1", "2", reason="r"), told_of("1")])
    verdict = verify([blur(entries[0]), entries[1]], head_of(entries))
    assert (verdict.fault, verdict.at) == (Fault.CHANGED, 1)


def test_the_record_of_an_erasure_is_not_erased() -> None:
    entries = chain([AuditRow(NOON, "verified", "default", "user:1"), told_of("1"), told_of("2")])
    verdict = verify([erased(entries[0]), erased(entries[1]), entries[2]], head_of(entries))
    assert (verdict.fault, verdict.at) == (Fault.CHANGED, 2)


def test_the_format_of_an_entry_never_changes() -> None:
    (entry,) = chain([AuditRow(NOON, "verified", "default", "user:1", "2", "main", "code", "REF", {"n": 1})])
    assert entry.who == commitment("0001" * 8, ["user:1"])
    assert entry.about == commitment("0001" * 8, about_of("2", "code", {"n": 1}))
    assert entry.hash == hashed(entry, "0" * 64)
    assert entry.hash == "f469347b963b41c07f2260ff8009953e6c0db5a2b75c762625fa1f0264fb5118"


@given(st.sets(st.integers(1, 60)))
def test_ranges_are_read_as_they_were_written(numbers: set[int]) -> None:
    found = {number for first, last in ranges_of(ranges(numbers)) for number in range(first, last + 1)}
    assert found == numbers


@given(st.text(max_size=40))
def test_any_text_is_ranges_or_none(text: str) -> None:
    assert all(first >= 0 and last >= 0 for first, last in ranges_of(text))


@given(chains)
def test_an_export_is_verified_without_a_database(entries: list[Entry]) -> None:
    lines = list(exported(entries))
    assert verify_export(lines).head == head_of(entries)
    assert verify_export([*lines[:-1], lines[-1].replace('"number": ', '"number": 9')]).fault is Fault.GAP


@given(st.text(max_size=60))
def test_a_line_that_is_no_entry_is_named(line: str) -> None:
    if line.strip():
        with pytest.raises(BadExport):
            verify_export([line])
