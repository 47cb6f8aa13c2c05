"""Registration at the kiosk: a form instead of being known, a code by mail, an account, and on to the key.

The account is made when the code proves the address, so nobody can hold the name of somebody else. For an address that
is known already everything looks and takes the same, and the mail on file is told; no code is ever right. A guest is
screened before the key, without a transaction: whoever dies in between is followed by the worker, and the same
`verify` again goes on where it was.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.contract.enrollments import Identified, Phase, Register, Verify
from kiosk.contract.profile import FormKind, VerificationMethod
from kiosk.contract.staff import ApprovalAction
from kiosk.service.accounts import consents, guests_screening, people
from kiosk.service.accounts.guests_mail import tell_known
from kiosk.service.accounts.guests_rules import GuestKind
from kiosk.service.accounts.people import NewPerson
from kiosk.service.accounts.rules import AccountState, Held, NameTaken, Origin
from kiosk.service.approvals import actions as approvals
from kiosk.service.approvals.rules import is_guest
from kiosk.service.audit.actions import Event, record
from kiosk.service.directories.connector import Person
from kiosk.service.enrollments import rules
from kiosk.service.enrollments.giving_up import end_enrollment
from kiosk.service.enrollments.register_forms import Filled, read, table_of
from kiosk.service.enrollments.register_people import known_mail, sponsor_of
from kiosk.service.parts import Parts
from kiosk.service.screening.connector import CallType
from kiosk.service.screening.rules import ScreeningState
from kiosk.service.settings import ServiceSettings
from kiosk.service.store import credentials as credential_rows
from kiosk.service.store import enrollments as rows
from kiosk.service.store import guests as guest_rows
from kiosk.service.store.accounts import account
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.store.guests import GuestRow
from kiosk.service.store.screenings import ScreeningRow
from kiosk.service.tokens.rules import Caller
from kiosk.service.verification import actions as verification
from kiosk.service.verification.hints import hints
from kiosk.service.verification.mail import MailCode
from kiosk.service.verification.phone import PhoneAnswered

_ASK_AGAIN = 2


def by_mail(parts: Parts) -> Parts:
    """Where somebody registers, a code by mail is the only way, whatever verifies people who are known."""
    return replace(parts, verifiers={VerificationMethod.EMAIL: MailCode()})


def by_phone(parts: Parts, enrollment_id: str) -> Parts:
    """Where a phone answered for this enrollment, its transaction is the answer, whatever else verifies people."""
    return replace(parts, verifiers={VerificationMethod.PHONE: PhoneAnswered(parts.store, enrollment_id)})


def fill_in(parts: Parts, caller: Caller, enrollment_id: str, asked: Register) -> Identified:
    """Take a filled-in form; answers alike whoever is known. The same address again: the same answer.

    Raises NotFound, WrongPhase, Expired, BadCriteria, BadAttributes, TermsNotAccepted, DirectoryUnavailable.
    """
    filled = read(parts.settings, asked, parts.clock.now().date())
    with parts.store.read() as tx:
        found = rows.enrollment(tx, enrollment_id, caller.client_id)
    rules.require_phase(found, parts.clock.now(), Phase.IDENTIFY, Phase.VERIFY)
    email = filled.values["email"]
    tenant = _tenant(parts.settings, filled)
    name_on_file, address = known_mail(parts, tenant, email)
    filled = replace(filled, known=bool(name_on_file), sponsor=sponsor_of(parts, tenant, filled))
    subject = rules.subject_of_registration(parts.hmac_key, email)
    shown = hints(by_mail(parts), {"email": email}, None)
    person = None if filled.known else _person(parts.settings, filled, "")

    def work(tx: WriteTx) -> EnrollmentRow:
        row = rules.require_phase(
            rows.enrollment(tx, enrollment_id, caller.client_id), parts.clock.now(), Phase.IDENTIFY, Phase.VERIFY
        )
        if row.phase is Phase.VERIFY:
            if row.subject != subject:
                raise rules.WrongPhase
            return row
        tell_known(tx, parts, address or email, name_on_file if address else "", row.locale)
        plain = filled.plain()
        return rows.move_enrollment(
            tx, row, phase=Phase.VERIFY, subject=subject, person=person, hints=shown, registration=plain
        )

    row = parts.store.write(work)
    return Identified(row.phase, verification.offers(by_mail(parts), row))


def verify(parts: Parts, row: EnrollmentRow, asked: Verify) -> EnrollmentRow:
    """Judge the code; make the account; go on to the key. A guest is screened first.

    Raises what verification refuses, Conflict (the name was taken meanwhile), InProgress (being screened right now),
    Held (somebody has to look at this guest; the enrollment is over).
    """
    mine: list[ScreeningRow] = []

    def then(tx: WriteTx) -> None:
        mine[:] = _made(tx, parts, row)

    if row.user_id is None:
        if is_guest(row) and asked.method is VerificationMethod.PHONE:
            approvals.require(parts, row, ApprovalAction.GUEST)
        judged = by_phone(parts, row.id) if asked.method is VerificationMethod.PHONE else by_mail(parts)
        verification.judge(judged, row, row.person, asked, then)
    for claimed in mine:
        guests_screening.ask(parts, claimed)
    admitted = parts.store.write(lambda tx: _admitted(tx, parts, row))
    if admitted is None:
        raise Held
    return admitted


def keep_handles(tx: WriteTx, parts: Parts, user_id: str) -> None:
    """A stable user handle for each relying party."""
    for party in parts.relying_parties:
        credential_rows.keep_handle(tx, party, user_id, parts.random.token(64))


def _made(tx: WriteTx, parts: Parts, seen: EnrollmentRow) -> list[ScreeningRow]:
    """The address is proved: an account, and for a guest the screening that is to be asked for now."""
    row = rules.require_phase(rows.enrollment(tx, seen.id, seen.client_id), parts.clock.now(), Phase.VERIFY)
    assert row.registration is not None
    if is_guest(row):
        approvals.required(tx, parts, row, ApprovalAction.GUEST)
    filled = Filled.of(row.registration)
    tenant = _tenant(parts.settings, filled)
    try:
        user_id = people.create(tx, parts, _new_person(filled, tenant, row.locale))
    except NameTaken as error:
        raise rules.Conflict from error
    consents.keep(tx, parts, (user_id, filled.site), row.client_id, filled.accepted)
    details = {"form": filled.form.value, "consents": len(filled.accepted), "receipt": row.receipt}
    actor = f"client:{row.client_id}"
    record(tx, parts, Event("registered_at_kiosk", tenant, actor, user_id, filled.site, details=details))
    person = _person(parts.settings, filled, user_id)
    if filled.form is FormKind.MEMBER:
        keep_handles(tx, parts, user_id)
        rows.move_enrollment(tx, row, phase=Phase.KEY, user_id=user_id, person=person, registration=None)
        return []
    rows.move_enrollment(tx, row, user_id=user_id, person=person)
    guest_rows.put_guest(tx, _guest(filled, user_id, row.client_id))
    return [guests_screening.call_for(tx, parts, user_id, CallType.BOTH)]


def _admitted(tx: WriteTx, parts: Parts, seen: EnrollmentRow) -> EnrollmentRow | None:
    """On to the key for who is active; None, and the end, for who is not. Raises InProgress."""
    found = rows.enrollment(tx, seen.id, seen.client_id)
    row = rules.require_phase(found, parts.clock.now(), Phase.VERIFY, Phase.KEY)
    if row.phase is Phase.KEY:
        return row
    assert row.user_id is not None
    who = account(tx, row.user_id)
    if who is not None and who.status == AccountState.ACTIVE:
        keep_handles(tx, parts, row.user_id)
        return rows.move_enrollment(tx, row, phase=Phase.KEY, registration=None)
    newest = guests_screening.standing(tx, row.user_id)
    if newest is not None and newest.state == ScreeningState.DUE and not newest.checker:
        raise rules.InProgress(_ASK_AGAIN)
    end_enrollment(tx, parts, row, Phase.CANCELLED)
    return None


def _new_person(filled: Filled, tenant: str, locale: str) -> NewPerson:
    member = filled.form is FormKind.MEMBER
    return NewPerson(
        tenant=tenant,
        site=filled.site,
        name=filled.values["email"],
        email=filled.values["email"],
        given_name=filled.values["given_name"],
        family_name=filled.values["family_name"],
        phone=filled.values.get("phone", ""),
        locale=locale,
        origin=Origin.REGISTRATION if member else Origin.GUEST,
        state=AccountState.ACTIVE if member else AccountState.PENDING,
        attributes=filled.attributes,
    )


def _guest(filled: Filled, user_id: str, program: str) -> GuestRow:
    sponsor_id, sponsor_name, sponsor_email = filled.sponsor
    return GuestRow(
        user_id,
        GuestKind(filled.form.value),
        filled.site,
        filled.values.get("company", ""),
        sponsor_id,
        sponsor_name,
        sponsor_email,
        filled.ends_on,
        program=program,
    )


def _tenant(settings: ServiceSettings, filled: Filled) -> str:
    site = settings.accounts.site(filled.site)
    if site is None:  # the settings are others now than when the form was filled in
        raise rules.Expired
    return site.tenant


def _person(settings: ServiceSettings, filled: Filled, user_id: str) -> Person:
    """As the directory of the tenant will tell them."""
    values = filled.values
    return Person(
        user_id,
        values["email"],
        values["given_name"],
        values["family_name"],
        values["email"],
        values.get("phone", ""),
        directory=table_of(settings, _tenant(settings, filled)) or "",
        directory_id=user_id,
    )
