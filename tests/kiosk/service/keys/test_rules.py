"""The life of a key, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.keys import Intent
from kiosk.service.keys import rules
from kiosk.service.keys.rules import BadSerial, Change, WrongState
from kiosk.service.store.keys import KeyRow, KeyState
from kiosk.service.store.recalls import RecallRow

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ROW = KeyRow("k", "default", "", "1", "", KeyState.ISSUED, NOW, NOW, user_id="maria")

any_state, any_change = st.sampled_from(KeyState), st.sampled_from(Change)


@given(any_state, st.lists(any_change, max_size=12))
def test_whatever_is_tried_a_retired_key_stays_so_and_a_lost_one_is_wiped_before_it_is_given_out(
    state: KeyState, changes: list[Change]
) -> None:
    for change in changes:
        before = state
        try:
            state = rules.after(state, change)
        except WrongState:
            continue
        assert before is not KeyState.RETIRED
        assert state is not KeyState.IN_STOCK or before is KeyState.RETURNED
        assert before is not KeyState.RECALLED or state in (KeyState.LOST, KeyState.RETIRED)


@given(any_state, st.sampled_from(["maria", "jean"]), st.booleans(), st.booleans())
def test_nobody_is_given_a_key_that_is_somebody_elses_or_out_of_use(
    state: KeyState, who: str, lost: bool, stock_only: bool
) -> None:
    row = replace(ROW, state=state)
    word = rules.refusal(row, who, lost=("k",) if lost else (), stock_only=stock_only)
    mine = state in (KeyState.ISSUED, KeyState.AWAITING) and who == "maria" and not lost
    assert (word == "") == (mine or state is KeyState.IN_STOCK)
    assert word in ("", *rules.WORDS)


@pytest.mark.parametrize(("stock_only", "word"), [(False, ""), (True, "not_in_stock")])
def test_a_key_that_was_never_here_is_refused_only_where_the_stock_alone_is_given_out(
    stock_only: bool, word: str
) -> None:
    assert rules.refusal(None, "maria", stock_only=stock_only) == word


@given(st.text(max_size=80))
def test_a_serial_number_is_compared_in_one_form_and_never_tells_what_cannot_be_printed(text: str) -> None:
    try:
        serial = rules.serial_of(text)
    except BadSerial:
        assert rules.known_serial(text) == ""
        return
    assert 0 < len(serial) <= rules.LONGEST_SERIAL
    assert serial.isprintable()
    assert rules.serial_of(f" {serial} ") == serial
    assert rules.known_serial(text) == serial
    assert rules.serial_end(serial) in (serial[-4:], "")
    assert len(rules.serial_end(serial)) < len(serial)


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 8), st.booleans())
def test_another_key_takes_a_place_and_one_in_place_of_another_takes_trust(
    counted: int, held: int, most: int, trusted: bool
) -> None:
    found = rules.intents_of(min(counted, held), held, most, trusted=trusted)
    assert (Intent.FIRST in found) == (held == 0)
    assert (Intent.ANOTHER in found) == (held > 0 and min(counted, held) < most)
    assert (Intent.REPLACE in found) == (held > 0 and trusted)


@given(st.none() | st.integers(1, 9), st.lists(st.none() | st.integers(1, 9), max_size=3))
def test_a_recall_concerns_old_firmware_and_firmware_that_nobody_knows(
    firmware: int | None, below: list[int | None]
) -> None:
    recalls = [RecallRow("r", "default", "", each, "", "", NOW) for each in below]
    concerned = any(each is None or firmware is None or firmware < each for each in below)
    assert rules.is_recalled(recalls, firmware) == concerned


@pytest.mark.parametrize(
    ("days", "mark"), [(None, ""), (31, ""), (30, "expires"), (1, "expires"), (0, "expired"), (-5, "expired")]
)
def test_the_end_of_a_key_is_marked_in_time(days: int | None, mark: str) -> None:
    ends = None if days is None else NOW + timedelta(days=days)
    assert rules.mark_of(replace(ROW, expires_at=ends), NOW, timedelta(days=30)) == mark
    assert rules.mark_of(replace(ROW, expires_at=ends, state=KeyState.RECALLED), NOW, timedelta()) == "recalled"
