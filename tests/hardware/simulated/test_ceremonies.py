from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from fido2.attestation.packed import PackedAttestation
from fido2.cose import CoseKey
from fido2.ctap2.base import AssertionResponse, AttestationResponse

from hardware.simulated.attestation import Attestation, simulated_root_der, simulated_root_pem
from hardware.simulated.faults import Faults
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP20, CTAP21, EDDSA, ES256, SIMULATED_AAGUID, WITHOUT_PIN
from tests.hardware.simulated.host import (
    ERR,
    HASH,
    PERMISSION,
    PIN,
    RP,
    Computer,
    ManualClock,
    credential_id,
    descriptor,
    refusal,
    seeded_key,
)

UP, UV = 1, 4


def public_key(made: AttestationResponse) -> CoseKey:
    assert made.auth_data.credential_data is not None
    return made.auth_data.credential_data.public_key


def ask(computer: Computer, *, verified: bool = False, rp: str = RP, **more: Any) -> AssertionResponse:
    token = computer.token(PERMISSION.GET_ASSERTION, rp) if verified else None
    return computer.ctap.get_assertion(rp, HASH, **computer.authentication(token), **more)


@pytest.mark.parametrize("algorithm", [ES256, EDDSA])
@pytest.mark.parametrize("rk", [True, False], ids=["discoverable", "wrapped"])
def test_a_credential_is_made_attested_and_asserts(with_pin: Computer, algorithm: int, rk: bool) -> None:
    made = with_pin.make(rk=rk, key_params=[{"type": "public-key", "alg": algorithm}])
    assert made.fmt == "packed"
    assert made.auth_data.flags & (UP | UV) == UP | UV
    assert made.auth_data.credential_data is not None
    assert made.auth_data.credential_data.aaguid == SIMULATED_AAGUID
    PackedAttestation().verify(made.att_stmt, made.auth_data, HASH)
    assertion = ask(with_pin, verified=True, allow_list=[descriptor(made)])
    assertion.verify(HASH, public_key(made))
    assert assertion.auth_data.flags & (UP | UV) == UP | UV
    assert assertion.auth_data.counter > made.auth_data.counter
    assert assertion.user == ({"id": b"user-1"} if rk else None)
    assert len(with_pin.key.credentials) == int(rk)


def test_an_honest_attestation_leads_to_our_root_and_a_forged_one_only_looks_so(computer: Computer) -> None:
    root = x509.load_der_x509_certificate(simulated_root_der())
    assert x509.load_pem_x509_certificate(simulated_root_pem().encode()) == root
    honest = x509.load_der_x509_certificate(computer.make().att_stmt["x5c"][0])
    honest.verify_directly_issued_by(root)
    computer.key.faults = Faults(forged_attestation=True)
    made = computer.make(b"user-2")
    PackedAttestation().verify(made.att_stmt, made.auth_data, HASH)
    forged = x509.load_der_x509_certificate(made.att_stmt["x5c"][0])
    assert (forged.issuer, forged.subject) == (honest.issuer, honest.subject)
    with pytest.raises(InvalidSignature):
        forged.verify_directly_issued_by(root)


def test_the_attestation_certificate_of_a_key_is_always_the_same() -> None:
    other = replace(CTAP21, serial="SIM-0002")
    assert Attestation(CTAP21).certificate == Attestation(CTAP21).certificate
    assert Attestation(other).certificate != Attestation(CTAP21).certificate


def test_the_first_algorithm_that_the_key_has_is_taken(computer: Computer) -> None:
    params = [{"type": "public-key", "alg": alg} for alg in (-257, EDDSA, ES256)]
    assert public_key(computer.make(key_params=[{"type": "other", "alg": ES256}, *params]))[3] == EDDSA
    assert refusal(lambda: computer.make(key_params=params[:1])) == ERR.UNSUPPORTED_ALGORITHM
    assert refusal(lambda: computer.make(key_params=[])) == ERR.UNSUPPORTED_ALGORITHM
    only_es256 = Computer(seeded_key(replace(CTAP21, algorithms=(ES256,))))
    assert public_key(only_es256.make(key_params=params))[3] == ES256


