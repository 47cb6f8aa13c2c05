"""The face of Microsoft Entra ID: the good path, and everything that it must not take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faces.driving import SetClock, ask, logged_in
from tests.faces.entra import EntraFace
from tests.faces.frame import NADA
from tests.faces.server import Json
from tests.faces.webauthn import Rejected, url_token
from tests.kiosk.service.soft_key import SoftKey


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
