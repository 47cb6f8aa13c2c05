"""A service that is killed while it enrolls a guest makes one guest, screens them, and mails one passcode."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.service.accounts import guests_screening
from kiosk.service.accounts.bodies_guests import GuestEnrollment
from kiosk.service.accounts.guests import Program, enroll_guest
from kiosk.service.once import Asked
from kiosk.service.screening.rules import lease
from tests.kiosk.service.accounts.checker import PRIVACY, account_of, screenings_of, settings_with_checkers
from tests.kiosk.service.accounts.desk import letters
from tests.kiosk.service.accounts.doomed_guest import POINTS
from tests.kiosk.service.running import assembled
from tests.kiosk.service.screening.judges import Judge

GUEST = {
    "primaryUserIdentifier": "amina@example.com",
    "email": "amina@example.com",
    "givenName": "Amina",
    "siteId": "main",
    "consents": [PRIVACY],
}


@pytest.mark.databases
@pytest.mark.kill
@pytest.mark.parametrize("point", POINTS)
def test_a_guest_is_made_and_screened_once(tmp_path: Path, backend: dict[str, str], point: str) -> None:
    settings = settings_with_checkers(tmp_path, backend)
    with assembled(tmp_path, settings):
        pass
    told = tmp_path / "told.json"
    told.write_text(json.dumps({"database": backend, "guest": GUEST}))
    command = [sys.executable, "-m", "tests.kiosk.service.accounts.doomed_guest", str(told), point]
    assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL
    with assembled(tmp_path, settings) as restarted:
        judge = Judge("judge")
        parts = replace(restarted.parts, screeners=(judge,))
        body = GuestEnrollment.model_validate(GUEST)
        standing = enroll_guest(parts, Program("program", "default"), body, Asked("program", "4711", "/guests", body))
        if point == POINTS[0]:
            assert (standing.status, standing.screening) == ("PENDING", "DUE")
            assert not guests_screening.ask_next(parts)
            restarted.clock.advance(seconds=lease(parts.screeners).total_seconds())
            assert guests_screening.ask_next(parts)
            assert len(judge.asked) == 1
        else:
            assert judge.asked == []
        assert account_of(restarted, standing.user_id).status == "active"
        assert [each.state for each in screenings_of(restarted, standing.user_id)] == ["passed"]
        assert [each.template for each in letters(restarted)] == ["passcode"]