def test_the_same_user_at_the_same_relying_party_keeps_one_credential(computer: Computer) -> None:
    computer.make()
    second = computer.make()
    computer.make(rp="other.example")
    assert [row.rp_id for row in computer.key.credentials] == [RP, "other.example"]
    assert computer.key.credentials[0].credential_id == credential_id(second)


def test_a_full_key_takes_no_more_but_replaces(computer: Computer) -> None:
    computer = Computer(seeded_key(replace(CTAP21, capacity=2)))
    computer.make(b"1")
    computer.make(b"2")
    assert computer.ctap.get_info().remaining_disc_creds == 0
    assert refusal(lambda: computer.make(b"3")) == ERR.KEY_STORE_FULL
    computer.make(b"2")
    computer.make(b"3", rk=False)
    assert len(computer.key.credentials) == 2


def test_the_fault_full_is_a_full_key(computer: Computer) -> None:
    computer.key.faults = Faults(full=True)
    assert refusal(computer.make) == ERR.KEY_STORE_FULL


def test_an_excluded_credential_is_told_after_a_touch(with_pin: Computer) -> None:
    for rk in (True, False):
        made = with_pin.make(rk=rk)
        excluded: dict[str, Any] = {"exclude_list": [{"type": "public-key", "id": bytes(16)}, descriptor(made)]}
        assert refusal(lambda: with_pin.make(b"user-2", **excluded)) == ERR.CREDENTIAL_EXCLUDED  # noqa: B023
        assert credential_id(with_pin.make(b"user-2", "other.example", **excluded))


def test_a_credential_that_needs_the_pin_is_not_betrayed_without_it() -> None:
    computer = Computer(seeded_key())
    made = computer.make(rk=False, extensions={"credProtect": 3})
    assert computer.make(rk=False, exclude_list=[descriptor(made)])
    assert refusal(lambda: ask(computer, allow_list=[descriptor(made)])) == ERR.NO_CREDENTIALS
    computer.pin.set_pin(PIN)
    assert ask(computer, verified=True, allow_list=[descriptor(made)])
    assert refusal(lambda: computer.make(rk=False, exclude_list=[descriptor(made)])) == ERR.CREDENTIAL_EXCLUDED


@pytest.mark.parametrize(("level", "listed", "unlisted"), [(1, True, True), (2, True, False), (3, False, False)])
def test_cred_protect_is_honoured(computer: Computer, level: int, listed: bool, unlisted: bool) -> None:
    made = computer.make(extensions={"credProtect": level})
    assert made.auth_data.extensions == {"credProtect": level}
    for allow_list, found in ([descriptor(made)], listed), (None, unlisted):
        fields = {1: RP, 2: HASH} | ({3: allow_list} if allow_list else {})
        assert computer.raw(0x02, fields)[0] == (0 if found else ERR.NO_CREDENTIALS)
    computer.pin.set_pin(PIN)
    assert ask(computer, verified=True)


@pytest.mark.parametrize("level", [0, 4, -1])
def test_a_level_of_protection_that_does_not_exist_is_refused(computer: Computer, level: int) -> None:
    assert refusal(lambda: computer.make(extensions={"credProtect": level})) == ERR.INVALID_PARAMETER


def test_unknown_extensions_are_ignored(computer: Computer) -> None:
    assert computer.make(extensions={"unheardOf": 1, "credProtect": 2}).auth_data.extensions == {"credProtect": 2}


