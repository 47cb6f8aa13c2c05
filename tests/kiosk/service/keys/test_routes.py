"""What people are here for, and one more key, as a kiosk asks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.service.tls import Identity
from tests.kiosk.service.keys.visits import key_like
from tests.kiosk.service.running import Running, Station, served, settings_for
from tests.kiosk.service.soft_key import Json, SoftKey


def enrolled(running: Running, station: Station, enrollment: str, key: SoftKey, serial: str) -> Json:
    """The last answer: the credential is proved."""
    asked = {"relying_party": "staff", "key": key.report(serial=serial)}
    ceremony = station.post(f"/enrollments/{enrollment}/ceremony", asked, 200)
    path = f"/enrollments/{enrollment}/ceremony/{ceremony['ceremony_id']}"
    made = {"credential": key.register(ceremony["public_key"], ceremony["origin"]), "name": "Mine"}
    completed = station.post(f"{path}/complete", made, 201)
    return station.post(f"{path}/proof", {"credential": key.prove(completed["proof"], ceremony["origin"])}, 200)


def verified(running: Running, station: Station) -> tuple[str, Json]:
    """An enrollment in the key step, and what the kiosk was told."""
    running.clock.advance(seconds=61)
    enrollment = station.open()
    station.identify(enrollment)
    station.post(f"/enrollments/{enrollment}/send-code", {"method": "email"}, 202)
    answer = {"method": "email", "answer": running.random.codes[-1]}
    return enrollment, station.post(f"/enrollments/{enrollment}/verify", answer, 200)


def test_a_kiosk_asks_for_intents_and_for_the_next_key(tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    with served(tmp_path, settings_for(tmp_path, life={"most": 2}), tls) as running:
        station = running.station()
        try:
            enrollment, told = verified(running, station)
            assert (told["held"], told["intents"]) == ([], ["first"])
            assert told["policy"]["count"] == {"least": 1, "most": 2}
            path = f"/enrollments/{enrollment}"
            assert station.post(f"{path}/next-key", {}, 409)["code"] == "wrong_phase"
            done = enrolled(running, station, enrollment, key_like(running), "90001234")
            assert done["phase"] == "done"
            assert station.post(f"{path}/next-key", {}, 200) == {"number": 2, "least": 1, "most": 2}
            running.clock.advance(seconds=40)
            again = enrolled(running, station, enrollment, key_like(running), "90005678")
            assert (again["phase"], again["receipt"]) == ("done", done["receipt"])
            assert station.post(f"{path}/next-key", {}, 409)["code"] == "keys_enough"
            enrollment, told = verified(running, station)
            assert told["intents"] == ["replace"]
            assert [each["serial_end"] for each in told["held"]] == ["1234", "5678"]
            path, lost = f"/enrollments/{enrollment}/intent", told["held"][0]["id"]
            assert station.post(path, {"intent": "another"}, 409)["code"] == "keys_enough"
            for wrong in ({"intent": "replace"}, {"intent": "burn"}, {"intent": "replace", "lost": ["../1"]}):
                assert station.post(path, wrong, 400)["code"] == "malformed"
            assert station.post(path, {"intent": "replace", "lost": [lost]}, 200) == {"intent": "replace"}
            enrolled(running, station, enrollment, key_like(running), "90009999")
            _, told = verified(running, station)
            assert [each["serial_end"] for each in told["held"]] == ["5678", "9999"]
        finally:
            station.session.close()


@pytest.mark.parametrize("path", ["intent", "next-key"])
def test_another_kiosk_has_no_say_in_it(running: Running, station: Station, path: str) -> None:
    enrollment = running.verified(station)
    other = running.station("Hall")
    try:
        answer = other.post(f"/enrollments/{enrollment}/{path}", {"intent": "first"} if path == "intent" else {}, 404)
        assert answer["code"] == "not_found"
    finally:
        other.session.close()
