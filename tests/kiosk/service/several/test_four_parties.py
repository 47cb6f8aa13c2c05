"""One visit that registers at four parties: our own, Entra, Okta, and a real privacyIDEA."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.contract.enrollments import PartyResult
from tests.faces.faults import Fault
from tests.kiosk.service.running import StandingClock
from tests.kiosk.service.several.privacyidea_side import PrivacyIdeaSide
from tests.kiosk.service.several.world import World, both_sides_agree, vendors, world
from tests.kiosk.service.soft_key import SoftKey
from tests.privacyidea.proxy import PrivacyIdeaProxy
from tests.privacyidea.server import NADA, shared

pytestmark = [pytest.mark.privacyidea, pytest.mark.timeout(300)]

PATIENCE = 2.5
"""Seconds: a real server takes its time, and one that says nothing is waited for in each visit."""
Count = Callable[[str, object], None]


def test_one_visit_registers_at_all_four_and_logs_in_at_the_real_one(tmp_path: Path) -> None:
    server = shared()
    side = PrivacyIdeaSide(server, server.url, str(server.authority))
    with vendors(tmp_path, side, patience=20) as everywhere:
        visit = everywhere.visit()
        assert dict(visit.run()) == dict.fromkeys(("staff", "entra", "okta", "privacyidea"), PartyResult.REGISTERED)
        visit.settle()
        both_sides_agree(everywhere, visit)
    (token,) = server.tokens(NADA)
    logins = server.call("GET", f"/audit/?action=*validate/check*&serial={token['serial']}", token=server.admin)
    assert [each["authentication"] for each in logins["result"]["value"]["auditdata"]][-1:] == ["ACCEPT"]


@pytest.mark.parametrize("call", PrivacyIdeaProxy.CALLS)
def test_whatever_fails_at_the_real_one_nothing_is_left_over_and_nothing_is_told_that_is_not_so(
    tmp_path: Path, call: str, caplog: pytest.LogCaptureFixture, record_property: Count
) -> None:
    server, clock, key = shared(), StandingClock(), SoftKey()
    with PrivacyIdeaProxy(tmp_path, server, clock) as proxy:
        side = PrivacyIdeaSide(server, proxy.url, str(proxy.authority))
        with world(tmp_path, (side,), clock, key, patience=PATIENCE) as only:
            for fault in Fault:
                met = with_one_fault(only, proxy, call, fault)
                assert with_one_fault(only, proxy, call, fault, changes_mind=True) or met, f"nobody met {fault.name}"
    record_property("several", ("privacyidea", call, 2 * len(Fault)))
    caplog.clear()


def with_one_fault(
    only: World, proxy: PrivacyIdeaProxy, call: str, fault: Fault, *, changes_mind: bool = False
) -> bool:
    """One visit; whether it met the fault."""
    visit = only.visit()
    proxy.faults.clear()
    proxy.faults.add(call, fault)
    visit.run(changes_mind_at="privacyidea" if changes_mind else "")
    visit.settle()
    both_sides_agree(only, visit, about=f"{fault.name} at {call}")
    return not proxy.faults.waiting