def salts(computer: Computer, plain: bytes) -> tuple[dict[int, Any], bytes]:
    agreement, secret = computer.agree()
    encrypted = computer.protocol.encrypt(secret, plain)
    signature = computer.protocol.authenticate(secret, encrypted)
    return {1: agreement, 2: encrypted, 3: signature, 4: computer.protocol.VERSION}, secret


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("rk", [True, False])
def test_hmac_secrets_depend_on_credential_salt_and_verification(with_pin: Computer, count: int, rk: bool) -> None:
    made = with_pin.make(rk=rk, extensions={"hmac-secret": True})
    assert made.auth_data.extensions == {"hmac-secret": True}

    def secrets(salt: bytes, *, verified: bool) -> bytes:
        wish, shared = salts(with_pin, salt * count)
        given = ask(with_pin, verified=verified, allow_list=[descriptor(made)], extensions={"hmac-secret": wish})
        assert given.auth_data.extensions is not None
        return with_pin.protocol.decrypt(shared, given.auth_data.extensions["hmac-secret"])

    first = secrets(b"a" * 32, verified=True)
    assert len(first) == 32 * count
    assert secrets(b"a" * 32, verified=True) == first
    assert len({first, secrets(b"b" * 32, verified=True), secrets(b"a" * 32, verified=False)}) == 3


def test_hmac_secret_refuses_tampering_odd_salts_and_absent_people(computer: Computer) -> None:
    computer.make(extensions={"hmac-secret": True})
    wish, _ = salts(computer, b"a" * 32)
    tampered = wish | {3: hmac.digest(b"", b"", "sha256")}
    odd, _ = salts(computer, b"a" * 48)
    for given, options, code in (
        (tampered, {}, ERR.PIN_AUTH_INVALID),
        (odd, {}, ERR.INVALID_PARAMETER),
        (wish, {"up": False}, ERR.UNSUPPORTED_OPTION),
        (wish | {4: 9}, {}, ERR.INVALID_PARAMETER),
    ):
        assert computer.raw(0x02, {1: RP, 2: HASH, 4: {"hmac-secret": given}, 5: options})[0] == code


def test_a_credential_without_hmac_secret_gives_none(computer: Computer) -> None:
    computer.make()
    wish, _ = salts(computer, b"a" * 32)
    assert ask(computer, extensions={"hmac-secret": wish}).auth_data.extensions is None


def test_min_pin_length_is_told_to_those_it_was_set_for(with_pin: Computer) -> None:
    with_pin.config().set_min_pin_length(6, rp_ids=[RP])
    assert with_pin.make(extensions={"minPinLength": True}).auth_data.extensions == {"minPinLength": 6}
    assert with_pin.make(rp="other.example", extensions={"minPinLength": True}).auth_data.extensions is None


def test_a_silent_probe_finds_without_pin_and_touch(with_pin: Computer) -> None:
    made = [with_pin.make(rk=rk) for rk in (True, False)]
    with_pin.key.touch_automatically = False
    for each in made:
        probe = ask(with_pin, allow_list=[descriptor(each)], options={"up": False})
        assert probe.auth_data.flags & (UP | UV) == 0
    assert with_pin.raw(0x02, {1: RP, 2: HASH, 3: [{"id": bytes(9), "type": "public-key"}], 5: {"up": False}})[0] == (
        ERR.NO_CREDENTIALS
    )
    assert with_pin.raw(0x02, {1: "other.example", 2: HASH, 3: [descriptor(made[0])], 5: {"up": False}})[0] == (
        ERR.NO_CREDENTIALS
    )


def test_discovery_gives_the_newest_first_and_names_only_after_the_pin(with_pin: Computer) -> None:
    for user in (b"1", b"2", b"3"):
        with_pin.make(user)
    verified = with_pin.ctap.get_assertions(RP, HASH, **with_pin.authentication(token_for_assertion(with_pin)))
    assert [each.user and each.user["id"] for each in verified] == [b"3", b"2", b"1"]
    assert verified[0].number_of_credentials == 3
    assert all(each.user and "displayName" in each.user for each in verified)
    anonymous = with_pin.ctap.get_assertions(RP, HASH)
    assert [each.user for each in anonymous] == [{"id": b"3"}, {"id": b"2"}, {"id": b"1"}]


def token_for_assertion(computer: Computer) -> bytes:
    return computer.token(PERMISSION.GET_ASSERTION, RP)


