"""The face of Microsoft Entra ID: the good path, and everything that it must not take."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faces.driving import SetClock, ask, logged_in
from tests.faces.entra import EntraFace
from tests.faces.faults import Fault
from tests.faces.faulty import check_registration_under
from tests.faces.frame import NADA, OBRIEN
from tests.faces.server import Json
from tests.faces.webauthn import Rejected, b64_text, url_token
from tests.kiosk.service.soft_key import SoftKey, b64, unb64


@pytest.fixture
def face(faces_folder: Path, key: SoftKey, hands: SetClock) -> Iterator[EntraFace]:
    with EntraFace(faces_folder, clock=hands, roots=(key.root.certificate,)) as face:
        yield face


def token_of(face: EntraFace, **changes: str) -> requests.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": face.client.id,
        "client_secret": face.client.secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    return ask(face, "POST", f"/{face.tenant}/oauth2/v2.0/token", data=form | changes)


def graph(face: EntraFace, method: str, path: str, headers: Json | None = None, **more: Any) -> requests.Response:
    signed = {"Authorization": "Bearer " + face.issuer.issue(face.client.rights)} | (headers or {})
    return ask(face, method, path, headers=signed, **more)


def keys_of(face: EntraFace, login: str = NADA, version: str = "v1.0") -> str:
    return f"/{version}/users/{face.user(login).id}/authentication/fido2Methods"


def options_of(face: EntraFace) -> Json:
    found: Json = graph(face, "GET", keys_of(face) + "/creationOptions").json()["publicKey"]
    return found


def body_of(key: SoftKey, options: Json, origin: str = "https://login.microsoft.com") -> Json:
    made = key.register(options, origin)
    response = {name: made["response"][name] for name in ("clientDataJSON", "attestationObject")}
    return {"displayName": "Blue key", "publicKeyCredential": {"id": made["id"], "response": response}}


def test_a_registered_key_logs_in_and_is_listed_and_deleted(face: EntraFace, key: SoftKey) -> None:
    token = token_of(face).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    begun = ask(face, "GET", keys_of(face) + "/creationOptions", headers=headers).json()
    made = ask(face, "POST", keys_of(face), headers=headers, json=body_of(key, begun["publicKey"]))
    assert (made.status_code, made.json()["id"]) == (201, url_token(key.credential_id))
    assert made.json()["attestationLevel"] == "attested"
    assert face.credentials(NADA)[0].credential_id == key.credential_id
    assertion = logged_in(key, face.request_options(), face.origin)
    assert face.log_in(assertion) == face.user(NADA).id
    with pytest.raises(Rejected):
        face.log_in(assertion)
    listed = ask(face, "GET", keys_of(face), headers=headers).json()["value"]
    assert [each["displayName"] for each in listed] == ["Blue key"]
    assert ask(face, "DELETE", keys_of(face) + "/" + listed[0]["id"], headers=headers).status_code == 204
    assert face.credentials(NADA) == []
    assert face.orphans() == []


@pytest.mark.parametrize("fault", list(Fault))
def test_a_registration_under_a_fault_is_done_or_not(face: EntraFace, key: SoftKey, fault: Fault) -> None:
    body = body_of(key, options_of(face))
    check_registration_under(fault, face, lambda: graph(face, "POST", keys_of(face), json=body, timeout=(5, 0.3)))


def refusal(answer: requests.Response) -> tuple[int, str]:
    assert answer.headers["request-id"]
    assert answer.json()["error"]["innerError"]["request-id"]
    return answer.status_code, answer.json()["error"]["code"]


def changed(body: Json, *path: str, to: Any) -> Json:
    """The body with another value at a path; None takes the member away."""
    found: Json = json.loads(json.dumps(body))
    inner = found
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = to
    if to is None:
        del inner[path[-1]]
    return found


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("publicKeyCredential", "type"), "public-key"),
        (("publicKeyCredential", "rawId"), "AAAA"),
        (("publicKeyCredential", "response", "transports"), ["usb"]),
        (("publicKeyCredential", "authenticatorAttachment"), "cross-platform"),
        (("publicKeyCredential", "id"), "AAAA"),
        (("publicKeyCredential", "id"), None),
        (("publicKeyCredential", "response", "clientDataJSON"), "e30="),
        (("publicKeyCredential", "response", "attestationObject"), "oWNmbXQ"),
        (("displayName",), ""),
        (("displayName",), "n" * 31),
        (("name",), "x"),
    ],
)
def test_a_body_of_another_shape_is_refused(face: EntraFace, key: SoftKey, path: tuple[str, ...], to: Any) -> None:
    body = changed(body_of(key, options_of(face)), *path, to=to)
    assert refusal(graph(face, "POST", keys_of(face), json=body)) == (400, "Request_BadRequest")
    assert face.credentials(NADA) == []


def test_padding_and_other_media_types_are_refused(face: EntraFace, key: SoftKey) -> None:
    body = body_of(key, options_of(face))
    padded = changed(body, "publicKeyCredential", "id", to=body["publicKeyCredential"]["id"] + "=")
    assert refusal(graph(face, "POST", keys_of(face), json=padded))[0] == 400
    wrong = graph(face, "POST", keys_of(face), {"Content-Type": "text/plain"}, data=json.dumps(body))
    assert wrong.status_code == 415
    assert graph(face, "POST", keys_of(face), json=body).status_code == 201


def bent(**changes: Any) -> Callable[[SoftKey, Json], Json]:
    """The body of a key that is bent."""

    def make(key: SoftKey, options: Json) -> Json:
        for name, value in changes.items():
            setattr(key, name, value)
        return body_of(key, options)

    return make


def _tampered(key: SoftKey, options: Json) -> Json:
    body = body_of(key, options)
    response = body["publicKeyCredential"]["response"]
    told = unb64(response["clientDataJSON"]).replace(b"false", b" null")
    response["clientDataJSON"] = b64(told)
    return body


@pytest.mark.parametrize(
    "make",
    [
        bent(origin="https://login.microsoft.com:8443"),
        bent(origin="https://evil.example"),
        bent(flags=0x01),
        bent(flags=0x04),
        bent(root=SoftKey().root),
        lambda key, options: body_of(key, options | {"rp": {"id": "login.microsoftonline.com"}}),
        lambda key, options: body_of(key, options | {"challenge": b64(b"another")}),
        _tampered,
    ],
)
def test_a_registration_that_is_not_right_is_refused(
    face: EntraFace, key: SoftKey, make: Callable[[SoftKey, Json], Json]
) -> None:
    body = make(key, options_of(face))
    assert refusal(graph(face, "POST", keys_of(face), json=body)) == (400, "Request_BadRequest")
    assert face.credentials(NADA) == []


def test_a_challenge_is_good_once_for_one_user_for_five_minutes(face: EntraFace, key: SoftKey, hands: SetClock) -> None:
    body = body_of(key, options_of(face))
    assert graph(face, "POST", keys_of(face, OBRIEN), json=body).status_code == 400
    assert [graph(face, "POST", keys_of(face), json=body).status_code for _ in range(2)] == [201, 400]
    late = body_of(SoftKey(root=key.root), options_of(face))
    hands.on(minutes=5)
    assert graph(face, "POST", keys_of(face), json=late).status_code == 400
    again = body_of(key, options_of(face))
    assert graph(face, "POST", keys_of(face), json=again).status_code == 400
    assert len(face.credentials(NADA)) == 1


@pytest.mark.parametrize("kind", ["allow", "block"])
def test_the_policy_refuses_models(face: EntraFace, key: SoftKey, kind: str) -> None:
    listed = [] if kind == "allow" else [str(key.aaguid)]
    face.policy["keyRestrictions"] = {"isEnforced": True, "enforcementType": kind, "aaGuids": listed}
    body = body_of(key, options_of(face))
    assert graph(face, "POST", keys_of(face), json=body).status_code == 400
    path = "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/fido2"
    assert graph(face, "GET", path).json()["keyRestrictions"]["aaGuids"] == listed


def test_without_self_service_nothing_can_begin(face: EntraFace) -> None:
    face.policy["isSelfServiceRegistrationAllowed"] = False
    assert refusal(graph(face, "GET", keys_of(face) + "/creationOptions")) == (405, "methodNotAllowed")


def test_beta_tells_its_own_life_and_its_own_ids(face: EntraFace, key: SoftKey, hands: SetClock) -> None:
    assert graph(face, "POST", keys_of(face), json=body_of(key, options_of(face))).status_code == 201
    assert options_of(face)["excludeCredentials"][0]["id"] == b64(key.credential_id)
    path = keys_of(face, version="beta") + "/creationOptions"
    told = graph(face, "GET", path + "(challengeTimeoutInMinutes=60)").json()
    assert told["challengeTimeoutDateTime"] == (hands.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert told["publicKey"]["excludeCredentials"][0]["id"] == b64_text(key.credential_id)
    face.standard_ids = False
    told = graph(face, "GET", path + "?challengeTimeoutInMinutes=43200").json()
    assert told["publicKey"]["excludeCredentials"][0]["id"] == url_token(key.credential_id)
    for wrong in ("(challengeTimeoutInMinutes=4)", "?challengeTimeoutInMinutes=43201", "(minutes=5)"):
        assert graph(face, "GET", path + wrong).status_code in (400, 405)
    assert graph(face, "GET", keys_of(face) + "/creationOptions?challengeTimeoutInMinutes=60").status_code == 400


def test_a_list_lags_and_a_key_of_somebody_else_is_not_deleted(face: EntraFace, key: SoftKey) -> None:
    face.lag(reads=1)
    graph(face, "POST", keys_of(face), json=body_of(key, options_of(face)))
    counts = [len(graph(face, "GET", keys_of(face)).json()["value"]) for _ in range(2)]
    assert counts == [0, 1]
    own = url_token(key.credential_id)
    assert refusal(graph(face, "DELETE", f"{keys_of(face, OBRIEN)}/{own}")) == (404, "Request_ResourceNotFound")
    assert refusal(graph(face, "DELETE", f"{keys_of(face)}/{b64(key.credential_id)}x")) == (
        404,
        "Request_ResourceNotFound",
    )
    assert face.orphans([key.credential_id]) == []
    assert face.orphans() == [own]
