"""Locks, lives and limits of verification, with every clock that there may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kiosk.service.verification.rules import (
    CodeExpired,
    Failures,
    Limits,
    Locked,
    SentCode,
    TooSoon,
    admit,
    may_send,
    person_limits,
    station_limits,
    steadied,
    try_code,
    wait_after,
)
from kiosk.service.verification.settings import CodeSettings, LimitSettings, VerificationSettings

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LIMITS = Limits(3, timedelta(seconds=30), timedelta(hours=1), 100)
CODES = CodeSettings()
seconds = st.integers(min_value=-100_000, max_value=100_000).map(lambda n: timedelta(seconds=n))


def at(offset: float) -> datetime:
    return NOW + timedelta(seconds=offset)


@pytest.mark.parametrize(
    ("count", "wait"), [(0, 0), (2, 0), (3, 30), (4, 60), (5, 120), (9, 1920), (10, 3600), (99, 3600)]
)
def test_waits_double_from_the_limit_on_and_end_at_an_hour(count: int, wait: int) -> None:
    assert wait_after(count, LIMITS) == timedelta(seconds=wait)


@pytest.mark.parametrize(
    ("count", "ago", "retry_after"),
    [
        (2, 0, None),
        (3, 0, 30),
        (3, 29.5, 1),
        (3, 30, None),
        (4, 30, 30),
        (4, -500, 60),  # the clock was set back: the whole wait, not more
        (100, 10**8, 3600),  # for good: only staff unlock
    ],
)
def test_a_lock_says_how_long(count: int, ago: float, retry_after: int | None) -> None:
    failures = Failures(count, at(-ago))
    if retry_after is None:
        admit(failures, LIMITS, NOW)
        return
    with pytest.raises(Locked) as caught:
        admit(failures, LIMITS, NOW)
    assert caught.value.retry_after == retry_after


@given(st.integers(min_value=3, max_value=99), seconds, st.integers(min_value=0, max_value=3600))
def test_a_clock_set_back_never_shortens_a_lock(count: int, back: timedelta, real: int) -> None:
    """However the clock jumps right after the failure, no less than the wait passes until the next try."""
    shown = NOW + min(back, timedelta())
    failures = steadied(Failures(count, NOW), shown)
    now = shown + timedelta(seconds=real)
    if timedelta(seconds=real) < wait_after(count, LIMITS):
        with pytest.raises(Locked):
            admit(failures, LIMITS, now)
    else:
        admit(failures, LIMITS, now)


def test_no_failure_means_no_lock() -> None:
    admit(Failures(), LIMITS, NOW)


def test_a_station_is_never_locked_for_good() -> None:
    settings = LimitSettings()
    assert station_limits(settings).most is None
    assert person_limits(settings).most == 100


LIVING = SentCode(NOW, NOW, 0, used=False)


@pytest.mark.parametrize(
    ("code", "now", "alive"),
    [
        (LIVING, at(0), True),
        (LIVING, at(599), True),
        (LIVING, at(600), False),
        (LIVING, at(-4), True),  # replicas differ by seconds
        (LIVING, at(-6), False),  # the clock was set back: the code would live too long
        (SentCode(NOW, at(500), 1, used=False), at(494), False),
        (SentCode(NOW, NOW, 4, used=False), at(1), True),
        (SentCode(NOW, NOW, 5, used=False), at(1), False),
        (SentCode(NOW, NOW, 0, used=True), at(1), False),
        (None, at(1), False),
    ],
)
def test_a_code_lives_ten_minutes_five_tries_and_once(code: SentCode | None, now: datetime, alive: bool) -> None:
    if not alive:
        with pytest.raises(CodeExpired):
            try_code(code, CODES, now)
        return
    assert code is not None
    tried = try_code(code, CODES, now)
    assert tried.tries == code.tries + 1
    assert tried.seen_at == max(now, code.seen_at)


@pytest.mark.parametrize(
    ("in_enrollment", "of_subject", "retry_after"),
    [
        ([], [], None),
        ([0], [0], 60),
        ([-59.5], [-59.5], 1),
        ([-60], [-60], None),
        ([-200, -100], [-200, -100], None),
        ([-300, -200, -100], [-300, -200, -100], 3300),
        ([], [-3599] * 10, 1),
        ([], [-3601] * 10, None),
        ([90_000], [90_000], None),  # the clock was set back by a day: nobody waits for a day
        ([], [90_000] * 10, 3600),
    ],
)
def test_codes_are_sent_a_minute_apart_and_not_too_many(
    in_enrollment: list[float], of_subject: list[float], retry_after: int | None
) -> None:
    def asked() -> None:
        may_send([at(each) for each in in_enrollment], [at(each) for each in of_subject], CODES, NOW)

    if retry_after is None:
        asked()
        return
    with pytest.raises(TooSoon) as caught:
        asked()
    assert caught.value.retry_after == retry_after


@given(st.lists(seconds.map(lambda offset: NOW + offset)), st.lists(seconds.map(lambda offset: NOW + offset)))
def test_nobody_waits_longer_than_an_hour_for_a_code(in_enrollment: list[datetime], of_subject: list[datetime]) -> None:
    waits = [0]
    try:
        may_send(in_enrollment, of_subject, CODES, NOW)
    except TooSoon as refusal:
        waits.append(refusal.retry_after)
    assert max(waits) <= 3600
    assert len(waits) == 1 or waits[1] >= 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": {"digits": 5}},
        {"code": {"life": 601}},
        {"code": {"tries": 11}},
        {"limits": {"most": 101}},
        {"limits": {"per_person": 50, "most": 50}},
        {"limits": {"first_wait": 61, "longest_wait": 60}},
        {"methods": []},
        {"methods": ["email", "email"]},
        {"methods": ["none"]},
        {"methods": ["self_confirmation"]},
        {"allow_none": True, "methods": ["self_confirmation"]},
        {"lookup": {"url": "http://pacs.example/{code}/{user.id}"}},
        {"lookup": {"url": "https://pacs.example/{code}"}},
        {"lookup": {"url": "https://pacs.example/{user.id}"}},
        {"lookup": {"url": "https://{code}.example/{user.id}"}},
        {"lookup": {"url": "https://pacs.example:{code}/{user.id}"}},
        {"lookup": {"url": "https://pacs.example@{code}/{user.id}"}},
        {"lookup": {"url": "https://pacs.example?{code}/{user.id}"}},
        {"lookup": {"url": "https://pacs.example/{code}/{user.shoeSize}"}},
        {"lookup": {"url": "https://pacs.example/{code}/{user.id", "method": "GET"}},
        {"lookup": {"url": "https://pacs.example/{code}/{user.id}", "body": {"a": "b"}}},
        {"lookup": {"url": "https://pacs.example/{code}/{user.id}", "auth": {"type": "bearer"}}},
        {"lookup": {"url": "https://pacs.example/{code}/{user.id}", "auth": {"type": "mtls"}}},
        {"lookup": {"url": "https://pacs.example/{code}/{user.id}", "success": {"json_pointer": "/a"}}},
        {"lookup": {"url": "https://pacs.example/{code}", "success": {"json_pointer": "a~2", "equals": "{user.id}"}}},
    ],
)
def test_settings_beyond_the_standards_or_without_consent_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        VerificationSettings.model_validate(wrong)


def test_consent_is_enough() -> None:
    VerificationSettings.model_validate(
        {
            "methods": ["email", "sms", "automatic", "self_confirmation", "none"],
            "allow_none": True,
            "allow_self_confirmation": True,
        }
    )
