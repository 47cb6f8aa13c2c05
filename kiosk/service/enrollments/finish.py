"""The end that the person chooses when not every relying party took the key, and the truth about each of them."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.contract.enrollments import FinishedEnrollment, PartyOutcome, PartyResult, Phase
from kiosk.contract.policy import Partial
from kiosk.service.enrollments import rules
from kiosk.service.enrollments.giving_up import end_enrollment
from kiosk.service.enrollments.register_ends import left_with_key
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import RelyingParty
from kiosk.service.store import ceremonies as rows
from kiosk.service.store import enrollments as enrollment_rows
from kiosk.service.store.ceremonies import CeremonyRow, CeremonyState
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.tokens.rules import Caller


def finish(parts: Parts, caller: Caller, enrollment_id: str) -> FinishedEnrollment:
    """End well with what was proved. The same again: the same answer.

    Raises NotFound, Expired, WrongPhase (nothing was proved, or policy rolls back).
    """

    def work(tx: WriteTx) -> tuple[EnrollmentRow, tuple[PartyOutcome, ...]]:
        found = enrollment_rows.enrollment(tx, enrollment_id, caller.client_id)
        if found is not None and found.phase is Phase.DONE:
            return found, _outcomes(parts, rows.ceremonies_of(tx, found.id, tuple(CeremonyState)))
        row = rules.require_phase(found, parts.clock.now(), Phase.KEY)
        told = _outcomes(parts, rows.ceremonies_of(tx, row.id, tuple(CeremonyState)))
        some = any(each.result is PartyResult.REGISTERED for each in told)
        if not some or parts.settings.partial is Partial.ROLL_BACK:
            raise rules.WrongPhase
        left_with_key(tx, parts, row)
        end_enrollment(tx, parts, row, Phase.DONE)
        return row, told

    row, told = parts.store.write(work)
    parts.nudge()
    return FinishedEnrollment(Phase.DONE, row.receipt, told)


def _outcomes(parts: Parts, ceremonies: Sequence[CeremonyRow]) -> tuple[PartyOutcome, ...]:
    by_age = sorted(ceremonies, key=lambda each: each.begun_at)
    return tuple(
        _outcome(party, [each for each in by_age if each.relying_party == party.name.id])
        for party in parts.relying_parties.values()
    )


def _outcome(party: RelyingParty, tried: Sequence[CeremonyRow]) -> PartyOutcome:
    if any(each.state is CeremonyState.PROVED for each in tried):
        return PartyOutcome(party.name, PartyResult.REGISTERED)
    if any(_may_be_there(each) for each in tried):
        return PartyOutcome(party.name, PartyResult.UNKNOWN)
    last = tried[-1] if tried else None
    if last is not None and last.state is CeremonyState.REFUSED:
        return PartyOutcome(party.name, PartyResult.REFUSED, last.refusal.rpartition(" ")[2])
    if last is not None and last.proof_challenge is not None:
        return PartyOutcome(party.name, PartyResult.REFUSED, "not_proved")
    return PartyOutcome(party.name, PartyResult.NOT_TRIED)


def _may_be_there(ceremony: CeremonyRow) -> bool:
    """Handed over, and nobody knows what came of it."""
    open_ended = ceremony.state in (CeremonyState.COMPLETING, CeremonyState.ABANDONED)
    return open_ended and ceremony.handed_over_at is not None and ceremony.proof_challenge is None
