"""The verdict on a registration: was it made by a genuine key of a model that policy lets in?

python-fido2 checks the statements; its server does so only when told to, and even then neither
the validity nor the constraints of the certificates, which `anchors` adds. What its verifiers leave out for
single formats stands in `statement`.
"""

from __future__ import annotations

from datetime import datetime

from cryptography import x509

from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.attestation.leaf import firmware_of, serial_of
from kiosk.service.attestation.metadata import Metadata
from kiosk.service.attestation.objections import objections
from kiosk.service.attestation.settings import AttestationPolicy
from kiosk.service.attestation.standing import accused_batch
from kiosk.service.attestation.statement import Statement, read_statement
from kiosk.service.attestation.verdict import AttestationRejected, AttestationType, AttestationVerdict, Reason

__all__ = ["AttestationRejected", "AttestationType", "AttestationVerdict", "Reason", "judge"]


def judge(
    attestation_object: bytes,
    client_data_hash: bytes,
    policy: AttestationPolicy,
    anchors: TrustAnchors,
    now: datetime,
    metadata: Metadata | None = None,
) -> AttestationVerdict:
    """Judge `response.attestationObject` of a RegistrationResponseJSON (WebAuthn L3 section 7.1, steps 21-25).

    `client_data_hash` is the SHA-256 of `response.clientDataJSON` as received, `now` an aware time. The roots in
    `metadata` are believed for their own model only.
    Challenge, origin, RP ID hash and flags are the relying party's to check.
    Raises AttestationRejected, and nothing else whatever the bytes are.
    """
    statement = read_statement(attestation_object, client_data_hash)
    entry = None if metadata is None else metadata.models.get(statement.aaguid)
    root, doubted = _root(statement, anchors if entry is None else anchors | entry.roots, now)
    firmware = None if root is None else firmware_of(statement.chain[0])
    if against := objections(policy, metadata, statement.aaguid, firmware, now.date()):
        raise AttestationRejected(against[0])
    chain = statement.chain if root is None else (*statement.chain, root)
    if entry is not None and accused_batch(entry, chain, now.date()):
        raise AttestationRejected(Reason.KEY_COMPROMISED)
    if doubted is not None and policy.require_trusted:
        raise AttestationRejected(doubted)
    return AttestationVerdict(
        aaguid=statement.aaguid,
        format=statement.format,
        type=statement.type,
        trusted_root=None if root is None else root.subject.rfc4514_string(),
        serial="" if root is None else serial_of(statement.chain[0]),
    )


def _root(
    statement: Statement, anchors: TrustAnchors, now: datetime
) -> tuple[x509.Certificate, None] | tuple[None, Reason]:
    """The anchor that vouches for the key, or why there is none."""
    try:
        return anchors.find(statement.chain, now), None
    except AttestationRejected as rejected:
        return None, rejected.reason
