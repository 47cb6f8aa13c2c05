"""A whole service with metadata: fetched by its lane, told at pre-flight, and obeyed at registration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kiosk.service.tls import Identity, server_context
from tests.kiosk.service.attestation.blobs import HOST, Publisher, entry
from tests.kiosk.service.attestation.maker import AAGUID
from tests.kiosk.service.attestation.test_anchors import pem
from tests.kiosk.service.attestation.test_pictures import SMALL
from tests.kiosk.service.faces import Web, serving
from tests.kiosk.service.running import Running, Station, served, settings_for
from tests.kiosk.service.soft_key import Json

L1 = {"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2020-01-01"}
REVOKED = {"status": "REVOKED", "effectiveDate": "2026-05-30"}


@dataclass
class Site:
    """A service, its station, and the metadata service that it asks."""

    running: Running
    station: Station
    web: Web
    publisher: Publisher

    def publish(self, *reports: Json, **more: Any) -> None:
        """New metadata, which the service fetches when it looks next."""
        blob = self.publisher.publish(entry(AAGUID, reports=reports, icon=SMALL), **more)
        self.web.answer = lambda _: (200, {}, blob)

    def check(self, enrollment: str, expect: int, **told: Any) -> Json:
        body = {"key": self.running.key.report(**told)}
        return self.station.post(f"/enrollments/{enrollment}/key", body, expect)


@pytest.fixture
def site(tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Site]:
    publisher = Publisher()
    root = tmp_path / "root.pem"
    root.write_bytes(pem(publisher.root))
    with serving(server_context(tls[1])) as web:
        asked = {"url": web.url, "certificate_authority": str(tls[0].certificate), "root": str(root), "hosts": [HOST]}
        settings = settings_for(
            tmp_path,
            server={"data_directory": tmp_path},
            attestation={"metadata": asked | {"required": True, "min_level": "L1"}},
        )
        with served(tmp_path, settings, tls) as running:
            station = running.station()
            yield Site(running, station, web, publisher)
            station.session.close()


def test_a_key_is_told_by_name_and_picture_once_the_metadata_are_there(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    enrollment = site.running.verified(site.station)
    refused = site.check(enrollment, 409)
    assert (refused["code"], refused["reasons"]) == ("key_not_allowed", ["metadata_missing", "not_certified"])
    site.publish(L1)
    site.running.service.worker.run_due()
    caplog.clear()  # nobody carries mail here
    assert site.check(enrollment, 200, firmware=5) == {"model": "Test Key 5", "picture": SMALL, "doubts": []}
    other = site.check(enrollment, 409, aaguid="00000000-0000-0000-0000-000000000007")
    assert other["reasons"] == ["not_in_metadata", "not_certified"]


def test_a_model_that_is_revoked_between_the_look_and_the_touch_is_refused(site: Site) -> None:
    site.publish(L1, next_update="2026-06-01")
    site.running.service.worker.run_due()
    enrollment = site.running.verified(site.station)
    begun = site.running.begun(site.station, enrollment)
    metadata = site.running.parts.trust.metadata
    assert metadata is not None
    metadata.take(site.publisher.publish(entry(reports=[L1, REVOKED]), number=8), site.running.clock.now())
    credential = site.running.key.register(begun["public_key"], begun["origin"])
    path = f"/enrollments/{enrollment}/ceremony/{begun['ceremony_id']}/complete"
    refused = site.station.post(path, {"credential": credential}, 422)
    assert (refused["code"], refused["reasons"]) == ("attestation_rejected", ["model_revoked"])
    assert site.check(enrollment, 409)["reasons"] == ["model_revoked", "not_certified"]


def test_old_metadata_are_a_doubt_for_staff(site: Site) -> None:
    site.publish(L1, next_update="2026-05-30")
    site.running.service.worker.run_due()
    enrollment = site.running.verified(site.station)
    assert site.check(enrollment, 200)["doubts"] == ["metadata_old"]
