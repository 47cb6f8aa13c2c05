"""A policy that was published, as stations and the people at them notice it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.service.policies.actions import Owner, publish, write_draft
from kiosk.service.policies.book import KEPT, PolicyBook
from kiosk.service.settings import ServiceSettings
from kiosk.service.tls import Identity
from tests.kiosk.service.running import Running, Station, served, settings_for
from tests.kiosk.service.soft_key import Json

OWNER = Owner("default")


@pytest.fixture
def running(tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service behind TLS."""
    with served(tmp_path, settings_for(tmp_path), tls) as running:
        yield running


def published(running: Running, document: Json) -> None:
    drafted = write_draft(running.parts, "staff:0123", OWNER, document)
    publish(running.parts, "staff:0123", OWNER, drafted.draft.edition)


def policy_at(running: Running, station: Station) -> Json:
    """What a person who is verified there is asked for."""
    enrollment = station.open()
    station.identify(enrollment)
    station.post(f"/enrollments/{enrollment}/send-code", {"method": "email"}, 202)
    answer = {"method": "email", "answer": running.random.codes[-1]}
    return dict(station.post(f"/enrollments/{enrollment}/verify", answer, 200)["policy"])


def test_the_next_person_is_asked_for_what_was_published(running: Running) -> None:
    assert policy_at(running, running.station("Lobby"))["pin"]["min_length"] == 6
    published(running, {"pin": {"min_length": 8}, "partial": "roll_back"})
    policy = policy_at(running, running.station("Gate"))  # a station that went by nothing yet
    assert (policy["pin"]["min_length"], policy["partial"]) == (8, "roll_back")


def test_a_key_that_policy_does_not_want_any_more_is_refused(running: Running) -> None:
    published(running, {"key": {"min_free_slots": 50}})
    station = running.station()
    enrollment = running.verified(station)
    body = {"relying_party": "staff", "key": running.key.report(remaining_credentials=20)}
    refused = station.post(f"/enrollments/{enrollment}/ceremony", body, 409)
    assert (refused["code"], refused["reasons"]) == ("key_not_allowed", ["full"])


def test_a_station_goes_by_what_it_read_for_a_moment_and_then_by_what_holds() -> None:
    time = [100.0]
    book, settings = (
        PolicyBook(lambda: time[0]),
        ServiceSettings.model_validate({"mail": {"host": "a", "sender": "a@b.cd"}}),
    )
    assert book.kept("station-1") is None
    book.keep("station-1", settings)
    assert book.kept("station-1") is settings
    assert book.kept("station-2") is None
    time[0] += KEPT
    assert book.kept("station-1") is None
