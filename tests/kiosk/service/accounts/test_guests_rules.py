"""The rules of guests and of consents, without a service."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.profile import FormKind
from kiosk.service.accounts.consents import Accepted, Answer, accepted, opted_in
from kiosk.service.accounts.guests_rules import (
    LONGEST_DAYS,
    NO_SPONSOR,
    NOT_SCREENED,
    Effect,
    GuestKind,
    effect,
    longest_stay,
    may_end_on,
)
from kiosk.service.accounts.rules import AccountState, TermsNotAccepted
from kiosk.service.accounts.settings import KioskRegistrationSettings, TermsSettings
from kiosk.service.screening.connector import CallType, Finding
from kiosk.service.screening.rules import NOBODY_ASKED, ScreeningState, Verdict

PENDING, ACTIVE, ON_HOLD = AccountState.PENDING, AccountState.ACTIVE, AccountState.ON_HOLD
CLEAR, DOUBT, HIT, SILENCE = (Verdict(each, "c") for each in (Finding.CLEAR, Finding.POSSIBLE, Finding.HIT, None))
PASSED, HELD, DUE = ScreeningState.PASSED, ScreeningState.HELD, ScreeningState.DUE


@pytest.mark.parametrize(
    ("verdict", "status", "expected"),
    [
        (CLEAR, PENDING, Effect(PASSED, "c", ACTIVE)),
        (DOUBT, PENDING, Effect(HELD, "c")),
        (HIT, PENDING, Effect(HELD, "c")),
        (SILENCE, PENDING, Effect(DUE, "c")),
        (NOBODY_ASKED, PENDING, Effect(HELD, NOT_SCREENED)),
        (CLEAR, ACTIVE, Effect(PASSED, "c")),
        (DOUBT, ACTIVE, Effect(HELD, "c", ON_HOLD)),
        (HIT, ACTIVE, Effect(HELD, "c", ON_HOLD)),
        (SILENCE, ACTIVE, Effect(DUE, "c")),
        (CLEAR, ON_HOLD, Effect(PASSED, "c")),
        (HIT, ON_HOLD, Effect(HELD, "c")),
    ],
)
def test_what_a_verdict_does(verdict: Verdict, status: AccountState, expected: Effect) -> None:
    assert effect(verdict, CallType.SCREENING, status, sponsored=True) == expected


def test_a_clear_word_is_not_enough_without_a_sponsor_or_a_screening() -> None:
    assert effect(CLEAR, CallType.BOTH, PENDING, sponsored=False) == Effect(HELD, NO_SPONSOR)
    assert effect(CLEAR, CallType.SYNC, PENDING, sponsored=True) == Effect(HELD, NOT_SCREENED)


@given(st.sampled_from([CLEAR, DOUBT, HIT, SILENCE, NOBODY_ASKED]), st.sampled_from(CallType), st.booleans())
def test_nobody_becomes_active_but_by_a_clear_screening(verdict: Verdict, call_type: CallType, sponsored: bool) -> None:
    for status in (PENDING, ACTIVE, ON_HOLD):
        done = effect(verdict, call_type, status, sponsored=sponsored)
        if done.account is ACTIVE:
            assert verdict is CLEAR
            assert sponsored
            assert call_type is not CallType.SYNC
            assert status is PENDING


def test_how_long_each_sort_of_guest_may_stay() -> None:
    short, long = (KioskRegistrationSettings(site="main", longest_days=days) for days in (14, 60))
    assert (longest_stay(short, FormKind.VISITOR), longest_stay(short, GuestKind.CONTRACTOR)) == (14, 140)
    assert longest_stay(long, GuestKind.CONTRACTOR) == LONGEST_DAYS
    assert longest_stay(short, GuestKind.ENROLLED) == longest_stay(None, GuestKind.VISITOR) == LONGEST_DAYS


@given(st.integers(-400, 400), st.integers(1, 366))
def test_a_last_day_is_today_at_the_earliest(offset: int, longest: int) -> None:
    today = date(2026, 6, 1)
    assert may_end_on(today + timedelta(days=offset), today, longest) == (0 <= offset <= longest)


def terms(name: str, *, required: bool = True) -> TermsSettings:
    return TermsSettings(
        id=name, version="1", titles={"en": name}, texts={"en": f"{name} in English", "pt-BR": name}, required=required
    )


KNOWN = (terms("a"), terms("b", required=False), terms("c"))


def test_what_counts_is_what_was_accepted_as_it_is() -> None:
    given_ = [Answer("b", "1", "pt-BR-x"), Answer("a", "1", "en-GB")]
    digest = hashlib.sha256(b"a in English").hexdigest()
    assert accepted(KNOWN, ["a", "b"], given_) == (
        Accepted("a", "1", "en", digest),
        Accepted("b", "1", "pt-BR", hashlib.sha256(b"b").hexdigest()),
    )
    assert [each.id for each in accepted(KNOWN, ["a", "b"], [*given_[1:], Answer("b", "9", "xx", accepted=False)])] == [
        "a"
    ]
    assert accepted(KNOWN, [], []) == ()


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ([], ("a",)),
        ([Answer("a", "2", "en")], ("a",)),
        ([Answer("a", "1", "pt")], ("a",)),
        ([Answer("a", "1", "en"), Answer("c", "1", "en")], ("c",)),
        ([Answer("a", "1", "en"), Answer("x" * 99, "1", "en")], ("x" * 40,)),
        ([Answer("a", "1", "-".join("x" * 50))], ("a",)),
    ],
)
def test_what_was_not_accepted_is_named(answers: list[Answer], wrong: tuple[str, ...]) -> None:
    with pytest.raises(TermsNotAccepted) as caught:
        accepted(KNOWN, ["a", "b"], answers)
    assert caught.value.reasons == wrong


def test_opt_ins_are_kept_without_a_text() -> None:
    assert opted_in(["sms", "mail", "sms"], "en") == (
        Accepted("opt_in:mail", "", "en", ""),
        Accepted("opt_in:sms", "", "en", ""),
    )
