"""People of an Entra tenant, found through Graph as its face has them: filters, spellings, and who is no match."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from kiosk.contract.profile import FieldKind
from kiosk.logs import JsonFormatter, route_to_stdlib
from kiosk.service.directories.connector import DirectoryUnavailable
from kiosk.service.directories.connectors.entra import CONNECTOR, EntraDirectory, EntraDirectorySettings
from kiosk.service.directories.rules import fold
from kiosk.service.outbound import Outbound
from kiosk.service.probe import ProbeFailed
from kiosk.service.tls import Identity, server_context
from tests.faces.entra import EntraFace
from tests.faces.faults import Fault
from tests.faces.frame import NADA, OBRIEN
from tests.kiosk.service.faces import Web, serving
from tests.kiosk.service.liar import Liar, LyingOutbound
from tests.kiosk.service.vendors.bed import Bed, answer
from tests.kiosk.service.wired import wired

Directories = Callable[..., EntraDirectory]


@pytest.fixture
def bed() -> Bed:
    return Bed()


@pytest.fixture
def face(tmp_path: Path, bed: Bed) -> Iterator[EntraFace]:
    with EntraFace(tmp_path, clock=bed.clock) as running:
        running.client.rights = {"User.Read.All"}
        yield running


@pytest.fixture
def directories(face: EntraFace, bed: Bed) -> Iterator[Directories]:
    """The face's tenant; arguments by name are settings, or `secret`."""
    wirings = []

    def make(secret: str = face.client.secret, outbound: Outbound | None = None, **told: Any) -> EntraDirectory:
        usual = {
            "id": "people",
            "tenant": face.tenant,
            "client_id": face.client.id,
            "client_secret": "entra",
            "graph": face.url,
            "login": face.url,
            "certificate_authority": face.authority,
        }
        attributes = {"floor": FieldKind.TEXT, "direct": FieldKind.PHONE, "other": FieldKind.EMAIL}
        around: dict[str, Any] = {"clock": bed.clock, "sleep": bed.sleep, "attributes": attributes}
        wiring = wired(outbound=outbound or Outbound(), secret=lambda _: secret, **around)
        wirings.append(wiring)
        return EntraDirectory.make(EntraDirectorySettings.model_validate(usual | told), wiring)

    yield make
    for each in wirings:
        each.outbound.close()


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ({"upn": NADA}, [NADA]),
        ({"email": NADA}, [NADA]),
        ({"employee_id": "4711"}, [NADA]),
        ({"given_name": "nada", "family_name": "hassan"}, [NADA]),
        ({"given_name": "seán", "family_name": "o'brien"}, [OBRIEN]),
        ({"family_name": "o'brien", "employee_id": "0815"}, [OBRIEN]),
        ({"phone": "+31612345678"}, [NADA]),
        ({"phone": "+31612345678", "family_name": "hassan"}, [NADA]),
        ({"phone": "+31612345678", "family_name": "o'brien"}, []),
        ({"given_name": "jan", "family_name": "de vries"}, ["jan.devries2@example.org", "jan.devries@example.org"]),
        ({"employee_id": "9999"}, []),
        ({"upn": "gone@example.org"}, []),
        ({"upn": "' or accountEnabled eq true or userPrincipalName eq '"}, []),
        ({"employee_id": "4712"}, []),
        ({}, []),
    ],
)
def test_people_are_found_by_what_they_typed(
    directories: Directories, criteria: dict[str, str], found: list[str]
) -> None:
    assert sorted(each.upn for each in directories().find_people(criteria)) == found


@pytest.mark.parametrize(
    "written", ["+31612345678", "+31 612345678", "+31 6 12345678", "06 12345678", "tel:+31-6-12345678"]
)
def test_a_phone_number_is_found_as_it_is_often_written(
    directories: Directories, face: EntraFace, written: str
) -> None:
    face.add("somebody@example.org", phone=written)
    face.users.truth.pop(face.user(NADA).id)
    # A number without its country is one of the site's region, where it is compared again.
    expected = [] if written.startswith("0") else ["+31612345678"]
    assert [each.phone for each in directories().find_people({"phone": "+31612345678"})] == expected


