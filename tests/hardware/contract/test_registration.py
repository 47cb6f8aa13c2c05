"""What an `Authenticator` promises about registration, held against every way in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AuthenticatorData,
)

from hardware.authenticator import Authenticator, Watch
from hardware.errors import (
    AlreadyRegistered,
    KeyFull,
    MissingExtension,
    NoDiscoverableCredentials,
    NoSuitableAlgorithm,
    OptionsRefused,
)
from hardware.simulated.faults import Faults
from hardware.simulated.traits import CTAP21
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
