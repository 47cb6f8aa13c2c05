"""The end that the person chooses when not every relying party took the key, and the truth about each of them."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.contract.enrollments import FinishedEnrollment, PartyOutcome, PartyResult, Phase
from kiosk.contract.phone import PhonePurpose
from kiosk.contract.policy import Partial, PhonePlace
from kiosk.service.enrollments import rules
from kiosk.service.enrollments.giving_up import end_enrollment
from kiosk.service.enrollments.register_ends import left_with_key
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import RelyingParty
from kiosk.service.relying_parties.phones import phone_party
from kiosk.service.store import ceremonies as rows
from kiosk.service.store import enrollments as enrollment_rows
from kiosk.service.store.accounts import stopped
from kiosk.service.store.ceremonies import CeremonyRow, CeremonyState
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.store.phone_codes import completed_codes_of_enrollment
from kiosk.service.tokens.rules import Caller


def finish(parts: Parts, caller: Caller, enrollment_id: str) -> FinishedEnrollment:
    """End well with what was proved. The same again: the same answer.

    Raises NotFound, Expired, WrongPhase (nothing was proved, or policy rolls back).
    """

    def work(tx: WriteTx) -> tuple[EnrollmentRow, tuple[PartyOutcome, ...]]:
        found = enrollment_rows.enrollment(tx, enrollment_id, caller.client_id)
        if found is not None and found.phase is Phase.DONE:
            return found, _told(tx, parts, found)
        row = rules.require_phase(found, parts.clock.now(), Phase.KEY)
        told = _told(tx, parts, row)
        some = any(each.result is PartyResult.REGISTERED for each in told)
        partly = some and parts.settings.partial is not Partial.ROLL_BACK
        if not partly and not _phone_instead(tx, parts, row):
            raise rules.WrongPhase
        if row.key_number == 1:
            left_with_key(tx, parts, row)
        end_enrollment(tx, parts, row, Phase.DONE)
        return row, told

    row, told = parts.store.write(work)
    return FinishedEnrollment(Phase.DONE, row.receipt, told)


def end_left(tx: WriteTx, parts: Parts, row: EnrollmentRow, phase: Phase) -> None:
    """End an enrollment that its station left behind: with this phase, or well where a phone had done all that was
    wanted, so that its receipt holds."""
    if (
        row.phase is Phase.KEY
        and row.key_number == 1
        and _phone_instead(tx, parts, row)
        and not stopped(tx, row.user_id or "")
    ):
        left_with_key(tx, parts, row)
        phase = Phase.DONE
    end_enrollment(tx, parts, row, phase)


def _phone_instead(tx: WriteTx, parts: Parts, row: EnrollmentRow) -> bool:
    """Whether a phone's passkey does for the key, and there is one for this enrollment."""
    if parts.settings.phone.place is not PhonePlace.INSTEAD:
        return False
    return any(each.purpose is PhonePurpose.PASSKEY for each in completed_codes_of_enrollment(tx, row.id))


def _told(tx: WriteTx, parts: Parts, row: EnrollmentRow) -> tuple[PartyOutcome, ...]:
    """What came of each relying party; where a phone stands instead of the key, its passkey counts."""
    tried = rows.ceremonies_of(tx, row.id, tuple(CeremonyState))
    told = _outcomes(parts, [each for each in tried if each.key_number == row.key_number])
    phones = phone_party(parts.settings)
    if phones is None or not _phone_instead(tx, parts, row):
        return told
    return tuple(
        PartyOutcome(each.relying_party, PartyResult.REGISTERED) if each.relying_party.id == phones.id else each
        for each in told
    )


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
