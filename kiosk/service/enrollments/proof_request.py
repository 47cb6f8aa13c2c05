"""What a registered credential is asked to sign: by us, or by a log-in of the relying party itself."""

from __future__ import annotations

from kiosk.contract.enrollments import CompletedCeremony
from kiosk.service.enrollments import rules
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import (
    OutcomeUnknown,
    ProofOptions,
    ProvingParty,
    RelyingParty,
    RelyingPartyRefused,
    RelyingPartyUnavailable,
    UserVerification,
)
from kiosk.service.relying_parties.proof import proof_options
from kiosk.service.relying_parties.webauthn import decode, encode
from kiosk.service.store import ceremonies as rows
from kiosk.service.store.ceremonies import CeremonyRow


def proof_request(parts: Parts, party: RelyingParty, ceremony: CeremonyRow) -> CompletedCeremony:
    """The same request each time. Raises RelyingPartyUnavailable, and RegistrationRejected where the party does not let
    the credential log in."""
    assert ceremony.credential_id is not None
    assert ceremony.proof_challenge is not None
    if isinstance(party, ProvingParty):
        public_key = _of_party(parts, party, ceremony)
    else:
        wanted, life = UserVerification(ceremony.user_verification), parts.settings.session.ceremony_life
        public_key = proof_options(ceremony.rp_id, ceremony.proof_challenge, ceremony.credential_id, wanted, life)
    return CompletedCeremony(encode(ceremony.credential_id), public_key)


def _of_party(parts: Parts, party: ProvingParty, ceremony: CeremonyRow) -> dict[str, object]:
    """The party's own challenge, fetched once and kept with the ceremony."""
    if ceremony.proof_state:
        return dict(ceremony.proof_state["public_key"])
    assert ceremony.credential_id is not None
    try:
        told = party.begin_proof(ceremony.account, ceremony.credential_id)
    except RelyingPartyRefused as refusal:
        raise rules.rejected(refusal.word) from refusal
    except OutcomeUnknown as error:
        raise RelyingPartyUnavailable from error
    return dict(_kept(parts, ceremony, told).proof_state["public_key"])


def _kept(parts: Parts, ceremony: CeremonyRow, told: ProofOptions) -> CeremonyRow:
    kept = {"public_key": told.public_key, "state": dict(told.state)}
    challenge = decode(told.public_key["challenge"])
    return parts.store.write(lambda tx: rows.move_ceremony(tx, ceremony, proof_state=kept, proof_challenge=challenge))
