"""Every fault of every call of every vendor, in visits that register at several of them: nothing is left over anywhere,
and every outcome is told truly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.contract.enrollments import PartyResult
from tests.faces.entra import EntraFace
from tests.faces.faults import Fault
from tests.faces.okta import OktaFace
from tests.kiosk.service.several.world import FaceSide, World, both_sides_agree, vendors

ELSEWHERE = frozenset(("search", "read"))
"""Calls of directories: what they do when they fail is asked of them in their own contract suite."""
CASES = [
    (party, call)
    for party, calls in (("entra", EntraFace.CALLS), ("okta", OktaFace.CALLS))
    for call in calls
    if call not in ELSEWHERE and (party, call) != ("okta", "token")  # an API token is not fetched
]
Count = Callable[[str, object], None]


def test_without_a_fault_every_party_takes_the_key(tmp_path: Path) -> None:
    with vendors(tmp_path) as world:
        visit = world.visit()
        assert set(visit.run().values()) == {PartyResult.REGISTERED}
        visit.settle()
        both_sides_agree(world, visit)


@pytest.mark.parametrize(("party", "call"), CASES)
def test_whatever_fails_at_one_party_nothing_is_left_over_and_nothing_is_told_that_is_not_so(
    tmp_path: Path, party: str, call: str, caplog: pytest.LogCaptureFixture, record_property: Count
) -> None:
    with vendors(tmp_path) as world:
        for fault in Fault:
            met = with_one_fault(world, party, call, fault)
            assert with_one_fault(world, party, call, fault, changes_mind=True) or met, f"nobody met {fault.name}"
    record_property("several", (party, call, 2 * len(Fault)))
    caplog.clear()


def with_one_fault(world: World, party: str, call: str, fault: Fault, *, changes_mind: bool = False) -> bool:
    """One visit; whether it met the fault. Only that party may be without the key in the end."""
    visit, side = world.visit(), world.side(party)
    assert isinstance(side, FaceSide)
    side.face.faults.add(call, fault)
    told = visit.run(changes_mind_at=party if changes_mind else "")
    visit.settle()
    both_sides_agree(world, visit, about=f"{fault.name} at {call}")
    others = {result for other, result in told.items() if other != party}
    assert others == {PartyResult.REGISTERED}, f"{fault.name} at {call} of {party} spoils the others"
    return not side.face.faults.waiting
