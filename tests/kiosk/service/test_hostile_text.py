"""Texts that one of the two databases cannot keep, and the largest numbers: refused or kept, alike on both."""

from __future__ import annotations

import pytest

from kiosk.service.store.credentials import credentials_of_user
from kiosk.service.store.users import user_ids
from tests.kiosk.service.running import Running, Station
from tests.kiosk.service.soft_key import Json

pytestmark = pytest.mark.databases

TEXTS = ["a\0b", "\0", "\ud800", "x" * 3000, "\N{PILE OF POO}" * 700, "\uffff", "\u202e"]


def bent(body: Json, field: str, text: str) -> Json:
    return body | {field: text}


@pytest.mark.parametrize("path", ["%00", "a%00b", "%ED%A0%80", "x" * 3000, "%F0%9F%92%A9"])
def test_an_id_that_none_can_be_is_not_found(station: Station, path: str) -> None:
    enrollment = station.open()
    for url, body in (
        (f"/enrollments/{path}/identify", {"alternative": "upn", "criteria": {"upn": "a@example.org"}}),
        (f"/enrollments/{path}/cancel", None),
        (f"/enrollments/{enrollment}/ceremony/{path}/abandon", {"reason": "cancelled"}),
    ):
        assert station.call("POST", url, body).status_code in (400, 404, 409), url


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_breaks_a_step(running: Running, station: Station, text: str) -> None:
    """Each step is told the text in each of its texts, and is taken all the same."""

    def told(path: str, body: Json) -> None:
        for field, value in body.items():
            if isinstance(value, str):
                answer = station.call("POST", path, bent(body, field, text))
                assert answer.status_code < 500, (path, field, answer.text)

    told("/enrollments", {"locale": "en"})
    enrollment = station.open()
    path = f"/enrollments/{enrollment}"
    told(f"{path}/identify", {"alternative": "upn", "criteria": {"upn": "m.okafor@example.org"}})
    for criteria in ({"upn": text}, {text: "m.okafor@example.org"}):
        answer = station.call("POST", f"{path}/identify", {"alternative": "upn", "criteria": criteria})
        assert answer.status_code < 500, criteria
    enrollment = running.verified(station)
    path = f"/enrollments/{enrollment}"
    told(f"{path}/verify", {"method": "email", "answer": "471108"})
    report = running.key.report(serial="1")
    for field in ("aaguid", "serial"):
        body = {"relying_party": "staff", "key": bent(report, field, text)}
        assert station.call("POST", f"{path}/ceremony", body).status_code < 500, field
    told(f"{path}/ceremony", {"relying_party": "staff", "key": running.key.report()})
    ceremony = running.begun(station, enrollment)
    path += f"/ceremony/{ceremony['ceremony_id']}"
    response = running.key.register(ceremony["public_key"], ceremony["origin"])
    for field in ("id", "rawId", "type"):
        body = {"credential": bent(response, field, text), "name": "My key"}
        assert station.call("POST", f"{path}/complete", body).status_code < 500, field
    ceremony = running.begun(station, enrollment)
    path = f"/enrollments/{enrollment}/ceremony/{ceremony['ceremony_id']}"
    response = running.key.register(ceremony["public_key"], ceremony["origin"])
    completed = station.call("POST", f"{path}/complete", {"credential": response, "name": text})
    assert completed.status_code in (201, 400), completed.text


@pytest.mark.parametrize("text", ["%00", "a%00b", "%ED%A0%80", "x" * 3000])
def test_a_client_that_none_can_be_is_unknown(station: Station, text: str) -> None:
    form = f"grant_type=client_credentials&client_id={text}&client_secret={text}"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": ""}
    del station.session.headers["Authorization"]
    answer = station.session.post(
        f"{station.url}/oauth2/token", data=form, timeout=20, headers={**headers, "Authorization": None}
    )
    assert answer.status_code == 401, answer.text


def test_the_largest_counter_of_a_key_is_kept(running: Running, station: Station) -> None:
    """WebAuthn counts signatures in 32 bits without a sign."""
    running.key.counter = 2**32 - 2
    enrollment = running.verified(station)
    ceremony = running.begun(station, enrollment)
    path = f"/enrollments/{enrollment}/ceremony/{ceremony['ceremony_id']}"
    response = running.key.register(ceremony["public_key"], ceremony["origin"])
    completed = station.post(f"{path}/complete", {"credential": response}, 201)
    proof = running.key.prove(completed["proof"], ceremony["origin"])
    station.post(f"{path}/proof", {"credential": proof}, 200)
    with running.parts.store.read() as tx:
        (credential,) = credentials_of_user(tx, user_ids(tx, "upn", "m.okafor@example.org")[0])
    assert credential.sign_count == 2**32 - 1