def test_next_assertion_ends_with_the_list_with_time_and_with_any_other_command(
    computer: Computer, clock: ManualClock
) -> None:
    for user in (b"1", b"2"):
        computer.make(user)
    ask(computer)
    computer.ctap.get_next_assertion()
    assert refusal(computer.ctap.get_next_assertion) == ERR.NOT_ALLOWED
    ask(computer)
    clock.now += 31
    assert refusal(computer.ctap.get_next_assertion) == ERR.NOT_ALLOWED
    ask(computer)
    computer.ctap.get_info()
    assert refusal(computer.ctap.get_next_assertion) == ERR.NOT_ALLOWED


def test_after_a_touch_a_token_is_spent_and_after_a_silent_assertion_it_is_not(with_pin: Computer) -> None:
    both = PERMISSION.MAKE_CREDENTIAL | PERMISSION.GET_ASSERTION
    arguments = with_pin.authentication(with_pin.token(both, RP))
    made = with_pin.make(**arguments)
    assert refusal(lambda: with_pin.make(**arguments)) == ERR.PIN_AUTH_INVALID
    arguments = with_pin.authentication(with_pin.token(both, RP))
    for _ in range(2):
        silent = with_pin.ctap.get_assertion(RP, HASH, [descriptor(made)], options={"up": False}, **arguments)
        assert silent.auth_data.flags & (UP | UV) == UV
    with_pin.ctap.get_assertion(RP, HASH, **arguments)
    assert refusal(lambda: with_pin.ctap.get_assertion(RP, HASH, **arguments)) == ERR.PIN_AUTH_INVALID


def test_a_token_serves_what_and_whom_it_was_asked_for_only(with_pin: Computer) -> None:
    arguments = with_pin.authentication(with_pin.token(PERMISSION.GET_ASSERTION, RP))
    assert refusal(lambda: with_pin.make(**arguments)) == ERR.PIN_AUTH_INVALID
    arguments = with_pin.authentication(with_pin.token(PERMISSION.MAKE_CREDENTIAL, "other.example"))
    assert refusal(lambda: with_pin.make(**arguments)) == ERR.PIN_AUTH_INVALID
    assert refusal(lambda: with_pin.make(pin_uv_param=bytes(32), pin_uv_protocol=2)) == ERR.PIN_AUTH_INVALID
    assert refusal(lambda: with_pin.make(pin_uv_param=bytes(32), pin_uv_protocol=None)) == ERR.MISSING_PARAMETER
    assert refusal(lambda: with_pin.make(pin_uv_param=bytes(32), pin_uv_protocol=7)) == ERR.INVALID_PARAMETER


def test_a_key_with_a_pin_wants_it_for_discoverable_credentials(with_pin: Computer) -> None:
    without: dict[str, Any] = {"pin_uv_param": None, "pin_uv_protocol": None}
    assert refusal(lambda: with_pin.make(**without)) == ERR.PUAT_REQUIRED
    assert with_pin.make(rk=False, **without).auth_data.flags & UV == 0


def test_some_keys_want_it_for_every_credential() -> None:
    computer = Computer(seeded_key(replace(CTAP21, make_credential_uv_not_required=False)))
    computer.pin.set_pin(PIN)
    without: dict[str, Any] = {"pin_uv_param": None, "pin_uv_protocol": None}
    assert refusal(lambda: computer.make(rk=False, **without)) == ERR.PUAT_REQUIRED


def test_a_pin_parameter_for_a_key_without_pin_is_told_so(computer: Computer) -> None:
    assert refusal(lambda: computer.make(pin_uv_param=bytes(32), pin_uv_protocol=2)) == ERR.PIN_NOT_SET


@pytest.mark.parametrize(
    ("options", "code"),
    [({"up": False}, ERR.INVALID_OPTION), ({"uv": True}, ERR.INVALID_OPTION), ({"rk": 1}, ERR.CBOR_UNEXPECTED_TYPE)],
)
def test_options_that_make_no_sense_are_refused(computer: Computer, options: dict[str, Any], code: int) -> None:
    assert refusal(lambda: computer.make(options=options)) == code


