"""A phone from the scan to every end, over real TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.service.tls import Identity
from tests.kiosk.service.pages.phones import Phone, matched, shown, station_of, with_passkey, with_phones
from tests.kiosk.service.running import Running, Station


@pytest.fixture
def running(tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Running]:
    with with_phones(tmp_path, tls) as running:
        yield running


@pytest.fixture
def station(running: Running) -> Iterator[Station]:
    station = station_of(running)
    yield station
    station.session.close()


@pytest.fixture
def phone(running: Running) -> Iterator[Phone]:
    with Phone.of(running) as phone:
        yield phone


def test_a_phone_makes_a_passkey_and_tries_it_before_it_is_kept(
    running: Running, station: Station, phone: Phone
) -> None:
    enrollment = running.verified(station)
    code = shown(station, enrollmentId=enrollment, purpose="passkey")
    page = matched(phone, code)
    assert "passkey" in page.elements
    assert "M•••••" in page.text
    page = phone.follow(page, "/m/passkey", answer=phone.created(page))
    assert "prove" in page.elements
    assert code.status == "SCANNED"
    page = phone.follow(page, "/m/passkey/proof", answer=phone.proved(page))
    assert "done" in page.elements, page.text
    assert code.status == "COMPLETED"
