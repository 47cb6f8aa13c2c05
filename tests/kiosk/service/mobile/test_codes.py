"""Codes that phones scan, from their showing to each of their ends."""

from __future__ import annotations

import base64

import pytest
import zxingcpp
from PySide6.QtGui import QImage

from kiosk.contract.phone import PhoneReason, PhoneStanding, PhoneStatus
from kiosk.service.mobile import codes
from kiosk.service.mobile.rules import AnotherPhone, CodeOver, NoSuchCode, NotNow, WrongNumber
from kiosk.service.mobile.standings import expire_next, forget_old_codes
from kiosk.service.store.engine import WriteTx
from tests.kiosk.service.mobile.phone import OTHER, Phones, a_phone, link_code


def wrong(number: str) -> str:
    return f"{(int(number) + 1) % 1000:03d}"


def test_a_code_walks_from_its_showing_to_its_completion(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    assert phones.standing(code) == PhoneStanding(PhoneStatus.PENDING, "", 300)
    phones.scan(code, phone)
    standing = phones.standing(code)
    assert standing.status is PhoneStatus.SCANNED
    assert len(standing.number) == 3
    done = phones.complete(phones.match(code, phone))
    assert done.status is PhoneStatus.COMPLETED
    assert phones.standing(code) == PhoneStanding(PhoneStatus.COMPLETED)
    walked = ["phone_code_shown", "phone_code_scanned", "phone_number_matched", "phone_code_completed"]
    assert phones.events() == walked


def test_the_picture_holds_the_link_and_nothing_of_the_person(phones: Phones) -> None:
    code = phones.open()
    picture = QImage.fromData(base64.b64decode(code.qr_code))
    (read,) = zxingcpp.read_barcodes(picture.convertToFormat(QImage.Format.Format_Grayscale8))
    assert read.text == code.link
    assert phones.account not in code.link


def test_the_number_is_told_only_while_a_phone_works_on_it(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    assert phones.row(code).number == ""
    row = phones.match(code, phone)
    assert phones.standing(code).number == row.number
    phones.complete(row)
    assert phones.standing(code).number == phones.row(code).number == ""


def test_a_second_phone_is_refused_told_and_audited_and_the_first_goes_on(phones: Phones) -> None:
    code, first, second = phones.open(), a_phone(), a_phone()
    row = phones.match(code, first)
    for _ in range(2):
        with pytest.raises(AnotherPhone):
            phones.scan(code, second)
    assert phones.standing(code).reason == PhoneReason.ANOTHER_PHONE
    assert phones.events().count("phone_code_second_phone") == 2
    assert phones.complete(row).status is PhoneStatus.COMPLETED


def test_the_same_phone_goes_on_where_it_was_also_after_the_end(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    row = phones.match(code, phone)
    assert phones.scan(code, phone) == row
    phones.complete(row)
    assert phones.scan(code, phone).status is PhoneStatus.COMPLETED
    assert phones.events().count("phone_code_scanned") == 1


def test_looking_changes_nothing(phones: Phones) -> None:
    code = phones.open()
    assert codes.look(phones.parts, link_code(code)) == phones.row(code)
    assert phones.standing(code).status is PhoneStatus.PENDING


def test_the_third_wrong_number_ends_the_code(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    row = phones.scan(code, phone)
    for left in (2, 1):
        with pytest.raises(WrongNumber) as refused:
            codes.matched(phones.parts, row, wrong(row.number))
        assert refused.value.tries_left == left
    with pytest.raises(CodeOver):
        codes.matched(phones.parts, row, wrong(row.number))
    assert phones.standing(code) == PhoneStanding(PhoneStatus.FAILED, reason="wrong_number")


def test_arabic_digits_and_blanks_are_the_number_too(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    row = phones.scan(code, phone)
    typed = " ".join(chr(0x0660 + int(each)) for each in row.number)
    assert codes.matched(phones.parts, row, typed).matched == 1


def test_nothing_is_completed_or_kept_before_the_number(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    row = phones.scan(code, phone)
    with pytest.raises(NotNow):
        phones.complete(row)
    with pytest.raises(NotNow):
        codes.keep_work(phones.parts, row, {"challenge": "x"})


def test_a_completion_is_not_replayed_and_serves_its_own_enrollment_only(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    row = phones.match(code, phone)
    phones.complete(row)
    with pytest.raises(CodeOver):
        phones.complete(row)
    with phones.parts.store.read() as tx:
        assert codes.completed_for(tx, "0" * 32, code.transaction_id) is None


def test_what_the_phone_was_asked_is_kept_until_the_end(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    phones.match(code, phone)
    row = codes.keep_work(phones.parts, codes.of_phone(phones.parts, phone), {"challenge": "x"})
    assert codes.of_phone(phones.parts, phone).work == {"challenge": "x"}
    phones.complete(row)
    assert phones.row(code).work is None


def test_a_newer_code_takes_the_place_of_the_earlier_one(phones: Phones) -> None:
    earlier = phones.open()
    newer, elsewhere = phones.open(), phones.open(OTHER)
    assert phones.standing(earlier) == PhoneStanding(PhoneStatus.CANCELLED, reason="replaced")
    assert phones.standing(newer).status is PhoneStatus.PENDING
    assert phones.standing(elsewhere, OTHER).status is PhoneStatus.PENDING


def test_time_ends_a_code_before_anybody_writes_it_down(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    phones.scan(code, phone)
    phones.running.clock.advance(seconds=300)
    assert phones.standing(code) == PhoneStanding(PhoneStatus.EXPIRED)
    assert codes.of_phone(phones.parts, phone).status is PhoneStatus.EXPIRED
    with pytest.raises(CodeOver):
        codes.look(phones.parts, link_code(code))
    assert not expire_next(phones.parts)
    assert phones.row(code).status is PhoneStatus.EXPIRED
    assert phones.standing(code) == PhoneStanding(PhoneStatus.EXPIRED)
    phones.running.clock.advance(days=1)
    assert forget_old_codes(phones.parts) == 1


def test_another_client_knows_nothing_of_a_code(phones: Phones) -> None:
    code = phones.open()
    with pytest.raises(NoSuchCode):
        phones.standing(code, OTHER)
    with pytest.raises(NoSuchCode):
        codes.take_back(phones.parts, OTHER, code.transaction_id)


def test_a_failure_is_told(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    row = phones.scan(code, phone)

    def work(tx: WriteTx) -> None:
        codes.failed(tx, phones.parts, row, PhoneReason.DECLINED)

    phones.parts.store.write(work)
    assert phones.standing(code) == PhoneStanding(PhoneStatus.FAILED, reason="declined")


@pytest.mark.parametrize("told", ["", "x", "a" * 21, "a" * 22, "a" * 23, "ä" * 22, "../../../../etc/passwd"])
def test_what_is_no_code_is_none(phones: Phones, told: str) -> None:
    with pytest.raises(NoSuchCode):
        codes.look(phones.parts, told)


def test_no_secret_is_in_a_repr(phones: Phones) -> None:
    code, phone = phones.open(), a_phone()
    row = phones.match(code, phone)
    shown = f"{code!r}{row!r}"
    assert link_code(code) not in shown
    assert f"'{row.number}'" not in shown
    assert phone not in shown
    assert code.qr_code[:40] not in shown
