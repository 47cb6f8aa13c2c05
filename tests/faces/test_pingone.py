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
from tests.faces.frame import NADA
from tests.faces.pingone import ACTIVATE, PingOneFace
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
