"""Who tries to get into somebody else's way: refused, told on the page, written down; the first phone goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.kiosk.service.pages.phones import (
    COOKIE,
    ORIGIN,
    Page,
    Phone,
    Shown,
    events,
    matched,
    shown,
    with_passkey,
)
from tests.kiosk.service.running import Running, Station


@pytest.fixture
def thief(running: Running) -> Iterator[Phone]:
    with Phone.of(running) as phone:
        yield phone


@pytest.fixture
def code(running: Running, station: Station) -> Shown:
    return shown(running, station, enrollmentId=running.verified(station), purpose="passkey")


def path(code: Shown) -> str:
    return code.link.removeprefix(ORIGIN)


def test_looking_at_a_link_changes_nothing(thief: Phone, code: Shown) -> None:
    for _ in range(2):
        assert thief.get(path(code)).status == 200
    assert thief.ask("HEAD", path(code)).status_code == 405
    assert thief.ask("GET", path(code), headers={"Sec-Purpose": "prefetch"}).status_code == 200
    assert code.standing["status"] == "PENDING"
    assert code.number == ""


def test_a_photographed_code_is_worth_nothing_without_the_number(running: Running, thief: Phone, code: Shown) -> None:
    page = thief.scan(code.link)
    assert "•" not in page.text, "nobody is named before the number"
    assert thief.send(page, "/m/number", number="").status_code == 303
    wrong = f"{(int(code.number) + 1) % 1000:03d}"
    page = thief.follow(thief.get(), "/m/number", number=wrong)
    assert "Tries left: 1." in page.text
    page = thief.follow(page, "/m/number", number=wrong)
    assert page.reason == "wrong_number"
    assert (code.status, code.standing["reason"]) == ("FAILED", "wrong_number")
    assert "phone_number_wrong" in events(running)


def test_a_second_phone_is_refused_and_the_first_one_goes_on(
    running: Running, phone: Phone, thief: Phone, code: Shown
) -> None:
    landing = thief.get(path(code))
    phone.scan(code.link)
    refused = Page(thief.send(landing, path(code)))
    assert (refused.status, refused.reason) == (409, "another_phone")
    assert code.standing["reason"] == "another_phone"
    assert "phone_code_second_phone" in events(running)
    assert thief.get().status == 404
    assert "passkey" in phone.follow(phone.get(), "/m/number", number=code.number).elements


def test_a_completion_is_not_taken_twice(running: Running, phone: Phone, code: Shown) -> None:
    page = matched(phone, code)
    made = phone.created(page)
    proving = phone.follow(page, "/m/passkey", answer=made)
    assert "prove" in phone.follow(page, "/m/passkey", answer=made).elements, "a double tap"
    proof = phone.proved(proving)
    assert "done" in phone.follow(proving, "/m/passkey/proof", answer=proof).elements
    again = phone.send(proving, "/m/passkey/proof", answer=proof)
    assert again.status_code in (303, 404)
    with running.parts.store.read() as tx:
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM credentials").scalar_one() == 1


def test_the_answer_to_another_question_is_told_and_asked_again(
    running: Running, station: Station, phone: Phone, code: Shown
) -> None:
    with_passkey(phone, code)
    enrollment = station.open()
    station.identify(enrollment)
    first = shown(running, station, enrollmentId=enrollment, purpose="confirm")
    old = phone.proved(matched(phone, first), "/m/confirm")
    page = matched(phone, shown(running, station, enrollmentId=enrollment, purpose="confirm"))
    again = Page(phone.send(page, "/m/confirm", answer=old))
    assert (again.status, "again" in again.elements) == (422, True)
    assert "phone_answer_refused" in events(running)
    assert "done" in phone.follow(again, "/m/confirm", answer=phone.proved(again, "/m/confirm")).elements


@pytest.mark.parametrize("bend", ["origin", "flags", "signature"])
def test_what_does_not_hold_is_refused_and_nothing_is_kept(
    running: Running, phone: Phone, code: Shown, bend: str
) -> None:
    page = matched(phone, code)
    if bend == "origin":
        phone.key.origin = "https://phone.keywright.example.evil.example"
    elif bend == "flags":
        phone.key.flags &= ~4
    told = json.loads(phone.created(page))
    if bend == "signature":
        page = phone.follow(page, "/m/passkey", answer=json.dumps(told))
        told = json.loads(phone.proved(page))
        told["response"]["signature"] = told["response"]["userHandle"]
    page = phone.follow(page, "/m/passkey/proof" if bend == "signature" else "/m/passkey", answer=json.dumps(told))
    assert page.reason == "refused"
    assert (code.status, code.standing["reason"]) == ("FAILED", "refused")
    with running.parts.store.read() as tx:
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM credentials").scalar_one() == 0


@pytest.mark.parametrize("token", [None, "", "x", "é", "A" * 43])
def test_a_form_of_elsewhere_is_refused_and_written_down(
    running: Running, phone: Phone, code: Shown, token: str | None
) -> None:
    phone.scan(code.link)
    form = {"number": code.number} | ({} if token is None else {"token": token})
    refused = Page(phone.ask("POST", "/m/number", data=form))
    assert (refused.status, refused.reason) == (403, "foreign_form")
    assert "phone_form_refused" in events(running)
    assert "number" in phone.get().elements


def test_the_form_of_another_phone_is_refused(phone: Phone, thief: Phone, code: Shown) -> None:
    page = phone.scan(code.link)
    thief.get(path(code))
    assert thief.send(page, "/m/number", number=code.number).status_code == 403
    thief.session.cookies.clear()
    assert thief.send(page, "/m/number", number=code.number).status_code == 403


def test_a_cookie_that_is_none_of_ours_is_replaced(thief: Phone, code: Shown) -> None:
    answer = thief.ask("GET", path(code), headers={"Cookie": f"{COOKIE}=short"})
    said = answer.headers["Set-Cookie"]
    assert all(each in said for each in (COOKIE, "Secure", "HttpOnly", "SameSite=strict", "Path=/"))
    assert "Domain" not in said


@pytest.mark.parametrize("step", ["landing", "number", "create", "prove"])
def test_time_runs_out_at_every_step(running: Running, phone: Phone, code: Shown, step: str) -> None:
    landing = phone.get(path(code))
    if step == "landing":
        running.clock.advance(seconds=301)
        assert Page(phone.send(landing, path(code))).reason == "no_code"
        return
    page = phone.scan(code.link)
    if step == "number":
        number = code.number
        running.clock.advance(seconds=301)
        answer = phone.send(page, "/m/number", number=number)
    else:
        page = phone.follow(page, "/m/number", number=code.number)
        if step == "prove":
            page = phone.follow(page, "/m/passkey", answer=phone.created(page))
            answer_text, action = phone.proved(page), "/m/passkey/proof"
        else:
            answer_text, action = phone.created(page), "/m/passkey"
        running.clock.advance(seconds=301)
        answer = phone.send(page, action, answer=answer_text)
    assert answer.status_code == 303
    assert phone.get().reason == "expired"


def test_who_says_that_it_is_not_them_ends_it(phone: Phone, code: Shown) -> None:
    page = phone.follow(matched(phone, code), "/m/decline")
    assert page.reason == "declined"
    assert code.standing["reason"] == "declined"


def test_a_code_that_never_was_and_one_that_is_over_look_the_same(
    running: Running, station: Station, thief: Phone, code: Shown
) -> None:
    assert station.call("DELETE", f"/omi/qr/enrol?transactionId={code.transaction}").status_code in (200, 204)
    over, never = thief.get(path(code)), thief.get("/m/" + "A" * 22)
    assert (over.status, over.answer.text) == (never.status, never.answer.text)
    assert over.reason == "no_code"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"token=a&token=b", 400),
        (b"=" * 100, 400),
        (b"number=%ff", 400),
        (b"number=%00", 400),
        (b"&".join(b"f%d=1" % each for each in range(70)), 400),
        (b"number=" + b"1" * 30_000, 400),
        (b"number=" + b"1" * 70_000, 413),
        ("number=é".encode(), 400),
    ],
)
def test_a_form_that_is_none_is_refused(phone: Phone, code: Shown, body: bytes, status: int) -> None:
    phone.scan(code.link)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert phone.ask("POST", "/m/number", data=body, headers=kind).status_code == status


def test_no_secret_is_in_a_log_or_a_repr(
    running: Running, phone: Phone, code: Shown, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG", logger="keywright")
    with_passkey(phone, code)
    secret = phone.session.cookies.get(COOKIE) or "none"
    said = "".join(each.getMessage() for each in caplog.records if each.name.startswith("keywright"))
    said += "".join(capfd.readouterr())
    assert path(code)[3:] not in said
    assert secret not in said
    with running.parts.store.read() as tx:
        trail = str(tx.connection.exec_driver_sql("SELECT * FROM audit").all())
    assert secret not in trail
    assert path(code)[3:] not in trail
