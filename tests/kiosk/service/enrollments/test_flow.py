"""Whole enrollments over HTTPS, on a real database."""

from __future__ import annotations

import pytest

from kiosk.service.store.credentials import credentials_of_user
from kiosk.service.store.users import user_ids
from tests.kiosk.service.running import Running, Station


@pytest.mark.databases
def test_an_enrollment_ends_with_a_proved_credential(running: Running, station: Station) -> None:
    enrollment = running.verified(station)
    ceremony = running.begun(station, enrollment)
    path = f"/enrollments/{enrollment}/ceremony/{ceremony['ceremony_id']}"
    response = running.key.register(ceremony["public_key"], ceremony["origin"])
    completed = station.post(f"{path}/complete", {"credential": response, "name": "My key"}, 201)
    proof = running.key.prove(completed["proof"], ceremony["origin"])
    proved = station.post(f"{path}/proof", {"credential": proof}, 200)
    assert proved["phase"] == "done"
    assert proved["relying_party"] == {"id": "staff", "name": "Staff sign-in"}
    with running.parts.store.read() as tx:
        (user,) = user_ids(tx, "upn", "m.okafor@example.org")
        (credential,) = credentials_of_user(tx, user)
    assert credential.credential_id == running.key.credential_id
    assert credential.proved_at == running.clock.now()
    assert credential.attestation == "packed:basic:trusted"