def test_discoverable_credentials_need_a_key_that_keeps_them() -> None:
    computer = Computer(seeded_key(replace(CTAP21, discoverable=False)))
    assert refusal(computer.make) == ERR.UNSUPPORTED_OPTION
    assert computer.make(rk=False)


def test_an_assertion_knows_no_rk(computer: Computer) -> None:
    computer.make()
    assert refusal(lambda: ask(computer, options={"rk": True})) == ERR.UNSUPPORTED_OPTION
    assert refusal(lambda: ask(computer, options={"uv": True})) == ERR.INVALID_OPTION


def test_an_empty_pin_parameter_asks_for_a_touch_and_tells_of_the_pin(computer: Computer) -> None:
    assert refusal(lambda: computer.make(pin_uv_param=b"")) == ERR.PIN_NOT_SET
    computer.pin.set_pin(PIN)
    assert refusal(lambda: ask(computer, pin_uv_param=b"")) == ERR.PIN_INVALID


def test_always_uv_wants_the_pin_for_everything_but_silence(with_pin: Computer) -> None:
    with_pin.make()
    with_pin.config().toggle_always_uv()
    assert with_pin.ctap.get_info().options["makeCredUvNotRqd"] is False
    without: dict[str, Any] = {"pin_uv_param": None, "pin_uv_protocol": None}
    assert refusal(lambda: with_pin.make(rk=False, **without)) == ERR.PUAT_REQUIRED
    assert refusal(lambda: ask(with_pin)) == ERR.PUAT_REQUIRED
    assert ask(with_pin, options={"up": False})
    assert ask(with_pin, verified=True)


def test_enterprise_attestation_names_the_key_once_it_is_enabled(with_pin: Computer) -> None:
    assert refusal(lambda: with_pin.make(enterprise_attestation=1)) == ERR.INVALID_PARAMETER
    with_pin.config().enable_enterprise_attestation()
    made = with_pin.make(enterprise_attestation=2)
    assert made.ep_att is True
    certificate = x509.load_der_x509_certificate(made.att_stmt["x5c"][0])
    assert CTAP21.serial in certificate.subject.rfc4514_string()
    assert refusal(lambda: with_pin.make(enterprise_attestation=3)) == ERR.INVALID_OPTION
    assert with_pin.make().ep_att is None


def test_hashes_and_handles_have_their_lengths(computer: Computer) -> None:
    assert refusal(lambda: computer.make(client_data_hash=bytes(31))) == ERR.INVALID_LENGTH
    assert refusal(lambda: computer.make(bytes(65))) == ERR.INVALID_LENGTH
    assert refusal(lambda: computer.ctap.get_assertion(RP, bytes(33))) == ERR.INVALID_LENGTH


def test_lists_hold_descriptors_and_parameters_of_kinds_that_it_knows_or_skips(computer: Computer) -> None:
    made = computer.make()
    strange = {"type": "strange", "id": credential_id(made)}
    assert computer.make(b"user-2", exclude_list=[strange])
    assert refusal(lambda: computer.make(exclude_list=[strange, descriptor(made)])) == ERR.CREDENTIAL_EXCLUDED
    assert refusal(lambda: computer.make(exclude_list=[7])) == ERR.CBOR_UNEXPECTED_TYPE
    assert refusal(lambda: computer.make(exclude_list=[{"type": "public-key"}])) == ERR.MISSING_PARAMETER
    assert refusal(lambda: computer.make(key_params=[-7])) == ERR.CBOR_UNEXPECTED_TYPE


def test_a_key_without_pin_makes_and_asserts_unverified() -> None:
    computer = Computer(seeded_key(WITHOUT_PIN))
    made = computer.make()
    assert ask(computer, allow_list=[descriptor(made)]).auth_data.flags & (UP | UV) == UP


def test_a_ctap20_key_wants_its_pin_for_every_credential() -> None:
    key: SimulatedKey = seeded_key(CTAP20)
    computer = Computer(key)
    assert computer.ctap.info.options == {"rk": True, "up": True, "plat": False, "clientPin": False}
    assert computer.ctap.info.algorithms == []
    assert computer.make(extensions={"credProtect": 3}).auth_data.extensions is None
