"""Identify and verify from outside: alike for everybody and nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.service.tls import Identity
from tests.kiosk.service.running import Running, Station, served, settings_for

pytestmark = pytest.mark.databases

NOBODY, INACTIVE, MARIA = "nobody@example.org", "h.former@example.org", "m.okafor@example.org"


def shape(value: object) -> object:
    """The structure without the values."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize("upn", [NOBODY, INACTIVE, "' OR 1=1 --", "🦄@example.org"])
def test_nobody_is_answered_as_somebody(running: Running, station: Station, upn: str) -> None:
    somebody = station.identify(station.open(), upn=MARIA)
    enrollment = station.open()
    assert shape(station.identify(enrollment, upn=upn)) == shape(somebody)
    sent = station.post(f"/enrollments/{enrollment}/send-code", {"method": "email"}, 202)
    assert (sent["resend_after"], sent["digits"]) == (60, 6)
    code = running.random.codes[-1]
    wrong = station.post(f"/enrollments/{enrollment}/verify", {"method": "email", "answer": code}, 400)
    assert (wrong["code"], wrong["tries_left"]) == ("code_invalid", 4)


def test_many_are_answered_as_nobody(running: Running, tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    names = {"name": "name", "fields": ["given_name", "family_name"]}
    settings = settings_for(tmp_path / "..", identify={"minimum_seconds": 0, "alternatives": [names]})
    settings = settings.model_copy(
        update={"database": settings.database.model_copy(update={"url": f"sqlite:///{tmp_path / 'many.db'}"})}
    )
    with served(tmp_path, settings, tls) as other:
        station = other.station()
        enrollment = station.open()
        station.identify(enrollment, "name", given_name="thomas", family_name="MÜLLER")
        station.post(f"/enrollments/{enrollment}/send-code", {"method": "email"}, 202)
        answer = {"method": "email", "answer": other.random.codes[-1]}
        assert station.post(f"/enrollments/{enrollment}/verify", answer, 400)["code"] == "code_invalid"
        station.session.close()


@pytest.mark.parametrize(
    ("alternative", "criteria"),
    [
        ("upn", {"upn": "  M.OKAFOR@Example.org "}),
        ("employee_id", {"employee_id": "１０４２１７"}),
        ("phone", {"phone": "0151 2345617"}),
        ("badge", {"badge": "0412a7c91b"}),
        ("name", {"given_name": "MARIA", "family_name": "okafor", "employee_id": "104217"}),
    ],
)
def test_people_are_found_however_they_write(
    running: Running, station: Station, alternative: str, criteria: dict[str, str]
) -> None:
    enrollment = running.verified(station, alternative=alternative, **criteria)
    assert len(enrollment) == 32


@pytest.mark.parametrize(
    "criteria",
    [
        {"upn": ""},
        {"upn": "x" * 10_000},
        {"upn": "m.okafor\u202egro.elpmaxe"},
        {"upn": "a\x00b"},
        {},
        {"upn": MARIA, "phone": "1"},
    ],
)
def test_what_nobody_can_be_called_is_malformed(station: Station, criteria: dict[str, str]) -> None:
    enrollment = station.open()
    body = {"alternative": "upn", "criteria": criteria}
    answer = station.post(f"/enrollments/{enrollment}/identify", body, 400)
    assert answer["code"] == "malformed"
    assert answer["reasons"]


def test_the_same_criteria_again_are_answered_again_and_others_are_not(station: Station) -> None:
    enrollment = station.open()
    assert station.identify(enrollment, upn=MARIA) == station.identify(enrollment, upn=MARIA.upper())
    body = {"alternative": "upn", "criteria": {"upn": NOBODY}}
    assert station.post(f"/enrollments/{enrollment}/identify", body, 409)["code"] == "wrong_phase"


def test_a_verified_enrollment_says_so_again_when_its_answer_was_lost(running: Running, station: Station) -> None:
    enrollment = running.verified(station)
    again = station.post(f"/enrollments/{enrollment}/verify", {"method": "email", "answer": "lost"}, 200)
    assert again["display_name"] == "Maria Okafor"
    assert again["policy"]["pin"]["own_numbers"] == ["491512345617", "104217"]


def test_an_enrollment_belongs_to_its_station(running: Running, station: Station) -> None:
    enrollment, other = station.open(), running.station("Canteen")
    body = {"alternative": "upn", "criteria": {"upn": MARIA}}
    assert other.post(f"/enrollments/{enrollment}/identify", body, 404)["code"] == "not_found"
    assert other.call("DELETE", f"/enrollments/{enrollment}").status_code == 404
    other.session.close()


def test_a_cancelled_enrollment_is_over_and_may_be_cancelled_again(station: Station) -> None:
    enrollment = station.open()
    assert station.call("DELETE", f"/enrollments/{enrollment}").status_code == 204
    assert station.call("DELETE", f"/enrollments/{enrollment}").status_code == 204
    body = {"alternative": "upn", "criteria": {"upn": MARIA}}
    assert station.post(f"/enrollments/{enrollment}/identify", body, 410)["code"] == "expired"


def test_steps_are_taken_in_order(station: Station) -> None:
    enrollment = station.open()
    assert station.post(f"/enrollments/{enrollment}/send-code", {"method": "email"}, 409)["code"] == "wrong_phase"
    assert station.post(f"/enrollments/{enrollment}/verify", {"method": "email"}, 409)["code"] == "wrong_phase"
    station.identify(enrollment)
    assert station.post(f"/enrollments/{enrollment}/send-code", {"method": "sms"}, 400)["code"] == "method_not_offered"


def test_identify_takes_a_minimum_of_time_for_everybody(tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    with served(tmp_path, settings_for(tmp_path, identify={"minimum_seconds": 0.3}), tls) as running:
        station = running.station()
        for upn in (MARIA, NOBODY):
            enrollment = station.open()
            body = {"alternative": "upn", "criteria": {"upn": upn}}
            assert station.call("POST", f"/enrollments/{enrollment}/identify", body).elapsed.total_seconds() >= 0.3
        station.session.close()
