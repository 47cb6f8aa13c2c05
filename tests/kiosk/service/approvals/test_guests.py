"""A guest who registers: once the address is proved, staff must have said yes; the code is good until they have."""

from __future__ import annotations

from pathlib import Path

from kiosk.service.tls import Identity
from tests.kiosk.service.accounts.checker import ACCOUNTS
from tests.kiosk.service.enrollments.lobby import Lobby, member, visitor
from tests.kiosk.service.running import served
from tests.kiosk.service.staff.crew import Crew, staffed


def test_a_guest_waits_for_staff_with_the_same_code_and_a_member_does_not(
    tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]
) -> None:
    settings = staffed(tmp_path, database=backend, accounts={**ACCOUNTS, "screening": []})
    with served(tmp_path, settings, tls) as running:
        crew, station = Crew(running), running.station()
        ada, lobby = crew.joined("ada"), Lobby(running, station, None)  # type: ignore[arg-type]  # nobody is screened
        visit = lobby.coded(visitor())
        code = running.random.codes[-1]
        refused = lobby.verify(visit, 409, code)
        assert (refused["code"], refused["reasons"]) == ("approval_required", ["guest"])
        assert lobby.verify(visit, 400, "000000" if code != "000000" else "111111")["code"] == "code_invalid"
        asked = station.post(f"/enrollments/{visit}/approvals", {"action": "guest"}, 201)
        assert crew.says(ada, asked["approval_id"]).state == "approved"
        assert lobby.verify(visit, 403, code)["code"] == "held_for_review", "the account is there, and not screened yet"
        assert [each.event for each in crew.events("approval_used")] == ["approval_used"]
        assert lobby.verified(member())
        station.session.close()
