"""Doctor says before the first visitor whether staff can say yes to what they must approve."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.commands.checks import Level
from kiosk.commands.checks_staff import check_staff
from tests.kiosk.service.running import settings_for

PLACED = {"url": "https://keys.example.org", "rp_id": "keys.example.org"}


def test_a_service_that_wants_no_approval_needs_no_staff(tmp_path: Path) -> None:
    assert check_staff(settings_for(tmp_path)).level is Level.OK


@pytest.mark.parametrize(
    ("more", "word"), [({"supervision": {"verify": 1}}, "verify"), ({"key": {"reset": "staff"}}, "reset")]
)
def test_approvals_that_nobody_can_give_are_a_fault(tmp_path: Path, more: dict[str, object], word: str) -> None:
    found = check_staff(settings_for(tmp_path, **more))
    assert (found.level, word in found.seen, "staff.url" in found.remedy) == (Level.FAIL, True, True)


def test_staff_with_an_address_are_told_with_what_they_approve(tmp_path: Path) -> None:
    found = check_staff(settings_for(tmp_path, staff=PLACED, supervision={"verify": 2}))
    assert (found.level, "verify" in found.seen, PLACED["url"] in found.seen) == (Level.OK, True, True)
