"""Whose keys a service believes that was put together from its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hardware.simulated.attestation import simulated_root_der
from kiosk.commands.embedded import embedded_service
from kiosk.resources import resource
from kiosk.service.assembly import Service
from kiosk.service.attestation.anchors import TrustAnchors, load_anchors
from tests.kiosk.service.running import assembled, settings_for

SIMULATED = TrustAnchors.from_der([simulated_root_der()]).certificates
SHIPPED = load_anchors(resource("attestation/roots")).certificates


def believed(service: Service) -> set[x509.Certificate]:
    """The anchors that keys are judged by."""
    return set(service.parts.trust.anchors.certificates)


def put_together(folder: Path, **settings: Any) -> set[x509.Certificate]:
    with assembled(folder, settings_for(folder, **settings), anchors=TrustAnchors()) as running:
        return believed(running.service)


def test_without_a_setting_the_makers_that_come_with_the_program_are_believed(tmp_path: Path) -> None:
    assert SHIPPED
    assert put_together(tmp_path) == set(SHIPPED)


def test_a_folder_of_roots_takes_the_place_of_those(tmp_path: Path) -> None:
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots" / "own.pem").write_bytes(
        x509.load_der_x509_certificate(simulated_root_der()).public_bytes(Encoding.PEM)
    )
    assert put_together(tmp_path, attestation={"roots": tmp_path / "roots"}) == set(SIMULATED)


def test_the_embedded_service_believes_the_simulated_key_as_well(tmp_path: Path) -> None:
    with embedded_service(tmp_path) as embedded:
        assert believed(embedded.service) == {*SHIPPED, *SIMULATED}
