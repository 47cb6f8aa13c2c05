"""The face of FusionAuth: the good path, and everything that it must not take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faces.driving import SetClock, ask, logged_in
from tests.faces.faults import Fault
from tests.faces.faulty import check_registration_under
from tests.faces.frame import NADA
from tests.faces.fusionauth import USERS, WEBAUTHN, FusionAuthFace
from tests.faces.server import Json
from tests.kiosk.service.soft_key import SoftKey, b64


@pytest.fixture
def face(faces_folder: Path, hands: SetClock) -> Iterator[FusionAuthFace]:
    with FusionAuthFace(faces_folder, clock=hands) as face:
        yield face


def fusion(face: FusionAuthFace, method: str, path: str, headers: Json | None = None, **more: Any) -> requests.Response:
    return ask(face, method, path, headers={"Authorization": face.api_key} | (headers or {}), **more)


def begun(face: FusionAuthFace) -> Json:
    told = {"userId": face.user(NADA).id, "workflow": "bootstrap", "displayName": "Kiosk key", "name": NADA}
    options: Json = fusion(face, "POST", WEBAUTHN + "/register/start", json=told).json()["options"]
    return options


def body_of(face: FusionAuthFace, key: SoftKey, options: Json, origin: str = "") -> Json:
    made = key.register(options, origin or face.url)
    response = {name: made["response"][name] for name in ("clientDataJSON", "attestationObject")}
    credential = {
        "id": made["id"],
        "type": "public-key",
        "transports": ["usb"],
        "clientExtensionResults": {"credProps": {"rk": True}},
        "response": response,
    }
    return {"userId": face.user(NADA).id, "origin": face.url, "rpId": "localhost", "credential": credential}


def complete(face: FusionAuthFace, body: Json) -> requests.Response:
    return fusion(face, "POST", WEBAUTHN + "/register/complete", json=body)


def test_a_completed_registration_logs_in_and_is_listed_and_deleted(face: FusionAuthFace, key: SoftKey) -> None:
    made = complete(face, body_of(face, key, begun(face))).json()["credential"]
    assert face.log_in(logged_in(key, face.request_options(), face.origin)) == face.user(NADA).id
    listed = fusion(face, "GET", f"{WEBAUTHN}?userId={face.user(NADA).id}").json()["credentials"]
    assert [each["credentialId"] for each in listed] == [made["credentialId"]]
    assert fusion(face, "DELETE", f"{WEBAUTHN}/{made['id']}").status_code == 200
    assert face.credentials(NADA) == []


@pytest.mark.parametrize("fault", list(Fault))
def test_a_registration_under_a_fault_is_done_or_not(face: FusionAuthFace, key: SoftKey, fault: Fault) -> None:
    body = body_of(face, key, begun(face))
    path = WEBAUTHN + "/register/complete"
    check_registration_under(fault, face, lambda: fusion(face, "POST", path, json=body, timeout=(5, 0.3)))


def start(face: FusionAuthFace, **changes: Any) -> requests.Response:
    told = {"userId": face.user(NADA).id, "workflow": "bootstrap"}
    return fusion(face, "POST", WEBAUTHN + "/register/start", json=told | changes)


@pytest.mark.parametrize("changes", [{"workflow": "kiosk"}, {"userId": "nobody"}, {"userId": 1}, {"email": NADA}])
def test_a_start_of_another_shape_is_refused(face: FusionAuthFace, changes: Json) -> None:
    answer = start(face, **changes)
    assert answer.status_code == 400
    assert list(answer.json()["fieldErrors"]) == list(changes)


def test_only_the_plain_key_with_its_rights_opens(face: FusionAuthFace) -> None:
    wrong = [{"Authorization": f"Bearer {face.api_key}"}, {"Authorization": "x"}]
    assert [fusion(face, "GET", f"{USERS}?loginId={NADA}", each).status_code for each in wrong] == [401, 401]
    assert fusion(face, "GET", f"{USERS}?loginId={NADA}").json()["user"]["id"] == face.user(NADA).id
    face.rights.discard(WEBAUTHN)
    answer = start(face)
    assert (answer.status_code, answer.content) == (401, b"")


def test_with_several_tenants_theirs_must_be_named(face: FusionAuthFace) -> None:
    face.several_tenants = True
    headers = [{}, {"X-FusionAuth-TenantId": "x"}, {"X-FusionAuth-TenantId": face.tenant}]
    path = f"/api/tenant/{face.tenant}"
    assert [fusion(face, "GET", path, each).status_code for each in headers] == [400, 401, 200]


@pytest.mark.parametrize("what", ["license", "policy", "user"])
def test_nothing_begins_without_a_license_a_policy_or_an_active_user(face: FusionAuthFace, what: str) -> None:
    face.licensed, face.policy["enabled"] = what != "license", what != "policy"
    face.user(NADA).active = what != "user"
    answer = start(face)
    assert answer.status_code == 400
    assert answer.json()["generalErrors"]


def outside(**changes: Any) -> Callable[[FusionAuthFace, SoftKey, Json], Json]:
    return lambda face, key, options: body_of(face, key, options) | changes


def inside(**changes: Any) -> Callable[[FusionAuthFace, SoftKey, Json], Json]:
    def make(face: FusionAuthFace, key: SoftKey, options: Json) -> Json:
        body = body_of(face, key, options)
        body["credential"] |= changes
        return body

    return make


def bent(**changes: Any) -> Callable[[FusionAuthFace, SoftKey, Json], Json]:
    def make(face: FusionAuthFace, key: SoftKey, options: Json) -> Json:
        for name, value in changes.items():
            setattr(key, name, value)
        return body_of(face, key, options)

    return make


@pytest.mark.parametrize(
    "make",
    [
        outside(rpId="example.com"),
        outside(origin="https://example.com"),
        outside(origin="https://localhost"),
        outside(userId="nobody"),
        outside(name="x"),
        inside(id="AAAA"),
        inside(rawId="AAAA"),
        inside(type="webauthn"),
        inside(clientExtensionResults={"credProtect": 1}),
        inside(response={"clientDataJSON": "e30=", "attestationObject": "oA"}),
        bent(flags=0x01),
        bent(origin="https://evil.example"),
        lambda face, key, options: body_of(face, key, options | {"challenge": b64(b"another")}),
        lambda face, key, options: body_of(face, key, options | {"rp": {"id": "example.com"}}),
    ],
)
def test_a_registration_that_is_not_right_is_refused(
    face: FusionAuthFace, key: SoftKey, make: Callable[[FusionAuthFace, SoftKey, Json], Json]
) -> None:
    answer = complete(face, make(face, key, begun(face)))
    assert answer.status_code == 400
    assert answer.json()["fieldErrors"]
    assert face.credentials(NADA) == []


def test_a_challenge_is_good_once_in_its_time_and_no_key_twice(
    face: FusionAuthFace, key: SoftKey, hands: SetClock
) -> None:
    body = body_of(face, key, begun(face))
    assert [complete(face, body).status_code for _ in range(2)] == [200, 400]
    options = begun(face)
    assert options["excludeCredentials"][0]["id"] == b64(key.credential_id)
    assert complete(face, body_of(face, key, options)).status_code == 400
    late = body_of(face, SoftKey(), begun(face))
    hands.on(minutes=3)
    assert complete(face, late).status_code == 400
    assert face.orphans([key.credential_id]) == []


def test_what_is_not_there_has_no_body_and_all_of_a_user_can_go(face: FusionAuthFace, key: SoftKey) -> None:
    made = complete(face, body_of(face, key, begun(face))).json()["credential"]
    assert fusion(face, "GET", f"{WEBAUTHN}/{made['id']}").json()["credential"] == made
    for path in (f"{WEBAUTHN}/none", f"{USERS}?email=nobody", f"{USERS}/none", "/api/tenant/none"):
        answer = fusion(face, "GET", path)
        assert (answer.status_code, answer.content) == (404, b"")
    assert fusion(face, "GET", f"{USERS}/{face.user(NADA).id}").json()["user"]["data"]["employeeId"] == "4711"
    assert fusion(face, "GET", WEBAUTHN).status_code == 400
    assert fusion(face, "DELETE", f"{WEBAUTHN}?userId={face.user(NADA).id}").status_code == 200
    assert face.credentials(NADA) == []
