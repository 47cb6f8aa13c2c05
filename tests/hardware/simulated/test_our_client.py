"""Our own client on every kind of key: what can be enrolled is enrolled, proved and taken back; the rest is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from fido2.utils import websafe_decode, websafe_encode

from hardware.authenticator import Authenticator, BuiltInUv, Watch
from hardware.errors import NoPinSupport, TooOld
from hardware.simulated.key import SimulatedKey
from hardware.simulated.models import MODELS
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import KeyTraits
from kiosk.secret import Secret
from tests.hardware.simulated.host import PIN, RP

ORIGIN = f"https://{RP}"
CREATION: Mapping[str, Any] = {
    "rp": {"id": RP, "name": "Example"},
    "user": {"id": websafe_encode(b"user-1"), "name": "a", "displayName": "A person"},
    "challenge": websafe_encode(bytes(32)),
    "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
    "attestation": "direct",
}
USABLE = {name: traits for name, traits in MODELS.items() if traits.ctap2 and (traits.pin or traits.built_in_uv)}


def opened(traits: KeyTraits) -> tuple[SimulatedKey, Authenticator]:
    key = SimulatedKey(traits)
    key.touch_automatically = True
    key.plug()
    source = SimulatedSource([key])
    return key, source.open(source.attached()[0])


def set_up(authenticator: Authenticator, traits: KeyTraits) -> None:
    """What has to be before a credential can be made."""
    if traits.pin:
        authenticator.set_pin(Secret(PIN))
    if traits.enrolls_fingers:
        authenticator.enroll_fingerprint("thumb", Watch(), lambda _sample: None)
    if traits.no_mc_ga_with_pin or not traits.pin:
        authenticator.use_built_in_uv()


@pytest.mark.parametrize("name", USABLE)
def test_a_credential_is_made_proved_and_taken_back_where_the_key_allows(name: str) -> None:
    traits = USABLE[name]
    key, authenticator = opened(traits)
    info = authenticator.inspect()
    assert info.ctap2
    assert (info.built_in_uv is BuiltInUv.UNSUPPORTED) is not traits.built_in_uv
    set_up(authenticator, traits)
    made = authenticator.make_credential(CREATION, ORIGIN, Watch())
    credential_id = websafe_decode(made["id"])
    wish = {"challenge": websafe_encode(bytes(32)), "rpId": RP, "userVerification": "required"}
    listed = {"allowCredentials": [{"type": "public-key", "id": made["id"]}]}
    assert authenticator.prove(wish | listed, ORIGIN, Watch())["id"] == made["id"]
    assert [row.credential_id for row in key.credentials] == [credential_id]
    if info.can_delete:
        assert [each.credential_id for each in authenticator.stored_credentials()] == [credential_id]
        authenticator.delete_credential(credential_id)
        assert key.credentials == ()
    authenticator.close()


@pytest.mark.parametrize(("name", "refused"), [("u2f", TooOld), ("without-pin", NoPinSupport)])
def test_a_key_that_cannot_do_is_refused_by_name(name: str, refused: type[Exception]) -> None:
    _, authenticator = opened(MODELS[name])
    with pytest.raises(refused):
        authenticator.make_credential(CREATION, ORIGIN, Watch())
    authenticator.close()
