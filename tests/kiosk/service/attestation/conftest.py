"""The maker of keys that the tests trust."""

from __future__ import annotations

import pytest

from tests.kiosk.service.attestation.maker import AAGUID, NO_CA, Registration, Signer, ca, certify, for_aaguid, name


@pytest.fixture(scope="session")
def root() -> Signer:
    return certify(None, name("Root", "Roots"), ca())


@pytest.fixture(scope="session")
def leaf(root: Signer) -> Signer:
    return certify(root, name("Key"), NO_CA, for_aaguid(AAGUID))


@pytest.fixture
def registration() -> Registration:
    return Registration()
