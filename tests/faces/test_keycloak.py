"""The face of Keycloak: what it imports, what it makes a password of, and whether the imported key opens the door."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from fido2 import cbor
from fido2.cose import ES256

from tests.faces.driving import SetClock, ask, logged_in
from tests.faces.faults import Fault
from tests.faces.faulty import check_registration_under
from tests.faces.frame import NADA
from tests.faces.keycloak import KeycloakFace
from tests.faces.keycloak_users import MANAGE, QUERY, VIEW
from tests.faces.server import Json
from tests.faces.webauthn import Rejected, b64_text, b64url_text
from tests.kiosk.service.soft_key import SoftKey


@pytest.fixture
def face(faces_folder: Path, hands: SetClock) -> Iterator[KeycloakFace]:
    with KeycloakFace(faces_folder, clock=hands) as face:
        yield face


def admin(face: KeycloakFace, method: str, path: str, **more: Any) -> requests.Response:
    headers = {"Authorization": "Bearer " + face.issuer.issue(face.client.rights)}
    return ask(face, method, face.base + path, headers=headers, **more)


def user_path(face: KeycloakFace) -> str:
    return f"/users/{face.user(NADA).id}"


def entry_of(key: SoftKey, changes: Json | None = None, **data: Any) -> Json:
    """The entry that imports the key; `data` changes what is inside the string."""
    cose = ES256.from_cryptography_key(key.private.public_key())  # type: ignore[no-untyped-call]  # not typed there
    inner = {
        "aaguid": str(key.aaguid),
        "credentialId": b64_text(key.credential_id),
        "counter": key.counter,
        "attestationStatement": None,
        "credentialPublicKey": b64url_text(cbor.encode(dict(cose))),
        "attestationStatementFormat": "packed",
        "transports": ["usb"],
    } | data
    outer = {
        "type": "webauthn-passwordless",
        "userLabel": "Kiosk key",
        "createdDate": 1767000000000,
        "secretData": "{}",
        "credentialData": json.dumps(inner),
    }
    return outer | (changes or {})


def put(face: KeycloakFace, *entries: Json, **changes: Any) -> requests.Response:
    told = admin(face, "GET", user_path(face)).json()
    return admin(face, "PUT", user_path(face), json=told | {"credentials": list(entries)} | changes)


def test_an_imported_key_logs_in_and_is_listed_and_deleted(face: KeycloakFace, key: SoftKey) -> None:
    form = {"grant_type": "client_credentials", "client_id": face.client.id, "client_secret": face.client.secret}
    token = ask(face, "POST", f"/realms/{face.realm_name}/protocol/openid-connect/token", data=form).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert ask(face, "GET", face.base, headers=headers).json()["webAuthnPolicyPasswordlessRpId"] == ""
    assert put(face, entry_of(key)).status_code == 204
    assert face.user(NADA).employee_id == "4711"
    assert face.log_in(logged_in(key, face.request_options(), face.origin)) == face.user(NADA).id
    [listed] = admin(face, "GET", user_path(face) + "/credentials").json()
    assert (listed["type"], "secretData" in listed) == ("webauthn-passwordless", False)
    assert admin(face, "DELETE", user_path(face) + "/credentials/" + listed["id"]).status_code == 204
    with pytest.raises(Rejected):
        face.log_in(logged_in(key, face.request_options(), face.origin))


@pytest.mark.parametrize("fault", list(Fault))
def test_an_import_under_a_fault_is_done_or_not(face: KeycloakFace, key: SoftKey, fault: Fault) -> None:
    told = admin(face, "GET", user_path(face)).json() | {"credentials": [entry_of(key)]}
    check_registration_under(fault, face, lambda: admin(face, "PUT", user_path(face), json=told, timeout=(5, 0.3)))


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"username": NADA, "exact": "true"}, [NADA]),
        ({"username": "nada"}, [NADA]),
        ({"username": "nada", "exact": "true"}, []),
        ({"firstName": "jan", "lastName": "de vries", "exact": "true", "max": "1"}, ["jan.devries@example.org"]),
        ({"q": "employeeId:4711"}, [NADA]),
        ({"q": 'phoneNumber:"+31 6 12345678" employeeId:4711'}, [NADA]),
        ({"q": "employeeId:4711 phoneNumber:1"}, []),
        ({"enabled": "false"}, ["gone@example.org"]),
        ({"email": "gone@example.org", "exact": "true"}, ["gone@example.org"]),
    ],
)
def test_searches_find_whom_they_mean(face: KeycloakFace, params: Json, found: list[str]) -> None:
    assert [each["username"] for each in admin(face, "GET", "/users", params=params).json()] == found


@pytest.mark.parametrize(
    "params", [{"user": "x"}, {"exact": "yes"}, {"q": "employeeId"}, {"max": "two"}, {"filter": "x"}]
)
def test_searches_that_keycloak_does_not_know_are_refused(face: KeycloakFace, params: Json) -> None:
    assert admin(face, "GET", "/users", params=params).status_code in (400, 404)


@pytest.mark.parametrize(
    ("roles", "status"),
    [({QUERY}, [200, 403, 403, 403]), ({VIEW}, [403, 200, 403, 403]), ({MANAGE}, [403, 200, 403, 204])],
)
def test_a_service_account_does_what_its_roles_allow(
    face: KeycloakFace, roles: set[str], status: list[int], hands: SetClock
) -> None:
    headers = {"Authorization": "Bearer " + face.issuer.issue(roles)}
    calls = (("GET", "/users"), ("GET", user_path(face)), ("GET", ""), ("PUT", user_path(face)))
    assert [ask(face, m, face.base + p, headers=headers, json={}).status_code for m, p in calls] == status
    hands.on(seconds=300)
    assert ask(face, "GET", face.base + "/users", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "changes", [{"client_secret": "x"}, {"client_id": "x"}, {"grant_type": "password"}, {"audience": "x"}]
)
def test_tokens_are_given_to_the_right_client_only(face: KeycloakFace, changes: Json) -> None:
    form = {"grant_type": "client_credentials", "client_id": face.client.id, "client_secret": face.client.secret}
    path = f"/realms/{face.realm_name}/protocol/openid-connect/token"
    assert ask(face, "POST", path, data=form | changes).status_code in (400, 401)
    del form["client_id"], form["client_secret"]
    assert ask(face, "POST", path, data=form, auth=(face.client.id, face.client.secret)).status_code == 200


@pytest.mark.parametrize(
    "data",
    [
        {"credentialId": "-_-_-_-_"},
        {"credentialId": "AAA"},
        {"credentialPublicKey": "oQECAyYgASFYIA=="},
        {"credentialPublicKey": "AAAA"},
        {"aaguid": "none"},
        {"counter": "1"},
        {"transports": ["wifi"]},
        {"attestationStatementFormat": "signed"},
        {"rpId": "localhost"},
    ],
)
def test_data_that_cannot_be_read_at_a_log_in_are_refused(face: KeycloakFace, key: SoftKey, data: Json) -> None:
    answer = put(face, entry_of(key, **data))
    assert answer.status_code == 400
    assert answer.json()["errorMessage"]
    assert face.credentials(NADA) == []


@pytest.mark.parametrize(
    "changes",
    [{"type": "fido2"}, {"credentialData": "{"}, {"secretData": ""}, {"createdDate": "now"}, {"name": "Kiosk key"}],
)
def test_an_entry_of_another_shape_is_refused(face: KeycloakFace, key: SoftKey, changes: Json) -> None:
    assert put(face, entry_of(key, changes)).status_code == 400


def test_a_representation_with_unknown_members_is_refused_unless_they_are_our_own(
    face: KeycloakFace, key: SoftKey
) -> None:
    assert put(face, phone="1").status_code == 400
    assert put(face, attributes={"badge": True}).status_code == 400
    assert put(face, attributes={"badge": [True]}).status_code == 400
    face.faults.add("read", Fault.UNKNOWN_MEMBERS)
    assert put(face, entry_of(key)).status_code == 204


def test_an_entry_with_a_value_makes_a_password_and_no_key(face: KeycloakFace, key: SoftKey) -> None:
    assert put(face, entry_of(key, {"value": "AAAA"})).status_code == 204
    assert face.passwords == {face.user(NADA).id: "AAAA"}
    assert face.credentials(NADA) == []
    assert [each["type"] for each in admin(face, "GET", user_path(face) + "/credentials").json()] == ["password"]


def test_an_id_that_is_there_is_skipped_and_without_one_a_key_is_there_twice(face: KeycloakFace, key: SoftKey) -> None:
    named = entry_of(key, {"id": "4d3d1b9e-0000-4000-8000-000000000001"})
    assert [put(face, named).status_code for _ in range(2)] == [204, 204]
    assert len(face.credentials(NADA)) == 1
    put(face, entry_of(key))
    assert len(face.credentials(NADA)) == 2
    with pytest.raises(Rejected):
        face.log_in(logged_in(key, face.request_options(), face.origin))


def test_a_put_replaces_the_attributes_and_leaves_the_rest(face: KeycloakFace) -> None:
    user = face.user(NADA)
    assert admin(face, "PUT", user_path(face), json={"attributes": {"badge": ["7"]}}).status_code == 204
    assert (user.phone, user.employee_id, user.attributes) == ("", "", {"badge": "7"})
    assert (user.given_name, user.active) == ("Nada", True)
    assert admin(face, "PUT", user_path(face), json={"username": "other"}).status_code == 400
    assert admin(face, "PUT", "/users/nobody", json={}).status_code == 404


def test_a_new_user_may_come_with_a_key(face: KeycloakFace, key: SoftKey) -> None:
    told = {"username": "new", "enabled": True, "credentials": [entry_of(key)]}
    answer = admin(face, "POST", "/users", json=told)
    assert (answer.status_code, answer.headers["Location"].rpartition("/")[2]) == (201, face.user("new").id)
    assert face.log_in(logged_in(key, face.request_options(), face.origin)) == face.user("new").id
    assert admin(face, "POST", "/users", json=told).status_code == 409
    assert admin(face, "POST", "/users", json={}).status_code == 400


@pytest.mark.parametrize("what", ["handle", "key", "rp", "flags", "counter", "kind", "disabled"])
def test_a_log_in_that_is_not_right_is_refused(face: KeycloakFace, key: SoftKey, what: str) -> None:
    put(face, entry_of(key, {"type": "webauthn"} if what == "kind" else {}, counter=50 if what == "counter" else 1))
    options, other = face.request_options(), SoftKey(credential_id=key.credential_id)
    if what == "rp":
        options["rpId"] = "evil.example"
    if what == "flags":
        key.flags = 0x01
    face.user(NADA).active = what != "disabled"
    handle = {"userHandle": b64url_text(b"somebody")} if what == "handle" else {}
    with pytest.raises(Rejected):
        face.log_in(logged_in(other if what == "key" else key, options, face.origin, **handle))


def test_the_right_user_handle_is_the_text_of_the_id(face: KeycloakFace, key: SoftKey) -> None:
    face.set_rp_id("sso.example.org", "https://sso.example.org")
    assert admin(face, "GET", "").json()["webAuthnPolicyPasswordlessRpId"] == "sso.example.org"
    put(face, entry_of(key))
    handle = b64url_text(face.user(NADA).id.encode())
    assertion = logged_in(key, face.request_options(), "https://sso.example.org", userHandle=handle)
    assert face.log_in(assertion) == face.user(NADA).id
    assert admin(face, "DELETE", user_path(face) + "/credentials/none").status_code == 404
