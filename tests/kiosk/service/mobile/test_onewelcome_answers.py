"""What services elsewhere may answer: anything at all, and nothing but our two errors comes of it."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from structlog.testing import capture_logs

from kiosk.contract.phone import PhoneStatus
from kiosk.service import catalog
from kiosk.service.mobile.connector import OutsideCode, PhoneEnroller, PhonesRefused, PhonesUnavailable
from kiosk.service.mobile.onewelcome_settings import OneWelcomeEnroller
from kiosk.service.outbound import Call, Outbound, Reply
from tests.faces.pictures import qr_png
from tests.kiosk.service.vendors.bed import Bed
from tests.kiosk.service.wired import wired

GIVEN: dict[str, Any] = {
    "url": "https://phones.example.org",
    "token_url": "https://phones.example.org/oauth2/token",
    "client_id": "keywright",
    "client_secret": "omi",
}
PICTURE = "data:image/png;base64," + base64.b64encode(qr_png("omi://1")).decode()
MADE = {"qrCode": PICTURE, "transactionId": "t-1", "expiresIn": 60}
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
documents = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["qrCode", "transactionId", "expiresIn", "status", "x"]), inner, max_size=5)
    ),
    max_leaves=12,
)


class Elsewhere(Outbound):
    """Every server: a token for who asks for one, and to all else one answer. Remembers what it was asked."""

    def __init__(self, document: object, status: int = 200) -> None:
        super().__init__()
        self.document, self.status = document, status
        self.calls: list[Call] = []

    def call(self, call: Call) -> Reply:
        self.calls.append(call)
        token = call.url.endswith("/oauth2/token")
        document = {"access_token": "t", "expires_in": 3600} if token else self.document
        status = 200 if token else self.status
        return Reply(status, {"content-type": "application/json"}, json.dumps(document).encode())

    def enroller(self) -> PhoneEnroller:
        bed = Bed()
        wiring = wired(outbound=self, clock=bed.clock, sleep=bed.sleep)
        made: PhoneEnroller = catalog.make(catalog.PHONES, OneWelcomeEnroller.model_validate(GIVEN), wiring)
        return made


def says(document: object, status: int = 200) -> PhoneEnroller:
    """The connector to a server that always says this."""
    return Elsewhere(document, status).enroller()


@given(document=documents, status=st.sampled_from([200, 201, 204, 301, 400, 404, 409, 410, 418, 429, 500, 503]))
def test_nothing_but_a_whole_code_is_one(document: Any, status: int) -> None:
    enroller = says(document, status)
    with pytest.raises((PhonesRefused, PhonesUnavailable)):
        enroller.open("a")


@given(document=documents, status=st.sampled_from([200, 201, 204, 301, 400, 404, 409, 410, 418, 429, 500, 503]))
def test_nothing_but_the_word_for_it_is_an_end(document: Any, status: int) -> None:
    enroller = says(document, status)
    with capture_logs() as logs:
        try:
            standing = enroller.standing("t-1")
        except (PhonesRefused, PhonesUnavailable):
            return
    assert {each["event"] for each in logs if each["log_level"] == "warning"} <= {"unknown_status"}
    expected = PhoneStatus.EXPIRED if status in (404, 410) else PhoneStatus.PENDING
    assert standing is expected


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"transactionId": ""}, "bad_answer"),
        ({"transactionId": "x" * 257}, "bad_answer"),
        ({"transactionId": "a b"}, "bad_answer"),
        ({"transactionId": "a\n"}, "bad_answer"),
        ({"transactionId": "\u0434"}, "bad_answer"),
        ({"transactionId": True}, "bad_answer"),
        ({"transactionId": None}, "bad_answer"),
        ({"transactionId": {"id": 1}}, "bad_answer"),
        ({"qrCode": None}, "bad_answer"),
        ({"qrCode": ["x"]}, "bad_answer"),
        ({"qrCode": ""}, "bad_picture"),
        ({"qrCode": "https://phones.example.org/qr.png"}, "bad_picture"),
    ],
)
def test_a_code_without_a_name_or_a_picture_is_refused(changes: Any, word: str) -> None:
    with pytest.raises(PhonesRefused) as caught:
        says(MADE | changes).open("a")
    assert caught.value.word == word


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (60, 60),
        ("60", 60),
        (0, 1),
        (1, 1),
        (10**6, 3600),
        (10**20, 120),
        (-1, 120),
        (60.5, 120),
        ("PT60S", 120),
        (None, 120),
        (True, 120),
        ([60], 120),
    ],
)
def test_a_lifetime_that_cannot_be_meant_is_ours(told: Any, seconds: int) -> None:
    made: OutsideCode = says(MADE | {"expiresIn": told}).open("a")
    assert made.lifetime == timedelta(seconds=seconds)


@pytest.mark.parametrize("said", [None, 1.5, [], {}, ["COMPLETED"]])
def test_a_status_that_is_no_word_is_no_answer(said: Any) -> None:
    with pytest.raises(PhonesUnavailable):
        says({"status": said}).standing("t-1")


@pytest.mark.parametrize("word", ["completed", " Completed ", "COMPLETED"])
def test_capitals_make_no_difference(word: str) -> None:
    assert says({"status": word}).standing("t-1") is PhoneStatus.COMPLETED


def test_the_calls_are_those_of_the_documents() -> None:
    asked, polled = Elsewhere(MADE), Elsewhere({"status": "PENDING"})
    asked.enroller().open("0f7e")
    polled.enroller().standing("t-1")
    (token, made), (again, seen) = asked.calls, polled.calls
    assert (made.method, made.url) == ("POST", "https://phones.example.org/omi/qr/enrol")
    assert json.loads(made.body or b"") == {"uuid": "0f7e"}
    assert (seen.method, seen.url) == ("GET", "https://phones.example.org/omi/qr/enrol/status?transactionId=t-1")
    assert seen.body is None
    assert {each.headers["Authorization"] for each in (made, seen)} == {"Bearer t"}
    scope = b"scope=credential%3Aomi%3Aenrol%3Aqr%3Aadmin%3Apost+credential%3Aomi%3Aenrol%3Astatus%3Aget"
    assert token.body == again.body == b"grant_type=client_credentials&" + scope


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://phones.example.org"},
        {"token_url": "https://user:word@phones.example.org/"},
        {"client_id": ""},
        {"client_secret": "Not A Name"},
        {"scopes": ["two words"]},
        {"scopes": [""]},
        {"account": "a b"},
        {"enrol": {"path": "omi"}},
        {"enrol": {"path": "/omi?x=1"}},
        {"enrol": {"path": "/omi/{}"}},
        {"enrol": {"path": "/omi", "send": "path"}},
        {"enrol": {"path": "/{}/{}", "send": "path"}},
        {"enrol": {"path": "/{uuid}", "send": "path"}},
        {"enrol": {"verb": "DELETE"}},
        {"enrol": {"verb": "GET"}},
        {"enrol": {"name": ""}},
        {"status": {"send": "body"}},
        {"status": {"send": "header"}},
        {"answers": {"picture": ""}},
        {"answers": {"status": "a..b"}},
        {"answers": {"status": "a b"}},
        {"words": {"completed": []}},
        {"words": {"pending": ["done"], "completed": ["DONE "]}},
        {"words": {"pending": [""]}},
        {"words": {"finished": ["x"]}},
        {"lifetime": 5},
        {"lifetime": 3601},
        {"timeout": 0},
        {"password": "x"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(changes: dict[str, Any]) -> None:
    assert OneWelcomeEnroller.model_validate(GIVEN).enrol.path == "/omi/qr/enrol"
    with pytest.raises(ValidationError):
        OneWelcomeEnroller.model_validate(GIVEN | changes)


def test_a_part_of_a_call_may_be_set_alone() -> None:
    settings = OneWelcomeEnroller.model_validate(GIVEN | {"enrol": {"verb": "PUT"}, "status": {"name": "id"}})
    assert (settings.enrol.verb, settings.enrol.name, settings.enrol.path) == ("PUT", "uuid", "/omi/qr/enrol")
    assert (settings.status.verb, settings.status.name) == ("GET", "id")
