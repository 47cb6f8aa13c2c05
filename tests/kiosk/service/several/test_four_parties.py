"""One visit that registers at four parties: our own, Entra, Okta, and a real privacyIDEA."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.contract.enrollments import PartyResult
from tests.kiosk.service.several.privacyidea_side import PrivacyIdeaSide
from tests.kiosk.service.several.world import both_sides_agree, vendors
from tests.privacyidea.server import NADA, shared

pytestmark = pytest.mark.privacyidea


def test_one_visit_registers_at_all_four_and_logs_in_at_the_real_one(tmp_path: Path) -> None:
    server = shared()
    side = PrivacyIdeaSide(server, server.url, str(server.authority))
    with vendors(tmp_path, side, patience=20) as world:
        visit = world.visit()
        assert dict(visit.run()) == dict.fromkeys(("staff", "entra", "okta", "privacyidea"), PartyResult.REGISTERED)
        visit.settle()
        both_sides_agree(world, visit)
    (token,) = server.tokens(NADA)
    logins = server.call("GET", f"/audit/?action=*validate/check*&serial={token['serial']}", token=server.admin)
    assert [each["authentication"] for each in logins["result"]["value"]["auditdata"]][-1:] == ["ACCEPT"]
