"""Two at once: one code for each, one phone, one end, whatever both believe, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from kiosk.contract.phone import PhoneStatus
from kiosk.service.mobile import codes
from kiosk.service.mobile.rules import AnotherPhone, CodeOver
from kiosk.service.store.engine import StaleRow, WriteTx
from tests.kiosk.service.mobile.phone import STATION, Phones, a_phone

pytestmark = pytest.mark.databases


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """What each came to, or the refusal that it met."""
    line = Barrier(len(deeds))

    def do(deed: Callable[[], Any]) -> Any:
        line.wait()
        try:
            return deed()
        except (AnotherPhone, CodeOver, StaleRow) as refused:
            return refused

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def test_of_codes_opened_at_once_for_an_account_one_is_live(phones: Phones) -> None:
    opened = at_once(*[phones.open] * 4)
    statuses = sorted(phones.standing(each).status for each in opened)
    assert statuses == [PhoneStatus.CANCELLED] * 3 + [PhoneStatus.PENDING]


def test_of_two_phones_at_once_one_is_bound(phones: Phones) -> None:
    code, first, second = phones.open(), a_phone(), a_phone()
    outcomes = at_once(lambda: phones.scan(code, first), lambda: phones.scan(code, second))
    assert sum(isinstance(each, AnotherPhone) for each in outcomes) == 1
    bound = next(each for each in outcomes if not isinstance(each, AnotherPhone))
    assert phones.row(code).phone_hash == bound.phone_hash
    assert sorted(phones.events()) == ["phone_code_scanned", "phone_code_second_phone", "phone_code_shown"]


def test_a_code_is_completed_or_taken_back_and_never_both(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    row = phones.match(code, phone)
    at_once(lambda: phones.complete(row), lambda: codes.take_back(phones.parts, STATION, code.transaction_id))
    ends = [each for each in phones.events() if each in ("phone_code_completed", "phone_code_cancelled")]
    assert len(ends) == 1
    assert ends[0] == f"phone_code_{phones.row(code).status.lower()}"


def test_a_code_is_scanned_or_expires_and_never_both(phones: Phones) -> None:
    code = phones.open()
    phones.running.clock.advance(seconds=300)
    outcomes = at_once(
        lambda: phones.scan(code, a_phone()), lambda: codes.standing(phones.parts, STATION, code.transaction_id)
    )
    assert isinstance(outcomes[0], CodeOver)
    assert outcomes[1].status is PhoneStatus.EXPIRED


def test_a_completion_counts_once(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    row = phones.match(code, phone)
    outcomes = at_once(lambda: phones.complete(row), lambda: phones.complete(row))
    assert sum(isinstance(each, CodeOver) for each in outcomes) == 1


def test_a_change_that_is_rolled_back_is_told_to_nobody(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    row = phones.match(code, phone)

    def work(tx: WriteTx) -> None:
        codes.completed(tx, phones.parts, row)
        raise LookupError

    with pytest.raises(LookupError):
        phones.parts.store.write(work)
    assert phones.standing(code).status is PhoneStatus.SCANNED
