"""A metadata BLOB is read only when the right authority signed it, and its certificates hold."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.errors import ConfigurationError
from kiosk.service.attestation import blob as blobs
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.attestation.blob import LARGEST, ROOT, Authority, BlobFault, BlobRejected, authority, payload_of
from tests.kiosk.service.attestation.blobs import HOST, Publisher, b64, compact, for_host, payload, raw_signature
from tests.kiosk.service.attestation.maker import NO_CA, NOW, Signer, ca, certify, name, new_key

CONTENTS = payload()


@pytest.fixture(scope="module")
def publisher() -> Publisher:
    return Publisher()


def fault(blob: bytes, by: Authority, now: Any = NOW) -> BlobFault:
    with pytest.raises(BlobRejected) as caught:
        payload_of(blob, by, now)
    assert caught.value.__cause__ is None
    return caught.value.fault


def header_with(publisher: Publisher, *chain: Signer, **more: Any) -> dict[str, Any]:
    return publisher.header | {"x5c": [base64.b64encode(each.der).decode() for each in chain]} | more


def test_a_blob_of_the_authority_is_opened(publisher: Publisher) -> None:
    assert payload_of(publisher.blob(CONTENTS), publisher.authority, NOW) == CONTENTS
    assert payload_of(publisher.blob(CONTENTS) + b"\n", publisher.authority, NOW) == CONTENTS


def rsa_leaf(issuer: Signer, key: rsa.RSAPrivateKey) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(name("MDS"))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(*for_host(HOST))
        .sign(issuer.key, hashes.SHA256())
    )


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
def test_rsa_signatures_are_understood(publisher: Publisher, rsa_key: rsa.RSAPrivateKey, algorithm: str) -> None:
    digest = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[algorithm[2:]]
    fill = padding.PSS(padding.MGF1(digest), digest.digest_size) if algorithm[0] == "P" else padding.PKCS1v15()
    leaf = rsa_leaf(publisher.between, rsa_key).public_bytes(Encoding.DER)
    chain = [base64.b64encode(each).decode() for each in (leaf, publisher.between.der)]
    made = compact({"alg": algorithm, "x5c": chain}, CONTENTS, lambda told: rsa_key.sign(told, fill, digest))
    assert payload_of(made, publisher.authority, NOW) == CONTENTS
    assert fault(made[:-8] + b"AAAAAAAA", publisher.authority) is BlobFault.BAD_SIGNATURE


def test_a_short_rsa_key_is_not_believed(publisher: Publisher) -> None:
    key = rsa.generate_private_key(65537, 1024)
    leaf = rsa_leaf(publisher.between, key).public_bytes(Encoding.DER)
    chain = [base64.b64encode(each).decode() for each in (leaf, publisher.between.der)]
    sign = {"alg": "RS256", "x5c": chain}
    made = compact(sign, CONTENTS, lambda told: key.sign(told, padding.PKCS1v15(), hashes.SHA256()))
    assert fault(made, publisher.authority) is BlobFault.ALGORITHM


def test_contents_that_were_changed_are_refused(publisher: Publisher) -> None:
    header, _, signature = publisher.blob(CONTENTS).split(b".")
    changed = b".".join((header, b64(payload(number=8)), signature))
    assert fault(changed, publisher.authority) is BlobFault.BAD_SIGNATURE


@pytest.mark.parametrize("algorithm", ["none", "NONE", "", "HS256", "EdDSA", "ES256K", None, 5, ["ES256"]])
def test_an_algorithm_that_needs_no_private_key_is_refused(publisher: Publisher, algorithm: Any) -> None:
    assert fault(publisher.blob(CONTENTS, alg=algorithm), publisher.authority) is BlobFault.ALGORITHM
    unsigned = compact(publisher.header | {"alg": algorithm}, CONTENTS, lambda _: b"")
    assert fault(unsigned, publisher.authority) is BlobFault.ALGORITHM


def test_a_public_key_is_no_secret_of_an_hmac(publisher: Publisher) -> None:
    """The oldest confusion of algorithms: HS256 keyed with what everybody knows."""
    known = publisher.leaf.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = publisher.header | {"alg": "HS256"}
    forged = compact(header, CONTENTS, lambda told: hmac.new(known, told, hashlib.sha256).digest())
    assert fault(forged, publisher.authority) is BlobFault.ALGORITHM


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES384", "ES512"])
def test_an_algorithm_of_another_kind_of_key_is_refused(publisher: Publisher, algorithm: str) -> None:
    assert fault(publisher.blob(CONTENTS, alg=algorithm), publisher.authority) is BlobFault.ALGORITHM


def test_a_der_signature_is_not_what_jws_wants(publisher: Publisher) -> None:
    made = compact(publisher.header, CONTENTS, publisher.leaf.sign)
    assert fault(made, publisher.authority) is BlobFault.BAD_SIGNATURE


def test_another_root_of_the_same_name_is_refused(publisher: Publisher) -> None:
    assert fault(Publisher().blob(CONTENTS), publisher.authority) is BlobFault.UNTRUSTED


def test_the_fido_alliance_is_not_everybody(publisher: Publisher) -> None:
    assert fault(publisher.blob(CONTENTS), authority()) is BlobFault.UNTRUSTED


def test_a_chain_whose_middle_is_missing_is_refused(publisher: Publisher) -> None:
    made = publisher.blob(CONTENTS, x5c=publisher.header["x5c"][:1])
    assert fault(made, publisher.authority) is BlobFault.UNTRUSTED


def test_a_leaf_that_issues_a_leaf_is_refused(publisher: Publisher) -> None:
    below = certify(publisher.leaf, name("MDS"), NO_CA, for_host(HOST))
    header = header_with(publisher, below, publisher.leaf, publisher.between)
    made = compact(header, CONTENTS, lambda told: raw_signature(below.key, told))
    assert fault(made, publisher.authority) is BlobFault.UNTRUSTED


def test_an_issuer_beyond_the_length_of_the_path_is_refused(publisher: Publisher) -> None:
    lower = certify(publisher.between, name("Lower", "Issuers"), ca())
    leaf = certify(lower, name("MDS"), NO_CA, for_host(HOST))
    header = header_with(publisher, leaf, lower, publisher.between)
    made = compact(header, CONTENTS, lambda told: raw_signature(leaf.key, told))
    assert fault(made, publisher.authority) is BlobFault.UNTRUSTED


def test_a_certificate_that_has_ended_signs_nothing_new(publisher: Publisher) -> None:
    old = Publisher(root=publisher.root, until=NOW - timedelta(seconds=1))
    assert fault(old.blob(CONTENTS), publisher.authority) is BlobFault.EXPIRED
    assert fault(publisher.blob(CONTENTS), publisher.authority, NOW - timedelta(days=400)) is BlobFault.EXPIRED


def test_what_was_accepted_once_is_read_again_when_its_certificate_has_ended(publisher: Publisher) -> None:
    old = Publisher(root=publisher.root, until=NOW - timedelta(seconds=1))
    assert payload_of(old.blob(CONTENTS), publisher.authority, None) == CONTENTS
    assert fault(Publisher().blob(CONTENTS), publisher.authority, None) is BlobFault.UNTRUSTED


@pytest.mark.parametrize(
    "hosts",
    [("mds.example.com",), ("example.org",), ("a.mds.example.org",), ("*.org",), (f"{HOST}.evil.example",)],
)
def test_a_certificate_for_somebody_else_is_refused(publisher: Publisher, hosts: tuple[str, ...]) -> None:
    other = Publisher(root=publisher.root, hosts=hosts)
    assert fault(other.blob(CONTENTS), publisher.authority) is BlobFault.WRONG_HOST


@pytest.mark.parametrize("hosts", [("www.example.org", HOST), ("*.example.org",), (HOST.upper(),)])
def test_a_certificate_for_several_names_will_do(publisher: Publisher, hosts: tuple[str, ...]) -> None:
    other = Publisher(root=publisher.root, hosts=hosts)
    assert payload_of(other.blob(CONTENTS), publisher.authority, NOW) == CONTENTS


def test_a_certificate_without_names_is_refused(publisher: Publisher) -> None:
    nameless = certify(publisher.between, name(HOST), NO_CA)
    header = header_with(publisher, nameless, publisher.between)
    made = compact(header, CONTENTS, lambda told: raw_signature(nameless.key, told))
    assert fault(made, publisher.authority) is BlobFault.WRONG_HOST


@pytest.mark.parametrize("chain", [None, [], "x", [1], ["!"], ["AAAA"], [None], {}, ["AAAA"] * 7])
def test_without_a_chain_nothing_is_read(publisher: Publisher, chain: Any) -> None:
    assert fault(publisher.blob(CONTENTS, x5c=chain), publisher.authority) is BlobFault.NO_CHAIN


def test_a_header_that_is_critical_is_refused(publisher: Publisher) -> None:
    assert fault(publisher.blob(CONTENTS, crit=["b64"], b64=False), publisher.authority) is BlobFault.MALFORMED


def test_what_has_no_end_is_not_read(publisher: Publisher) -> None:
    assert fault(bytes(LARGEST + 1), publisher.authority) is BlobFault.TOO_LARGE
    padded = publisher.blob(CONTENTS).replace(b".", b"=.", 1)
    assert fault(padded, publisher.authority) is BlobFault.MALFORMED
    assert fault(b64(b"[]") + b".AAAA.AAAA", publisher.authority) is BlobFault.MALFORMED
    deep = b64(b"[" * 40_000) + b".AAAA.AAAA"
    assert fault(deep, publisher.authority) is BlobFault.MALFORMED
    long = b64(json.dumps({"alg": "ES256", "x": "x" * 70_000}).encode()) + b".AAAA.AAAA"
    assert fault(long, publisher.authority) is BlobFault.MALFORMED


@settings(suppress_health_check=[HealthCheck.differing_executors])
@given(place=st.integers(0, 1 << 16))
def test_a_blob_that_was_cut_is_refused(publisher: Publisher, place: int) -> None:
    whole = publisher.blob(CONTENTS)
    with pytest.raises(BlobRejected):
        payload_of(whole[: place % len(whole)], publisher.authority, NOW)


@settings(suppress_health_check=[HealthCheck.differing_executors])
@given(rubbish=st.binary(max_size=300) | st.from_regex(rb"[A-Za-z0-9_-]{0,40}(\.[A-Za-z0-9_-]{0,40}){0,4}"))
def test_arbitrary_bytes_are_refused_and_nothing_else_happens(publisher: Publisher, rubbish: bytes) -> None:
    with pytest.raises(BlobRejected):
        payload_of(rubbish, publisher.authority, NOW)


def test_the_shipped_root_is_the_pinned_one() -> None:
    (root,) = authority().roots.certificates
    assert root.fingerprint(hashes.SHA256()).hex() == ROOT
    assert root.subject.rfc4514_string() == "CN=GlobalSign,O=GlobalSign,OU=GlobalSign Root CA - R3"


def test_a_shipped_root_that_was_exchanged_is_noticed(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "root.pem"
    file.write_bytes(publisher.root.certificate.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setattr(blobs, "resource", lambda _: file)
    with pytest.raises(ConfigurationError, match="pinned"):
        authority()


def test_a_private_service_has_a_root_and_a_name_of_its_own(publisher: Publisher, tmp_path: Path) -> None:
    file = tmp_path / "root.pem"
    file.write_bytes(publisher.root.certificate.public_bytes(serialization.Encoding.PEM))
    own = authority(file, (HOST,))
    assert payload_of(publisher.blob(CONTENTS), own, NOW) == CONTENTS
    assert own.mark != authority().mark
    file.write_text("no certificate")
    with pytest.raises(ConfigurationError, match=r"attestation\.metadata\.root"):
        authority(file)
    with pytest.raises(ConfigurationError, match=r"attestation\.metadata\.root"):
        authority(tmp_path / "nowhere.pem")


def test_a_certificate_signed_over_a_short_hash_is_refused(publisher: Publisher) -> None:
    """As over SHA-1, which the library does not sign with any more: collisions are cheap."""
    made = (
        x509.CertificateBuilder()
        .subject_name(name("MDS"))
        .issuer_name(publisher.between.certificate.subject)
        .public_key(publisher.leaf.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(*for_host(HOST))
        .sign(publisher.between.key, hashes.SHA224())
    )
    publisher.authority.roots.find([made, publisher.between.certificate], NOW)
    chain = [base64.b64encode(each).decode() for each in (made.public_bytes(Encoding.DER), publisher.between.der)]
    assert fault(publisher.blob(CONTENTS, x5c=chain), publisher.authority) is BlobFault.UNTRUSTED


def test_a_curve_that_the_algorithm_does_not_name_is_refused(publisher: Publisher) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    leaf = certify(publisher.between, name("MDS"), NO_CA, for_host(HOST), key=key)
    made = compact(header_with(publisher, leaf, publisher.between), CONTENTS, lambda _: b"\1" * 64)
    assert fault(made, publisher.authority) is BlobFault.ALGORITHM


def test_a_stranger_among_the_certificates_is_refused(publisher: Publisher) -> None:
    stranger = certify(None, name("Stranger"), ca(), key=new_key())
    header = header_with(publisher, publisher.leaf, stranger, publisher.between)
    assert fault(compact(header, CONTENTS, publisher.sign), publisher.authority) is BlobFault.UNTRUSTED


def test_without_a_root_nobody_is_believed(publisher: Publisher) -> None:
    assert fault(publisher.blob(CONTENTS), Authority(TrustAnchors(), (HOST,))) is BlobFault.UNTRUSTED