def test_a_person_is_told_whole(directories: Directories, face: EntraFace) -> None:
    [person] = directories().find_people({"upn": NADA})
    native = face.user(NADA).id
    assert (person.user_id, person.directory, person.directory_id) == (f"people:{native}", "people", native)
    assert (person.given_name, person.family_name, person.email) == ("Nada", "Hassan", NADA)
    assert (person.phone, person.employee_id) == ("+31612345678", "4711")


def test_a_person_is_read_back_as_they_were_found(directories: Directories) -> None:
    directory = directories()
    [person] = directory.find_people({"upn": OBRIEN})
    assert directory.read(person.directory_id) == person


def test_who_has_left_or_is_gone_is_not_read_back(directories: Directories, face: EntraFace) -> None:
    directory, nada = directories(), face.user(NADA)
    nada.active = False
    assert directory.read(nada.id) is None
    face.users.truth.pop(nada.id)
    for gone in (nada.id, "..", "", "a/b"):
        assert directory.read(gone) is None


def test_fields_are_found_where_the_settings_say(directories: Directories, face: EntraFace) -> None:
    face.user(NADA).attributes = {
        "extensionAttribute3": "E-7",
        "employeeType": "Third Floor",
        "businessPhones": ["+49 30 9876543"],  # type: ignore[dict-item]  # the face hands on what it is given
        "otherMails": ["nada@home.example"],  # type: ignore[dict-item]
    }
    directory = directories(
        fields={
            "employee_id": "extensionAttribute3",
            "attribute:floor": "employeeType",
            "attribute:direct": "businessPhones",
            "attribute:other": "otherMails",
        }
    )
    for criteria in (
        {"employee_id": "e-7"},
        {"attribute:floor": "third floor"},
        {"attribute:direct": "+49309876543"},
        {"attribute:other": "nada@home.example"},
        {"attribute:floor": "third floor", "upn": NADA},
    ):
        [person] = directory.find_people(criteria)
        assert (person.upn, person.employee_id) == (NADA, "E-7")
        assert person.attributes["floor"] == "Third Floor"
    assert directory.find_people({"employee_id": "4711"}) == ()


def test_what_has_no_property_cannot_be_searched_for(directories: Directories) -> None:
    capabilities = directories(fields={"attribute:floor": "officeLocation"}).capabilities
    assert capabilities.searches({"upn": "x", "attribute:floor": "x"})
    assert not capabilities.searches({"badge": "x"})
    assert not capabilities.searches({"attribute:other": "x"})


@pytest.mark.parametrize(
    "given", ["a b", "employeeId eq 'x' or mail", "a/b/c", "1st", "x" * 130, "extensionAttribute3)"]
)
def test_what_is_no_property_is_refused_at_start(directories: Directories, given: str) -> None:
    with pytest.raises(ValidationError, match="employee_id: is no property"):
        directories(fields={"employee_id": given})


@pytest.mark.parametrize(
    "fault",
    [Fault.UNAVAILABLE, Fault.LOST_BEFORE, Fault.TOO_MANY_SILENT, Fault.HALF, Fault.NOT_JSON],
)
@pytest.mark.parametrize("call", ["search", "read", "token"])
def test_a_directory_that_is_down_never_looks_like_nobody(
    directories: Directories, face: EntraFace, call: str, fault: Fault
) -> None:
    directory = directories()
    face.faults.add(call, fault, times=9)
    with pytest.raises(DirectoryUnavailable):
        directory.read(face.user(NADA).id) if call == "read" else directory.find_people({"upn": NADA})


def test_a_stumble_is_got_over(directories: Directories, face: EntraFace, bed: Bed) -> None:
    face.retry_after = 3
    face.faults.add("search", Fault.TOO_MANY)
    face.faults.add("search", Fault.LOST_AFTER)
    face.faults.add("search", Fault.EXPIRED_TOKEN)
    face.faults.add("search", Fault.UNKNOWN_MEMBERS)
    assert [each.upn for each in directories().find_people({"upn": NADA})] == [NADA]
    assert bed.slept[0] == 3


