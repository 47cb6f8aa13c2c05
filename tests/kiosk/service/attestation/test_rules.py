"""Genuine keys are believed; every forgery that the formats allow for is not."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.attestation.rules import AttestationRejected, AttestationType, AttestationVerdict, Reason, judge
from kiosk.service.attestation.settings import AttestationPolicy
from tests.kiosk.service.attestation.maker import (
    AAGUID,
    AIK_OID,
    CLIENT_DATA_HASH,
    NO_CA,
    NOW,
    SERIAL_OID,
    USER_PRESENT,
    USER_VERIFIED,
    Registration,
    Signer,
    ca,
    certify,
    for_aaguid,
    name,
    new_key,
)

STRICT = AttestationPolicy()
LENIENT = AttestationPolicy(require_trusted=False)
ANY_MODEL = UUID(int=0)
U2F_FLAGS = 0x41
CRITICAL_NONSENSE = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True


def verdict(
    attestation_object: bytes, *roots: Signer, policy: AttestationPolicy = STRICT, hash_: bytes = CLIENT_DATA_HASH
) -> AttestationVerdict:
    return judge(attestation_object, hash_, policy, TrustAnchors.from_der(root.der for root in roots), NOW)


def reason(
    attestation_object: bytes, *roots: Signer, policy: AttestationPolicy = STRICT, hash_: bytes = CLIENT_DATA_HASH
) -> Reason:
    with pytest.raises(AttestationRejected) as caught:
        verdict(attestation_object, *roots, policy=policy, hash_=hash_)
    assert caught.value.__cause__ is None
    return caught.value.reason


def test_a_genuine_key_is_believed(registration: Registration, leaf: Signer, root: Signer) -> None:
    assert verdict(registration.packed(leaf), root) == AttestationVerdict(
        aaguid=str(AAGUID),
        format="packed",
        type=AttestationType.BASIC,
        trusted_root=root.certificate.subject.rfc4514_string(),
    )


def numbered(root: Signer, der: bytes) -> Signer:
    """An enterprise certificate that names one key."""
    extensions = (NO_CA, for_aaguid(AAGUID), (x509.UnrecognizedExtension(SERIAL_OID, der), False))
    return certify(root, name("One key"), *extensions)


@pytest.mark.parametrize(
    ("der", "serial"),
    [
        (b"\x04\x04\x01\x5f\x33\x07", "015f3307"),
        (b"\x04\x05\x01\x5f\x33\x07", ""),
        (b"\x0c\x04abcd", ""),
        (b"\x04", ""),
        (b"", ""),
    ],
)
def test_a_trusted_certificate_names_the_serial_number_of_its_key(
    registration: Registration, root: Signer, der: bytes, serial: str
) -> None:
    assert verdict(registration.packed(numbered(root, der)), root).serial == serial


def test_a_serial_number_that_nobody_vouches_for_is_not_taken(registration: Registration, root: Signer) -> None:
    leaf = numbered(root, b"\x04\x01\x07")
    assert verdict(registration.packed(leaf), policy=LENIENT).serial == ""


def test_a_serial_number_in_the_subject_will_do(registration: Registration, root: Signer) -> None:
    subject = x509.Name([*name("One key"), x509.NameAttribute(NameOID.SERIAL_NUMBER, "SIM-7")])
    assert verdict(registration.packed(certify(root, subject, NO_CA, for_aaguid(AAGUID))), root).serial == "SIM-7"


def test_a_tampered_signature_is_rejected(registration: Registration, leaf: Signer, root: Signer) -> None:
    forged = registration.packed(leaf, sig=leaf.sign(b"something else"))
    assert reason(forged, root) is Reason.BAD_SIGNATURE
    assert reason(forged, root, policy=LENIENT) is Reason.BAD_SIGNATURE


def test_a_statement_over_other_client_data_is_rejected(registration: Registration, leaf: Signer, root: Signer) -> None:
    assert reason(registration.packed(leaf), root, hash_=b"\0" * 32) is Reason.BAD_SIGNATURE


def test_a_root_that_nobody_trusts_is_rejected(registration: Registration, leaf: Signer) -> None:
    stranger = certify(None, name("Stranger"), ca())
    assert reason(registration.packed(leaf), stranger) is Reason.UNTRUSTED_ROOT
    assert reason(registration.packed(leaf)) is Reason.UNTRUSTED_ROOT


def test_a_root_of_the_same_name_with_another_key_is_rejected(registration: Registration, leaf: Signer) -> None:
    assert reason(registration.packed(leaf), certify(None, name("Root", "Roots"), ca())) is Reason.UNTRUSTED_ROOT


def test_an_aaguid_extension_for_another_model_is_rejected(registration: Registration, root: Signer) -> None:
    other = certify(root, name("Key"), NO_CA, for_aaguid(UUID(int=7)))
    assert reason(registration.packed(other), root) is Reason.AAGUID_MISMATCH
    assert reason(registration.packed(other), root, policy=LENIENT) is Reason.AAGUID_MISMATCH


def test_a_certificate_without_the_aaguid_extension_is_for_all_models(registration: Registration, root: Signer) -> None:
    assert verdict(registration.packed(certify(root, name("Key"), NO_CA)), root).trusted


def test_an_expired_certificate_is_rejected(registration: Registration, root: Signer) -> None:
    expired = certify(root, name("Key"), NO_CA, until=NOW - timedelta(seconds=1))
    assert reason(registration.packed(expired), root) is Reason.CERTIFICATE_NOT_VALID_NOW


def test_an_expired_root_is_rejected(registration: Registration) -> None:
    old = certify(None, name("Root"), ca(), until=NOW - timedelta(seconds=1))
    assert reason(registration.packed(certify(old, name("Key"), NO_CA)), old) is Reason.CERTIFICATE_NOT_VALID_NOW


@pytest.mark.parametrize("send_the_root_too", [False, True])
def test_a_chain_with_an_intermediate_is_believed(
    registration: Registration, root: Signer, send_the_root_too: bool
) -> None:
    middle = certify(root, name("Middle"), ca(path_length=0))
    above = (middle, root) if send_the_root_too else (middle,)
    assert verdict(registration.packed(certify(middle, name("Key"), NO_CA), *above), root).trusted


def test_a_key_whose_own_certificate_is_an_anchor_is_believed(registration: Registration, leaf: Signer) -> None:
    assert verdict(registration.packed(leaf), leaf).trusted


@pytest.mark.parametrize(
    "constraints",
    [
        pytest.param((NO_CA,), id="not a CA"),
        pytest.param((), id="no constraints at all"),
        pytest.param((ca(), (x509.KeyUsage(True, *[False] * 8), True)), id="a CA whose key may not sign certificates"),
        pytest.param((ca(), CRITICAL_NONSENSE), id="a critical extension that nobody knows"),
    ],
)
def test_an_intermediate_that_may_not_issue_is_rejected(
    registration: Registration, root: Signer, constraints: tuple[tuple[x509.ExtensionType, bool], ...]
) -> None:
    middle = certify(root, name("Middle"), *constraints)
    assert reason(registration.packed(certify(middle, name("Key"), NO_CA), middle), root) is Reason.BROKEN_CHAIN


def test_a_path_longer_than_its_root_allows_is_rejected(registration: Registration) -> None:
    short = certify(None, name("Root"), ca(path_length=0))
    middle = certify(short, name("Middle"), ca())
    assert reason(registration.packed(certify(middle, name("Key"), NO_CA), middle), short) is Reason.BROKEN_CHAIN


def test_a_chain_whose_links_do_not_hold_is_rejected(registration: Registration, leaf: Signer) -> None:
    other = certify(None, name("Other"), ca())
    assert reason(registration.packed(leaf, other), other) is Reason.BROKEN_CHAIN


@pytest.mark.parametrize("constraints", [(ca(),), ()], ids=["a CA", "no constraints"])
def test_a_leaf_without_the_constraints_of_a_leaf_is_rejected(
    registration: Registration, root: Signer, constraints: tuple[tuple[x509.ExtensionType, bool], ...]
) -> None:
    assert reason(registration.packed(certify(root, name("Key"), *constraints)), root) is Reason.BAD_STATEMENT


def test_a_leaf_of_another_purpose_is_rejected(registration: Registration, root: Signer) -> None:
    web_server = certify(root, name("Key", unit="Web servers"), NO_CA)
    assert reason(registration.packed(web_server), root) is Reason.BAD_STATEMENT


def test_none_passes_only_where_policy_lets_it(registration: Registration, root: Signer) -> None:
    assert reason(registration.none(), root) is Reason.NOT_ATTESTED
    passed = verdict(registration.none(), root, policy=LENIENT)
    assert (passed.type, passed.trusted) == (AttestationType.NONE, False)


def test_none_with_a_statement_is_rejected_everywhere(registration: Registration, leaf: Signer) -> None:
    assert reason(registration.none(sig=b""), policy=LENIENT) is Reason.BAD_STATEMENT
    assert reason(registration.none(x5c=[leaf.der]), policy=LENIENT) is Reason.BAD_STATEMENT


def test_self_attestation_passes_only_where_policy_lets_it(registration: Registration, root: Signer) -> None:
    assert reason(registration.self_attested(), root) is Reason.NOT_ATTESTED
    passed = verdict(registration.self_attested(), root, policy=LENIENT)
    assert (passed.type, passed.trusted) == (AttestationType.SELF, False)


def test_an_unknown_maker_passes_where_policy_lets_it_but_is_not_trusted(
    registration: Registration, leaf: Signer
) -> None:
    passed = verdict(registration.packed(leaf), policy=LENIENT)
    assert (passed.type, passed.trusted) == (AttestationType.BASIC, False)


def test_a_denied_model_is_rejected(registration: Registration, leaf: Signer, root: Signer) -> None:
    policy = AttestationPolicy(aaguids_denied=frozenset({str(AAGUID).upper()}))
    assert reason(registration.packed(leaf), root, policy=policy) is Reason.MODEL_DENIED


def test_only_allowed_models_pass(registration: Registration, leaf: Signer, root: Signer) -> None:
    ours = AttestationPolicy(aaguids_allowed=frozenset({str(AAGUID)}))
    others = AttestationPolicy(aaguids_allowed=frozenset({str(UUID(int=7))}))
    assert verdict(registration.packed(leaf), root, policy=ours).trusted
    assert reason(registration.packed(leaf), root, policy=others) is Reason.MODEL_NOT_ALLOWED


def test_a_u2f_statement_is_believed(root: Signer) -> None:
    registration = Registration(aaguid=ANY_MODEL, flags=U2F_FLAGS)
    assert verdict(registration.u2f(certify(root, name("Key"), NO_CA)), root).format == "fido-u2f"


@pytest.mark.parametrize(
    "lie",
    [Registration(aaguid=AAGUID, flags=U2F_FLAGS), Registration(aaguid=ANY_MODEL, flags=U2F_FLAGS | USER_VERIFIED)],
    ids=["an AAGUID", "user verification"],
)
def test_a_u2f_statement_may_not_claim_what_its_signature_does_not_cover(lie: Registration, root: Signer) -> None:
    assert reason(lie.u2f(certify(root, name("Key"), NO_CA)), root) is Reason.BAD_STATEMENT


def test_a_u2f_statement_has_one_certificate_which_is_no_ca(root: Signer) -> None:
    registration = Registration(aaguid=ANY_MODEL, flags=U2F_FLAGS)
    leaf, authority = certify(root, name("Key"), NO_CA), certify(root, name("Key"), ca())
    assert reason(registration.u2f(leaf, root), root) is Reason.BAD_STATEMENT
    assert reason(registration.u2f(authority), root) is Reason.BAD_STATEMENT


def aik(root: Signer) -> Signer:
    chip = x509.SubjectAlternativeName([x509.DirectoryName(name("chip"))])
    return certify(root, x509.Name([]), NO_CA, (chip, True), (x509.ExtendedKeyUsage([AIK_OID]), False))


def test_a_tpm_statement_is_believed(registration: Registration, root: Signer) -> None:
    assert verdict(registration.tpm(aik(root)), root).type is AttestationType.ATTESTATION_CA


def test_a_tpm_of_another_version_is_rejected(registration: Registration, root: Signer) -> None:
    assert reason(registration.tpm(aik(root), ver="1.2"), root) is Reason.BAD_STATEMENT


def test_an_apple_statement_is_believed(registration: Registration, root: Signer) -> None:
    assert verdict(registration.apple(root), root).type is AttestationType.ANONYMIZATION_CA


def test_an_apple_certificate_for_another_public_key_is_rejected(registration: Registration, root: Signer) -> None:
    assert reason(registration.apple(root, new_key().public_key()), root) is Reason.BAD_STATEMENT


@pytest.mark.parametrize("format_", ["android-key", "android-safetynet", "compound", "", "PACKED"])
def test_other_formats_are_not_understood(registration: Registration, format_: str) -> None:
    assert reason(registration.object(format_, {}), policy=LENIENT) is Reason.UNSUPPORTED_FORMAT


def test_an_object_without_a_credential_is_malformed(registration: Registration) -> None:
    registration.flags = USER_PRESENT
    assert reason(registration.none(), policy=LENIENT) is Reason.MALFORMED


def test_a_chain_without_end_and_an_object_without_end_are_malformed(registration: Registration, leaf: Signer) -> None:
    assert reason(registration.packed(*[leaf] * 7)) is Reason.MALFORMED
    assert reason(registration.none(filler=b"\0" * 65_536), policy=LENIENT) is Reason.MALFORMED
    assert reason(b"\x81" * 60_000) is Reason.MALFORMED


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_rejected_and_nothing_else_happens(rubbish: bytes) -> None:
    assert reason(rubbish, policy=LENIENT) is Reason.MALFORMED


@pytest.fixture(scope="module", params=["packed", "u2f", "tpm", "apple", "self"])
def genuine(request: pytest.FixtureRequest, root: Signer) -> bytes:
    made = {
        "packed": lambda: Registration().packed(certify(root, name("Key"), NO_CA, for_aaguid(AAGUID))),
        "u2f": lambda: Registration(aaguid=ANY_MODEL, flags=U2F_FLAGS).u2f(certify(root, name("Key"), NO_CA)),
        "tpm": lambda: Registration().tpm(aik(root)),
        "apple": lambda: Registration().apple(root),
        "self": lambda: Registration().self_attested(),
    }
    return made[request.param]()


def reason_or_none(attestation_object: bytes, *roots: Signer) -> Reason | None:
    try:
        verdict(attestation_object, *roots, policy=LENIENT)
    except AttestationRejected as rejected:
        return rejected.reason
    return None


@pytest.mark.filterwarnings("ignore::UserWarning")  # cryptography warns of what a mutated certificate says
@given(
    changes=st.lists(st.tuples(st.integers(0, 4096), st.integers(1, 255)), min_size=1, max_size=3),
    cut=st.none() | st.integers(0, 4096),
)
@settings(suppress_health_check=[HealthCheck.differing_executors])
def test_a_genuine_statement_with_bytes_changed_is_judged_or_rejected(
    genuine: bytes, root: Signer, changes: list[tuple[int, int]], cut: int | None
) -> None:
    mutated = bytearray(genuine)
    for place, flip in changes:
        mutated[place % len(mutated)] ^= flip
    assert reason_or_none(bytes(mutated[:cut]), root) in {None, *Reason}


ATOMS = st.booleans() | st.integers(-(2**63), 2**63) | st.binary(max_size=40) | st.text(max_size=8)
VALUES = st.recursive(ATOMS, lambda inner: st.lists(inner, max_size=3))
STATEMENTS = st.dictionaries(st.sampled_from(["alg", "sig", "x5c", "ver", "certInfo", "pubArea", "ecdaaKeyId"]), VALUES)


@given(format_=st.sampled_from(["packed", "fido-u2f", "tpm", "apple", "none"]), statement=STATEMENTS)
def test_statements_of_the_wrong_shape_are_rejected(format_: str, statement: dict[str, object]) -> None:
    found = reason_or_none(Registration().object(format_, statement))
    assert (found is None) == (format_ == "none" and not statement)
