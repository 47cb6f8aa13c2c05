"""One-time secrets: once, for a time, the newest only, bound to purpose and person; and the same for nobody."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from kiosk.service.accounts import one_time
from kiosk.service.accounts.one_time import Issued, Purpose, forget_old_secrets, subject_of
from kiosk.service.store.one_time import one_time as table
from tests.kiosk.service.running import Running

WHO = "a" * 32
FORMS = {
    Purpose.ACTIVATION: r"[A-Za-z0-9_-]{22}",
    Purpose.PASSCODE: r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}",
    Purpose.SIGN_IN: r"[0-9]{6}",
}


def whose(running: Running, user_id: str | None = WHO) -> str:
    return subject_of(running.parts, user_id, "default", "maria")


def issued(running: Running, purpose: Purpose, user_id: str | None = WHO) -> Issued | None:
    subject = whose(running, user_id)
    return running.parts.store.write(lambda tx: one_time.issue(tx, running.parts, purpose, subject, user_id))


def fresh(running: Running, purpose: Purpose, user_id: str | None = WHO) -> str:
    made = issued(running, purpose, user_id)
    assert made is not None
    return made.text


def judged(running: Running, purpose: Purpose, text: str, user_id: str | None = WHO) -> str | None:
    subject = whose(running, user_id)
    return running.parts.store.write(lambda tx: one_time.judge(tx, running.parts, purpose, subject, text))


@pytest.mark.databases
def test_a_secret_has_its_form_and_works_once(peopled: Running) -> None:
    for purpose, form in FORMS.items():
        text = fresh(peopled, purpose)
        assert re.fullmatch(form, text)
        assert judged(peopled, purpose, text) == WHO
        assert judged(peopled, purpose, text) is None


def test_a_secret_dies_with_its_time(peopled: Running) -> None:
    for purpose in FORMS:
        text, life = fresh(peopled, purpose), one_time.life_of(peopled.parts, purpose)
        peopled.clock.advance(seconds=life)
        assert judged(peopled, purpose, text) is None


def test_a_secret_works_until_its_last_second_and_not_after_the_clock_was_set_back(peopled: Running) -> None:
    text = fresh(peopled, Purpose.PASSCODE)
    peopled.clock.advance(seconds=86399)
    assert judged(peopled, Purpose.PASSCODE, "wrong") is None
    peopled.clock.advance(seconds=-60)
    assert judged(peopled, Purpose.PASSCODE, text) is None


def test_only_the_newest_one_works(peopled: Running) -> None:
    earlier = fresh(peopled, Purpose.ACTIVATION)
    peopled.clock.advance(seconds=61)
    later = fresh(peopled, Purpose.ACTIVATION)
    assert judged(peopled, Purpose.ACTIVATION, earlier) is None
    assert judged(peopled, Purpose.ACTIVATION, later) == WHO


def test_a_secret_is_of_one_purpose_and_of_one_person(peopled: Running) -> None:
    text = fresh(peopled, Purpose.ACTIVATION)
    fresh(peopled, Purpose.PASSCODE)
    fresh(peopled, Purpose.ACTIVATION, "b" * 32)
    assert judged(peopled, Purpose.PASSCODE, text) is None
    assert judged(peopled, Purpose.ACTIVATION, text, "b" * 32) is None
    assert judged(peopled, Purpose.ACTIVATION, text) == WHO


def test_nobody_has_secrets_that_are_never_right(peopled: Running) -> None:
    for purpose in FORMS:
        text = fresh(peopled, purpose, None)
        assert judged(peopled, purpose, text, None) is None


def test_digits_are_tried_a_few_times_and_what_is_long_as_often_as_one_likes(peopled: Running) -> None:
    digits, passcode = fresh(peopled, Purpose.SIGN_IN), fresh(peopled, Purpose.PASSCODE)
    for _ in range(5):
        assert judged(peopled, Purpose.SIGN_IN, "x") is None
        assert judged(peopled, Purpose.PASSCODE, "x") is None
    assert judged(peopled, Purpose.SIGN_IN, digits) is None
    assert judged(peopled, Purpose.PASSCODE, passcode) == WHO


def test_a_passcode_may_be_typed_as_people_type(peopled: Running) -> None:
    for dress in (str.lower, lambda text: text.replace("-", " "), lambda text: f" {text}\n"):
        text = fresh(peopled, Purpose.PASSCODE)
        assert judged(peopled, Purpose.PASSCODE, dress(text).replace("0", "o").replace("1", "l")) == WHO
        peopled.clock.advance(hours=1)


@pytest.mark.databases
def test_how_many_are_made_is_limited_alike_for_everybody(peopled: Running) -> None:
    for user_id in (WHO, None):
        first = fresh(peopled, Purpose.PASSCODE, user_id)
        assert issued(peopled, Purpose.PASSCODE, user_id) is None
        if user_id is not None:
            assert judged(peopled, Purpose.PASSCODE, first) == WHO
    for _ in range(2):
        peopled.clock.advance(seconds=61)
        for user_id in (WHO, None):
            fresh(peopled, Purpose.PASSCODE, user_id)
    peopled.clock.advance(seconds=61)
    assert issued(peopled, Purpose.PASSCODE) is issued(peopled, Purpose.PASSCODE, None) is None
    peopled.clock.advance(hours=1)
    assert issued(peopled, Purpose.PASSCODE)
    assert issued(peopled, Purpose.PASSCODE, None)


def test_of_a_secret_only_a_keyed_hash_is_kept_and_nothing_shows_it(peopled: Running) -> None:
    made = issued(peopled, Purpose.ACTIVATION)
    assert made is not None
    assert made.text not in repr(made)
    with peopled.parts.store.read() as tx:
        row = tx.connection.execute(select(table)).one()
    assert made.text.encode() not in bytes(row.digest)
    assert made.text not in str(row)
    assert WHO not in row.subject


def test_old_rows_are_forgotten_and_young_ones_are_not(peopled: Running) -> None:
    fresh(peopled, Purpose.SIGN_IN)
    fresh(peopled, Purpose.ACTIVATION)
    peopled.clock.advance(hours=2)
    assert forget_old_secrets(peopled.parts) == 1
    assert forget_old_secrets(peopled.parts) == 0
    with peopled.parts.store.read() as tx:
        assert tx.connection.execute(select(func.count()).select_from(table)).scalar_one() == 1
