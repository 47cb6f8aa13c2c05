"""The report of the trail: what is asked for, whether all is whole, the signed head; nothing is read as markup."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.service.audit.actions import Event, record_all
from kiosk.service.audit.anchors import public_key, read_anchor
from kiosk.service.audit.report import Report, printed, report_of
from kiosk.service.store.audit_pages import EventFilter
from tests.kiosk.service.projects.paper import text, told
from tests.kiosk.service.running import Running

HOSTILE = '#panic("x") *a* $x$ <b> سبب إداري'
EVENT = Event("key_enrolled", "default", "client:kiosk", "grace", "main", "because", {"count": 1})


@pytest.fixture
def report(local: Running) -> Report:
    """Of the entries of one site."""
    events = (
        EVENT,
        replace(EVENT, subject="alan", site="annex"),
        replace(EVENT, subject="ada" * 40, reason=HOSTILE, details={"word": "y" * 150}),
    )
    local.parts.store.write(lambda tx: record_all(tx, local.parts, events))
    return report_of(local.parts, EventFilter("default", sites=("main",), event="key_enrolled"), 100)


def joined(words: str) -> str:
    """Without the places where long words may be broken."""
    return words.replace("\u200b", "").replace(" ", "")


def test_it_holds_what_was_asked_for_and_nothing_else(report: Report, tmp_path: Path) -> None:
    words = text(printed(report), tmp_path)
    assert "2 entries." in words
    assert "grace" in words
    assert "alan" not in words
    assert "Sites" in words
    assert "because, count 1" in words


def test_nothing_that_is_in_the_trail_is_markup(report: Report, tmp_path: Path) -> None:
    words = joined(text(printed(report), tmp_path))
    assert joined('#panic("x") *a* $x$ <b>') in words
    assert "ada" * 40 in words


def test_its_head_can_be_verified_with_the_public_key(report: Report, local: Running, tmp_path: Path) -> None:
    assert report.verdict.whole
    assert joined(report.signed) in joined(text(printed(report), tmp_path))
    anchor = read_anchor(report.signed, public_key(local.parts), "report")
    assert anchor.head == report.verdict.head
    assert anchor.chain == report.chain


def test_it_says_that_a_trail_is_not_whole(report: Report, local: Running, tmp_path: Path) -> None:
    change = "UPDATE audit SET reason = 'other' WHERE event = 'key_enrolled'"
    local.parts.store.write(lambda tx: tx.connection.exec_driver_sql(change).close())
    broken = report_of(local.parts, report.wanted, 100)
    words = text(printed(broken), tmp_path)
    assert f"THE TRAIL IS NOT WHOLE: changed at entry {broken.verdict.at}." in words
    assert "is whole:" not in words


def test_it_says_that_there_is_more(local: Running, report: Report, tmp_path: Path) -> None:
    first = report_of(local.parts, report.wanted, 1)
    assert (len(first.entries), first.more) == (1, True)
    assert "1 entry, the first of more." in text(printed(first), tmp_path)


def test_it_can_be_read_aloud(report: Report, tmp_path: Path) -> None:
    assert told(printed(report), tmp_path)["Tagged"] == "yes"


def test_an_empty_one_can_be_printed(local: Running, tmp_path: Path) -> None:
    empty = report_of(local.parts, EventFilter("nobody"), 10)
    assert "0 entries." in text(printed(empty), tmp_path)
