"""Whose keys a service believes that was put together from its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hardware.simulated.attestation import simulated_root_der
from kiosk.commands.embedded import embedded_service
from kiosk.errors import ConfigurationError
from kiosk.resources import resource
from kiosk.service.assembly import Service
from kiosk.service.attestation.anchors import TrustAnchors, load_anchors
from kiosk.service.directories.chain import Directories
from kiosk.service.outbound import Outbound
from kiosk.service.store.engine import Store
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


def test_what_was_opened_is_closed_where_the_rest_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []

    def told(kind: type[Store | Outbound | Directories]) -> None:
        close = kind.close

        def close_and_tell(this: Any) -> None:
            closed.append(kind.__name__)
            close(this)

        monkeypatch.setattr(kind, "close", close_and_tell)

    for kind in (Store, Outbound, Directories):
        told(kind)
    settings = settings_for(
        tmp_path, mail={"host": "localhost", "sender": "a@b.example", "certificate_authority": "/no"}
    )
    with pytest.raises(ConfigurationError, match="mail"), assembled(tmp_path, settings):
        pass
    assert closed == ["Outbound", "Store"]


def test_what_does_not_close_keeps_nothing_else_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []

    def stuck(_: Directories) -> None:
        raise OSError("it hangs")

    monkeypatch.setattr(Directories, "close", stuck)
    monkeypatch.setattr(Outbound, "close", lambda _: closed.append("outbound"))
    close = Store.close

    def close_and_tell(store: Store) -> None:
        closed.append("store")
        close(store)

    monkeypatch.setattr(Store, "close", close_and_tell)
    with pytest.raises(OSError, match="it hangs"), assembled(tmp_path, settings_for(tmp_path)):
        pass
    assert closed == ["outbound", "store"]
