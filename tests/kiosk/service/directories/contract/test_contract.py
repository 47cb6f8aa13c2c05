"""What every directory does, whoever keeps it: finds exactly who was meant, and never takes silence for nobody."""

from __future__ import annotations

import time

import pytest

from kiosk.contract.profile import FieldSet, IdentifyField
from kiosk.service.directories.connector import Criteria, DirectoryUnavailable
from kiosk.service.directories.rules import KINDS, normalise_criteria
from kiosk.service.probe import ProbeFailed
from tests.kiosk.service.directories.contract.stand import (
    ANNA,
    BERTS,
    FORMER,
    ODD,
    SECRET,
    SITE,
    WRONG,
    Known,
    RemoteStand,
    Stand,
)


def asked(**typed: str) -> Criteria:
    """What the kiosk asks a directory when somebody typed this."""
    fields = tuple(IdentifyField(name, KINDS[name], max_length=256) for name in typed)
    return normalise_criteria(FieldSet("any", fields), typed, SITE)


def upns(stand: Stand, criteria: Criteria) -> list[str]:
    return sorted(person.upn for person in stand.directory.find_people(criteria))


def typed(known: Known) -> dict[str, str]:
    return {
        "upn": known.upn,
        "email": known.email,
        "employee_id": known.employee_id,
        "phone": known.phone,
        "given_name": known.given_name,
        "family_name": known.family_name,
    }


def test_each_field_names_the_person(stand: Stand) -> None:
    for known in (ANNA, ODD):
        for name, text in typed(known).items():
            assert upns(stand, asked(**{name: text})) == [known.upn], name


def test_the_person_is_told_as_the_directory_knows_them(stand: Stand) -> None:
    (anna,) = stand.directory.find_people(asked(upn=ANNA.upn))
    assert (anna.given_name, anna.family_name, anna.email) == (ANNA.given_name, ANNA.family_name, ANNA.email)
    assert (anna.phone, anna.employee_id) == (ANNA.phone.replace(" ", ""), ANNA.employee_id)
    assert anna.directory == stand.directory.id
    assert anna.directory_id
    assert 0 < len(anna.user_id) <= 128


def test_names_and_a_number_together_name_the_person(stand: Stand) -> None:
    bert = BERTS[1]
    names = {"given_name": bert.given_name, "family_name": bert.family_name}
    assert upns(stand, asked(**names, employee_id=bert.employee_id)) == [bert.upn]
    assert upns(stand, asked(**names, phone=bert.phone)) == [bert.upn]


def test_one_wrong_value_among_right_ones_names_nobody(stand: Stand) -> None:
    names = {"given_name": ANNA.given_name, "family_name": ANNA.family_name}
    assert upns(stand, asked(**names, employee_id=BERTS[0].employee_id)) == []
    assert upns(stand, asked(**names | {"given_name": "Bert"}, employee_id=ANNA.employee_id)) == []
    assert upns(stand, asked(upn=ANNA.upn, phone=ODD.phone)) == []


def test_additional_attributes_name_people(departments: Stand) -> None:
    name = "attribute:department"
    assert upns(departments, {name: "r&d (new)"}) == [ODD.upn]
    (odd,) = departments.directory.find_people({name: "r&d (new)"})
    assert odd.attributes["department"] == ODD.department
    assert upns(departments, {name: "surgery", **asked(employee_id=BERTS[2].employee_id)}) == [BERTS[2].upn]
    assert upns(departments, {name: "surgery", **asked(employee_id=ANNA.employee_id)}) == []


SPELLINGS = (
    {"upn": " ANNA.HUEBNER@EXAMPLE.TEST "},
    {"upn": "anna.huebner"},
    {"family_name": "HU\u0308BNER"},
    {"given_name": "aNNA", "family_name": "hübner"},
    {"employee_id": "\u200fa\u06611001".replace("\u06611001", "\u0661\u0660\u06601")},
    {"phone": "01512 3456701"},
    {"phone": "+49 (1512) 34 567-01"},
    {"phone": "0049 15123456701"},
    {"email": "Mail.Anna.Huebner@Example.TEST"},
)


def test_spellings_that_mean_the_same_name_the_same_person(stand: Stand) -> None:
    for spelling in SPELLINGS:
        assert upns(stand, asked(**spelling)) == [ANNA.upn], spelling


HOSTILE = (
    "*",
    "a*",
    "*)(objectclass=*",
    ")(|(uid=*",
    "\\",
    "\\2a",
    '"',
    "'",
    '" or username pr or username eq "',
    "' or 1=1 --",
    "' or startswith(userprincipalname,'a') or '",
    "%",
    "_",
    "a1001\x00",
    "\x00",
    "nul\x00*)",
    "a1001 ",
    "x" * 256,
    "\U0001f511" * 64,
    "()" * 128,
    "../../me",
    "?$filter=true&x=1#",
)


