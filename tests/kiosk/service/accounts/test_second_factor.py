"""The second factor over HTTPS: set up, enrolled, given up, taken away; told to the person, written into the trail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.contract.paths import Scope
from kiosk.service.accounts.second_factor import judge_code, second_factor
from kiosk.service.store import totp as rows
from kiosk.service.store.engine import StaleRow
from kiosk.service.tls import Identity
from kiosk.service.verification.settings import LimitSettings
from tests.kiosk.service.accounts.people_with_apps import Phone, Town, town

SETUP, ENROLL, UNENROLL = (f"/user/mfa/totp/{each}" for each in ("setup", "enroll", "unenroll"))
BY_STAFF = "/user/mfa/totp/unenroll/dashboard"


@pytest.fixture
def here(tmp_path: Path, tls: tuple[Identity, Identity], backend: dict[str, str]) -> Iterator[Town]:
    with town(tmp_path, tls, database=backend) as made:
        yield made


def judged(here: Town, user_id: str, code: str) -> bool:
    parts = here.running.parts
    return parts.store.write(lambda tx: judge_code(tx, parts, user_id, code))


@pytest.mark.databases
def test_an_app_is_set_up_enrolled_used_and_given_up(here: Town) -> None:
    mona = here.person("mona")
    with here.session(mona) as session:
        assert here.call(session, "GET", "/user/mfa/totp").json() == {"status": "NOT_ENROLLED", "recoveryCodesLeft": 0}
        made = here.call(session, "POST", SETUP).json()
        assert {name: made[name] for name in ("status", "digits", "period")} == {
            "status": "SETUP",
            "digits": 6,
            "period": 30,
        }
        assert made["uri"].startswith("otpauth://totp/Example%20Organization:mona%40example.org?secret=")
        assert made["secret"] in made["uri"]
        assert made["qrCode"].startswith("data:image/png;base64,")
        assert here.call(session, "GET", "/user/mfa/totp").json()["status"] == "SETUP"
        phone = Phone.scanned(here.running, made["secret"])
        assert not judged(here, mona, phone.code()), "an app that was only set up opens nothing"
        enrolled = here.call(session, "POST", ENROLL, {"code": phone.code()})
        assert enrolled.status_code == 200
        assert enrolled.json()["status"] == "ENROLLED"
        assert len(set(enrolled.json()["recoveryCodes"])) == 10
        assert not judged(here, mona, phone.code()), "the code that enrolled is taken"
        here.running.clock.advance(seconds=30)
        assert judged(here, mona, phone.code())
        assert not judged(here, mona, phone.code()), "each code once"
        here.running.clock.advance(seconds=30)
        assert here.call(session, "POST", UNENROLL, {"code": phone.code()}).json() == {"status": "NOT_ENROLLED"}
        assert here.call(session, "GET", "/user/mfa/totp").json()["status"] == "NOT_ENROLLED"
    told = [(template, to, values["change"]) for template, to, values in here.mails()]
    assert told == [
        ("second_factor", "mona@example.org", "An authenticator app was set up"),
        ("second_factor", "mona@example.org", "The authenticator app was removed"),
    ]
    assert here.trail(mona) == ["signed_in", "totp_set_up", "totp_enrolled", "totp_unenrolled"]


def test_mail_is_in_the_persons_language(here: Town) -> None:
    with here.session(here.person("mona", locale="ar-EG")) as session:
        here.enrolled(session)
    assert here.mails()[-1][2]["change"] == "تم إعداد تطبيق مصادقة"


def test_each_setup_makes_another_secret_and_the_earlier_one_is_dead(here: Town) -> None:
    with here.session(here.person("mona")) as session:
        first, second = (here.call(session, "POST", SETUP).json() for _ in range(2))
        assert first["secret"] != second["secret"]
        old, new = Phone.scanned(here.running, first["secret"]), Phone.scanned(here.running, second["secret"])
        assert here.call(session, "POST", ENROLL, {"code": old.code()}).status_code == 400
        assert here.call(session, "POST", ENROLL, {"code": new.code()}).status_code == 200
        refused = here.call(session, "POST", SETUP)
        assert (refused.status_code, refused.json()["error"]) == (409, "totp_state")


def test_without_a_setup_nothing_is_enrolled_or_given_up(here: Town) -> None:
    with here.session(here.person("mona")) as session:
        refused = here.call(session, "POST", ENROLL, {"code": "123456"})
        assert refused.status_code == 404
        assert refused.json() == {
            "error": "totp_not_set_up",
            "errorDetails": "User not found, or user MFA TOTP not set up",
        }
        assert here.call(session, "POST", UNENROLL, {"code": "123456"}).json()["error"] == "totp_state"


def test_a_setup_that_was_left_lapses(here: Town) -> None:
    with here.session(here.person("mona")) as session:
        phone = Phone.scanned(here.running, here.call(session, "POST", SETUP).json()["secret"])
        here.running.clock.advance(minutes=59)
        assert here.call(session, "GET", "/user/mfa/totp").json()["status"] == "SETUP"
    here.running.clock.advance(minutes=2)
    with here.session(here.person("omar")) as other:
        assert here.call(other, "GET", "/user/mfa/totp").json()["status"] == "NOT_ENROLLED"
    mona = here.session(user_id_of(here, "mona"))
    with mona:
        assert here.call(mona, "POST", ENROLL, {"code": phone.code()}).status_code == 404


def user_id_of(here: Town, name: str) -> str:
    (found,) = here.running.parts.directories.find_people({"upn": f"{name}@example.org"})
    return found.user_id


@pytest.mark.databases
def test_a_recovery_code_helps_once_however_it_is_typed(here: Town) -> None:
    mona, omar = here.person("mona"), here.person("omar")
    with here.session(mona) as session, here.session(omar) as other:
        _phone, codes = here.enrolled(session)
        here.enrolled(other)
        assert not judged(here, omar, codes[0]), "it is Mona's"
        assert judged(here, mona, f" {codes[0].replace('-', ' ').replace('0', 'o').lower()} ")
        assert not judged(here, mona, codes[0])
        assert here.call(session, "GET", "/user/mfa/totp").json()["recoveryCodesLeft"] == 9
        assert here.call(session, "POST", UNENROLL, {"code": codes[1]}).status_code == 200
        assert not judged(here, mona, codes[2]), "they go with the app"


@pytest.mark.databases
def test_the_same_code_from_many_at_once_is_taken_once(here: Town) -> None:
    mona = here.person("mona")
    with here.session(mona) as session:
        phone, codes = here.enrolled(session)
    here.running.clock.advance(seconds=30)
    for code in (phone.code(), codes[0]):
        taken: list[bool] = []

        def try_it(code: str = code, taken: list[bool] = taken) -> None:
            try:
                taken.append(judged(here, mona, code))
            except StaleRow:
                taken.append(False)

        threads = [threading.Thread(target=try_it) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(taken) == [False] * 7 + [True]


def test_wrong_codes_are_counted_and_lock_also_with_the_right_one(here: Town) -> None:
    mona = here.person("mona")
    with here.session(mona) as session:
        phone, _codes = here.enrolled(session)
        here.running.clock.advance(seconds=60)
        limits = LimitSettings()
        answers = [
            here.call(session, "POST", UNENROLL, {"code": "000000"}).status_code for _ in range(limits.per_person)
        ]
        assert answers == [400] * limits.per_person
        locked = here.call(session, "POST", UNENROLL, {"code": phone.code()})
        assert (locked.status_code, locked.json()["error"]) == (423, "locked")
        assert int(locked.headers["Retry-After"]) > 0
        here.running.clock.advance(hours=1)
    with here.session(mona) as session:
        assert here.call(session, "POST", UNENROLL, {"code": phone.code()}).status_code == 200


def test_trying_codes_of_a_new_secret_locks_nobody_out_of_anything_else(here: Town) -> None:
    mona = here.person("mona")
    with here.session(mona) as session:
        phone = Phone.scanned(here.running, here.call(session, "POST", SETUP).json()["secret"])
        for _ in range(LimitSettings().per_person):
            assert here.call(session, "POST", ENROLL, {"code": "000000"}).status_code == 400
        assert here.call(session, "POST", ENROLL, {"code": phone.code()}).status_code == 423
        here.running.clock.advance(minutes=20)
        assert here.call(session, "POST", ENROLL, {"code": phone.code()}).status_code == 200
        here.running.clock.advance(seconds=30)
        assert here.call(session, "POST", UNENROLL, {"code": phone.code()}).status_code == 200


def test_staff_take_an_app_away_from_people_of_their_sites_only(here: Town) -> None:
    mona, elsewhere = here.person("mona"), here.person("omar", site="clinic")
    with here.session(mona) as session, here.session(elsewhere, "clinic") as other:
        here.enrolled(session)
        here.enrolled(other)
        desk = here.client(Scope.SYSTEM_USER_RW)
        stranger = here.client(Scope.SYSTEM_USER_RW, tenant="other", sites=("abroad", "campus"))
        weak = here.client(Scope.USER_RW)
        body = {"userId": mona, "reason": "Lost the phone"}
        answers = [
            stranger.call("POST", BY_STAFF, body),
            desk.call("POST", BY_STAFF, body | {"userId": elsewhere}),
            desk.call("POST", BY_STAFF, body | {"userId": "0" * 32}),
        ]
        assert {(each.status_code, each.text) for each in answers} == {(404, answers[0].text)}
        assert weak.call("POST", BY_STAFF, body).status_code == 403
        assert desk.call("POST", BY_STAFF, {"userId": mona}).status_code == 400, "the trail wants a reason"
        assert here.call(session, "GET", "/user/mfa/totp").json()["status"] == "ENROLLED"
        assert desk.call("POST", BY_STAFF, body).json() == {"status": "NOT_ENROLLED"}
        assert desk.call("POST", BY_STAFF, body).status_code == 404
        assert here.call(session, "GET", "/user/mfa/totp").json()["status"] == "NOT_ENROLLED"
        for each in (desk, stranger, weak):
            each.session.close()
    assert here.trail(mona)[-1] == "totp_taken_away"
    assert here.mails()[-1][1:] == ("mona@example.org", here.mails()[-1][2])
    assert here.mails()[-1][2]["change"] == "Staff removed the authenticator app"


def test_only_whoever_is_signed_in_reaches_an_app(here: Town) -> None:
    client = here.client(Scope.USER_RW)
    assert client.call("POST", SETUP).status_code == 401, "a client's token is no person's"
    client.session.close()


def test_a_sealed_secret_opens_for_its_person_and_this_service_only(
    here: Town, caplog: pytest.LogCaptureFixture
) -> None:
    mona, omar = here.person("mona"), here.person("omar")
    with here.session(mona) as session:
        phone, _codes = here.enrolled(session)
    here.running.clock.advance(seconds=30)
    parts = here.running.parts
    with parts.store.read() as tx:
        row = rows.totp_of(tx, mona)
    assert row is not None
    assert phone.secret not in row.sealed
    moved = rows.TotpRow(omar, row.state, row.sealed, row.last_step, row.changed_at)
    parts.store.write(lambda tx: rows.put_totp(tx, moved))
    assert not judged(here, omar, phone.code())
    assert [each.getMessage() for each in caplog.records if "totp" in each.getMessage()]
    caplog.clear()
    assert second_factor(parts).step(row, mona, phone.code(), here.running.clock.now()) is not None
    assert "sealed" not in repr(row)
    assert str(parts.hmac_key) not in repr(second_factor(parts))


def test_nobody_has_a_code(here: Town) -> None:
    mona = here.person("mona")
    assert not judged(here, mona, "123456")
    assert not judged(here, "nobody of any directory", "")
