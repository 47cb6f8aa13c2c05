"""What a verified person is here for: a first key, another one, or one in place of those that they have lost."""

from __future__ import annotations

from typing import Final

from kiosk.contract.enrollments import Phase
from kiosk.contract.keys import ChooseIntent, Intent, IntentTaken
from kiosk.contract.staff import ApprovalAction
from kiosk.service.approvals.actions import required
from kiosk.service.audit.actions import Event, record
from kiosk.service.directories.rules import BadCriteria
from kiosk.service.enrollments import rules
from kiosk.service.keys.holding import Holding, holding
from kiosk.service.parts import Parts
from kiosk.service.store import enrollments as rows
from kiosk.service.store.ceremonies import CeremonyState, ceremonies_of
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.tokens.rules import Caller
from kiosk.service.verification.rules import NotVerified

_SUPERVISED: Final = {
    Intent.ANOTHER: ApprovalAction.ANOTHER_KEY,
    Intent.REPLACE: ApprovalAction.REPLACE_KEY,
}
"""What staff may have to approve."""


def choose_intent(parts: Parts, caller: Caller, enrollment_id: str, asked: ChooseIntent) -> IntentTaken:
    """Keep what the person is here for. The same again: the same answer; another one only before the first ceremony.

    Raises NotFound, Expired, WrongPhase, BadCriteria, KeysEnough, ApprovalRequired, NotVerified (to replace a key takes
    more than the person's word).
    """

    def work(tx: WriteTx) -> None:
        row = rules.require_phase(rows.enrollment(tx, enrollment_id, caller.client_id), parts.clock.now(), Phase.KEY)
        wanted = {"intent": asked.intent.value, "lost": sorted(asked.lost)}
        if row.intent == wanted:
            return
        if row.key_number > 1 or ceremonies_of(tx, row.id, tuple(CeremonyState)):
            raise rules.WrongPhase
        require_allowed(holding(tx, parts, row), asked, parts.settings.life.most or 1)
        if asked.intent in _SUPERVISED:
            required(tx, parts, row, _SUPERVISED[asked.intent])
        rows.move_enrollment(tx, row, intent=wanted)
        details: dict[str, str | int | bool] = {"enrollment": row.receipt, "lost": len(asked.lost)}
        actor = f"client:{caller.client_id}"
        event = Event("intent_chosen", caller.tenant, actor, row.user_id or "", reason=asked.intent, details=details)
        record(tx, parts, event)

    parts.store.write(work)
    return IntentTaken(asked.intent)


def settle_intent(parts: Parts, caller: Caller, row: EnrollmentRow) -> None:
    """As the first ceremony begins: who chose nothing and has keys is here for another one. Raises as
    `choose_intent`."""
    if parts.settings.life.most is None or row.intent is not None or row.key_number > 1:
        return
    with parts.store.read() as tx:
        first = not ceremonies_of(tx, row.id, tuple(CeremonyState))
        held = first and holding(tx, parts, row).held
    if held:
        choose_intent(parts, caller, row.id, ChooseIntent(Intent.ANOTHER))


def lost_keys(row: EnrollmentRow) -> tuple[str, ...]:
    """The ids of the keys that the person says they have lost."""
    return tuple((row.intent or {}).get("lost", ()))


def require_allowed(has: Holding, asked: ChooseIntent, most: int) -> None:
    """Whether somebody who has these keys may be here for it. Raises BadCriteria, KeysEnough, NotVerified."""
    lost = frozenset(asked.lost)
    if bool(lost) != (asked.intent is Intent.REPLACE) or not lost <= has.ids:
        raise BadCriteria(("lost",))
    if asked.intent not in has.intents:
        if asked.intent is Intent.REPLACE:
            raise NotVerified
        if has.held:
            raise rules.KeysEnough
        raise BadCriteria(("intent",))
    if asked.intent is Intent.REPLACE and len(has.filling - lost) >= most:
        raise rules.KeysEnough
