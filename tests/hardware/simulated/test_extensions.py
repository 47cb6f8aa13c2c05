"""Extensions beyond credProtect and hmac-secret: credBlob, hmac-secret-mc, pinComplexityPolicy, payment, blob keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fido2.ctap2.pin import PinProtocol
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.simulated.models import EVERYTHING, OPEN_2_1
from hardware.simulated.traits import CTAP21
from tests.hardware.simulated.host import ERR, HASH, PERMISSION, PIN, RP, Computer, descriptor, refusal, seeded_key


@pytest.fixture
def full() -> Computer:
    """A computer at a key with every extension."""
    return Computer(seeded_key(EVERYTHING))


def salted(computer: Computer, salts: bytes) -> tuple[dict[int, Any], bytes]:
    agreement, secret = computer.agree()
    encrypted = computer.protocol.encrypt(secret, salts)
    signature = computer.protocol.authenticate(secret, encrypted)
    return {1: agreement, 2: encrypted, 3: signature, 4: computer.protocol.VERSION}, secret


def test_a_cred_blob_comes_back_with_the_assertion(full: Computer) -> None:
    assert full.ctap.info.max_cred_blob_length == 32
    made = full.make(extensions={"credBlob": b"a small thing"})
    assert made.auth_data.extensions == {"credBlob": True}
    full.key.power_cycle()
    computer = Computer(full.key)
    assertion = computer.ctap.get_assertion(RP, HASH, extensions={"credBlob": True})
    assert assertion.auth_data.extensions == {"credBlob": b"a small thing"}


def test_a_blob_too_long_or_of_a_credential_that_is_not_kept_is_not_stored(full: Computer) -> None:
    for options, blob in (({"rk": True}, bytes(33)), ({"rk": False}, b"x")):
        made = full.make(options=options, extensions={"credBlob": blob})
        assert made.auth_data.extensions == {"credBlob": False}
        assertion = full.ctap.get_assertion(RP, HASH, [descriptor(made)], extensions={"credBlob": True})
        assert assertion.auth_data.extensions == {"credBlob": b""}


def test_hmac_secret_at_creation_is_that_of_the_later_assertion(protocol: PinProtocol) -> None:
    computer = Computer(seeded_key(EVERYTHING), protocol)
    computer.pin.set_pin(PIN)
    wish, secret = salted(computer, b"s" * 64)
    made = computer.make(extensions={"hmac-secret": True, "hmac-secret-mc": wish})
    assert made.auth_data.extensions is not None
    assert made.auth_data.extensions["hmac-secret"] is True
    early = protocol.decrypt(secret, made.auth_data.extensions["hmac-secret-mc"])
    wish, secret = salted(computer, b"s" * 64)
    arguments = computer.authentication(computer.token(PERMISSION.GET_ASSERTION, RP))
    assertion = computer.ctap.get_assertion(RP, HASH, extensions={"hmac-secret": wish}, **arguments)
    assert assertion.auth_data.extensions is not None
    assert protocol.decrypt(secret, assertion.auth_data.extensions["hmac-secret"]) == early


def test_no_secret_at_creation_without_hmac_secret_itself(full: Computer) -> None:
    wish, _ = salted(full, b"s" * 32)
    assert full.make(extensions={"hmac-secret-mc": wish}).auth_data.extensions is None


def test_the_pin_policy_is_told_to_relying_parties_it_was_set_for(full: Computer) -> None:
    full.config().set_min_pin_length(6, rp_ids=[RP], pin_complexity_policy=True)
    asked = {"minPinLength": True, "pinComplexityPolicy": True}
    assert full.make(extensions=asked).auth_data.extensions == {"minPinLength": 6, "pinComplexityPolicy": True}
    assert full.make(rp="other.example", extensions=asked).auth_data.extensions is None


def test_payment_is_remembered_by_discoverable_and_other_credentials(full: Computer) -> None:
    for rk, payment in ((True, True), (False, True), (True, False)):
        extensions = {"thirdPartyPayment": True} if payment else None
        made = full.make(rk=rk, extensions=extensions)
        assert made.auth_data.extensions == ({"thirdPartyPayment": True} if payment else None)
        assertion = full.ctap.get_assertion(RP, HASH, [descriptor(made)], extensions={"thirdPartyPayment": True})
        assert assertion.auth_data.extensions == {"thirdPartyPayment": payment}


def test_a_large_blob_key_is_for_discoverable_credentials_and_asked_for_with_true(full: Computer) -> None:
    for options, asked in (({"rk": False}, True), ({"rk": True}, False)):
        wish: dict[str, Any] = {"options": options, "extensions": {"largeBlobKey": asked}}
        assert refusal(lambda: full.make(**wish)) == ERR.INVALID_OPTION  # noqa: B023
    made = full.make(extensions={"largeBlobKey": True})
    assert made.large_blob_key is not None
    assert len(made.large_blob_key) == 32
    fields = {1: RP, 2: HASH, 4: {"largeBlobKey": False}}
    assert full.raw(0x02, fields)[0] == ERR.INVALID_OPTION
    assert full.ctap.get_assertion(RP, HASH).large_blob_key is None
    assert full.ctap.get_assertion(RP, HASH, extensions={"largeBlobKey": True}).large_blob_key == made.large_blob_key


def test_inputs_of_another_type_are_refused(full: Computer) -> None:
    for name, value in (("credBlob", "text"), ("hmac-secret-mc", 7), ("thirdPartyPayment", 1), ("credProtect", True)):
        wish = {"hmac-secret": True, name: value}
        assert refusal(lambda: full.make(extensions=wish)) == ERR.CBOR_UNEXPECTED_TYPE  # noqa: B023
    assert full.key.credentials == ()


def test_what_a_key_does_not_know_is_ignored_whatever_it_is(computer: Computer) -> None:
    made = computer.make(extensions={"credBlob": "text", "largeBlobKey": 7, "thirdPartyPayment": []})
    assert made.auth_data.extensions is None
    assert made.large_blob_key is None


names = st.sampled_from([*EVERYTHING.extensions, "unheardOf"])


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(names, st.booleans() | st.integers(-5, 5) | st.binary(max_size=40), max_size=5), st.booleans())
def test_any_extensions_give_a_credential_that_asserts_or_none_at_all(asked: dict[str, Any], rk: bool) -> None:
    for traits in (EVERYTHING, OPEN_2_1, replace(CTAP21, extensions=())):
        computer = Computer(seeded_key(traits))
        fields = {1: HASH, 2: {"id": RP}, 3: {"id": b"1"}, 4: [{"type": "public-key", "alg": -7}], 6: asked}
        status, answer = computer.raw(0x01, fields | {7: {"rk": rk}})
        kept = len(computer.key.credentials)
        assert kept == int(rk and status == 0)
        if status == 0 and kept and computer.ctap.get_info():
            found = computer.raw(0x02, {1: RP, 2: HASH})[0]
            protected = "credProtect" in traits.extensions and asked.get("credProtect") in (2, 3)
            assert found == (ERR.NO_CREDENTIALS if protected else 0)
        assert answer is None or set(answer) <= {1, 2, 3, 5}
