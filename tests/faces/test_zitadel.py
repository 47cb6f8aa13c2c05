"""The face of Zitadel: the good path, and everything that it must not take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faces.driving import SetClock, ask, logged_in
from tests.faces.frame import NADA
from tests.faces.server import Json
from tests.faces.zitadel import ZitadelFace
from tests.kiosk.service.soft_key import SoftKey


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
