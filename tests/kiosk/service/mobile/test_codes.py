"""Codes that phones scan, from their showing to each of their ends."""

from __future__ import annotations

import pytest

from kiosk.contract.phone import PhoneStatus
from kiosk.service.mobile import codes
from kiosk.service.mobile.rules import AnotherPhone, CodeOver, NoSuchCode, NotNow, WrongNumber
from tests.kiosk.service.mobile.phone import OTHER, Phones, a_phone, link_code


def test_a_code_walks_from_its_showing_to_its_completion(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    assert phones.standing(code).status is PhoneStatus.PENDING
    phones.scan(code, phone)
    standing = phones.standing(code)
    assert standing.status is PhoneStatus.SCANNED
    assert len(standing.number) == 3
    done = phones.complete(phones.match(code, phone))
    assert done.status is PhoneStatus.COMPLETED
    assert phones.standing(code).status is PhoneStatus.COMPLETED
    assert phones.events() == [
        "phone_code_shown",
        "phone_code_scanned",
        "phone_number_matched",
        "phone_code_completed",
    ]
