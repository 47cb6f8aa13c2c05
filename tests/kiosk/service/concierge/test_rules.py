"""Staff see enough to know somebody, and nothing that helps anybody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.service.concierge.rules import cardholder_details, last_four, masked_name, user_details
from kiosk.service.masking import DOTS
from kiosk.service.store.credentials import CredentialRow
from kiosk.service.store.desk import DeskPerson
from tests.kiosk.service.running import NOON

MARIA = DeskPerson(
    "a" * 32, "m.okafor@example.org", "Maria", "Okafor", "m.okafor@example.org", "+491512345617", "104217",
    "active", "directory", "en", None,
)  # fmt: skip
KEY = CredentialRow(
    id="1" * 32, relying_party="staff", credential_id=b"THE CREDENTIAL ID", user_id=MARIA.user_id,
    user_handle=b"THE HANDLE", public_key=b"THE PUBLIC KEY", sign_count=0, aaguid="aaguid-of-a-model",
    attestation="packed", transports=("usb",), name="Key", ceremony_id="2" * 32, registered_at=NOON,
    proved_at=NOON, activated_at=NOON, key_serial="12344711", serial_source="usb",
)  # fmt: skip


def test_somebody_is_shown_masked() -> None:
    shown = user_details(MARIA, [("north", NOON)])
    assert (shown.name, shown.email, shown.phone) == (f"M{DOTS} O{DOTS}", f"m{DOTS}@example.org", f"{DOTS} 17")
    assert (shown.employee_id, shown.state, shown.origin) == (f"{DOTS} 17", "active", "directory")
    assert [(each.site_id, each.since) for each in shown.sites] == [("north", NOON)]
    for secret in ("Maria", "Okafor", "okafor", "1512345617", "104217"):
        assert secret not in shown.model_dump_json()


def test_what_there_is_not_is_empty_and_not_masked() -> None:
    bare = replace(MARIA, upn="nobu", given_name="", family_name="", email="", phone="", employee_id="")
    shown = user_details(bare, [])
    assert (shown.email, shown.phone, shown.employee_id, shown.sites) == ("", "", "", ())
    assert (shown.name, shown.primary_user_identifier) == (f"n{DOTS}", f"n{DOTS}")
    assert masked_name(replace(bare, upn="nobu@example.org")) == f"n{DOTS}"


def test_credentials_on_one_key_are_told_as_one_key() -> None:
    elsewhere = replace(
        KEY,
        id="3" * 32,
        relying_party="entra",
        proved_at=None,
        activated_at=None,
        registered_at=NOON + timedelta(hours=1),
    )
    other = replace(KEY, id="4" * 32, key_serial="", aaguid="unknown-model")
    without = replace(KEY, id="5" * 32, key_serial="", aaguid="unknown-model")
    models = {"aaguid-of-a-model": "Example Key 5"}
    shown = cardholder_details(
        MARIA, (KEY, elsewhere, other, without), lambda each: models.get(each, each), {"staff": "Staff sign-in"}
    )
    assert [(key.model, key.serial, len(key.parties)) for key in shown.keys] == [
        ("Example Key 5", f"{DOTS} 4711", 2),
        ("unknown-model", "", 1),
        ("unknown-model", "", 1),
    ]
    first = shown.keys[0].parties
    assert [(each.relying_party, each.proved, each.activated) for each in first] == [
        ("Staff sign-in", True, True),
        ("entra", False, False),
    ]
    assert first[1].registered_at == NOON + timedelta(hours=1)
    for secret in ("PUBLIC", "CREDENTIAL ID", "HANDLE", "12344711", "okafor"):
        assert secret not in shown.model_dump_json()


@pytest.mark.parametrize(
    ("serial", "shown"),
    [("", ""), ("12345", DOTS), ("123456", f"{DOTS} 3456"), ("E-100417X", f"{DOTS} 417X")],
)
def test_of_a_serial_number_the_last_four_are_told_unless_that_were_most_of_it(serial: str, shown: str) -> None:
    assert last_four(serial) == shown
