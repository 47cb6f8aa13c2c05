"""Keys of every age and of every odd habit go the whole way, by every way in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardware.authenticator import PinState
from hardware.simulated.traits import CTAP20, CTAP21, KeyTraits, Quirk
from kiosk.secret import Secret
from tests.hardware.ways import PIN, prove, raw_id, register, way_to

PREVIEW = replace(CTAP20, versions=("FIDO_2_0", "FIDO_2_1_PRE", "U2F_V2"), credential_management_preview=True)
PROTOCOL_1 = replace(CTAP21, pin_protocols=(1,))
WITHOUT_TOKENS = replace(CTAP21, permissions=False)
NEWER = replace(
    CTAP21,
    versions=("FIDO_2_1", "FIDO_2_2", "FIDO_2_3"),
    certifications={"FIDO": 3},
    transports_for_reset=("usb",),
    attestation_formats=("packed", "none"),
    long_touch_for_reset=True,
    tells_config_commands=True,
    large_blob_bytes=2048,
    max_pin_length=40,
)
KINDS = {
    "CTAP 2.0": CTAP20,
    "2.1 preview": PREVIEW,
    "PIN protocol 1 only": PROTOCOL_1,
    "CTAP 2.1 without pinUvAuthToken": WITHOUT_TOKENS,
    "CTAP 2.3": NEWER,
    **{quirk.name.lower(): replace(CTAP21, quirks=frozenset({quirk})) for quirk in Quirk},
    "every habit at once": replace(CTAP21, quirks=frozenset(Quirk)),
}


@pytest.mark.parametrize("traits", KINDS.values(), ids=KINDS)
def test_it_goes_the_whole_way(way_in: str, traits: KeyTraits) -> None:
    with way_to(way_in, traits) as way:
        key = way.open()
        assert key.inspect().pin is PinState.NOT_SET
        key.set_pin(Secret(PIN))
        made = register(key)
        prove(key, made["id"])
        info = key.inspect()
        assert info.pin is PinState.SET
        key.close()
        key = way.open()
        assert key.inspect().pin_retries == 8
        key.verify_pin(Secret(PIN))
        key.change_pin(Secret(PIN), Secret("another-18"))
        prove(key, made["id"])
        if info.can_delete:
            assert [each.credential_id for each in key.stored_credentials()] == [raw_id(made)]
            key.delete_credential(raw_id(made))
            assert not way.key.credentials
        key.close()
