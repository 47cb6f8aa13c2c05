"""What a person may ask about their own second factor, and staff about somebody's."""

from __future__ import annotations

from typing import TypeVar

from kiosk.service.accounts import second_factor_changes as changes
from kiosk.service.accounts.callers import person_for
from kiosk.service.accounts.rules import NoSuchAccount, TotpNotSetUp, TotpState
from kiosk.service.accounts.second_factor_changes import SetUp
from kiosk.service.accounts.second_factor_notice import Holder
from kiosk.service.accounts.sign_in_guard import SignedIn
from kiosk.service.parts import Parts
from kiosk.service.store.accounts import AccountRow, account
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.sites import sites_of
from kiosk.service.store.totp import unused_recovery_codes
from kiosk.service.tokens.rules import Caller
from kiosk.service.verification.rules import VerificationRefused

Done = TypeVar("Done")


def standing(parts: Parts, who: SignedIn) -> tuple[TotpState, int]:
    """Where the person's app stands, and how many recovery codes are left."""
    with parts.store.read() as tx:
        return changes.state_of(tx, who.user_id, parts.clock.now()), unused_recovery_codes(tx, who.user_id)


def set_up(parts: Parts, who: SignedIn) -> SetUp:
    """A secret for the person's app; each call makes another. Raises TotpWrongState."""
    return parts.store.write(lambda tx: changes.set_up(tx, parts, _own(tx, parts, who)))


def enroll(parts: Parts, who: SignedIn, code: str) -> tuple[str, ...]:
    """The first code: from now on it is asked for. Raises TotpNotSetUp, TotpWrongState, CodeInvalid, Locked."""
    return raised(parts.store.write(lambda tx: changes.enroll(tx, parts, _own(tx, parts, who), code)))


def unenroll(parts: Parts, who: SignedIn, code: str) -> None:
    """No app any more, for a code of it or a recovery code. Raises TotpWrongState, CodeInvalid, Locked."""
    raised(parts.store.write(lambda tx: changes.unenroll(tx, parts, _own(tx, parts, who), code)))


def unenroll_by_staff(parts: Parts, caller: Caller, user_id: str, reason: str) -> None:
    """Forget the app of somebody of the caller's tenant and sites, who is told. Raises TotpNotSetUp: also for
    anybody else."""

    def work(tx: WriteTx) -> None:
        try:
            row = person_for(tx, caller, user_id)
        except NoSuchAccount as error:
            raise TotpNotSetUp from error
        site = min(sites_of(tx, user_id) & caller.sites)
        changes.take_away(tx, parts, _holder(parts, row, f"client:{caller.client_id}", site), reason)

    parts.store.write(work)


def raised(done: Done | VerificationRefused) -> Done:
    """What was done, or the refusal that had to be written down first."""
    if isinstance(done, VerificationRefused):
        raise done
    return done


def _own(tx: ReadTx, parts: Parts, who: SignedIn) -> Holder:
    row = account(tx, who.user_id)
    if row is None:
        raise NoSuchAccount
    return _holder(parts, row, f"user:{who.user_id}", who.site)


def _holder(parts: Parts, row: AccountRow, actor: str, site: str) -> Holder:
    return Holder(
        user_id=row.id,
        name=row.upn,
        display_name=row.display_name,
        email=row.email,
        locale=row.locale or parts.settings.languages[0],
        tenant=row.tenant,
        actor=actor,
        site=site,
    )
