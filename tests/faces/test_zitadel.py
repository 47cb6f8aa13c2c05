"""The face of Zitadel: the good path, and everything that it must not take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faces.driving import SetClock, ask, logged_in
from tests.faces.faults import Fault
from tests.faces.faulty import check_registration_under
from tests.faces.frame import NADA, OBRIEN
from tests.faces.server import Json
from tests.faces.zitadel import WRITE, ZitadelFace
from tests.kiosk.service.soft_key import SoftKey, b64

JAN, JAN2 = "jan.devries@example.org", "jan.devries2@example.org"


@pytest.fixture
def face(faces_folder: Path, hands: SetClock) -> Iterator[ZitadelFace]:
    with ZitadelFace(faces_folder, clock=hands) as face:
        yield face


def zitadel(face: ZitadelFace, method: str, path: str, headers: Json | None = None, **more: Any) -> requests.Response:
    return ask(face, method, path, headers={"Authorization": f"Bearer {face.token}"} | (headers or {}), **more)


def keys_of(face: ZitadelFace) -> str:
    return f"/v2/users/{face.user(NADA).id}/passkeys"


def start_of(face: ZitadelFace, **changes: Any) -> Json:
    link = zitadel(face, "POST", keys_of(face) + "/registration_link", json={"returnCode": {}}).json()
    told = {"code": link["code"], "authenticator": "PASSKEY_AUTHENTICATOR_CROSS_PLATFORM", "domain": "localhost"}
    return told | changes


def begun(face: ZitadelFace) -> tuple[str, Json]:
    told = zitadel(face, "POST", keys_of(face), json=start_of(face)).json()
    return keys_of(face) + "/" + told["passkeyId"], told["publicKeyCredentialCreationOptions"]["publicKey"]


def body_of(face: ZitadelFace, key: SoftKey, options: Json, origin: str = "") -> Json:
    return {"publicKeyCredential": key.register(options, origin or face.url), "passkeyName": "Kiosk key"}


def test_a_registered_key_logs_in_and_is_listed_and_deleted(face: ZitadelFace, key: SoftKey) -> None:
    path, options = begun(face)
    assert face.half_made(NADA) == [path.rpartition("/")[2]]
    assert zitadel(face, "POST", path, json=body_of(face, key, options)).status_code == 200
    assert face.half_made(NADA) == []
    assert face.log_in(logged_in(key, face.request_options(), face.origin)) == face.user(NADA).id
    listed = zitadel(face, "POST", keys_of(face) + "/_search", json={}).json()
    assert [(each["state"], each["name"]) for each in listed["result"]] == [("AUTH_FACTOR_STATE_READY", "Kiosk key")]
    assert zitadel(face, "DELETE", path).status_code == 200
    assert face.credentials(NADA) == []


@pytest.mark.parametrize("fault", list(Fault))
def test_a_registration_under_a_fault_is_done_or_not(face: ZitadelFace, key: SoftKey, fault: Fault) -> None:
    path, options = begun(face)
    body = body_of(face, key, options)
    check_registration_under(fault, face, lambda: zitadel(face, "POST", path, json=body, timeout=(5, 0.3)))


def refusal(answer: requests.Response) -> tuple[int, int]:
    assert answer.json()["message"]
    return answer.status_code, answer.json()["code"]


def text(value: str, member: str, method: str = "EQUALS_IGNORE_CASE") -> Json:
    return {member: value, "method": "TEXT_QUERY_METHOD_" + method}


HUMAN = {"typeQuery": {"type": "TYPE_HUMAN"}}


@pytest.mark.parametrize(
    ("queries", "found"),
    [
        ([{"emailQuery": text(NADA.upper(), "emailAddress")}, HUMAN], [NADA]),
        ([{"emailQuery": text(NADA.upper(), "emailAddress", "EQUALS")}], []),
        ([{"userNameQuery": text("nada", "userName", "STARTS_WITH")}], [NADA]),
        ([{"loginNameQuery": {"loginName": NADA}}], [NADA]),
        ([{"phoneQuery": {"number": "+31 6 12345678"}}], [NADA]),
        ([{"firstNameQuery": text("jan", "firstName")}, {"lastNameQuery": text("de vries", "lastName")}], [JAN, JAN2]),
        ([{"stateQuery": {"state": "USER_STATE_INACTIVE"}}], ["gone@example.org"]),
        ([{"orQuery": {"queries": [{"loginNameQuery": {"loginName": each}} for each in (NADA, JAN)]}}], [NADA, JAN]),
        ([{"notQuery": {"query": {"lastNameQuery": text("e", "lastName", "CONTAINS")}}}], [NADA, "gone@example.org"]),
        ([{"typeQuery": {"type": "TYPE_MACHINE"}}], []),
        ([{"inUserIdsQuery": {"userIds": []}}], []),
    ],
)
def test_queries_find_whom_they_mean(face: ZitadelFace, queries: list[Json], found: list[str]) -> None:
    answer = zitadel(face, "POST", "/v2/users", json={"query": {"limit": 5}, "queries": queries}).json()
    assert [each["username"] for each in answer.get("result", [])] == found
    assert answer["details"].get("totalResult") == (str(len(found)) if found else None)


@pytest.mark.parametrize(
    "body",
    [
        {"queries": [{"emailQuery": {"email": NADA}}]},
        {"queries": [{"emailQuery": {"emailAddress": NADA, "method": "EQUALS"}}]},
        {"queries": [{"emailQuery": {"emailAddress": NADA}, "typeQuery": {"type": "TYPE_HUMAN"}}]},
        {"queries": [{"employeeQuery": {"number": "4711"}}]},
        {"queries": [{"typeQuery": {"type": "HUMAN"}}]},
        {"query": {"limit": "2"}},
        {"filter": "x"},
        [],
    ],
)
def test_queries_that_zitadel_does_not_know_are_refused(face: ZitadelFace, body: Any) -> None:
    assert refusal(zitadel(face, "POST", "/v2/users", json=body)) == (400, 3)


def test_a_code_is_good_for_one_use_by_its_user_for_an_hour(face: ZitadelFace, hands: SetClock) -> None:
    told = start_of(face)
    other = f"/v2/users/{face.user(OBRIEN).id}/passkeys"
    assert zitadel(face, "POST", keys_of(face), json=told).status_code == 200
    assert refusal(zitadel(face, "POST", keys_of(face), json=told)) == (400, 9)
    assert refusal(zitadel(face, "POST", other, json=start_of(face))) == (400, 9)
    late = start_of(face)
    hands.on(hours=1)
    assert refusal(zitadel(face, "POST", keys_of(face), json=late)) == (400, 9)
    assert refusal(zitadel(face, "POST", "/v2/users/1/passkeys/registration_link", json={"returnCode": {}})) == (404, 5)
    assert len(face.half_made(NADA)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"domain": "https://localhost"},
        {"domain": ""},
        {"authenticator": "CROSS_PLATFORM"},
        {"code": "x"},
        {"name": "x"},
    ],
)
def test_a_beginning_of_another_shape_is_refused_and_costs_no_code(face: ZitadelFace, changes: Json) -> None:
    told = start_of(face)
    assert refusal(zitadel(face, "POST", keys_of(face), json=told | changes)) == (400, 3)
    assert zitadel(face, "POST", keys_of(face), json=told).status_code == 200
    link = keys_of(face) + "/registration_link"
    assert refusal(zitadel(face, "POST", link, json={"sendLink": {}})) == (400, 3)


def bent(**changes: Any) -> Callable[[ZitadelFace, SoftKey, Json], Json]:
    def make(face: ZitadelFace, key: SoftKey, options: Json) -> Json:
        for name, value in changes.items():
            setattr(key, name, value)
        return body_of(face, key, options)

    return make


def inside(**changes: Any) -> Callable[[ZitadelFace, SoftKey, Json], Json]:
    def make(face: ZitadelFace, key: SoftKey, options: Json) -> Json:
        body = body_of(face, key, options)
        body["publicKeyCredential"] |= changes
        return body

    return make


@pytest.mark.parametrize(
    "make",
    [
        bent(origin="https://login.example.com"),
        bent(flags=0x01),
        inside(rawId="AAAA"),
        inside(id="AAAA"),
        inside(type="webauthn"),
        inside(response={"clientDataJSON": "e30"}),
        lambda face, key, options: body_of(face, key, options | {"challenge": b64(b"another")}),
        lambda face, key, options: body_of(face, key, options | {"rp": {"id": "example.com"}}),
        lambda face, key, options: body_of(face, key, options) | {"passkeyName": ""},
        lambda face, key, options: body_of(face, key, options) | {"passkeyName": "n" * 201},
        lambda face, key, options: body_of(face, key, options) | {"tokenName": "x"},
        lambda face, key, options: {"publicKeyCredential": body_of(face, key, options)["publicKeyCredential"]},
    ],
)
def test_a_registration_that_is_not_right_is_refused(
    face: ZitadelFace, key: SoftKey, make: Callable[[ZitadelFace, SoftKey, Json], Json]
) -> None:
    path, options = begun(face)
    assert zitadel(face, "POST", path, json=make(face, key, options)).status_code == 400
    assert face.credentials(NADA) == []


def test_a_passkey_is_verified_once_in_its_time(face: ZitadelFace, key: SoftKey, hands: SetClock) -> None:
    path, options = begun(face)
    body = body_of(face, key, options)
    assert [zitadel(face, "POST", path, json=body).status_code for _ in range(2)] == [200, 400]
    again, options = begun(face)
    assert options["excludeCredentials"] == [{"type": "public-key", "id": b64(key.credential_id)}]
    assert refusal(zitadel(face, "POST", again, json=body_of(face, key, options))) == (400, 9)
    hands.on(minutes=5)
    assert refusal(zitadel(face, "POST", again, json=body_of(face, SoftKey(), options))) == (400, 9)
    states = zitadel(face, "POST", keys_of(face) + "/_search", json={}).json()["result"]
    assert [each["state"] for each in states] == ["AUTH_FACTOR_STATE_READY", "AUTH_FACTOR_STATE_NOT_READY"]
    assert zitadel(face, "DELETE", again).status_code == 200
    assert refusal(zitadel(face, "DELETE", again)) == (404, 5)
    assert face.orphans([key.credential_id]) == []


def test_the_token_the_organisation_and_the_permission_are_looked_at(face: ZitadelFace) -> None:
    link = keys_of(face) + "/registration_link"
    wrong = [{"Authorization": "Bearer x"}, {"Authorization": face.token}, {"x-zitadel-orgid": "1"}]
    told = [refusal(zitadel(face, "POST", link, each, json={"returnCode": {}})) for each in wrong]
    assert told == [(401, 16), (401, 16), (403, 7)]
    face.rights.discard(WRITE)
    assert refusal(zitadel(face, "POST", link, json={"returnCode": {}})) == (403, 7)
    face.rights.add(WRITE)
    face.user(NADA).active = False
    own = {"x-zitadel-orgid": face.org}
    assert refusal(zitadel(face, "POST", link, own, json={"returnCode": {}})) == (400, 9)
