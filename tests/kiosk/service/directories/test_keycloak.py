"""People of a Keycloak realm as its face has them: what is asked, and what cannot be asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from kiosk.contract.profile import FieldKind
from kiosk.service.directories.connector import DirectoryUnavailable
from kiosk.service.directories.connectors.keycloak import KeycloakDirectory, KeycloakPeople
from kiosk.service.probe import ProbeFailed
from kiosk.service.tls import Identity, server_context
from tests.faces.frame import NADA, OBRIEN
from tests.faces.keycloak import KeycloakFace
from tests.kiosk.service.faces import Request, serving
from tests.kiosk.service.vendors.bed import Bed
from tests.kiosk.service.wired import wired

Directories = Callable[..., KeycloakDirectory]
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def bed() -> Bed:
    return Bed()


@pytest.fixture
def face(tmp_path: Path, bed: Bed) -> Iterator[KeycloakFace]:
    with KeycloakFace(tmp_path, clock=bed.clock) as running:
        running.client.rights = {"query-users", "view-users"}
        yield running


@pytest.fixture
def directories(bed: Bed) -> Iterator[Directories]:
    """A realm at an address; arguments by name are settings."""
    wirings = []

    def make(url: str, authority: Path, secret: str = "s", **told: Any) -> KeycloakDirectory:
        usual = {"id": "people", "url": url, "realm": "staff", "client_id": "keywright", "client_secret": "keycloak"}
        attributes = {"floor": FieldKind.TEXT}
        wiring = wired(clock=bed.clock, sleep=bed.sleep, secret=lambda _: secret, attributes=attributes)
        wirings.append(wiring)
        settings = KeycloakPeople.model_validate(usual | {"certificate_authority": authority} | told)
        return KeycloakDirectory.make(settings, wiring)

    yield make
    for each in wirings:
        each.outbound.close()


@pytest.fixture
def asked(tls: tuple[Identity, Identity], directories: Directories) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """What Keycloak is asked about people who have all that; it knows nobody."""
    with serving(server_context(tls[1])) as web:
        directory = directories(web.url, tls[0].certificate)

        def ask(**criteria: str) -> list[dict[str, Any]]:
            assert directory.find_people(criteria) == ()
            found = [urlsplit(each.path) for each in web.requests if each.method == "GET"]
            web.requests.clear()
            assert {each.path for each in found} <= {"/admin/realms/staff/users"}
            return [{name: values[0] for name, values in parse_qs(each.query).items()} for each in found]

        web.answer = _nobody
        yield ask


def _nobody(request: Request) -> tuple[int, dict[str, str], bytes]:
    return (200, JSON, b'{"access_token": "t", "expires_in": 60}' if request.path.endswith("/token") else b"[]")


ALWAYS = {"exact": "true", "enabled": "true", "max": "20"}


def test_all_criteria_are_one_question(asked: Callable[..., list[dict[str, Any]]]) -> None:
    (question,) = asked(given_name="nada", employee_id='47 "11"')
    assert question == ALWAYS | {"firstName": "nada", "q": 'employeeId:"47 \\"11\\""'}


def test_a_number_is_asked_for_as_it_may_be_written(asked: Callable[..., list[dict[str, Any]]]) -> None:
    questions = asked(phone="+31612345678", upn="nada")
    assert [each["q"] for each in questions[:2]] == [
        'phoneNumber:"+31612345678"',
        'phoneNumber:"+31 6 12345678"',
    ]
    assert {each["username"] for each in questions} == {"nada"}


def test_what_keycloak_cannot_be_asked_for_is_nobody_s(asked: Callable[..., list[dict[str, Any]]]) -> None:
    assert asked(employee_id="47\\") == []
    assert asked() == []


def test_other_attributes_may_hold_a_field(face: KeycloakFace, directories: Directories) -> None:
    face.add("ada@example.org", attributes={"staffNumber": "AB 12", "floor": "3"})
    fields = {"employee_id": "staffNumber", "attribute:floor": "attributes.floor"}
    people = directories(face.url, face.authority, face.client.secret, fields=fields)
    (ada,) = people.find_people({"employee_id": "ab 12", "attribute:floor": "3"})
    assert (ada.upn, ada.employee_id, ada.attributes) == ("ada@example.org", "AB 12", {"floor": "3"})
    assert ada.directory_id == face.user("ada@example.org").id


def test_people_of_the_face_are_found(face: KeycloakFace, directories: Directories) -> None:
    people = directories(face.url, face.authority, face.client.secret)
    assert [each.upn for each in people.find_people({"family_name": "o'brien"})] == [OBRIEN]
    (nada,) = people.find_people({"phone": "+31612345678"})
    assert nada.upn == NADA
    assert len(people.find_people({"given_name": "jan", "family_name": "de vries"})) == 2


@pytest.mark.parametrize("wrong", ["", "a b", "attributes.", "a.b", "9x", "q&x"])
def test_a_field_is_an_attribute(wrong: str) -> None:
    told = {"id": "p", "url": "https://k.example", "realm": "r", "client_id": "c", "client_secret": "s"}
    with pytest.raises(ValidationError, match="fields"):
        KeycloakPeople.model_validate(told | {"fields": {"employee_id": wrong}})


@pytest.mark.parametrize("missing", ["query-users", "view-users"])
def test_a_role_that_is_missing_is_told(face: KeycloakFace, directories: Directories, missing: str) -> None:
    people = directories(face.url, face.authority, face.client.secret)
    assert people.probe()
    face.client.rights -= {missing}
    with pytest.raises(ProbeFailed, match="403"):
        directories(face.url, face.authority, face.client.secret).probe()


@pytest.mark.parametrize("answer", [b'{"value": []}', b'["x"]', b'[{"enabled": true}]', b"null"])
def test_an_answer_that_is_not_understood_is_none(
    tls: tuple[Identity, Identity], directories: Directories, answer: bytes
) -> None:
    def reply(request: Request) -> tuple[int, dict[str, str], bytes]:
        return (200, JSON, answer) if not request.path.endswith("/token") else _nobody(request)

    with serving(server_context(tls[1])) as web:
        web.answer = reply
        with pytest.raises(DirectoryUnavailable):
            directories(web.url, tls[0].certificate).find_people({"upn": "nada"})
