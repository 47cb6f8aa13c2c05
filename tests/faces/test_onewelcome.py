"""The face of OneWelcome: what its documents tell, in each dialect, and everything that it must not take."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faces.driving import SetClock, ask
from tests.faces.faults import Fault
from tests.faces.frame import NADA
from tests.faces.onewelcome import DIALECTS, DOCUMENTED, ENROL, QR_SCOPE, STATUS_SCOPE, OneWelcomeFace
from tests.faces.pictures import read_qr

BOTH = {QR_SCOPE, STATUS_SCOPE}
PAGE = "/omi/qr/enrol"


@pytest.fixture
def face(faces_folder: Path, hands: SetClock) -> Iterator[OneWelcomeFace]:
    with OneWelcomeFace(faces_folder, clock=hands) as face:
        yield face


def call(face: OneWelcomeFace, method: str, path: str, rights: set[str] = BOTH, **more: Any) -> requests.Response:
    return ask(face, method, path, headers={"Authorization": f"Bearer {face.issuer.issue(rights)}"}, **more)


def status(face: OneWelcomeFace, transaction: str, rights: set[str] = BOTH) -> requests.Response:
    return call(face, "GET", f"{PAGE}/status", rights, params={"transactionId": transaction})


def made(face: OneWelcomeFace) -> dict[str, Any]:
    answer = call(face, "POST", PAGE, json={"uuid": face.user(NADA).id})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def token(face: OneWelcomeFace, **changes: str) -> requests.Response:
    form = {"grant_type": "client_credentials", "scope": f"{QR_SCOPE} {STATUS_SCOPE}"} | changes
    coded = base64.b64encode(b"registration+page:onewelcome%2Fsecret%3A1").decode()
    return ask(face, "POST", "/oauth2/token", data=form, headers={"Authorization": f"Basic {coded}"})


def test_a_code_is_made_scanned_and_done(face: OneWelcomeFace) -> None:
    assert token(face).json()["token_type"] == "Bearer"
    told = made(face)
    assert told.keys() == {"transactionId", "qrCode", "expiresIn"}
    assert status(face, told["transactionId"]).json() == {"status": "PENDING"}
    code = face.scanned(read_qr(base64.b64decode(told["qrCode"])))
    assert status(face, told["transactionId"]).json() == {"status": "SCANNED"}
    code.state = "COMPLETED"
    assert status(face, told["transactionId"]).json() == {"status": "COMPLETED"}


def test_no_phone_scans_what_is_in_no_picture(face: OneWelcomeFace) -> None:
    made(face)
    with pytest.raises(KeyError):
        face.scanned("omi://enrol/somebody")


def test_a_code_ends_with_its_time_but_not_what_is_done(face: OneWelcomeFace, hands: SetClock) -> None:
    first, second = made(face), made(face)
    face.codes[second["transactionId"]].state = "COMPLETED"
    hands.on(seconds=first["expiresIn"])
    assert status(face, first["transactionId"]).status_code == 410
    assert status(face, second["transactionId"]).json() == {"status": "COMPLETED"}
    assert status(face, "unheard-of").status_code == 404


def test_a_token_has_the_scopes_that_it_was_asked_for_and_no_others(face: OneWelcomeFace) -> None:
    assert call(face, "POST", PAGE, {STATUS_SCOPE}, json={"uuid": face.user(NADA).id}).status_code == 403
    transaction = made(face)["transactionId"]
    assert status(face, transaction, {QR_SCOPE}).status_code == 403
    assert ask(face, "POST", PAGE, json={"uuid": face.user(NADA).id}).status_code == 401
    assert token(face, scope="credential:omi:push-notification:post").json()["error"] == "invalid_scope"
    assert token(face, scope="").status_code == 400
    assert token(face, grant_type="password").json()["error"] == "unsupported_grant_type"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"uuid": "nobody"}, 404),
        ({"uuid": ""}, 404),
        ({}, 400),
        ({"user": "x"}, 400),
        ({"uuid": "x", "more": 1}, 400),
        ({"uuid": 1}, 400),
        (["uuid"], 400),
    ],
)
def test_only_an_account_that_exists_gets_a_code(face: OneWelcomeFace, body: Any, expected: int) -> None:
    assert call(face, "POST", PAGE, json=body).status_code == expected
    assert not face.codes


def test_an_account_that_is_closed_gets_none(face: OneWelcomeFace) -> None:
    assert call(face, "POST", PAGE, json={"uuid": face.user("gone@example.org").id}).status_code == 409


def test_other_verbs_and_other_dialects_are_not_spoken(face: OneWelcomeFace) -> None:
    assert call(face, "GET", PAGE).status_code == 405
    assert call(face, "POST", f"{PAGE}/status").status_code == 405
    assert call(face, "GET", "/qr", params={"subject": face.user(NADA).id}).status_code == 404


def test_its_faults_are_those_of_every_face(face: OneWelcomeFace) -> None:
    face.faults.add(ENROL, Fault.BAD_BASE64)
    with pytest.raises(ValueError, match="ASCII"):
        base64.b64decode(made(face)["qrCode"], validate=True)
    face.faults.add(ENROL, Fault.UNAVAILABLE)
    assert call(face, "POST", PAGE, json={"uuid": face.user(NADA).id}).status_code == 503


def test_dialects_differ_in_everything_that_the_documents_leave_open() -> None:
    for other in DIALECTS[1:]:
        assert other.enrol[0] != DOCUMENTED.enrol[0]
        assert other.enrol[1:] != DOCUMENTED.enrol[1:]
        assert other.status != DOCUMENTED.status
        assert not set(other.members.values()) & set(DOCUMENTED.members.values())
        assert other.words
