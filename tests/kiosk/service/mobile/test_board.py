"""What one service changes, another one of the same database tells soon."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.contract.phone import PhoneStatus
from kiosk.service.mobile import codes
from tests.kiosk.service.mobile.phone import STATION, Phones, a_phone, phone_settings
from tests.kiosk.service.running import assembled

pytestmark = pytest.mark.databases


def test_another_service_tells_within_half_a_second(phones: Phones, tmp_path: Path, backend: dict[str, str]) -> None:
    with assembled(tmp_path, phone_settings(tmp_path, database=backend)) as other:
        code, phone = phones.open(), a_phone()
        told = codes.standing(other.parts, STATION, code.transaction_id)
        assert told.status is PhoneStatus.PENDING
        steps: tuple[tuple[Callable[[], object], PhoneStatus], ...] = (
            (lambda: phones.scan(code, phone), PhoneStatus.SCANNED),
            (lambda: phones.complete(phones.match(code, phone)), PhoneStatus.COMPLETED),
        )
        for step, wanted in steps:
            step()
            changed_at = time.monotonic()
            while told.status is not wanted and time.monotonic() < changed_at + 5:
                told = codes.standing(other.parts, STATION, code.transaction_id)
            assert told.status is wanted
            assert time.monotonic() - changed_at < 0.5
