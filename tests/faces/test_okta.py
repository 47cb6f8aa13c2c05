"""The face of Okta: the good path, and everything that it must not take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faces.driving import RsaClient, SetClock, ask, logged_in
from tests.faces.faults import Fault
from tests.faces.faulty import check_registration_under
from tests.faces.frame import NADA
from tests.faces.okta import OktaFace
from tests.faces.server import Json
from tests.faces.tokens import ASSERTION
from tests.faces.webauthn import Rejected, b64_text
from tests.kiosk.service.soft_key import SoftKey, b64, unb64

FACTOR = {"factorType": "webauthn", "provider": "FIDO"}
JAN2 = "jan.devries2@example.org"


@pytest.fixture
def face(faces_folder: Path, key: SoftKey, hands: SetClock) -> Iterator[OktaFace]:
    with OktaFace(faces_folder, clock=hands, roots=(key.root.certificate,)) as face:
        yield face


def okta(face: OktaFace, method: str, path: str, **more: Any) -> requests.Response:
    return ask(face, method, path, headers={"Authorization": f"SSWS {face.api_token}"}, **more)


def factors_of(face: OktaFace, login: str = NADA) -> str:
    return f"/api/v1/users/{face.user(login).id}/factors"


def begun(face: OktaFace) -> tuple[str, Json]:
    """The path of a new factor, and its options made whole."""
    told = okta(face, "POST", factors_of(face) + "?tokenLifetimeSeconds=300", json=FACTOR).json()
    options = told["_embedded"]["activation"]
    assert "id" not in options["rp"]
    return factors_of(face) + "/" + told["id"], options | {"rp": {"id": "localhost"}}


def body_of(face: OktaFace, key: SoftKey, options: Json, origin: str = "") -> Json:
    response = key.register(options, origin or face.url)["response"]
    return {"attestation": response["attestationObject"], "clientData": response["clientDataJSON"]}


def test_an_activated_factor_logs_in_and_is_listed_and_deleted(face: OktaFace, key: SoftKey) -> None:
    path, options = begun(face)
    assert face.half_made(NADA) == face.orphans() == [path.rpartition("/")[2]]
    made = okta(face, "POST", path + "/lifecycle/activate", json=body_of(face, key, options))
    assert (made.status_code, made.json()["status"]) == (200, "ACTIVE")
    assert made.json()["profile"]["credentialId"] == b64(key.credential_id)
    assert face.half_made(NADA) == []
    assert face.log_in(logged_in(key, face.request_options(), face.origin)) == face.user(NADA).id
    listed = okta(face, "GET", factors_of(face)).json()
    assert [each["status"] for each in listed if each["factorType"] == "webauthn"] == ["ACTIVE"]
    assert okta(face, "DELETE", path).status_code == 204
    assert face.credentials(NADA) == []


@pytest.mark.parametrize("fault", list(Fault))
def test_an_activation_under_a_fault_is_done_or_not(face: OktaFace, key: SoftKey, fault: Fault) -> None:
    path, options = begun(face)
    body = body_of(face, key, options)
    check_registration_under(
        fault, face, lambda: okta(face, "POST", path + "/lifecycle/activate", json=body, timeout=(5, 0.3))
    )


def refusal(answer: requests.Response) -> tuple[int, str]:
    assert int(answer.headers["X-Rate-Limit-Reset"]) > 0
    assert answer.headers["X-Okta-Request-Id"]
    return answer.status_code, answer.json()["errorCode"]


def search(face: OktaFace, **params: str) -> requests.Response:
    return okta(face, "GET", "/api/v1/users", params=params)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('profile.employeeNumber eq "4711"', [NADA]),
        ('profile.firstName eq "Jan" and profile.lastName sw "de"', ["jan.devries@example.org", JAN2]),
        ('(profile.login co "nada" or profile.employeeNumber eq "1002") and id pr', [NADA, JAN2]),
        ('profile.employeeNumber eq "9999"', ["gone@example.org"]),
        ('profile.employeeNumber eq "9999" and status eq "ACTIVE"', []),
        ('profile.customBadge eq "B\\"7"', [NADA]),
    ],
)
def test_searches_find_whom_they_mean_also_those_who_are_gone(face: OktaFace, query: str, found: list[str]) -> None:
    face.user(NADA).attributes["customBadge"] = 'B"7'
    answer = search(face, search=query, limit="5").json()
    assert [each["profile"]["login"] for each in answer] == found
    gone = [each["status"] for each in answer if each["profile"]["login"] == "gone@example.org"]
    assert gone in ([], ["DEPROVISIONED"])


@pytest.mark.parametrize(
    "params",
    [
        {"search": 'profile.employeenumber eq "1"'},
        {"search": 'profile.login ne "a"'},
        {"search": 'profile.employeeNumber co "1"'},
        {"search": "profile.login eq 'a'"},
        {"search": 'profile.login eq "a" and'},
        {"search": '(profile.login eq "a"'},
        {"search": 'profile.login eq "a" profile.login'},
        {"search": 'login eq "a"'},
        {"filter": 'profile.employeeNumber eq "1"'},
        {"filter": 'profile.login sw "a"'},
        {"search": 'id eq "a"', "filter": 'id eq "a"'},
        {"limit": "0"},
        {"limit": "201"},
        {"$top": "1"},
        {"fields": "profile:(login"},
    ],
)
def test_searches_that_okta_does_not_take_are_refused(face: OktaFace, params: dict[str, str]) -> None:
    assert refusal(search(face, **params)) in ((400, "E0000031"), (400, "E0000001"))


def test_a_filter_is_right_at_once_and_fields_trim(face: OktaFace) -> None:
    face.lag(reads=5)
    face.add("new@example.org", given_name="New")
    assert search(face, search='profile.login eq "new@example.org"').json() == []
    found = search(face, filter='profile.login eq "new@example.org"', fields="id,status,profile:(login,firstName)")
    [told] = found.json()
    assert told == {
        "id": face.user("new@example.org").id,
        "status": "ACTIVE",
        "profile": {"login": "new@example.org", "firstName": "New"},
    }


def test_pages_end_at_the_limit_with_a_link_to_the_next(face: OktaFace) -> None:
    answer = search(face, search='profile.lastName eq "de Vries"', limit="1")
    assert len(answer.json()) == 1
    assert 'rel="next"' in answer.headers["Link"]
    assert "gone@example.org" not in [each["profile"]["login"] for each in search(face).json()]


def test_a_service_app_gets_the_scopes_it_was_granted(face: OktaFace, hands: SetClock) -> None:
    signer = RsaClient()
    face.client.public_key = signer.private.public_key()

    def token(scope: str, audience: str = face.url + "/oauth2/v1/token") -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "scope": scope,
            "client_assertion_type": ASSERTION,
            "client_assertion": signer.assertion(face.client.id, audience, hands.now()),
        }
        return ask(face, "POST", "/oauth2/v1/token", data=form)

    told = token("okta.users.read").json()
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    assert ask(face, "GET", factors_of(face), headers=headers).status_code == 200
    assert refusal(ask(face, "POST", factors_of(face), headers=headers, json=FACTOR)) == (403, "E0000006")
    assert token("okta.apps.manage").json()["error"] == "invalid_scope"
    assert token("okta.users.read", face.url).json()["error"] == "invalid_client"
    hands.on(hours=1)
    assert refusal(ask(face, "GET", factors_of(face), headers=headers)) == (401, "E0000011")
    assert refusal(ask(face, "GET", factors_of(face), headers={"Authorization": "SSWS x"})) == (401, "E0000011")


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", {"factorType": "webauthn"}),
        ("", FACTOR | {"profile": {}}),
        ("", {"factorType": "u2f", "provider": "FIDO"}),
        ("?tokenLifetimeSeconds=0", FACTOR),
        ("?tokenLifetimeSeconds=86401", FACTOR),
        ("?lifetime=300", FACTOR),
    ],
)
def test_an_enrollment_of_another_shape_is_refused(face: OktaFace, query: str, body: Json) -> None:
    assert okta(face, "POST", factors_of(face) + query, json=body).status_code == 400
    assert face.half_made(NADA) == []


def bent(**changes: Any) -> Callable[[OktaFace, SoftKey, Json], Json]:
    def make(face: OktaFace, key: SoftKey, options: Json) -> Json:
        for name, value in changes.items():
            setattr(key, name, value)
        return body_of(face, key, options)

    return make


@pytest.mark.parametrize(
    "make",
    [
        bent(origin="https://example.okta.com"),
        bent(flags=0x04),
        bent(root=SoftKey().root),
        lambda face, key, options: body_of(face, key, options | {"challenge": b64(b"another")}),
        lambda face, key, options: body_of(face, key, options | {"rp": {"id": "okta.com"}}),
        lambda face, key, options: body_of(face, key, options) | {"id": "x"},
        lambda face, key, options: body_of(face, key, options) | {"attestation": "o2Nm="},
        lambda face, key, options: {"clientData": body_of(face, key, options)["clientData"]},
    ],
)
def test_an_activation_that_is_not_right_is_refused(
    face: OktaFace, key: SoftKey, make: Callable[[OktaFace, SoftKey, Json], Json]
) -> None:
    path, options = begun(face)
    answer = okta(face, "POST", path + "/lifecycle/activate", json=make(face, key, options))
    assert refusal(answer) == (400, "E0000001")
    assert face.credentials(NADA) == []


def test_both_ways_of_base64_are_taken(face: OktaFace, key: SoftKey) -> None:
    path, options = begun(face)
    body = {name: b64_text(unb64(value)) for name, value in body_of(face, key, options).items()}
    assert okta(face, "POST", path + "/lifecycle/activate", json=body).status_code == 200


def test_five_attempts_in_five_minutes_and_no_more(face: OktaFace, key: SoftKey, hands: SetClock) -> None:
    told = okta(face, "POST", factors_of(face) + "?tokenLifetimeSeconds=3600", json=FACTOR).json()
    path = f"{factors_of(face)}/{told['id']}/lifecycle/activate"
    options = told["_embedded"]["activation"] | {"rp": {"id": "localhost"}}
    wrong = [okta(face, "POST", path, json={"attestation": "AAAA", "clientData": "AAAA"}) for _ in range(6)]
    assert [each.status_code for each in wrong] == [400] * 5 + [429]
    assert refusal(wrong[-1]) == (429, "E0000047")
    hands.on(minutes=5)
    assert okta(face, "POST", path, json=body_of(face, key, options)).status_code == 200


def test_a_factor_is_activated_once_in_its_time_and_no_key_twice(face: OktaFace, key: SoftKey, hands: SetClock) -> None:
    path, options = begun(face)
    body = body_of(face, key, options)
    statuses = [okta(face, "POST", path + "/lifecycle/activate", json=body).status_code for _ in range(2)]
    assert statuses == [200, 404]
    again, options = begun(face)
    assert options["excludeCredentials"][0]["id"] == b64(key.credential_id)
    same = okta(face, "POST", again + "/lifecycle/activate", json=body_of(face, key, options))
    assert refusal(same) == (400, "E0000001")
    late, options = begun(face)
    hands.on(seconds=300)
    body = body_of(face, SoftKey(root=key.root), options)
    assert okta(face, "POST", late + "/lifecycle/activate", json=body).status_code == 403
    assert okta(face, "DELETE", late).status_code == okta(face, "DELETE", again).status_code == 204
    assert face.orphans([key.credential_id]) == []
    assert refusal(okta(face, "DELETE", late)) == (404, "E0000007")


def test_models_that_the_policy_does_not_list_are_refused(face: OktaFace, key: SoftKey) -> None:
    face.aaguids = frozenset()
    path, options = begun(face)
    assert okta(face, "POST", path + "/lifecycle/activate", json=body_of(face, key, options)).status_code == 400


def test_a_custom_rp_id_is_told_by_the_authenticator_only(face: OktaFace, key: SoftKey) -> None:
    face.custom_rp_id = "example.org"
    [authenticator] = okta(face, "GET", "/api/v1/authenticators").json()
    told = okta(face, "GET", f"/api/v1/authenticators/{authenticator['id']}/methods/webauthn").json()
    assert told["settings"]["rpId"] == {"enabled": True, "domain": {"name": "example.org"}}
    path, options = begun(face)
    wrong = okta(face, "POST", path + "/lifecycle/activate", json=body_of(face, key, options))
    assert wrong.status_code == 400
    right = body_of(face, key, options | {"rp": {"id": "example.org"}})
    assert okta(face, "POST", path + "/lifecycle/activate", json=right).status_code == 200


def test_nothing_is_done_to_those_who_are_deactivated(face: OktaFace, key: SoftKey) -> None:
    path, options = begun(face)
    assert okta(face, "POST", path + "/lifecycle/activate", json=body_of(face, key, options)).status_code == 200
    face.user(NADA).active = False
    assert refusal(okta(face, "DELETE", path)) == (403, "E0000038")
    assert refusal(okta(face, "POST", factors_of(face), json=FACTOR)) == (403, "E0000038")
    assert refusal(okta(face, "GET", "/api/v1/users/00unobody/factors")) == (404, "E0000007")
    assert okta(face, "GET", path).json()["status"] == "ACTIVE"
    with pytest.raises(Rejected):
        face.log_in(logged_in(key, face.request_options(), face.origin))
