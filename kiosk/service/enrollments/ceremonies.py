"""A ceremony at a relying party: begin it, late, and give it up."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.contract.enrollments import AbandonReason, BeginCeremony, Ceremony, Phase
from kiosk.service.directories.rules import BadCriteria
from kiosk.service.enrollments import rules
from kiosk.service.enrollments.admission import admit
from kiosk.service.enrollments.giving_up import STILL_ARRIVING, give_up
from kiosk.service.enrollments.intents import settle_intent
from kiosk.service.enrollments.inventory import require_welcome
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import (
    CreationOptions,
    CreationRequest,
    OutcomeUnknown,
    RelyingParty,
    RelyingPartyRefused,
    RelyingPartyUnavailable,
)
from kiosk.service.relying_parties.webauthn import decode
from kiosk.service.sources import new_id
from kiosk.service.store import ceremonies as rows
from kiosk.service.store import credentials as credential_rows
from kiosk.service.store import enrollments as enrollment_rows
from kiosk.service.store.ceremonies import CeremonyRow, CeremonyState
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.store.removals import NewRemoval, add_removal
from kiosk.service.tokens.rules import Caller


@dataclass(frozen=True, slots=True)
class Place:
    """Which ceremony of which enrollment, and who asks."""

    caller: Caller
    enrollment_id: str
    ceremony_id: str


def begin_ceremony(parts: Parts, caller: Caller, enrollment_id: str, asked: BeginCeremony) -> Ceremony:
    """Fresh creation options; an unfinished ceremony at the same relying party is given up.

    Raises BadCriteria, NotFound, WrongPhase, Expired, SimulatedKey, KeyNotAllowed, KeysEnough, RegistrationRejected,
    RelyingPartyUnavailable.
    """
    if asked.relying_party not in parts.relying_parties:
        raise BadCriteria(("relying_party",))
    party = party_of(parts, asked.relying_party)
    with parts.store.read() as tx:
        found = enrollment_rows.enrollment(tx, enrollment_id, caller.client_id)
        row = rules.require_phase(found, parts.clock.now(), Phase.KEY)
        assert row.person is not None
        handle = credential_rows.stored_handle(tx, party.name.id, row.person.user_id)
        exclude = credential_rows.proved_credential_ids(tx, row.person.user_id, party.name.id)
        require_welcome(tx, parts, caller, row, asked.key)
    if handle is None:  # the relying parties are others now than when the person was verified
        raise rules.WrongPhase
    admit(parts, row.person, asked.key, (party,))
    settle_intent(parts, caller, row)
    wanted = rules.user_verification(parts.settings.pin.mode)
    options = _options(parts, party, row, CreationRequest(row.person, handle, exclude, wanted), caller.tenant)
    ceremony = _new_ceremony(parts, row, asked, options)
    parts.store.write(lambda tx: _begun(tx, parts, caller, ceremony))
    return Ceremony(ceremony.id, party.name, options.origin, options.public_key, int(options.lifetime.total_seconds()))


def abandon(parts: Parts, place: Place, reason: AbandonReason) -> None:
    """Give the ceremony up and take out what it registered. Always the same answer.

    What is proved stays, unless the person took another key and the enrollment did not end well.
    """

    def work(tx: WriteTx) -> None:
        found = rows.ceremony(tx, place.ceremony_id, place.enrollment_id, place.caller.client_id)
        if found is None:
            return
        if found.state in rows.UNFINISHED or (reason is AbandonReason.ANOTHER_KEY and not _is_done(tx, place, found)):
            give_up(tx, parts, [found])

    parts.store.write(work)


def _is_done(tx: ReadTx, place: Place, ceremony: CeremonyRow) -> bool:
    """Whether what was proved stays: the enrollment ended well, or the person is at another key already."""
    row = enrollment_rows.enrollment(tx, place.enrollment_id, place.caller.client_id)
    return row is None or row.phase is Phase.DONE or ceremony.key_number < row.key_number


def _options(
    parts: Parts, party: RelyingParty, row: EnrollmentRow, request: CreationRequest, tenant: str
) -> CreationOptions:
    """What the party wants made. Where it perhaps began and did not answer, what it began is taken away."""
    begun_at = parts.clock.now()
    try:
        return party.begin(request)
    except RelyingPartyRefused as refusal:
        raise rules.rejected(refusal.word) from refusal
    except OutcomeUnknown as error:
        removal = NewRemoval(
            relying_party=party.name.id,
            account=error.account,
            reference="",
            credential_id=None,
            since=begun_at,
            search_until=begun_at + STILL_ARRIVING,
            receipt=row.receipt,
            due_at=parts.clock.now() + party.deadline,
            tenant=tenant,
        )
        if error.account:
            parts.store.write(lambda tx: add_removal(tx, removal, parts.clock.now()))
        raise RelyingPartyUnavailable from error


def party_of(parts: Parts, relying_party: str) -> RelyingParty:
    """The relying party of this id. Raises NotFound."""
    party = parts.relying_parties.get(relying_party)
    if party is None:
        raise rules.NotFound
    return party


def ceremony_at(tx: ReadTx, place: Place) -> CeremonyRow:
    """The caller's own ceremony. Raises NotFound."""
    found = rows.ceremony(tx, place.ceremony_id, place.enrollment_id, place.caller.client_id)
    if found is None:
        raise rules.NotFound
    return found


def alive(tx: ReadTx, parts: Parts, place: Place) -> EnrollmentRow:
    """The enrollment, in the key step and in time. Raises NotFound, Expired, WrongPhase."""
    row = enrollment_rows.enrollment(tx, place.enrollment_id, place.caller.client_id)
    return rules.require_phase(row, parts.clock.now(), Phase.KEY)


def _new_ceremony(parts: Parts, row: EnrollmentRow, asked: BeginCeremony, options: CreationOptions) -> CeremonyRow:
    now = parts.clock.now()
    assert row.user_id is not None
    return CeremonyRow(
        id=new_id(parts.random),
        enrollment_id=row.id,
        client_id=row.client_id,
        relying_party=asked.relying_party,
        user_id=row.user_id,
        state=CeremonyState.BEGUN,
        version=1,
        challenge=decode(options.public_key["challenge"]),
        user_handle=decode(options.public_key["user"]["id"]),
        user_verification=rules.user_verification(parts.settings.pin.mode),
        simulated=asked.key.simulated,
        key_serial=rules.credential_name(asked.key.serial),
        begun_at=now,
        expires_at=now + options.lifetime,
        rp_id=options.public_key["rp"]["id"],
        origin=options.origin,
        account=options.account,
        reference=options.reference,
        party_state=options.state,
        key_number=row.key_number,
        firmware=asked.key.firmware,
    )


def _begun(tx: WriteTx, parts: Parts, caller: Caller, ceremony: CeremonyRow) -> None:
    row = alive(tx, parts, Place(caller, ceremony.enrollment_id, ceremony.id))
    if row.key_number != ceremony.key_number:
        raise rules.WrongPhase
    earlier = rows.ceremonies_of(tx, ceremony.enrollment_id, (*rows.UNFINISHED, CeremonyState.PROVED))
    at_party = (each for each in earlier if each.relying_party == ceremony.relying_party)
    same = tuple(each for each in at_party if each.key_number == ceremony.key_number)
    if any(each.state is CeremonyState.PROVED for each in same):
        raise rules.WrongPhase
    give_up(tx, parts, same)
    rows.add_ceremony(tx, ceremony)
