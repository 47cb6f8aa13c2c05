"""One more key in the same visit: an enrollment that is done goes on with the next, and what was done stays done."""

from __future__ import annotations

from kiosk.contract.enrollments import Phase
from kiosk.contract.keys import NextKeyOpened
from kiosk.contract.staff import ApprovalAction
from kiosk.service.approvals.actions import required
from kiosk.service.audit.actions import Event, record
from kiosk.service.enrollments import rules
from kiosk.service.keys.holding import holding
from kiosk.service.parts import Parts
from kiosk.service.store import enrollments as rows
from kiosk.service.store.accounts import stopped
from kiosk.service.store.ceremonies import CeremonyRow, CeremonyState, ceremonies_of
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.tokens.rules import Caller, live


def next_key(parts: Parts, caller: Caller, enrollment_id: str) -> NextKeyOpened:
    """Open the place of the next key. The same again, before its first ceremony: the same answer.

    Raises NotFound, Expired, WrongPhase (no key is done, or the person has gone), KeysEnough, ApprovalRequired.
    """

    def work(tx: WriteTx) -> NextKeyOpened:
        now, life = parts.clock.now(), parts.settings.life
        row = rules.require_phase(rows.enrollment(tx, enrollment_id, caller.client_id), now, Phase.DONE, Phase.KEY)
        begun = ceremonies_of(tx, row.id, tuple(CeremonyState))
        number = keys_done(begun) + 1
        opened = NextKeyOpened(number, life.least, life.in_a_visit)
        if row.phase is Phase.KEY:
            if row.key_number == 1 or any(each.key_number == row.key_number for each in begun):
                raise rules.WrongPhase
            return opened
        _require_room(tx, parts, row, number)
        rows.move_enrollment(tx, row, phase=Phase.KEY, key_number=row.key_number + 1)
        details: dict[str, str | int | bool] = {"enrollment": row.receipt, "number": number}
        actor = f"client:{caller.client_id}"
        record(tx, parts, Event("next_key_opened", caller.tenant, actor, row.user_id or "", details=details))
        return opened

    return parts.store.write(work)


def keys_done(ceremonies: tuple[CeremonyRow, ...]) -> int:
    """On how many keys of a visit something was proved."""
    return len({each.key_number for each in ceremonies if each.state is CeremonyState.PROVED})


def _require_room(tx: WriteTx, parts: Parts, row: EnrollmentRow, number: int) -> None:
    """Raises Expired, WrongPhase, KeysEnough, ApprovalRequired."""
    life = parts.settings.life
    if not live(row.opened_at, row.expires_at, parts.clock.now()):
        raise rules.Expired
    if number == 1 or row.person is None or stopped(tx, row.user_id or ""):
        raise rules.WrongPhase
    if number > life.in_a_visit:
        raise rules.KeysEnough
    if life.most is not None and len(holding(tx, parts, row).filling) >= life.most:
        raise rules.KeysEnough
    if number > life.least:  # those that policy asks for need nobody's leave
        required(tx, parts, row, ApprovalAction.ANOTHER_KEY)
