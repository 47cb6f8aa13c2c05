"""What may go wrong between creation options and proof, over HTTPS."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.service.enrollments.reconciliation import expire
from kiosk.service.store.ceremonies import CeremonyState, ceremony, move_ceremony
from kiosk.service.store.credentials import CredentialRow, credentials_of_user
from kiosk.service.store.users import user_ids
from kiosk.service.tls import Identity
from tests.kiosk.service.running import Running, Station, served, settings_for
from tests.kiosk.service.soft_key import Json, SoftKey, b64

pytestmark = pytest.mark.databases

MARIA = "m.okafor@example.org"


class Visit:
    """One person with one key at one station."""

    def __init__(self, running: Running, station: Station, key: SoftKey | None = None) -> None:
        self.running, self.station, self.key = running, station, key or running.key
        self.enrollment = running.verified(station, upn=MARIA)
        self.begin()

    def begin(self, **told: Any) -> None:
        self.ceremony = self.running.begun(self.station, self.enrollment, **told)
        self.path = f"/enrollments/{self.enrollment}/ceremony/{self.ceremony['ceremony_id']}"
        self.response = self.key.register(self.ceremony["public_key"], self.ceremony["origin"])

    def complete(self, expect: int = 201, **changes: object) -> Json:
        self.completed = self.station.post(f"{self.path}/complete", {"credential": self.response | changes}, expect)
        return self.completed

    def prove(self, expect: int = 200) -> Json:
        proof = self.key.prove(self.completed["proof"], self.ceremony["origin"])
        return self.station.post(f"{self.path}/proof", {"credential": proof}, expect)


def marias(running: Running) -> tuple[CredentialRow, ...]:
    with running.parts.store.read() as tx:
        (user,) = user_ids(tx, "upn", MARIA)
        return credentials_of_user(tx, user)


@pytest.fixture
def visit(running: Running, station: Station) -> Visit:
    return Visit(running, station)


def test_the_same_response_gets_the_same_answer(visit: Visit) -> None:
    assert visit.complete() == visit.complete()
    assert len(marias(visit.running)) == 1


def test_another_response_is_a_conflict(visit: Visit) -> None:
    visit.complete()
    assert visit.complete(409, clientExtensionResults={})["code"] == "conflict"


def test_the_same_proof_gets_the_same_answer_also_after_the_end(visit: Visit) -> None:
    visit.complete()
    proof = {"credential": visit.key.prove(visit.completed["proof"], visit.ceremony["origin"])}
    first = visit.station.post(f"{visit.path}/proof", proof, 200)
    visit.running.clock.advance(hours=1)
    visit.station.sign_in()
    assert visit.station.post(f"{visit.path}/proof", proof, 200) == first
    assert visit.prove(409)["code"] == "conflict"


def test_a_refused_response_is_refused_again_in_the_same_words(visit: Visit) -> None:
    visit.key.origin = "https://evil.example"
    visit.response = visit.key.register(visit.ceremony["public_key"], "")
    first, again = visit.complete(422), visit.complete(422)
    assert (first["code"], first["reasons"]) == ("registration_rejected", ["wrong_origin"])
    assert (again["code"], again["reasons"]) == (first["code"], first["reasons"])
    assert marias(visit.running) == ()


def test_a_key_of_an_unknown_maker_is_not_believed(visit: Visit) -> None:
    visit.response = SoftKey().register(visit.ceremony["public_key"], visit.ceremony["origin"])
    refused = visit.complete(422)
    assert (refused["code"], refused["reasons"]) == ("attestation_rejected", ["untrusted_root"])


def test_a_response_without_user_verification_is_refused(visit: Visit) -> None:
    visit.key.flags = 0x01
    visit.begin()
    assert visit.complete(422)["reasons"] == ["not_verified"]


def test_a_proof_by_another_key_is_refused_and_the_right_one_still_counts(visit: Visit) -> None:
    visit.complete()
    mine, visit.key = visit.key, SoftKey(credential_id=visit.key.credential_id)
    assert visit.prove(422)["reasons"] == ["wrong_signature"]
    visit.key = mine
    assert visit.prove()["phase"] == "done"


def test_a_counter_that_goes_back_is_refused(visit: Visit) -> None:
    visit.key.counter = 40
    visit.begin()
    visit.complete()
    visit.key.counter = 3
    assert visit.prove(422)["reasons"] == ["counter_went_back"]


@pytest.mark.parametrize(
    ("said", "named", "known"),
    [("SN-7\n", b"", ("SN-7", "usb")), ("SN-7", b"\x01\x5f", ("015f", "attestation")), ("", b"", ("", ""))],
)
def test_the_serial_number_of_the_key_is_kept_for_the_inventory(
    visit: Visit, said: str, named: bytes, known: tuple[str, str]
) -> None:
    visit.key.serial = named
    visit.begin(serial=said)
    visit.complete()
    (row,) = marias(visit.running)
    assert (row.key_serial, row.serial_source) == known


def test_an_abandoned_credential_is_gone_and_never_excluded(visit: Visit) -> None:
    visit.complete()
    for _ in range(2):
        visit.station.post(f"{visit.path}/abandon", {"reason": "not_proved"}, 204)
    assert marias(visit.running) == ()
    assert visit.prove(410)["code"] == "ceremony_expired"
    visit.begin()
    assert visit.ceremony["public_key"]["excludeCredentials"] == []
    visit.complete()
    assert visit.prove()["phase"] == "done"


def test_abandoning_what_is_proved_changes_nothing(visit: Visit) -> None:
    visit.complete()
    visit.prove()
    visit.station.post(f"{visit.path}/abandon", {"reason": "recovered"}, 204)
    assert len(marias(visit.running)) == 1


def test_abandoning_a_stranger_is_answered_alike(running: Running, visit: Visit) -> None:
    other = running.station("Canteen")
    visit.complete()
    other.post(f"{visit.path}/abandon", {"reason": "cancelled"}, 204)
    assert len(marias(running)) == 1
    other.session.close()


def test_proved_credentials_are_excluded_the_next_time(running: Running, visit: Visit) -> None:
    visit.complete()
    visit.prove()
    running.clock.advance(minutes=2)
    again = Visit(running, visit.station, SoftKey(root=running.key.root))
    assert [each["id"] for each in again.ceremony["public_key"]["excludeCredentials"]] == [b64(visit.key.credential_id)]
    assert again.ceremony["public_key"]["user"]["id"] == visit.ceremony["public_key"]["user"]["id"]


def test_options_that_are_too_old_register_nothing(visit: Visit) -> None:
    visit.running.clock.advance(seconds=301)
    assert visit.complete(410)["code"] == "ceremony_expired"


def test_a_response_in_the_works_is_not_taken_twice_and_taken_up_after_its_lease(
    running: Running, visit: Visit
) -> None:
    parts, ids = running.parts, visit.path.split("/")
    client = visit.station.credentials.client_id
    visit.complete()

    def back(state: CeremonyState, lease: timedelta) -> None:
        def work(tx: object) -> None:
            row = ceremony(tx, ids[4], ids[2], client)  # type: ignore[arg-type]  # a WriteTx, as `write` gives it
            assert row is not None
            move_ceremony(tx, row, state=state, lease_until=parts.clock.now() + lease)  # type: ignore[arg-type]

        parts.store.write(work)

    visit.station.post(f"{visit.path}/abandon", {"reason": "cancelled"}, 204)
    back(CeremonyState.COMPLETING, timedelta(seconds=5))
    busy = visit.complete(409)
    assert (busy["code"], busy["retry_after"]) == ("in_progress", 6)
    running.clock.advance(seconds=5)
    visit.complete()
    assert visit.prove()["phase"] == "done"


def test_a_new_enrollment_forgets_what_the_station_left_half_made(running: Running, visit: Visit) -> None:
    visit.complete()
    visit.station.open()
    assert marias(running) == ()
    assert visit.prove(410)["code"] == "ceremony_expired"


def test_the_first_of_two_kiosks_to_prove_wins_cleanly(running: Running, visit: Visit) -> None:
    station = running.station("Canteen")
    running.clock.advance(minutes=2)
    other = Visit(running, station, SoftKey(root=running.key.root))
    visit.complete()
    other.complete()
    assert other.prove()["phase"] == "done"
    assert visit.prove(410)["code"] == "ceremony_expired"
    assert [each.credential_id for each in marias(running)] == [other.key.credential_id]
    station.session.close()


def test_time_ends_an_enrollment_and_removes_its_unproved_credential(running: Running, visit: Visit) -> None:
    visit.complete()
    running.clock.advance(minutes=16)
    visit.station.sign_in()
    assert visit.prove(410)["code"] == "expired"
    assert expire(running.parts) is False
    assert marias(running) == ()
    assert visit.prove(410)["code"] == "ceremony_expired"


def test_a_clock_that_was_set_back_ends_what_was_begun_in_the_future(running: Running, visit: Visit) -> None:
    visit.complete()
    running.clock.advance(hours=-2)
    visit.station.sign_in()
    assert visit.prove(410)["code"] == "expired"
    expire(running.parts)
    assert marias(running) == ()


def test_a_simulated_key_is_for_the_embedded_service_only(tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    for embedded, status in ((False, 409), (True, 200)):
        folder = tmp_path / str(embedded)
        folder.mkdir()
        with served(folder, settings_for(folder), tls, embedded=embedded) as running:
            station = running.station()
            enrollment = running.verified(station)
            body = {"relying_party": "staff", "key": running.key.report(simulated=True)}
            answer = station.post(f"/enrollments/{enrollment}/ceremony", body, status)
            assert answer.get("code") == (None if embedded else "simulated_key")
            station.session.close()


def test_policy_names_every_reason_against_a_key(running: Running, station: Station) -> None:
    enrollment = running.verified(station)
    report = running.key.report(options={}, remaining_credentials=0)
    answer = station.post(f"/enrollments/{enrollment}/ceremony", {"relying_party": "staff", "key": report}, 409)
    assert answer["code"] == "key_not_allowed"
    assert answer["reasons"] == ["no_discoverable", "no_pin_support", "full"]
    answer = station.post(
        f"/enrollments/{enrollment}/ceremony", {"relying_party": "elsewhere", "key": running.key.report()}, 400
    )
    assert (answer["code"], answer["reasons"]) == ("malformed", ["relying_party"])
