"""What an `Authenticator` promises as a whole, held against every way in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
)

from hardware.authenticator import Authenticator, PinState, Transport, Watch
from hardware.errors import (
    TooOld,
)
from hardware.simulated.traits import CTAP20, CTAP21, U2F_ONLY
from kiosk.secret import Secret
from tests.hardware.ways import (
    ORIGIN,
    PIN,
    RP_ID,
    Way,
    commands,
    prove,
    register,
    request_options,
    way_to,
)


def test_a_fresh_key_takes_eight_commands_from_pin_to_proof(way: Way) -> None:
    key = way.open()
    assert key.inspect().pin is PinState.NOT_SET
    key.set_pin(Secret(PIN))
    made = register(key)
    prove(key, made["id"])
    assert key.inspect().pin is PinState.SET
    assert (commands(key), way.key.commands) == (8, 8)
    key.close()


def test_a_key_with_a_pin_takes_one_more_to_read_the_tries_left(way: Way) -> None:
    first = way.open()
    first.set_pin(Secret(PIN))
    first.close()
    key = way.open()
    assert key.inspect().pin_retries == 8
    key.verify_pin(Secret(PIN))
    prove(key, register(key)["id"])
    assert key.inspect().pin is PinState.SET
    assert commands(key) == 9
    key.close()


def test_an_older_key_reuses_its_one_token(way_in: str) -> None:
    with way_to(way_in, CTAP20) as way:
        key = way.open()
        key.inspect()
        key.set_pin(Secret(PIN))
        prove(key, register(key)["id"])
        key.inspect()
        assert commands(key) == 7
        key.close()


def test_a_real_relying_party_accepts_registration_and_proof(unlocked: Authenticator) -> None:
    server = Fido2Server(PublicKeyCredentialRpEntity(name="Example", id=RP_ID))
    options, state = server.register_begin(
        PublicKeyCredentialUserEntity(id=b"handle-1", name="ann", display_name="Ann"),
        resident_key_requirement="required",  # type: ignore[arg-type]  # words as in JSON
        user_verification="required",  # type: ignore[arg-type]
    )
    response = unlocked.make_credential(json.loads(json.dumps(dict(options)["publicKey"])), ORIGIN, Watch())
    registered = server.register_complete(state, json.loads(json.dumps(response)))
    assert registered.credential_data is not None
    assert response["authenticatorAttachment"] == "cross-platform"
    assert response["response"]["transports"] == ["usb"]
    assert response["response"]["publicKeyAlgorithm"] == -7

    proof = prove(unlocked, response["id"])
    check_proof(proof, registered.credential_data)
    assert websafe_decode(proof["response"]["userHandle"]) == b"handle-1"


def check_proof(proof: Any, credential: AttestedCredentialData) -> None:
    """Verify the signature, which python-fido2's server does for touched assertions only."""
    client_data = CollectedClientData(websafe_decode(proof["response"]["clientDataJSON"]))
    auth_data = AuthenticatorData(websafe_decode(proof["response"]["authenticatorData"]))
    credential.public_key.verify(auth_data + client_data.hash, websafe_decode(proof["response"]["signature"]))
    assert client_data.type == "webauthn.get"
    assert (client_data.origin, auth_data.is_user_verified()) == (ORIGIN, True)


def test_one_touch_is_asked_for_to_register_and_none_to_prove(unlocked: Authenticator) -> None:
    touches: list[str] = []
    made = register(unlocked, Watch(on_touch=lambda: touches.append("register")))
    unlocked.prove(request_options(made["id"]), ORIGIN, Watch(on_touch=lambda: touches.append("prove")))
    # On a reader the key was touched when it was laid there.
    assert touches == ([] if unlocked.address.transport is Transport.NFC else ["register"])


def test_a_log_in_elsewhere_asks_for_a_touch_and_shows_it(unlocked: Authenticator) -> None:
    made = register(unlocked)
    touches: list[object] = []
    options = request_options(made["id"], userPresence="required")
    answer = unlocked.prove(options, ORIGIN, Watch(on_touch=lambda: touches.append(True)))
    flags = websafe_decode(answer["response"]["authenticatorData"])[32]
    assert bool(touches) == (unlocked.address.transport is not Transport.NFC)
    assert flags & 0b101 == 0b101  # present and verified


def test_inspect_tells_what_the_key_is(key: Authenticator) -> None:
    info = key.inspect()
    assert info.aaguid == CTAP21.aaguid
    assert info.ctap2
    assert info.discoverable
    assert info.can_delete
    assert info.algorithms == (-7, -8)
    assert info.transports == ("usb",)
    assert (info.min_pin_length, info.max_pin_length) == (4, None)
    assert (info.firmware, info.remaining_credentials) == (CTAP21.firmware, 100)
    assert info.address == key.address


def test_inspect_reads_afresh_after_the_first_time(unlocked: Authenticator, credential_id: str) -> None:
    unlocked.inspect()
    unlocked.delete_credential(websafe_decode(credential_id))
    before = unlocked.inspect().remaining_credentials
    register(unlocked)
    assert before == 100
    assert unlocked.inspect().remaining_credentials == 99


def test_u2f_only_keys_can_be_looked_at_and_nothing_else(way_in: str) -> None:
    with way_to(way_in, U2F_ONLY) as way:
        key = way.open()
        info = key.inspect()
        assert (info.versions, info.ctap2) == (("U2F_V2",), False)
        assert not key.has_credential(RP_ID, b"any")
        secret = Secret(PIN)
        for ask in (
            lambda: key.set_pin(secret),
            lambda: key.verify_pin(Secret(PIN)),
            lambda: register(key),
            lambda: prove(key, "AAAA"),
            lambda: key.delete_credential(b"any"),
        ):
            with pytest.raises(TooOld):
                ask()
        assert secret.wiped
        key.close()
