"""What a phone meets behind a code, in a real browser: every way through the pages, and every end."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By

from tests.browser.chromium import Phone
from tests.browser.walking import (
    CEREMONY,
    Booth,
    fills_in_form,
    makes_passkey,
    pairs,
    reason,
    scans,
    types_number,
    uses_passkey,
    wrong,
)

pytestmark = pytest.mark.browser


def test_a_passkey_is_made_tried_and_told(phone: Phone, booth: Booth) -> None:
    code = booth.code()
    phone.opens(code["link"])
    phone.waits("#go")
    assert booth.standing(code) == ("PENDING", "")
    phone.presses("#go")
    phone.waits('[name="number"]')
    assert phone.path == "/m"
    assert booth.standing(code) == ("SCANNED", "")
    assert "Okafor" not in phone.source
    types_number(phone, booth.number(code))
    phone.waits(CEREMONY)
    assert "Okafor" not in phone.text, "who it is about is masked"
    makes_passkey(phone)
    assert booth.standing(code) == ("COMPLETED", "")
    (passkey,) = phone.passkeys()
    assert (passkey["rpId"], passkey["isResidentCredential"]) == ("localhost", True)


def test_an_existing_passkey_shows_who_somebody_is(phone: Phone, booth: Booth) -> None:
    first = booth.code()
    pairs(phone, booth, first)
    makes_passkey(phone)
    enrollment = booth.known()
    code = booth.code(enrollmentId=enrollment, purpose="confirm")
    pairs(phone, booth, code)
    uses_passkey(phone)
    phone.waits("#done")
    assert booth.standing(code) == ("COMPLETED", "")
    answer = {"method": "phone", "answer": code["transactionId"]}
    assert booth.station.post(f"/enrollments/{enrollment}/verify", answer, 200)["phase"] == "key"


def test_the_passkey_of_somebody_else_shows_nothing(phone: Phone, booth: Booth) -> None:
    pairs(phone, booth, booth.code(uuid=booth.account("j.dubois@example.org")))
    makes_passkey(phone)
    code = booth.code(enrollmentId=booth.known(), purpose="confirm")
    pairs(phone, booth, code)
    uses_passkey(phone)
    assert reason(phone) == "wrong_account"
    assert booth.standing(code) == ("FAILED", "wrong_account")


def test_a_mailed_code_is_typed_on_the_phone(phone: Phone, booth: Booth) -> None:
    enrollment = booth.known()
    code = booth.code(enrollmentId=enrollment, purpose="code")
    pairs(phone, booth, code)
    seen = len(booth.embedded.mailbox.messages())
    phone.presses("#send-email")
    phone.types("code", booth.mailed(seen))
    phone.presses("#next")
    phone.waits("#done")
    assert booth.standing(code) == ("COMPLETED", "")


def test_the_form_is_filled_in_on_the_phone(phone: Phone, booth: Booth) -> None:
    code = booth.code(enrollmentId=booth.station.open(), purpose="register", form="member")
    pairs(phone, booth, code)
    seen = len(booth.embedded.mailbox.messages())
    fills_in_form(phone, "leila@example.org")
    phone.types("code", booth.mailed(seen))
    phone.presses("#next")
    phone.waits("#done")
    assert booth.standing(code) == ("COMPLETED", "")


def test_three_wrong_numbers_end_it(phone: Phone, booth: Booth) -> None:
    code = booth.code()
    scans(phone, code["link"])
    number = booth.number(code)
    for left in ("2", "1"):
        types_number(phone, wrong(number))
        assert left in phone.says("#wrong")
        assert booth.standing(code)[0] == "SCANNED"
    types_number(phone, wrong(number))
    assert reason(phone) == "wrong_number"
    assert booth.standing(code) == ("FAILED", "wrong_number")


def test_who_is_somebody_else_says_so(phone: Phone, booth: Booth) -> None:
    code = booth.code()
    pairs(phone, booth, code)
    phone.presses("#decline button")
    assert reason(phone) == "declined"
    assert booth.standing(code) == ("FAILED", "declined")


def test_a_second_phone_is_refused_and_the_first_goes_on(phone: Phone, another: Phone, booth: Booth) -> None:
    code = booth.code()
    scans(phone, code["link"])
    another.opens(code["link"])
    another.presses("#go")
    assert reason(another, "#refused") == "another_phone"
    assert booth.standing(code) == ("SCANNED", "another_phone")
    types_number(phone, booth.number(code))
    makes_passkey(phone)
    assert booth.standing(code)[0] == "COMPLETED"
    assert another.passkeys() == []


def test_the_same_phone_goes_on_where_it_was(phone: Phone, booth: Booth) -> None:
    code = booth.code()
    pairs(phone, booth, code)
    phone.waits(CEREMONY)
    phone.opens(code["link"])
    phone.waits(CEREMONY)


def test_a_code_that_the_kiosk_takes_back_is_over_on_the_phone(phone: Phone, booth: Booth) -> None:
    code = booth.code()
    scans(phone, code["link"])
    number = booth.number(code)
    where = {"transactionId": code["transactionId"]}
    assert booth.station.call("DELETE", "/omi/qr/enrol", params=where).status_code == 204
    types_number(phone, number)
    assert reason(phone) == "taken_back"
    assert booth.standing(code) == ("CANCELLED", "taken_back")


def test_a_newer_code_takes_the_place_of_an_older_one(phone: Phone, booth: Booth) -> None:
    old = booth.code()
    scans(phone, old["link"])
    number = booth.number(old)
    booth.code()
    types_number(phone, number)
    assert reason(phone) == "replaced"
    phone.opens(old["link"])
    assert reason(phone, "#refused, #over") in ("no_code", "replaced")


def test_who_does_not_want_their_phone_to_ask_may_try_again(phone: Phone, booth: Booth) -> None:
    code = booth.code()
    pairs(phone, booth, code)
    phone.waits(CEREMONY)
    phone.is_itself(recognized=False)
    uses_passkey(phone)
    phone.waits('[data-told="cancelled"]')
    assert booth.standing(code) == ("SCANNED", "")
    phone.is_itself(recognized=True)
    makes_passkey(phone)
    assert booth.standing(code) == ("COMPLETED", "")


def test_a_phone_that_has_a_passkey_already_says_so(phone: Phone, booth: Booth) -> None:
    pairs(phone, booth, booth.code())
    makes_passkey(phone)
    code = booth.code()
    pairs(phone, booth, code)
    uses_passkey(phone)
    phone.waits('[data-told="exists"]')
    assert booth.standing(code) == ("SCANNED", "")


def test_a_browser_without_passkeys_says_so(phone: Phone, booth: Booth) -> None:
    script = {"source": "delete window.PublicKeyCredential;"}
    added = phone.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
    try:
        pairs(phone, booth, booth.code())
        phone.waits('[data-told="unsupported"]')
        assert not phone.waits(CEREMONY).is_enabled()
    finally:
        phone.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


def test_without_scripts_all_but_the_passkey_works(phone: Phone, booth: Booth) -> None:
    phone.scripts(run=False)
    code = booth.code(enrollmentId=booth.known(), purpose="code")
    pairs(phone, booth, code)
    seen = len(booth.embedded.mailbox.messages())
    phone.presses("#send-email")
    phone.types("code", booth.mailed(seen))
    phone.presses("#next")
    phone.waits("#done")
    assert booth.standing(code) == ("COMPLETED", "")
    pairs(phone, booth, booth.code())
    phone.waits("noscript .notice")
    phone.presses("#decline button")
    assert reason(phone) == "declined"


def test_pages_are_read_in_another_language_at_a_touch(phone: Phone, booth: Booth) -> None:
    phone.opens(booth.code()["link"])
    phone.presses('.languages a[lang="ar"]')
    root = phone.all("html")[0]
    assert (root.get_attribute("lang"), root.get_attribute("dir")) == ("ar", "rtl")
    phone.presses("#go")
    phone.waits('[name="number"]')
    assert phone.driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == "ar"
