"""The face of FusionAuth: the good path, and everything that it must not take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faces.driving import SetClock, ask, logged_in
from tests.faces.frame import NADA
from tests.faces.fusionauth import WEBAUTHN, FusionAuthFace
from tests.faces.server import Json
from tests.kiosk.service.soft_key import SoftKey


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
