"""A phone from the scan to every end, over real TLS."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import text

from kiosk.service.store.credentials import credentials_of_user
from kiosk.service.tls import Identity
from tests.kiosk.service.pages.phones import (
    ORIGIN,
    Page,
    Phone,
    events,
    matched,
    shown,
    station_of,
    with_passkey,
    with_phones,
)
from tests.kiosk.service.running import Running, Station
from tests.kiosk.service.soft_key import b64


def test_a_phone_makes_a_passkey_and_tries_it_before_it_is_kept(
    running: Running, station: Station, phone: Phone
) -> None:
    enrollment = running.verified(station)
    code = shown(running, station, enrollmentId=enrollment, purpose="passkey")
    page = matched(phone, code)
    assert "passkey" in page.elements
    assert "M•••••" in page.text
    page = phone.follow(page, "/m/passkey", answer=phone.created(page))
    assert "prove" in page.elements
    assert code.status == "SCANNED"
    page = phone.follow(page, "/m/passkey/proof", answer=phone.proved(page))
    assert "done" in page.elements, page.text
    assert code.status == "COMPLETED"


def test_a_reload_of_any_page_asks_the_same_question_again(running: Running, station: Station, phone: Phone) -> None:
    code = shown(running, station, enrollmentId=running.verified(station), purpose="passkey")
    first = matched(phone, code)
    again = phone.get()
    assert phone.asked(first, "/m/passkey") == phone.asked(again, "/m/passkey")
    scanned_again = phone.ask("GET", code.link.removeprefix(ORIGIN))
    assert (scanned_again.status_code, scanned_again.headers["Location"]) == (303, "/m")


def test_who_has_a_passkey_on_their_phone_is_verified_by_it(running: Running, station: Station, phone: Phone) -> None:
    with_passkey(phone, shown(running, station, enrollmentId=running.verified(station), purpose="passkey"))
    enrollment = station.open()
    offers = station.identify(enrollment)["offers"]
    assert [each["method"] for each in offers] == ["email", "phone"]
    code = shown(running, station, enrollmentId=enrollment, purpose="confirm")
    page = matched(phone, code)
    assert phone.asked(page, "/m/confirm")["allowCredentials"] == []
    assert "done" in phone.follow(page, "/m/confirm", answer=phone.proved(page, "/m/confirm")).elements
    answer = {"method": "phone", "answer": code.transaction}
    assert station.post(f"/enrollments/{enrollment}/verify", answer, 200)["phase"] == "key"
    assert station.post(f"/enrollments/{enrollment}/verify", answer, 200)["phase"] == "key", "the same again"


def test_what_waits_for_its_hand_over_verifies_nobody(running: Running, station: Station, phone: Phone) -> None:
    with_passkey(phone, shown(running, station, enrollmentId=running.verified(station), purpose="passkey"))
    waits = text("UPDATE credentials SET activated_at = NULL")
    running.parts.store.write(lambda tx: tx.connection.execute(waits).close())
    enrollment = station.open()
    station.identify(enrollment)
    code = shown(running, station, enrollmentId=enrollment, purpose="confirm")
    page = matched(phone, code)
    page = phone.follow(page, "/m/confirm", answer=phone.proved(page, "/m/confirm"))
    assert page.reason == "wrong_account"


def test_a_completion_verifies_its_own_enrollment_only(running: Running, station: Station, phone: Phone) -> None:
    with_passkey(phone, shown(running, station, enrollmentId=running.verified(station), purpose="passkey"))
    first = station.open()
    station.identify(first)
    code = shown(running, station, enrollmentId=first, purpose="confirm")
    page = matched(phone, code)
    phone.follow(page, "/m/confirm", answer=phone.proved(page, "/m/confirm"))
    second = station.open()
    station.identify(second)
    refused = {"method": "phone", "answer": code.transaction}
    assert station.post(f"/enrollments/{second}/verify", refused, 403)["code"] == "verification_failed"


def test_a_passkey_made_by_a_code_does_not_verify_anybody(running: Running, station: Station, phone: Phone) -> None:
    code = shown(running, station, enrollmentId=running.verified(station), purpose="passkey")
    with_passkey(phone, code)
    enrollment = station.open()
    station.identify(enrollment)
    station.post(f"/enrollments/{enrollment}/verify", {"method": "phone", "answer": code.transaction}, 403)


def test_the_passkey_of_somebody_else_ends_the_code(running: Running, station: Station, phone: Phone) -> None:
    with_passkey(phone, shown(running, station, enrollmentId=running.verified(station), purpose="passkey"))
    enrollment = station.open()
    station.identify(enrollment, upn="t.lindqvist@example.org")
    code = shown(running, station, enrollmentId=enrollment, purpose="confirm")
    page = matched(phone, code)
    page = phone.follow(page, "/m/confirm", answer=phone.proved(page, "/m/confirm"))
    assert page.reason == "wrong_account"
    assert (code.status, code.standing["reason"]) == ("FAILED", "wrong_account")
    assert "phone_answer_refused" in events(running)


def test_nobody_looks_like_somebody_on_the_phone(running: Running, station: Station, phone: Phone) -> None:
    texts = []
    for upn in ("m.okafor@example.org", "nobody@example.org"):
        enrollment = station.open()
        station.identify(enrollment, upn=upn)
        page = matched(phone, shown(running, station, enrollmentId=enrollment, purpose="confirm"))
        texts.append(re.sub(r"\S*•+", "", page.text))
    assert texts[0] == texts[1]
    page = phone.follow(page, "/m/confirm", answer=phone.proved(page, "/m/confirm", handle="AAAA"))
    assert page.reason == "wrong_account"


def test_a_code_by_mail_is_typed_on_the_phone(running: Running, station: Station, phone: Phone) -> None:
    enrollment = station.open()
    station.identify(enrollment)
    code = shown(running, station, enrollmentId=enrollment, purpose="code")
    page = matched(phone, code)
    assert "send-email" in page.elements
    page = phone.follow(page, "/m/code/send", method="email")
    mailed = running.random.codes[-1]
    wrong = phone.send(page, "/m/code", code="000000" if mailed != "000000" else "111111")
    assert wrong.status_code == 422
    assert "Tries left: 4." in wrong.text
    assert "done" in phone.follow(phone.get(), "/m/code", code=mailed).elements
    answer = {"method": "phone", "answer": code.transaction}
    assert station.post(f"/enrollments/{enrollment}/verify", answer, 200)["phase"] == "key"


def test_a_code_that_was_sent_by_the_kiosk_may_be_typed_and_another_one_not_be_asked_for_at_once(
    running: Running, station: Station, phone: Phone
) -> None:
    enrollment = station.open()
    station.identify(enrollment)
    station.post(f"/enrollments/{enrollment}/send-code", {"method": "email"}, 202)
    mailed = running.random.codes[-1]
    page = matched(phone, shown(running, station, enrollmentId=enrollment, purpose="code"))
    soon = phone.send(page, "/m/code/send", method="email")
    assert (soon.status_code, "in 59 seconds" in soon.text) == (422, True)
    assert phone.send(page, "/m/code/send", method="pigeon").status_code == 400
    assert "done" in phone.follow(page, "/m/code", code=mailed).elements


def test_too_many_wrong_codes_end_it_as_at_the_kiosk(running: Running, station: Station, phone: Phone) -> None:
    enrollment = station.open()
    station.identify(enrollment)
    code = shown(running, station, enrollmentId=enrollment, purpose="code")
    page = matched(phone, code)
    for _ in range(10):
        running.clock.advance(seconds=0 if not page.elements.get("code") else 60)
        if "code" not in page.elements or "no longer works" in page.text:
            page = phone.follow(phone.get(), "/m/code/send", method="email")
        for _ in range(5):
            page = Page(phone.send(page, "/m/code", code="12"))
            if page.status == 303 or "no longer works" in page.text:
                break
        if code.status == "FAILED":
            break
        code = code if code.status == "SCANNED" else shown(running, station, enrollmentId=enrollment, purpose="code")
    assert (code.status, code.standing["reason"]) == ("FAILED", "locked")
    assert phone.get().reason == "locked"


def test_where_a_phone_stands_instead_of_the_key_its_passkey_ends_the_visit_well(
    tmp_path: Path, tls: tuple[Identity, Identity]
) -> None:
    with with_phones(tmp_path, tls, phone={"place": "instead"}) as running, Phone.of(running) as phone:
        station = station_of(running)
        enrollment = running.verified(station)
        assert station.call("POST", f"/enrollments/{enrollment}/finish", {}).status_code == 409
        with_passkey(phone, shown(running, station, enrollmentId=enrollment, purpose="passkey"))
        for _ in range(2):
            ended = station.call("POST", f"/enrollments/{enrollment}/finish", {}).json()
            assert (ended["phase"], ended["outcomes"][0]["result"]) == ("done", "registered")
        station.session.close()


def test_a_passkey_is_kept_as_that_of_a_phone_told_by_mail_and_written_down(
    running: Running, station: Station, phone: Phone
) -> None:
    enrollment = running.verified(station)
    with_passkey(phone, shown(running, station, enrollmentId=enrollment, purpose="passkey"))
    with running.parts.store.read() as tx:
        whose = tx.connection.exec_driver_sql("SELECT user_id FROM credentials").scalar_one()
        (kept,) = credentials_of_user(tx, whose)
        mails = tx.connection.exec_driver_sql("SELECT once FROM messages").scalars().all()
    assert (kept.attestation, kept.name, kept.proved_at) == ("none:phone", "Phone", running.clock.now())
    assert any(each.startswith("phone_registered:") for each in mails)
    assert {"phone_code_shown", "phone_code_scanned", "phone_number_matched", "phone_code_completed"} <= events(running)
    assert "phone_passkey_registered" in events(running)
    page = matched(phone, shown(running, station, enrollmentId=enrollment, purpose="passkey"))
    excluded = phone.asked(page, "/m/passkey")
    assert [each["id"] for each in excluded["excludeCredentials"]] == [b64(phone.key.credential_id)]
