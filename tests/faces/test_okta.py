"""The face of Okta: the good path, and everything that it must not take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faces.driving import SetClock, ask, logged_in
from tests.faces.frame import NADA
from tests.faces.okta import OktaFace
from tests.faces.server import Json
from tests.kiosk.service.soft_key import SoftKey, b64

FACTOR = {"factorType": "webauthn", "provider": "FIDO"}


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
