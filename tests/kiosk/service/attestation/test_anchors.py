"""Trust anchors are read from files, and a service without the ones it was told of does not start."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from kiosk.errors import ConfigurationError
from kiosk.resources import resource
from kiosk.service.attestation.anchors import TrustAnchors, load_anchors
from tests.kiosk.service.attestation.maker import Signer, ca, certify, name


def pem(signer: Signer) -> bytes:
    return signer.certificate.public_bytes(serialization.Encoding.PEM)


def test_all_certificates_of_all_pem_files_are_anchors(tmp_path: Path, root: Signer) -> None:
    second, third = certify(None, name("Second"), ca()), certify(None, name("Third"), ca())
    (tmp_path / "a.pem").write_bytes(pem(root) + pem(second))
    (tmp_path / "b.pem").write_bytes(pem(third) + pem(root))
    (tmp_path / "README").write_text("no certificate")
    assert load_anchors(tmp_path) == TrustAnchors.from_der([root.der, second.der, third.der])


def test_anchors_of_two_places_are_joined_without_repeats(root: Signer, leaf: Signer) -> None:
    both = TrustAnchors.from_der([root.der]) | TrustAnchors.from_der([leaf.der, root.der])
    assert both.certificates == (root.certificate, leaf.certificate)


@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_file_without_certificates_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.pem").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"attestation\.roots") as caught:
        load_anchors(tmp_path)
    assert "broken.pem" in caught.value.problem


def test_a_missing_folder_is_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"attestation\.roots"):
        load_anchors(tmp_path / "nowhere")


def test_the_shipped_roots_are_those_that_their_guide_lists() -> None:
    folder = resource("attestation/roots")
    listed = re.findall(r"`([0-9a-f]{64})`", (folder / "README.md").read_text())
    shipped = load_anchors(folder).certificates
    assert [each.fingerprint(hashes.SHA256()).hex() for each in shipped] == listed


def test_every_shipped_root_may_issue_certificates() -> None:
    for certificate in load_anchors(resource("attestation/roots")).certificates:
        assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