def test_no_value_means_more_than_itself(stand: Stand) -> None:
    for value in HOSTILE:
        for name in ("upn", "employee_id", "family_name"):
            assert found_for(stand, {name: value}) == [], (name, value)
    assert upns(stand, asked(upn=ANNA.upn)) == [ANNA.upn]


def found_for(stand: Stand, criteria: Criteria) -> list[str]:
    """Whoever is found; what the other side refuses is not somebody either."""
    try:
        return upns(stand, criteria)
    except DirectoryUnavailable:
        return []


def test_nobody_is_nobody(stand: Stand) -> None:
    assert stand.directory.find_people(asked(upn="nobody@example.test")) == ()
    assert stand.directory.find_people(asked(phone="+4915123456999")) == ()
    assert stand.directory.find_people({}) == ()


def test_many_are_two(stand: Stand) -> None:
    found = stand.directory.find_people(asked(given_name="Bert", family_name="Meier"))
    assert len(found) == 2
    assert len({person.user_id for person in found}) == 2


def test_who_is_disabled_is_nobody(disabling: Stand) -> None:
    assert upns(disabling, asked(upn=FORMER.upn)) == []
    (anna,) = disabling.directory.find_people(asked(upn=ANNA.upn))
    disabling.disable(ANNA)
    assert upns(disabling, asked(upn=ANNA.upn)) == []
    assert disabling.directory.read(anna.directory_id) is None


def test_who_is_read_back_is_the_same(stand: Stand) -> None:
    for known in (ANNA, ODD):
        (person,) = stand.directory.find_people(asked(upn=known.upn))
        assert stand.directory.read(person.directory_id) == person


def test_who_is_gone_is_nobody(stand: Stand) -> None:
    (odd,) = stand.directory.find_people(asked(upn=ODD.upn))
    stand.remove(ODD)
    assert upns(stand, asked(upn=ODD.upn)) == []
    assert stand.directory.read(odd.directory_id) is None


def test_an_id_that_nobody_has_is_nobody(stand: Stand) -> None:
    for native in ("", "*", "..", "no/such\\id", "\x00", "00000000-0000-4000-8000-000000000000"):
        assert stand.directory.read(native) is None, native


def test_it_says_what_it_can_search(stand: Stand) -> None:
    assert stand.directory.capabilities.searches(asked(**typed(ANNA)))


def test_a_good_probe_tells_what_it_saw(stand: Stand) -> None:
    assert stand.directory.probe()


def test_it_can_be_closed_twice(stand: Stand) -> None:
    stand.directory.find_people(asked(upn=ANNA.upn))
    stand.directory.close()
    stand.directory.close()


def test_a_directory_that_is_down_knows_nothing(remote: RemoteStand) -> None:
    (anna,) = remote.directory.find_people(asked(upn=ANNA.upn))
    with remote.down():
        for criteria in (asked(upn=ANNA.upn), asked(upn="nobody@example.test")):
            with pytest.raises(DirectoryUnavailable):
                remote.directory.find_people(criteria)
        with pytest.raises(DirectoryUnavailable):
            remote.directory.read(anna.directory_id)
        with pytest.raises(ProbeFailed):
            remote.directory.probe()


def test_a_directory_that_says_nothing_is_given_up(remote: RemoteStand) -> None:
    remote.directory.find_people(asked(upn=ANNA.upn))
    with remote.hanging():
        began = time.monotonic()
        with pytest.raises(DirectoryUnavailable):
            remote.directory.find_people(asked(upn=ANNA.upn))
        assert time.monotonic() - began < remote.PATIENCE


def test_a_wrong_secret_knows_nothing_and_is_named(remote: RemoteStand) -> None:
    with pytest.raises(DirectoryUnavailable):
        remote.wrong.find_people(asked(upn=ANNA.upn))
    with pytest.raises(ProbeFailed) as caught:
        remote.wrong.probe()
    assert caught.value.remedy
    for secret in (SECRET, WRONG):
        assert secret not in f"{caught.value.seen} {caught.value.remedy} {remote.directory!r} {remote.wrong!r}"


def test_a_directory_that_comes_back_is_asked_again(remote: RemoteStand) -> None:
    remote.directory.find_people(asked(upn=ANNA.upn))
    with remote.down():
        pass
    assert upns(remote, asked(upn=ANNA.upn)) == [ANNA.upn]
