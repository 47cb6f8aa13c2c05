"""What is Okta's own as a directory: filters that know the truth, searches that lag behind, people who have left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from kiosk.service.directories.connector import DirectoryUnavailable
from kiosk.service.directories.connectors.okta import OktaDirectory, OktaPeople
from kiosk.service.outbound import Outbound
from kiosk.service.probe import ProbeFailed
from tests.faces.frame import NADA, SEARCH
from tests.faces.okta import OktaFace
from tests.kiosk.service.vendors.bed import Bed
from tests.kiosk.service.wired import wired

People = Callable[..., OktaDirectory]


@pytest.fixture
def face(tmp_path: Path) -> Iterator[OktaFace]:
    with OktaFace(tmp_path, clock=Bed().clock) as running:
        yield running


@pytest.fixture
def people(face: OktaFace) -> Iterator[People]:
    """The face's org; arguments by name are settings, or `secret`."""
    outbound, bed = Outbound(), Bed()

    def make(secret: str = face.api_token, **told: Any) -> OktaDirectory:
        usual = {"id": "okta", "url": face.url, "api_token": "okta", "certificate_authority": face.authority}
        wiring = wired(outbound=outbound, clock=bed.clock, sleep=bed.sleep, secret=lambda _: secret)
        return OktaDirectory.make(OktaPeople.model_validate(usual | told), wiring)

    yield make
    outbound.close()


def searches(face: OktaFace) -> int:
    return sum(each.name == SEARCH for each in face.calls)


def test_somebody_just_hired_is_found_by_login_though_searches_lag_behind(people: People, face: OktaFace) -> None:
    face.lag(reads=9)
    face.add("new.hire@example.org", employee_id="5005")
    (found,) = people().find_people({"upn": "new.hire@example.org"})
    assert found.employee_id == "5005"
    assert people().find_people({"employee_id": "5005"}) == ()
    assert searches(face) == 2


def test_somebody_just_suspended_is_nobody_though_a_search_shows_them(people: People, face: OktaFace) -> None:
    face.user(NADA).state = "SUSPENDED"
    for criteria in ({"upn": NADA}, {"employee_id": "4711"}, {"given_name": "nada"}):
        assert people().find_people(criteria) == ()
    assert people().read(face.user(NADA).id) is None


@pytest.mark.parametrize("state", ["ACTIVE", "PROVISIONED", "PASSWORD_EXPIRED", "LOCKED_OUT", "RECOVERY", "STAGED"])
def test_who_only_cannot_sign_in_just_now_is_somebody(people: People, face: OktaFace, state: str) -> None:
    face.user(NADA).state = state
    assert len(people().find_people({"employee_id": "4711"})) == 1


def test_who_came_back_is_told_from_whoever_they_were_before(people: People, face: OktaFace) -> None:
    for number in range(3):
        face.add(f"nada.{number}@example.org", employee_id="4711", active=False)
    (found,) = people().find_people({"employee_id": "4711"})
    assert found.upn == NADA


def test_more_than_are_shown_are_not_taken_for_nobody(people: People, face: OktaFace) -> None:
    face.user(NADA).employee_id = "1"
    for number in range(60):
        face.add(f"x{number}@example.org", employee_id="4711", active=False)
    with pytest.raises(DirectoryUnavailable):
        people().find_people({"employee_id": "4711"})


def test_a_login_is_no_id(people: People, face: OktaFace) -> None:
    assert people().read(NADA) is None
    found = people().read(face.user(NADA).id)
    assert found is not None
    assert (found.upn, found.directory, found.user_id) == (NADA, "okta", f"okta:{face.user(NADA).id}")


def test_a_field_is_where_the_settings_say(people: People, face: OktaFace) -> None:
    face.user(NADA).attributes["customBadge"] = "B-17"
    directory = people(fields={"employee_id": "profile.customBadge", "badge": "customBadge"})
    assert [each.upn for each in directory.find_people({"employee_id": "b-17"})] == [NADA]
    assert directory.capabilities.searches({"badge": "b-17"})
    assert not people().capabilities.searches({"badge": "b-17"})


def test_a_service_app_needs_no_more_than_to_read_people(people: People, face: OktaFace) -> None:
    private = rsa.generate_private_key(65537, 2048)
    face.client.public_key, face.client.rights = private.public_key(), {"okta.users.read"}
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    directory = people(secret=pem, api_token=None, client_id=face.client.id, private_key="app")
    assert directory.probe() == "signed in; finds people"
    assert len(directory.find_people({"upn": NADA})) == 1
    assert face.issuer.issued == 1


def test_a_right_that_is_missing_is_no_missing_person(people: People, face: OktaFace) -> None:
    with pytest.raises(DirectoryUnavailable):
        people(secret="wrong").find_people({"upn": NADA})
    with pytest.raises(ProbeFailed) as caught:
        people(secret="wrong").probe()
    assert "token" in caught.value.seen
    assert searches(face) > 0


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"fields": {"employee_id": 'x" or id pr'}}, "employee_id"),
        ({"fields": {"employee_id": "credentials.password"}}, "employee_id"),
        ({"timeout": 0}, "timeout"),
        ({"api_token": None}, "api_token"),
    ],
)
def test_wrong_settings_are_named(wrong: dict[str, Any], named: str) -> None:
    usual = {"id": "okta", "url": "https://example.okta.com", "api_token": "okta"}
    assert OktaPeople.model_validate(usual).timeout == 10
    with pytest.raises(ValidationError) as caught:
        OktaPeople.model_validate(usual | wrong)
    error = caught.value.errors()[0]
    assert named in (*error["loc"], error["msg"].removeprefix("Value error, ").partition(":")[0])
