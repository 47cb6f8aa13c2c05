"""People who were stopped, passkeys that are tried, and phones that ask too often."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.service.accounts import people
from kiosk.service.accounts.rules import AccountState
from kiosk.service.store.users import user_ids
from kiosk.service.tls import Identity
from tests.kiosk.service.pages.phones import (
    Page,
    Phone,
    events,
    matched,
    shown,
    with_passkey,
    with_phones,
)
from tests.kiosk.service.running import Running, Station

NOBODY = "/m/" + "A" * 22


def stop(running: Running, how: str) -> None:
    """Put the person on hold, or remove them."""
    with running.parts.store.read() as tx:
        (whose,) = user_ids(tx, "upn", "m.okafor@example.org")
    to = AccountState(how)
    running.parts.store.write(lambda tx: people.move(tx, running.parts, whose, AccountState.ACTIVE, to))


def credentials(running: Running) -> int:
    with running.parts.store.read() as tx:
        return int(tx.connection.exec_driver_sql("SELECT count(*) FROM credentials").scalar_one())


@pytest.mark.parametrize("how", ["on_hold", "removed"])
@pytest.mark.parametrize("action", ["/m/passkey", "/m/passkey/proof"])
def test_who_was_stopped_meanwhile_registers_nothing(
    running: Running, station: Station, phone: Phone, how: str, action: str
) -> None:
    code = shown(running, station, enrollmentId=running.verified(station), purpose="passkey")
    page = matched(phone, code)
    answer = phone.created(page)
    if action == "/m/passkey/proof":
        page = phone.follow(page, "/m/passkey", answer=answer)
        answer = phone.proved(page)
    stop(running, how)
    assert phone.follow(page, action, answer=answer).reason == "refused"
    assert (code.status, code.standing["reason"]) == ("FAILED", "refused")
    assert "phone_answer_refused" in events(running)
    assert credentials(running) == 0


def test_who_was_stopped_meanwhile_confirms_nothing(running: Running, station: Station, phone: Phone) -> None:
    with_passkey(phone, shown(running, station, enrollmentId=running.verified(station), purpose="passkey"))
    enrollment = station.open()
    station.identify(enrollment)
    code = shown(running, station, enrollmentId=enrollment, purpose="confirm")
    page = matched(phone, code)
    answer = phone.proved(page, "/m/confirm")
    stop(running, "on_hold")
    assert phone.follow(page, "/m/confirm", answer=answer).reason == "refused"
    assert code.status == "FAILED"


def test_who_was_stopped_meanwhile_types_no_code(running: Running, station: Station, phone: Phone) -> None:
    enrollment = station.open()
    station.identify(enrollment)
    code = shown(running, station, enrollmentId=enrollment, purpose="code")
    page = phone.follow(matched(phone, code), "/m/code/send", method="email")
    stop(running, "on_hold")
    assert phone.follow(page, "/m/code", code="123456").reason == "refused"
    assert code.status == "FAILED"


def test_passkeys_of_others_are_counted_like_wrong_codes(running: Running, station: Station, phone: Phone) -> None:
    with_passkey(phone, shown(running, station, enrollmentId=running.verified(station), purpose="passkey"))
    reasons, enrollment = [], ""
    for _ in range(12):
        enrollment = station.open()
        station.identify(enrollment, upn="t.lindqvist@example.org")
        page = matched(phone, shown(running, station, enrollmentId=enrollment, purpose="confirm"))
        reasons.append(phone.follow(page, "/m/confirm", answer=phone.proved(page, "/m/confirm")).reason)
        if reasons[-1] == "locked":
            break
    assert set(reasons[:-1]) == {"wrong_account"}
    assert reasons[-1] == "locked"
    answer = {"method": "email", "answer": "123456"}
    assert station.call("POST", f"/enrollments/{enrollment}/verify", answer).status_code in (423, 429)


def test_each_phone_may_ask_so_often_and_all_of_an_address_more_often(
    tmp_path: Path, tls: tuple[Identity, Identity]
) -> None:
    limits = {"phone": {"requests_per_minute": 8}, "accounts": {"requests_per_minute": 3}}
    with with_phones(tmp_path, tls, **limits) as running, Phone.of(running) as one, Phone.of(running) as other:
        assert [one.get(NOBODY).status for _ in range(5)] == [404, 404, 404, 404, 429], "the first brings the cookie"
        assert [other.get(NOBODY).status for _ in range(3)] == [404, 404, 404]
        refused: Page = other.get(NOBODY)
        assert (refused.status, refused.reason) == (429, "too_often")
        running.clock.advance(seconds=60)
        assert other.get(NOBODY).status == 404
