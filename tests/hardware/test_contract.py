"""What an `Authenticator` promises, held against every way in."""

from __future__ import annotations

import json
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from fido2.ctap import CtapError
from fido2.ctap2.base import Ctap2
from fido2.ctap2.config import Config
from fido2.ctap2.pin import ClientPin
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
)

from hardware.authenticator import Authenticator, PinState, Watch
from hardware.errors import (
    AlreadyRegistered,
    Cancelled,
    CannotDelete,
    KeyFault,
    KeyFull,
    KeyGone,
    MissingExtension,
    NoDiscoverableCredentials,
    NoPinSupport,
    NoSuitableAlgorithm,
    OptionsRefused,
    PinAlreadySet,
    PinAuthBlocked,
    PinBlocked,
    PinChangeForced,
    PinRefused,
    PinRequired,
    TooOld,
    TouchTimeout,
    WrongPin,
)
from hardware.simulated.device import connect
from hardware.simulated.faults import Faults
from hardware.simulated.traits import CTAP20, CTAP21, U2F_ONLY, WITHOUT_PIN
from kiosk.secret import Secret
from tests.hardware.ways import (
    ORIGIN,
    PIN,
    RP_ID,
    Way,
    commands,
    creation_options,
    descriptors,
    prove,
    raw_id,
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
    assert touches == ["register"]


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


# PIN


@pytest.mark.parametrize("text", ["", "123", "x" * 64, "é" * 32, "1234\0", "12345\0" + "6" * 10])
def test_a_pin_outside_the_limits_is_refused_before_anything_is_sent(key: Authenticator, text: str) -> None:
    secret = Secret(text)
    with pytest.raises(PinRefused):
        key.set_pin(secret)
    assert secret.wiped
    assert commands(key) == 1


@pytest.mark.parametrize("text", ["1234", "\U0001f511" * 4, "e\u0301" * 31, "x" * 63])
def test_a_pin_within_the_limits_is_set_in_composed_form(way: Way, text: str) -> None:
    key = way.open()
    secret = Secret(text)
    key.set_pin(secret)
    assert secret.wiped
    key.close()
    again = way.open()
    again.verify_pin(Secret(text))
    again.close()


def test_the_keys_own_rules_refuse_a_pin(way_in: str) -> None:
    with way_to(way_in, replace(CTAP21, min_pin_length=6, pin_complexity=True)) as way:
        key = way.open()
        info = key.inspect()
        assert (info.min_pin_length, info.pin_complexity) == (6, True)
        for text in ("12345", "111111"):
            with pytest.raises(PinRefused):
                key.set_pin(Secret(text))
        key.close()


def test_a_second_first_pin_is_refused(unlocked: Authenticator) -> None:
    secret = Secret("another-1")
    with pytest.raises(PinAlreadySet):
        unlocked.set_pin(secret)
    assert secret.wiped


def test_a_pin_that_another_program_was_quicker_to_set_is_not_replaced(way: Way) -> None:
    late = way.open()
    late.inspect()
    ClientPin(Ctap2(connect(way.key))).set_pin(PIN)
    with pytest.raises(PinAlreadySet):
        late.set_pin(Secret("another-1"))
    late.close()


def test_another_programs_wrong_pin_costs_an_unlocked_session_nothing(way: Way, unlocked: Authenticator) -> None:
    with pytest.raises(CtapError):
        ClientPin(Ctap2(connect(way.key))).get_pin_token("wrong-pin")
    made = register(unlocked)
    ClientPin(Ctap2(connect(way.key))).get_pin_token(PIN)
    prove(unlocked, made["id"])
    assert way.key.pin_retries == 8


def test_a_wrong_pin_tells_the_tries_left_then_wants_a_replug_then_is_blocked(way: Way) -> None:
    key = way.open()
    key.set_pin(Secret(PIN))
    key.close()
    seen: list[str] = []
    for _ in range(3):
        key = way.open()
        for _ in range(3):
            secret = Secret("wrong-pin")
            with pytest.raises((WrongPin, PinAuthBlocked, PinBlocked)) as caught:
                key.verify_pin(secret)
            assert secret.wiped
            seen.append(f"{type(caught.value).__name__}({getattr(caught.value, 'retries_left', '')})")
            if isinstance(caught.value, PinAuthBlocked):
                assert key.inspect().pin is PinState.AUTH_BLOCKED
        key.close()
        way.key.power_cycle()
    assert seen == [
        *("WrongPin(7)", "WrongPin(6)", "PinAuthBlocked()"),
        *("WrongPin(4)", "WrongPin(3)", "PinAuthBlocked()"),
        *("WrongPin(1)", "PinBlocked()", "PinBlocked()"),
    ]
    key = way.open()
    info = key.inspect()
    assert (info.pin, info.pin_retries) == (PinState.BLOCKED, 0)
    with pytest.raises(PinBlocked):
        key.verify_pin(Secret(PIN))
    key.close()


def test_the_right_pin_after_a_wrong_one_unlocks(way: Way) -> None:
    key = way.open()
    key.set_pin(Secret(PIN))
    key.close()
    key = way.open()
    key.inspect()
    with pytest.raises(WrongPin):
        key.verify_pin(Secret("wrong-pin"))
    with pytest.raises(WrongPin) as impossible:
        key.verify_pin(Secret("x" * 64))
    assert impossible.value.retries_left == way.key.pin_retries == 7
    key.verify_pin(Secret(PIN))
    assert way.key.pin_retries == 8
    register(key)
    key.close()


def test_a_key_that_wants_its_pin_changed_says_so(way: Way) -> None:
    key = way.open()
    key.set_pin(Secret(PIN))
    key.close()
    ctap = Ctap2(connect(way.key))
    pins = ClientPin(ctap)
    token = pins.get_pin_token(PIN, ClientPin.PERMISSION.AUTHENTICATOR_CFG)
    Config(ctap, pins.protocol, token).set_min_pin_length(force_change_pin=True)
    key = way.open()
    assert key.inspect().pin is PinState.CHANGE_FORCED
    with pytest.raises(PinChangeForced):
        key.verify_pin(Secret(PIN))
    key.close()


def test_without_a_pin_there_is_nothing_to_verify(key: Authenticator) -> None:
    with pytest.raises(PinRequired):
        key.verify_pin(Secret(PIN))


def test_a_key_without_pin_support_says_so_and_still_registers_without(way_in: str) -> None:
    with way_to(way_in, WITHOUT_PIN) as way:
        key = way.open()
        assert key.inspect().pin is PinState.UNSUPPORTED
        for secret in (Secret(PIN), Secret(PIN)):
            with pytest.raises(NoPinSupport):
                key.set_pin(secret)
            with pytest.raises(NoPinSupport):
                key.verify_pin(Secret(PIN))
            assert secret.wiped
        with pytest.raises(NoPinSupport):
            register(key)
        made = register(key, authenticatorSelection={"residentKey": "preferred", "userVerification": "discouraged"})
        proof = prove(key, made["id"], userVerification="preferred")
        assert not AuthenticatorData(websafe_decode(proof["response"]["authenticatorData"])).is_user_verified()
        key.close()


def test_a_locked_session_is_asked_for_the_pin(way: Way) -> None:
    key = way.open()
    with pytest.raises(PinRequired):
        register(key)
    key.set_pin(Secret(PIN))
    made = register(key)
    key.close()
    key = way.open()
    for ask in (register, lambda key: prove(key, made["id"]), lambda key: key.delete_credential(raw_id(made))):
        with pytest.raises(PinRequired):
            ask(key)
    key.close()


# Registration


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


def test_the_exclude_list_ends_a_second_registration(unlocked: Authenticator, credential_id: str) -> None:
    with pytest.raises(AlreadyRegistered):
        register(unlocked, excludeCredentials=descriptors([credential_id]))


def test_a_long_exclude_list_is_asked_in_portions_and_without_a_touch(
    way: Way, unlocked: Authenticator, credential_id: str
) -> None:
    others = [websafe_encode(bytes([number]) * 32) for number in range(20)]
    way.key.touch_automatically = False
    with pytest.raises(AlreadyRegistered):
        register(unlocked, excludeCredentials=descriptors([*others, credential_id]))
    way.key.touch_automatically = True
    register(unlocked, excludeCredentials=descriptors(others))
    assert len(way.key.credentials) == 1  # the same person again: replaced


def test_ids_that_cannot_be_on_the_key_are_not_sent(unlocked: Authenticator) -> None:
    unknown_kind = {"type": "password", "id": "AAAA"}
    register(unlocked, excludeCredentials=[*descriptors([websafe_encode(bytes(1024))]), unknown_kind])


def test_a_credential_under_cred_protect_3_is_found_in_a_long_exclude_list(unlocked: Authenticator) -> None:
    protected = {"credentialProtectionPolicy": "userVerificationRequired", "enforceCredentialProtectionPolicy": True}
    made = register(unlocked, extensions=protected)
    others = [websafe_encode(bytes([number]) * 32) for number in range(20)]
    with pytest.raises(AlreadyRegistered):
        register(unlocked, excludeCredentials=descriptors([*others, made["id"]]))
    assert unlocked.has_credential(RP_ID, raw_id(made))


def test_a_full_key_says_so(way: Way, unlocked: Authenticator) -> None:
    way.key.faults = Faults(full=True)
    with pytest.raises(KeyFull):
        register(unlocked)


def test_the_first_algorithm_of_the_relying_party_that_the_key_has_is_taken(unlocked: Authenticator) -> None:
    wanted = [{"type": "public-key", "alg": alg} for alg in (-257, -8, -7)]
    assert register(unlocked, pubKeyCredParams=wanted)["response"]["publicKeyAlgorithm"] == -8
    with pytest.raises(NoSuitableAlgorithm):
        register(unlocked, pubKeyCredParams=wanted[:1])


def test_a_key_without_discoverable_credentials_says_so(way_in: str) -> None:
    with way_to(way_in, replace(CTAP21, discoverable=False)) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        with pytest.raises(NoDiscoverableCredentials):
            register(key)
        made = register(key, authenticatorSelection={"residentKey": "preferred"}, extensions={"credProps": True})
        assert made["clientExtensionResults"] == {"credProps": {"rk": False}}
        prove(key, made["id"])
        key.close()


def test_only_the_extensions_asked_for_are_told_and_reported(unlocked: Authenticator) -> None:
    plain = register(unlocked)
    assert plain["clientExtensionResults"] == {}
    assert _auth_data(plain).extensions is None
    full = register(
        unlocked,
        extensions={
            "credProps": True,
            "hmacCreateSecret": True,
            "minPinLength": True,
            "credentialProtectionPolicy": "userVerificationOptionalWithCredentialIDList",
            "appidExclude": "https://example.com",
        },
    )
    assert full["clientExtensionResults"] == {"credProps": {"rk": True}, "hmacCreateSecret": True}
    extensions = _auth_data(full).extensions
    assert extensions is not None
    assert (extensions["credProtect"], extensions["hmac-secret"]) == (2, True)


def _auth_data(response: Any) -> AuthenticatorData:
    return AuthenticatorData(websafe_decode(response["response"]["authenticatorData"]))


@pytest.mark.parametrize(
    ("asked", "missing"),
    [
        ({"hmacCreateSecret": True}, "hmac-secret"),
        (
            {
                "credentialProtectionPolicy": "userVerificationRequired",
                "enforceCredentialProtectionPolicy": True,
            },
            "credProtect",
        ),
    ],
)
def test_an_extension_that_the_key_has_not_stops_the_registration(
    way_in: str, asked: dict[str, Any], missing: str
) -> None:
    with way_to(way_in, replace(CTAP21, extensions=())) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        with pytest.raises(MissingExtension) as caught:
            register(key, extensions=asked)
        assert caught.value.extension == missing
        assert not way.key.credentials
        register(key, extensions={"credentialProtectionPolicy": "userVerificationRequired", "minPinLength": True})
        key.close()


def test_names_are_cut_to_what_every_key_keeps(unlocked: Authenticator) -> None:
    register(
        unlocked,
        rp={"id": RP_ID, "name": "é" * 500},
        user={"id": websafe_encode(b"handle-1"), "name": "😀" * 100, "displayName": "x" * 10_000},
    )


@pytest.mark.parametrize(
    ("conveyance", "formats"), [("none", {"none"}), (None, {"none"}), ("direct", {"packed"}), ("indirect", {"packed"})]
)
def test_the_attestation_is_conveyed_as_asked(
    unlocked: Authenticator, conveyance: str | None, formats: set[str]
) -> None:
    response = register(unlocked, attestation=conveyance)
    attestation = AttestationObject(websafe_decode(response["response"]["attestationObject"]))
    assert {attestation.fmt} == formats
    assert attestation.auth_data == _auth_data(response)


@pytest.mark.parametrize(
    "changes",
    [
        {"rp": {"id": "example.net", "name": "Other"}},
        {"rp": {"id": "com", "name": "Everybody"}},
        {"rp": None},
        {"challenge": None},
        {"challenge": 7},
        {"pubKeyCredParams": "all"},
        {"user": {"id": "", "name": "nobody"}},
        {"user": {"id": websafe_encode(bytes(65)), "name": "long"}},
        {"extensions": {"credentialProtectionPolicy": "mostly"}},
    ],
)
def test_options_that_are_not_for_us_are_refused_before_anything_is_sent(
    key: Authenticator, changes: dict[str, Any]
) -> None:
    with pytest.raises(OptionsRefused):
        key.make_credential(creation_options(**changes), ORIGIN, Watch())
    assert commands(key) == 1


@pytest.mark.parametrize("origin", ["http://login.example.com", "https://[bad", "", "https://example.net"])
def test_an_origin_that_does_not_suit_is_refused(unlocked: Authenticator, origin: str) -> None:
    with pytest.raises(OptionsRefused):
        unlocked.make_credential(creation_options(), origin, Watch())
    with pytest.raises(OptionsRefused):
        unlocked.prove(request_options("AAAA"), origin, Watch())


def test_a_relying_party_without_id_is_that_of_the_origin(unlocked: Authenticator) -> None:
    made = unlocked.make_credential(creation_options(rp={"name": "Example"}), ORIGIN, Watch())
    assert unlocked.has_credential("login.example.com", raw_id(made))


# Proof, probe, deletion


def test_a_proof_finds_its_credential_in_a_long_list_and_without_any_list(
    unlocked: Authenticator, credential_id: str
) -> None:
    others = [websafe_encode(bytes([number]) * 32) for number in range(20)]
    assert prove(unlocked, *others, credential_id)["id"] == credential_id
    assert prove(unlocked)["id"] == credential_id
    for unknown in (others[:1], others, [websafe_encode(bytes(1024))]):
        with pytest.raises(KeyFault):
            prove(unlocked, *unknown)


def test_a_credential_can_be_looked_for_without_pin_or_touch(way: Way) -> None:
    key = way.open()
    key.set_pin(Secret(PIN))
    made = register(key)
    key.close()
    way.key.touch_automatically = False
    key = way.open()
    assert key.has_credential(RP_ID, raw_id(made))
    assert not key.has_credential(RP_ID, b"unknown")
    assert not key.has_credential("example.net", raw_id(made))
    assert not key.has_credential(RP_ID, bytes(1024))
    assert not key.has_credential(RP_ID, b"")
    key.close()


def test_a_credential_can_be_taken_back_and_once_more(way: Way, unlocked: Authenticator, credential_id: str) -> None:
    assert way.key.credentials
    unlocked.delete_credential(websafe_decode(credential_id))
    assert not way.key.credentials
    unlocked.delete_credential(websafe_decode(credential_id))
    assert not unlocked.has_credential(RP_ID, websafe_decode(credential_id))


def test_a_key_without_credential_management_keeps_its_credential(way_in: str) -> None:
    with way_to(way_in, CTAP20) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        made = register(key)
        assert not key.inspect().can_delete
        with pytest.raises(CannotDelete):
            key.delete_credential(raw_id(made))
        key.close()


# Cancel, deadline, closing


def test_cancel_ends_the_wait_for_a_touch(way: Way, unlocked: Authenticator) -> None:
    way.key.touch_automatically = False
    cancel = Event()
    with pytest.raises(Cancelled):
        register(unlocked, Watch(on_touch=cancel.set, cancel=cancel))
    assert not way.key.credentials
    way.key.touch_automatically = True
    register(unlocked)


def test_a_cancelled_operation_sends_nothing(unlocked: Authenticator) -> None:
    cancel = Event()
    cancel.set()
    before = commands(unlocked)
    with pytest.raises(Cancelled):
        register(unlocked, Watch(cancel=cancel))
    assert commands(unlocked) == before


def test_the_deadline_ends_the_wait_for_a_touch(way: Way, unlocked: Authenticator) -> None:
    way.key.touch_automatically = False
    with pytest.raises(TouchTimeout):
        register(unlocked, Watch(deadline=0.2))
    assert not way.key.credentials
    way.key.touch_automatically = True
    register(unlocked)


def test_a_touch_ends_the_wait(way: Way, unlocked: Authenticator) -> None:
    way.key.touch_automatically = False
    register(unlocked, Watch(on_touch=way.key.touch))
    assert len(way.key.credentials) == 1


def test_the_key_gives_up_its_wait_by_itself(way_in: str) -> None:
    with way_to(way_in, replace(CTAP21, touch_seconds=0.05), touches=False) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        with pytest.raises(TouchTimeout):
            register(key)
        key.close()


def test_a_closed_key_is_gone_and_can_be_opened_anew(way: Way) -> None:
    key = way.open()
    key.close()
    key.close()
    secret = Secret(PIN)
    with pytest.raises(KeyGone):
        key.set_pin(secret)
    assert secret.wiped
    with pytest.raises(KeyGone):
        key.inspect()
    again = way.open()
    again.inspect()
    again.close()