def test_without_the_right_to_look_nothing_is_known(directories: Directories, face: EntraFace) -> None:
    face.client.rights = {"Policy.Read.All"}
    with pytest.raises(DirectoryUnavailable):
        directories().find_people({"upn": NADA})
    with pytest.raises(ProbeFailed) as caught:
        directories().probe()
    assert "User.Read.All" in caught.value.remedy


def test_a_look_says_what_it_saw(directories: Directories) -> None:
    directory = directories()
    assert directory.probe() == "signed in; may look people up"
    directory.close()
    with pytest.raises(ProbeFailed, match="AADSTS7000215"):
        directories(secret="geheim").probe()


def test_the_log_names_nobody(directories: Directories, face: EntraFace, caplog: pytest.LogCaptureFixture) -> None:
    route_to_stdlib()
    caplog.set_level(logging.INFO, logger="keywright")
    directory = directories()
    [person] = directory.find_people({"given_name": "nada", "family_name": "hassan"})
    directory.read(person.directory_id)
    lines = "".join(JsonFormatter().format(each) for each in caplog.records if each.name.startswith("keywright"))
    assert lines.count("outside_call") == 3
    for secret in ("nada", "hassan", person.directory_id, face.client.secret):
        assert secret not in lines.casefold()


HOSTILE: list[Any] = [
    {},
    [],
    {"value": {}},
    {"value": [1]},
    {"value": [{"accountEnabled": True}]},
    {"value": [{"id": 7, "accountEnabled": True}]},
]


@pytest.fixture
def lying(tls: tuple[Identity, Identity], bed: Bed) -> Iterator[Callable[[Any], EntraDirectory]]:
    """A directory whose Graph says whatever the test wants."""
    wiring = wired(clock=bed.clock, sleep=bed.sleep)
    with serving(server_context(tls[1])) as web:

        def make(document: Any) -> EntraDirectory:
            said(web, document)
            told = {"id": "people", "tenant": "t", "client_id": "c", "client_secret": "s"}
            where = {"graph": web.url, "login": web.url, "certificate_authority": tls[0].certificate}
            return EntraDirectory.make(EntraDirectorySettings.model_validate(told | where), wiring)

        yield make
        wiring.outbound.close()


def said(web: Web, document: Any) -> None:
    token = answer(200, {"access_token": "t"})
    web.answer = lambda request: token if request.path.endswith("/token") else answer(200, document)


@pytest.mark.parametrize("document", HOSTILE)
def test_an_answer_that_is_not_understood_is_not_nobody(lying: Callable[[Any], EntraDirectory], document: Any) -> None:
    with pytest.raises(DirectoryUnavailable):
        lying(document).find_people({"upn": NADA})


def test_a_server_that_overlooks_the_filter_does_not_make_one_another(lying: Callable[[Any], EntraDirectory]) -> None:
    everybody = [
        {"id": "1", "userPrincipalName": "other@example.org", "accountEnabled": True},
        {"id": "2", "userPrincipalName": NADA, "accountEnabled": False},
        {"id": "3", "userPrincipalName": NADA},
    ]
    assert lying({"value": everybody}).find_people({"upn": NADA}) == ()


def test_among_lies_nobody_is_taken_for_somebody_else(directories: Directories, face: EntraFace) -> None:
    outbound, native, outcomes = LyingOutbound(), face.user(OBRIEN).id, set()
    criteria = {"family_name": "o'brien", "phone": "+353851234567"}
    for seed in range(150):
        outbound.liar = Liar(Random(seed), lies=True)
        directory = directories(outbound=outbound)
        try:
            found = directory.find_people(criteria)
            assert all((fold(each.family_name), each.phone) == tuple(criteria.values()) for each in found), f"{seed}"
            again = directory.read(native)
            assert again is None or again.directory_id == native, f"{seed}"
        except DirectoryUnavailable:
            outcomes.add("unavailable")
        else:
            outcomes |= {"found" if found else "not found", "read" if again else "not read"}
    assert outcomes == {"unavailable", "found", "not found", "read", "not read"}


def test_the_catalog_knows_it() -> None:
    assert (CONNECTOR.kind, CONNECTOR.settings) == ("entra", EntraDirectorySettings)
