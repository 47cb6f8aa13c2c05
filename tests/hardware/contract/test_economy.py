"""How many CTAP commands each operation costs, from opening the key to closing it, by every way in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hardware.authenticator import Authenticator, KeySettings, Watch
from hardware.simulated.traits import CTAP20, CTAP21, KeyTraits
from kiosk.secret import Secret
from tests.hardware.ways import PIN, RP_ID, commands, prove, raw_id, register, way_to, with_pin

READER = replace(CTAP21, built_in_uv=True, bio_enrollment=True, samples_needed=4, pin_complexity=False)
HAND_OVER = KeySettings(8, (RP_ID,), force_pin_change=True, enterprise_attestation=True, pin_complexity=True)


def verify(key: Authenticator) -> None:
    key.verify_pin(Secret(PIN))


def enroll(key: Authenticator) -> None:
    verify(key)
    key.enroll_fingerprint("thumb", Watch(), lambda _: None)


def configure(settings: KeySettings) -> Callable[[Authenticator], None]:
    def ask(key: Authenticator) -> None:
        verify(key)
        key.configure(settings)

    return ask


def list_all(key: Authenticator) -> None:
    verify(key)
    assert len(key.stored_credentials()) == 2


def list_and_delete(key: Authenticator) -> None:
    verify(key)
    for each in key.stored_credentials():
        key.delete_credential(each.credential_id)


def whole_visit(key: Authenticator) -> None:
    key.inspect()
    verify(key)
    prove(key, register(key)["id"])
    key.configure(HAND_OVER)


# Each begins with getInfo on opening; a PIN costs a key agreement and a token.
COSTS: dict[str, tuple[Callable[[Authenticator], object], int, int | None]] = {
    "open": (lambda key: key.address, 1, 1),
    "inspect": (lambda key: key.inspect(), 2, 2),  # and the tries left
    "verify the PIN": (verify, 3, 3),
    "change the PIN": (lambda key: key.change_pin(Secret(PIN), Secret("another-18")), 3, 3),
    "list two credentials of one relying party": (list_all, 6, None),
    "list and delete both": (list_and_delete, 8, None),
    "raise the minimum, force a change": (configure(KeySettings(8, force_pin_change=True)), 5, None),
    "enterprise attestation": (configure(KeySettings(enterprise_attestation=True)), 5, None),
    "always UV": (configure(KeySettings(always_uv=True)), 6, None),
    "all settings": (configure(replace(HAND_OVER, always_uv=True)), 8, None),
    "settings that are so already": (configure(KeySettings(min_pin_length=4, always_uv=False)), 4, 4),
    "enroll a finger with four samples and a name": (enroll, 8, None),
    "select": (lambda key: key.select(Watch()), 2, 2),
    "wink": (lambda key: key.wink(), 1, 1),
    "reset": (lambda key: key.reset(Watch()), 2, 2),
    "a visit with a PIN, a proof and all that comes last": (whole_visit, 11, None),
}


CASES = [
    pytest.param(traits, name, ask, cost, id=f"{age}: {name}")
    for name, (ask, *costs) in COSTS.items()
    for (age, traits), cost in zip({"CTAP 2.1": READER, "CTAP 2.0": CTAP20}.items(), costs, strict=True)
    if cost is not None
]


@pytest.mark.parametrize(("traits", "name", "ask", "cost"), CASES)
def test_an_operation_costs_no_more_than_this(
    way_in: str, traits: KeyTraits, name: str, ask: Callable[[Authenticator], object], cost: int
) -> None:
    with way_to(way_in, traits) as way:
        key = with_pin(way)
        key.verify_pin(Secret(PIN))
        if "list" in name:
            for number in range(2):
                assert raw_id(register(key, user={"id": f"aaa{number}", "name": "ann"}))
        key.close()
        key = way.open()
        ask(key)
        assert commands(key) == cost
        key.close()
