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
from tests.faces.frame import NADA
from tests.faces.keycloak import KeycloakFace
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
