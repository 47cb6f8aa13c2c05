"""The status of a code over HTTP: the documented route and the fast one, at once and held back."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from kiosk.contract.paths import QR_ENROL, QR_STATUS, Scope
from kiosk.service.mobile import codes
from kiosk.service.mobile.rules import AnotherPhone
from kiosk.service.tokens.actions import STATION, Rights, create_client
from tests.kiosk.service.mobile.phone import Phones, a_phone
from tests.kiosk.service.running import Running, Station


@pytest.fixture
def kiosk(online: Running) -> Iterator[Station]:
    """A station with the rights that stations have."""
    with_rights = signed_in(online, STATION)
    yield with_rights
    with_rights.session.close()


def signed_in(online: Running, rights: Rights) -> Station:
    credentials = create_client(online.parts.store, online.clock, online.random, "Lobby", rights)
    return Station(online.url, online.authority, credentials).sign_in()


def shown(online: Running, kiosk: Station) -> dict[str, Any]:
    return kiosk.post(QR_ENROL, {"uuid": Phones(online).account}, 200)


def scan(online: Running, code: dict[str, Any], phone: str) -> None:
    codes.scanned(online.parts, code["link"].rpartition("/")[2], phone)


def asked(kiosk: Station, query: str) -> requests.Response:
    return kiosk.call("GET", f"{QR_STATUS}?{query}", headers={"X-Request-ID": "same"})


def whole(answer: requests.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """Everything but the time of day."""
    return answer.status_code, [each for each in answer.headers.items() if each[0] != "date"], answer.content


def test_the_fast_way_answers_byte_for_byte_what_the_documented_route_does(online: Running, kiosk: Station) -> None:
    code = shown(online, kiosk)
    own, nobody = f"transactionId={code['transactionId']}", "transactionId=" + "0" * 32
    wrong = (nobody, "transactionId=x", f"{own}&wait=99&seen=PENDING", "")
    for query in (own, f"{own}&wait=5&seen=SCANNED", *wrong):
        fast, documented = asked(kiosk, query), asked(kiosk, f"other=1&{query}")
        assert whole(fast) == whole(documented)
    scan(online, code, a_phone())
    assert whole(asked(kiosk, own)) == whole(asked(kiosk, f"other=1&{own}"))


def test_who_holds_no_token_or_no_scope_is_refused_alike_on_both_ways(online: Running, kiosk: Station) -> None:
    code = shown(online, kiosk)
    own = f"transactionId={code['transactionId']}"
    enroller = signed_in(online, Rights(frozenset({Scope.QR_ENROL})))
    stranger = signed_in(online, Rights(frozenset({Scope.QR_STATUS})))
    for client, expected in ((enroller, 403), (stranger, 404)):
        fast, documented = asked(client, own), asked(client, f"other=1&{own}")
        assert fast.status_code == expected
        assert whole(fast) == whole(documented)
        client.session.headers["Authorization"] = "Bearer nonsense"
        assert whole(asked(client, own)) == whole(asked(client, f"other=1&{own}"))
        assert asked(client, own).status_code == 401
        client.session.close()


def test_a_held_answer_comes_when_the_phone_scans(online: Running, kiosk: Station) -> None:
    code = shown(online, kiosk)
    query = f"transactionId={code['transactionId']}&wait=20&seen=PENDING"
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(asked, kiosk, query)
        while not online.parts.board.awaited:
            threading.Event().wait(0.005)
        assert not held.done()
        scan(online, code, a_phone())
        assert held.result(5).json()["status"] == "SCANNED"
    assert not online.parts.board.awaited


def test_a_held_answer_comes_when_a_second_phone_is_turned_away(online: Running, kiosk: Station) -> None:
    code = shown(online, kiosk)
    plain = f"transactionId={code['transactionId']}"
    scan(online, code, a_phone())
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(asked, kiosk, f"{plain}&wait=20&seen=SCANNED")
        while not online.parts.board.awaited:
            threading.Event().wait(0.005)
        assert asked(kiosk, plain).json()["reason"] == ""  # the held one was looked at before this one was answered
        with pytest.raises(AnotherPhone):
            scan(online, code, a_phone())
        assert held.result(5).json()["reason"] == "another_phone"


def test_a_held_answer_comes_after_its_time_without_news(online: Running, kiosk: Station) -> None:
    code = shown(online, kiosk)
    answer = asked(kiosk, f"transactionId={code['transactionId']}&wait=1&seen=PENDING")
    assert answer.json() == {"status": "PENDING", "number": "", "expiresIn": 300, "reason": ""}


def test_a_code_is_a_picture_a_transaction_and_a_link_and_is_taken_back(online: Running, kiosk: Station) -> None:
    code = shown(online, kiosk)
    assert set(code) == {"transactionId", "qrCode", "expiresIn", "link"}
    assert code["expiresIn"] == 300
    assert re.fullmatch(r"https://enroll\.keywright\.example/m/[A-Za-z0-9_-]{22}", code["link"])
    query = f"transactionId={code['transactionId']}"
    for _ in range(2):
        assert kiosk.call("DELETE", f"{QR_ENROL}?{query}").status_code == 204
    standing = asked(kiosk, query).json()
    assert standing == {"status": "CANCELLED", "number": "", "expiresIn": 0, "reason": "taken_back"}


def test_the_same_key_is_the_same_transaction_with_a_picture_that_works(online: Running, kiosk: Station) -> None:
    body, key = {"uuid": Phones(online).account}, {"Idempotency-Key": "once"}
    first = kiosk.call("POST", QR_ENROL, body, headers=key).json()
    again = kiosk.call("POST", QR_ENROL, body, headers=key).json()
    assert again["transactionId"] == first["transactionId"]
    assert again["link"] != first["link"]
    scan(online, again, a_phone())
    assert asked(kiosk, f"transactionId={first['transactionId']}").json()["status"] == "SCANNED"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"uuid": "a", "enrollmentId": "0" * 32},
        {"uuid": "a", "purpose": "confirm"},
        {"enrollmentId": "0" * 32, "form": "member"},
        {"enrollmentId": "0" * 32, "purpose": "register"},
        {"uuid": "a", "more": 1},
    ],
)
def test_what_is_no_proper_question_is_malformed(kiosk: Station, body: dict[str, Any]) -> None:
    assert kiosk.post(QR_ENROL, body, 400)["code"] == "malformed"


def test_nobody_and_somebody_of_another_tenant_look_alike(online: Running, kiosk: Station) -> None:
    elsewhere = signed_in(online, Rights(STATION.scopes, "elsewhere"))
    account = Phones(online).account
    dashed = f"{account[:8]}-{account[8:12]}-{account[12:16]}-{account[16:20]}-{account[20:]}"
    kiosk.post(QR_ENROL, {"uuid": dashed.upper()}, 200)
    answers = [
        kiosk.call("POST", QR_ENROL, {"uuid": "0" * 32}, headers={"X-Request-ID": "same"}),
        kiosk.call("POST", QR_ENROL, {"uuid": "nobody"}, headers={"X-Request-ID": "same"}),
        elsewhere.call("POST", QR_ENROL, {"uuid": account}, headers={"X-Request-ID": "same"}),
    ]
    elsewhere.session.close()
    assert {each.status_code for each in answers} == {404}
    assert len({each.content for each in answers}) == 1
