"""An authenticator app set up after the key, by the person who just got it, as a fallback for a lost one."""

from __future__ import annotations

from kiosk.contract.enrollments import Phase
from kiosk.contract.totp import ConfirmTotp, TotpEnrolled, TotpSetUp
from kiosk.service.accounts import second_factor_changes as changes
from kiosk.service.accounts.rules import TotpState, TotpWrongState
from kiosk.service.accounts.second_factor_actions import raised
from kiosk.service.accounts.second_factor_notice import Holder
from kiosk.service.accounts.totp import DIGITS, PERIOD
from kiosk.service.directories.connector import Person
from kiosk.service.enrollments import rules
from kiosk.service.parts import Parts
from kiosk.service.store import enrollments as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.tokens.rules import Caller, live
from kiosk.service.verification.rules import VerificationRefused


def set_up(parts: Parts, caller: Caller, enrollment_id: str) -> TotpSetUp:
    """A secret for the app; each call makes another. Raises NotFound, WrongPhase, Expired, TotpWrongState."""

    def work(tx: WriteTx) -> changes.SetUp:
        row, person = _done(tx, parts, caller, enrollment_id)
        return changes.set_up(tx, parts, _holder(row, person, caller))

    made = parts.store.write(work)
    return TotpSetUp(made.secret, made.uri, DIGITS, PERIOD)


def confirm(parts: Parts, caller: Caller, enrollment_id: str, asked: ConfirmTotp) -> TotpEnrolled:
    """The first code of the app; then the person is forgotten.

    Raises as `set_up`, CodeInvalid, Locked, TotpNotSetUp.
    """

    def work(tx: WriteTx) -> tuple[str, ...] | VerificationRefused:
        row, person = _done(tx, parts, caller, enrollment_id)
        codes = changes.enroll(tx, parts, _holder(row, person, caller), asked.code)
        if not isinstance(codes, VerificationRefused):
            rows.move_enrollment(tx, row, person=None)
        return codes

    codes = raised(parts.store.write(work))
    return TotpEnrolled(codes)


def _done(tx: WriteTx, parts: Parts, caller: Caller, enrollment_id: str) -> tuple[EnrollmentRow, Person]:
    """The enrollment that ended well at this station, within its life, and whose it was."""
    now = parts.clock.now()
    row = rules.require_phase(rows.enrollment(tx, enrollment_id, caller.client_id), now, Phase.DONE)
    if not live(row.opened_at, row.expires_at, now):
        raise rules.Expired
    offered = parts.settings.accounts.totp.offer is not None and row.user_id is not None
    if offered and changes.state_of(tx, row.user_id or "", now) is TotpState.ENROLLED:
        raise TotpWrongState(TotpState.ENROLLED)
    if not offered or row.person is None:
        raise rules.WrongPhase
    return row, row.person


def _holder(row: EnrollmentRow, person: Person, caller: Caller) -> Holder:
    return Holder(
        user_id=person.user_id,
        name=person.upn,
        display_name=person.display_name,
        email=person.email,
        locale=row.locale,
        tenant=caller.tenant,
        actor=f"client:{caller.client_id}",
    )
