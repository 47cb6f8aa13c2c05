"""The rules of codes, whatever comes in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.phone import PhoneStatus
from kiosk.service.mobile import rules
from kiosk.service.mobile.rules import NoSuchCode
from kiosk.service.sources import SystemRandom
from kiosk.service.store.phone_codes import Glimpse
from tests.kiosk.service.running import NOON


@given(st.sampled_from(PhoneStatus), st.sampled_from(PhoneStatus))
def test_what_is_over_leads_nowhere_and_nothing_leads_back(status: PhoneStatus, to: PhoneStatus) -> None:
    for moves in (rules.MOVES, rules.MOVES_OUTSIDE):
        assert not (status.over and moves[status])
        assert to not in moves[status] or status not in moves[to]


@given(st.text(max_size=64))
def test_only_codes_have_a_hash(text: str) -> None:
    try:
        assert len(rules.link_hash(text)) == 32
    except NoSuchCode:
        return
    assert len(text) == 22
    assert text.isascii()


@given(st.uuids())
def test_a_uuid_is_an_account_with_and_without_dashes(uuid: object) -> None:
    text = str(uuid)
    assert rules.account_id(text) == rules.account_id(text.replace("-", "").upper()) == text.replace("-", "")


@given(st.text(max_size=64))
def test_what_was_typed_becomes_digits(typed: str) -> None:
    digits = rules.digits_of(typed)
    assert not digits or (digits.isascii() and digits.isdigit())


@given(st.sampled_from(PhoneStatus), st.integers(-400, 400))
def test_a_number_is_told_only_while_it_is_needed(status: PhoneStatus, seconds: int) -> None:
    expires_at = NOON + timedelta(seconds=300)
    known = Glimpse("id", "client", 1, status, "", "123", "", NOON, expires_at)
    told = rules.standing_of(known, expires_at - timedelta(seconds=seconds))
    assert not told.number or told.status is PhoneStatus.SCANNED
    assert told.status.over == (told.expires_in == 0)
    assert told.status is status or told.status is PhoneStatus.EXPIRED


def test_links_and_numbers_are_of_chance() -> None:
    random = SystemRandom()
    assert len({rules.new_link(random) for _ in range(200)}) == 200
    assert {len(rules.new_number(random)) for _ in range(50)} == {3}


@pytest.mark.parametrize("uuid", ["", "x" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n"])
def test_what_is_no_uuid_is_nobody(uuid: str) -> None:
    with pytest.raises(NoSuchCode):
        rules.account_id(uuid)
