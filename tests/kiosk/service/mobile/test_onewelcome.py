"""A service shaped like OneWelcome, as its connector finds it: in each dialect, under each fault."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.contract.phone import PhoneStatus
from kiosk.service import catalog
from kiosk.service.mobile.connector import PhoneEnroller, PhonesRefused, PhonesUnavailable
from kiosk.service.mobile.enroller_settings import EnrollerSettings
from kiosk.service.outbound import Outbound
from kiosk.service.probe import ProbeFailed
from tests.faces import frame
from tests.faces.faults import Fault
from tests.faces.frame import NADA, OBRIEN
from tests.faces.onewelcome import DIALECTS, DOCUMENTED, ENROL, FLAGGED, NESTED, STATUS, Dialect, OneWelcomeFace
from tests.faces.pictures import read_qr
from tests.kiosk.service.mobile.dialects import SETTINGS
from tests.kiosk.service.vendors.bed import Bed
from tests.kiosk.service.wired import wired

Stand = tuple[OneWelcomeFace, PhoneEnroller]
Open = Callable[..., Stand]


@pytest.fixture
def bed() -> Bed:
    return Bed()


@pytest.fixture
def opened(tmp_path: Path, bed: Bed) -> Iterator[Open]:
    """A face and our connector to it; arguments by name replace settings."""
    with ExitStack() as stack:

        def make(dialect: Dialect = DOCUMENTED, **changes: Any) -> Stand:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            folder.mkdir()
            face = stack.enter_context(OneWelcomeFace(folder, clock=bed.clock, dialect=dialect))
            outbound = Outbound()
            stack.callback(outbound.close)
            told = {
                "url": face.url,
                "token_url": face.url + dialect.token_path,
                "client_id": face.client.id,
                "client_secret": "omi",
                "certificate_authority": str(face.authority),
                **SETTINGS[dialect.name],
                **changes,
            }
            settings = catalog.settings_of(catalog.PHONES, "onewelcome", EnrollerSettings)(told)
            secret = {"omi": face.client.secret}
            wiring = wired(outbound=outbound, clock=bed.clock, sleep=bed.sleep, secret=secret.__getitem__)
            return face, catalog.make(catalog.PHONES, settings, wiring)

        yield make


def account(face: OneWelcomeFace, enroller: PhoneEnroller, login: str = NADA) -> str:
    user = face.user(login)
    return enroller.account_of(user.id, {"login": user.login})


def test_every_dialect_is_one_of_settings() -> None:
    assert set(SETTINGS) == {each.name for each in DIALECTS}
    assert SETTINGS["documented"] == {}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
@pytest.mark.parametrize("login", [NADA, OBRIEN])
@pytest.mark.parametrize("end", ["COMPLETED", "FAILED", "CANCELLED"])
def test_a_code_is_shown_scanned_and_comes_to_its_end(opened: Open, dialect: Dialect, login: str, end: str) -> None:
    face, enroller = opened(dialect)
    made = enroller.open(account(face, enroller, login))
    assert face.codes[made.reference].user == face.user(login).id
    assert made.lifetime == (timedelta(seconds=90) if dialect.told_life else timedelta(seconds=40))
    assert enroller.standing(made.reference) is PhoneStatus.PENDING
    code = face.scanned(read_qr(made.picture))
    assert enroller.standing(made.reference) is (PhoneStatus.PENDING if dialect is FLAGGED else PhoneStatus.SCANNED)
    code.state = end
    assert enroller.standing(made.reference) is PhoneStatus(end)
    assert face.issuer.issued == 1


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
def test_what_is_over_or_unknown_there_has_expired(opened: Open, dialect: Dialect, bed: Bed) -> None:
    face, enroller = opened(dialect)
    made = enroller.open(account(face, enroller))
    bed.clock.advance(seconds=91)
    assert enroller.standing(made.reference) is PhoneStatus.EXPIRED
    assert enroller.standing("12345") is PhoneStatus.EXPIRED


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
def test_no_code_for_an_account_that_there_is_not(opened: Open, dialect: Dialect) -> None:
    face, enroller = opened(dialect)
    with pytest.raises(PhonesRefused) as caught:
        enroller.open("nobody/../else?x=1")
    assert caught.value.word == "no_account"
    with pytest.raises(PhonesRefused) as caught:
        enroller.open(account(face, enroller, "gone@example.org"))
    assert caught.value.word == "refused"


def test_people_are_called_by_their_id_or_by_an_attribute(opened: Open) -> None:
    _, by_id = opened()
    assert by_id.account_of("0f", {"login": "x"}) == "0f"
    _, by_login = opened(NESTED)
    assert by_login.account_of("0f", {"login": " x "}) == "x"
    for attributes in ({}, {"login": ""}, {"login": "  "}, {"login": "a\nb"}, {"login": "x" * 257}):
        with pytest.raises(PhonesRefused) as caught:
            by_login.account_of("0f", attributes)
        assert caught.value.word == "no_account"


def test_one_token_serves_until_it_ends_and_a_lost_one_is_replaced_once(opened: Open, bed: Bed) -> None:
    face, enroller = opened()
    made = enroller.open(account(face, enroller))
    assert face.issuer.issued == 1
    face.issuer.revoke_all()
    assert enroller.standing(made.reference) is PhoneStatus.PENDING
    assert face.issuer.issued == 2
    bed.clock.advance(seconds=3600)
    face.life = timedelta(hours=2)
    enroller.open(account(face, enroller))
    assert face.issuer.issued == 3


def test_a_token_that_is_refused_twice_is_no_answer_while_a_code_lives(opened: Open) -> None:
    face, enroller = opened()
    made = enroller.open(account(face, enroller))
    face.faults.add(STATUS, Fault.EXPIRED_TOKEN, 2)
    with pytest.raises(PhonesUnavailable):
        enroller.standing(made.reference)
    assert enroller.standing(made.reference) is PhoneStatus.PENDING
    face.faults.add(ENROL, Fault.EXPIRED_TOKEN, 2)
    with pytest.raises(PhonesRefused) as caught:
        enroller.open(account(face, enroller))
    assert caught.value.word == "not_authorized"


def test_a_client_with_one_scope_only_is_refused(opened: Open) -> None:
    face, enroller = opened(scopes=["credential:omi:enrol:status:get"])
    with pytest.raises(PhonesRefused) as caught:
        enroller.open(face.user(NADA).id)
    assert caught.value.word == "not_authorized"


@pytest.mark.parametrize(
    "fault", [Fault.TOO_MANY, Fault.TOO_MANY_SILENT, Fault.UNAVAILABLE, Fault.LOST_BEFORE, Fault.LOST_AFTER]
)
def test_a_fault_that_passes_is_waited_for_where_only_the_status_is_asked(opened: Open, fault: Fault, bed: Bed) -> None:
    face, enroller = opened()
    made = enroller.open(account(face, enroller))
    face.faults.add(STATUS, fault)
    assert enroller.standing(made.reference) is PhoneStatus.PENDING
    assert len(bed.slept) == 1


def test_the_time_to_leave_them_alone_is_handed_on(opened: Open) -> None:
    face, enroller = opened()
    face.retry_after = 17
    face.faults.add(ENROL, Fault.TOO_MANY)
    with pytest.raises(PhonesUnavailable) as caught:
        enroller.open(account(face, enroller))
    assert caught.value.retry_after == 17


@pytest.mark.parametrize(
    "fault", [Fault.UNAVAILABLE, Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.HALF, Fault.NOT_JSON, Fault.SLOW_AFTER]
)
def test_a_code_that_did_not_arrive_is_not_asked_for_twice(opened: Open, fault: Fault) -> None:
    face, enroller = opened(timeout=0.3)
    face.faults.add(ENROL, fault)
    with pytest.raises(PhonesUnavailable):
        enroller.open(account(face, enroller))
    assert [each.name for each in face.calls].count(ENROL) == 1
    assert enroller.open(account(face, enroller)).reference in face.codes


def test_a_status_that_does_not_come_in_time_is_none(opened: Open) -> None:
    face, enroller = opened(timeout=0.3)
    made = enroller.open(account(face, enroller))
    face.faults.add(STATUS, Fault.SLOW_BEFORE, 3)
    with pytest.raises(PhonesUnavailable):
        enroller.standing(made.reference)
    face.faults.clear()


def test_a_picture_that_cannot_be_decoded_is_refused(opened: Open) -> None:
    face, enroller = opened()
    face.faults.add(ENROL, Fault.BAD_BASE64)
    with pytest.raises(PhonesRefused) as caught:
        enroller.open(account(face, enroller))
    assert caught.value.word == "bad_picture"


def test_what_nobody_has_heard_of_is_passed_over(opened: Open) -> None:
    face, enroller = opened()
    face.faults.add(ENROL, Fault.UNKNOWN_MEMBERS)
    face.faults.add(STATUS, Fault.UNKNOWN_MEMBERS)
    made = enroller.open(account(face, enroller))
    assert enroller.standing(made.reference) is PhoneStatus.PENDING


def test_an_unheard_of_word_keeps_the_code_open_and_is_told_once(
    opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    face, enroller = opened()
    made = enroller.open(account(face, enroller))
    for word in ("VERIFYING_DEVICE", "VERIFYING_DEVICE", "\u202eeyJhbGciOi" + "x" * 60):
        face.live().state = word
        assert enroller.standing(made.reference) is PhoneStatus.PENDING
    told = [each.__dict__["keywright_fields"] for each in caplog.records if each.levelno >= logging.WARNING]
    caplog.clear()
    assert [(each["event"], each["word"]) for each in told] == [
        ("unknown_status", "verifying_device"),
        ("unknown_status", ""),
    ]
    face.live().state = "COMPLETED"
    assert enroller.standing(made.reference) is PhoneStatus.COMPLETED


def test_many_unheard_of_words_do_not_fill_the_log(opened: Open, caplog: pytest.LogCaptureFixture) -> None:
    face, enroller = opened()
    made = enroller.open(account(face, enroller))
    for number in range(50):
        face.live().state = f"STEP_{number}"
        enroller.standing(made.reference)
    told = [each for each in caplog.records if each.levelno >= logging.WARNING]
    caplog.clear()
    assert len(told) == 32


def test_doctor_gets_a_token_and_leaves_no_trace(opened: Open) -> None:
    face, enroller = opened()
    assert "token" in enroller.probe()
    assert [each.name for each in face.calls] == [frame.TOKEN]
    _, stranger = opened(client_id="nobody")
    with pytest.raises(ProbeFailed) as caught:
        stranger.probe()
    assert "credentials" in caught.value.seen


def test_nothing_secret_is_written_anywhere(opened: Open, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    face, enroller = opened(NESTED)
    secrets = [face.client.secret, NADA]
    made = enroller.open(account(face, enroller))
    face.faults.add(STATUS, Fault.UNAVAILABLE)
    enroller.standing(made.reference)
    with pytest.raises(PhonesRefused) as caught:
        enroller.open("stranger@example.org")
    told = "".join(str(vars(each).get("keywright_fields")) for each in caplog.records)
    assert told.count("outside_call") == 5
    told += repr(made) + repr(enroller) + repr(caught.value)
    for secret in (*secrets, made.reference, face.live().text, "stranger", "Bearer"):
        assert secret not in told


def test_the_longest_that_a_call_takes_is_told(opened: Open) -> None:
    _, enroller = opened(timeout=2.0, token_timeout=3.0)
    assert enroller.deadline == timedelta(seconds=8)
    assert enroller.id == "phones"
