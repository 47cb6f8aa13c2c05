"""The face of PingOne: the good path, and everything that it must not take."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faces.driving import SetClock, ask, logged_in
from tests.faces.faults import Fault
from tests.faces.faulty import check_registration_under
from tests.faces.frame import NADA
from tests.faces.pingone import ACTIVATE, PingOneFace, signed
from tests.faces.pingone_users import DATA, ENVIRONMENT
from tests.faces.server import Json
from tests.faces.webauthn import b64_text
from tests.kiosk.service.soft_key import SoftKey, b64, unb64


@pytest.fixture
def face(faces_folder: Path, key: SoftKey, hands: SetClock) -> Iterator[PingOneFace]:
    with PingOneFace(faces_folder, clock=hands, roots=(key.root.certificate,)) as face:
        yield face


def ping(face: PingOneFace, method: str, path: str, headers: Json | None = None, **more: Any) -> requests.Response:
    signed = {"Authorization": "Bearer " + face.issuer.issue(face.client.rights)} | (headers or {})
    return ask(face, method, face.base + path, headers=signed, **more)


def devices_of(face: PingOneFace) -> str:
    return f"/users/{face.user(NADA).id}/devices"


def start_of(face: PingOneFace, **changes: Any) -> Json:
    told = {"type": "FIDO2", "rp": {"id": "localhost", "name": "Example"}, "policy": {"id": face.device_policy}}
    return told | changes


def begun(face: PingOneFace) -> tuple[str, Json]:
    told = ping(face, "POST", devices_of(face), json=start_of(face)).json()
    assert told["status"] == "ACTIVATION_REQUIRED"
    options = json.loads(told["publicKeyCredentialCreationOptions"])
    return devices_of(face) + "/" + told["id"], options | {
        "challenge": b64(bytes(each & 0xFF for each in options["challenge"]))
    }


def body_of(key: SoftKey, options: Json, origin: str, said: str = "", **changes: Any) -> str:
    made = key.register(options, origin)
    response = {name: b64_text(unb64(made["response"][name])) for name in ("clientDataJSON", "attestationObject")}
    told = {"id": made["id"], "type": "public-key", "rawId": b64_text(key.credential_id), "response": response}
    return json.dumps({"origin": said or origin, "attestation": json.dumps(told | changes)})


def activate(face: PingOneFace, path: str, body: str, media_type: str = ACTIVATE) -> requests.Response:
    return ping(face, "POST", path, {"Content-Type": media_type}, data=body)


def test_an_activated_device_logs_in_and_is_listed_renamed_and_deleted(face: PingOneFace, key: SoftKey) -> None:
    coded = base64.b64encode(f"{face.client.id}:{face.client.secret}".encode()).decode()
    form = {"grant_type": "client_credentials"}
    token = ask(
        face, "POST", f"/{face.environment}/as/token", data=form, headers={"Authorization": f"Basic {coded}"}
    ).json()
    assert token["token_type"] == "Bearer"
    path, options = begun(face)
    assert face.half_made(NADA) == [path.rpartition("/")[2]]
    made = activate(face, path, body_of(key, options, face.url))
    assert (made.status_code, made.json()["status"]) == (200, "ACTIVE")
    assert face.log_in(logged_in(key, face.request_options(), face.origin)) == face.user(NADA).id
    assert ping(face, "PUT", path + "/nickname", json={"nickname": "Kiosk key"}).status_code == 200
    listed = ping(face, "GET", devices_of(face)).json()["_embedded"]["devices"]
    assert [each.get("nickname") for each in listed if each["type"] == "FIDO2"] == ["Kiosk key"]
    assert ping(face, "DELETE", path).status_code == 204
    assert face.credentials(NADA) == []


@pytest.mark.parametrize("fault", list(Fault))
def test_an_activation_under_a_fault_is_done_or_not(face: PingOneFace, key: SoftKey, fault: Fault) -> None:
    path, options = begun(face)
    body, headers = body_of(key, options, face.url), {"Content-Type": ACTIVATE}
    check_registration_under(fault, face, lambda: ping(face, "POST", path, headers, data=body, timeout=(5, 0.3)))


def refusal(answer: requests.Response) -> tuple[int, str]:
    assert answer.json()["message"]
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f'username eq "{NADA}"', [NADA]),
        ('externalId eq "4711" and enabled eq true', [NADA]),
        ('(email sw "nada" or name.family eq "O\'Brien") and name.given sw "Na"', [NADA]),
        ('mobilePhone eq "+31 6 12345678"', [NADA]),
        ('customBadge eq "7"', [NADA]),
        ("enabled eq false", ["gone@example.org"]),
    ],
)
def test_filters_find_whom_they_mean(face: PingOneFace, query: str, found: list[str]) -> None:
    face.user(NADA).attributes["customBadge"] = "7"
    told = ping(face, "GET", "/users", params={"filter": query}).json()
    assert [each["username"] for each in told["_embedded"]["users"]] == found
    assert told["count"] == len(found)


@pytest.mark.parametrize(
    "params",
    [
        {"filter": 'employeeId eq "1"'},
        {"filter": 'username co "a"'},
        {"filter": "username eq 'a'"},
        {"filter": 'username eq "a" and'},
        {"filter": 'username eq "\\x"'},
        {"filter": ""},
        {"limit": "0"},
        {"search": "x"},
    ],
)
def test_filters_that_pingone_does_not_take_are_refused(face: PingOneFace, params: Json) -> None:
    assert refusal(ping(face, "GET", "/users", params=params)) == (400, "INVALID_DATA")


def test_tokens_are_given_by_basic_only_and_end(face: PingOneFace, hands: SetClock) -> None:
    path, form, auth = f"/{face.environment}/as/token", {"grant_type": "client_credentials"}, face.client
    inside = form | {"client_id": auth.id, "client_secret": auth.secret}
    assert ask(face, "POST", path, data=inside).status_code == 400
    assert ask(face, "POST", path, data=form).json()["error"] == "invalid_client"
    assert ask(face, "POST", path, data=form, auth=(auth.id, "x")).status_code == 401
    token = ask(face, "POST", path, data=form, auth=(auth.id, auth.secret)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert ask(face, "GET", face.base + devices_of(face), headers=headers).status_code == 200
    hands.on(hours=1)
    assert refusal(ask(face, "GET", face.base + devices_of(face), headers=headers)) == (401, "INVALID_TOKEN")


def test_roles_are_looked_at_and_mfa_must_be_on(face: PingOneFace) -> None:
    face.without_mfa.add(face.user(NADA).id)
    assert refusal(ping(face, "POST", devices_of(face), json=start_of(face))) == (400, "INVALID_REQUEST")
    switch = devices_of(face).replace("devices", "mfaEnabled")
    face.client.rights = {DATA}
    assert refusal(ping(face, "PUT", switch, json={"mfaEnabled": True})) == (403, "ACCESS_FAILED")
    face.client.rights = {DATA, ENVIRONMENT}
    assert refusal(ping(face, "PUT", switch, json={"enabled": True})) == (400, "INVALID_DATA")
    assert ping(face, "GET", switch).json() == {"mfaEnabled": False}
    assert ping(face, "PUT", switch, json={"mfaEnabled": True}).json() == {"mfaEnabled": True}
    assert ping(face, "POST", devices_of(face), json=start_of(face)).status_code == 201
    face.user(NADA).active = False
    assert refusal(ping(face, "POST", devices_of(face), json=start_of(face))) == (400, "INVALID_REQUEST")
    assert refusal(ping(face, "GET", "/users/nobody/devices")) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "SMS"},
        {"rp": {"id": "localhost"}},
        {"rp": {"id": "https://localhost", "name": "x"}},
        {"policy": {"id": "another"}},
        {"name": "x"},
    ],
)
def test_a_beginning_of_another_shape_is_refused(face: PingOneFace, changes: Json) -> None:
    assert refusal(ping(face, "POST", devices_of(face), json=start_of(face, **changes))) == (400, "INVALID_DATA")
    assert face.half_made(NADA) == []


def test_options_are_json_in_a_string_with_signed_bytes(face: PingOneFace) -> None:
    told = json.loads(
        ping(face, "POST", devices_of(face), json=start_of(face)).json()["publicKeyCredentialCreationOptions"]
    )
    assert len(told["challenge"]) == 32
    assert all(-128 <= each <= 127 for each in told["challenge"] + told["user"]["id"])
    assert signed(b"\x00\x7f\x80\xff") == [0, 127, -128, -1]
    face.faults.add("begin", Fault.BAD_BASE64)
    face.faults.add("begin", Fault.UNKNOWN_MEMBERS)
    for name in ("challenge", "x-unheard-of"):
        raw = ping(face, "POST", devices_of(face), json=start_of(face)).json()["publicKeyCredentialCreationOptions"]
        assert not isinstance(json.loads(raw)[name], list)


@pytest.mark.parametrize(
    "bend",
    [
        {"origin": "https://evil.example"},
        {"flags": 0x01},
        {"root": SoftKey().root},
    ],
)
def test_a_key_that_is_not_right_is_refused(face: PingOneFace, key: SoftKey, bend: Json) -> None:
    path, options = begun(face)
    for name, value in bend.items():
        setattr(key, name, value)
    assert refusal(activate(face, path, body_of(key, options, face.url))) == (400, "INVALID_DATA")
    assert face.credentials(NADA) == []


@pytest.mark.parametrize("said", ["https://localhost", "http://localhost", "https://example.com", "localhost"])
def test_the_origin_that_is_told_must_be_that_of_the_key_and_of_the_party(
    face: PingOneFace, key: SoftKey, said: str
) -> None:
    path, options = begun(face)
    assert activate(face, path, body_of(key, options, face.url, said)).status_code == 400


@pytest.mark.parametrize(
    "changes", [{"rawId": "-_-_"}, {"id": "AAAA"}, {"type": "x"}, {"challenge": "x"}, {"response": {}}]
)
def test_an_attestation_of_another_shape_is_refused(face: PingOneFace, key: SoftKey, changes: Json) -> None:
    path, options = begun(face)
    body = body_of(key, options, face.url, **changes)
    assert refusal(activate(face, path, body)) == (400, "INVALID_DATA")


def test_another_media_type_or_an_object_instead_of_a_string_is_refused(face: PingOneFace, key: SoftKey) -> None:
    path, options = begun(face)
    body = body_of(key, options, face.url)
    assert activate(face, path, body, "application/json").status_code == 415
    plain = json.loads(body)
    plain["attestation"] = json.loads(plain["attestation"])
    assert activate(face, path, json.dumps(plain)).status_code == 400
    assert activate(face, path, body).status_code == 200


def test_a_device_is_activated_once_in_its_time_and_no_key_twice(
    face: PingOneFace, key: SoftKey, hands: SetClock
) -> None:
    path, options = begun(face)
    body = body_of(key, options, face.url)
    assert [activate(face, path, body).status_code for _ in range(2)] == [200, 400]
    again, options = begun(face)
    assert options["excludeCredentials"][0]["id"] == signed(key.credential_id)
    assert activate(face, again, body_of(key, options, face.url)).status_code == 400
    hands.on(minutes=15)
    late = body_of(SoftKey(root=key.root), options, face.url)
    assert refusal(activate(face, again, late)) == (400, "INVALID_REQUEST")
    assert ping(face, "GET", again).json()["status"] == "ACTIVATION_REQUIRED"
    assert ping(face, "DELETE", again).status_code == 204
    assert refusal(ping(face, "DELETE", again)) == (404, "NOT_FOUND")
    assert ping(face, "GET", path).json()["status"] == "ACTIVE"
    assert face.orphans([key.credential_id]) == []


@pytest.mark.parametrize(("option", "status"), [("SPECIFIC", 400), ("GLOBAL", 200)])
def test_the_policy_refuses_models(face: PingOneFace, key: SoftKey, option: str, status: int) -> None:
    face.fido_policy["mdsAuthenticatorsRequirements"] = {"option": option}
    path, options = begun(face)
    assert activate(face, path, body_of(key, options, face.url)).status_code == status
    told = ping(face, "GET", "/fido2Policies").json()["_embedded"]["fido2Policies"][0]
    assert told["mdsAuthenticatorsRequirements"]["option"] == option
