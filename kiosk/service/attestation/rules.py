"""The verdict on a registration: was it made by a genuine key of a model that policy lets in?

python-fido2 checks the statements; its server does so only when told to, and even then neither
the validity nor the constraints of the certificates, which `anchors` adds. What its verifiers leave out for
single formats stands in `statement`.
"""

from __future__ import annotations

from datetime import datetime

from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.attestation.serial import serial_of
from kiosk.service.attestation.settings import AttestationPolicy
from kiosk.service.attestation.statement import Statement, read_statement
from kiosk.service.attestation.verdict import AttestationRejected, AttestationType, AttestationVerdict, Reason

__all__ = ["AttestationRejected", "AttestationType", "AttestationVerdict", "Reason", "judge"]


def judge(
    attestation_object: bytes,
    client_data_hash: bytes,
    policy: AttestationPolicy,
    anchors: TrustAnchors,
    now: datetime,
) -> AttestationVerdict:
    """Judge `response.attestationObject` of a RegistrationResponseJSON (WebAuthn L3 section 7.1, steps 21-25).

    `client_data_hash` is the SHA-256 of `response.clientDataJSON` as received, `now` an aware time.
    Challenge, origin, RP ID hash and flags are the relying party's to check.
    Raises AttestationRejected, and nothing else whatever the bytes are.
    """
    statement = read_statement(attestation_object, client_data_hash)
    _admit(statement.aaguid, policy)
    root = _trusted_root(statement, policy, anchors, now)
    return AttestationVerdict(
        aaguid=statement.aaguid,
        format=statement.format,
        type=statement.type,
        trusted_root=root,
        serial=serial_of(statement.chain[0]) if root is not None else "",
    )


def _admit(aaguid: str, policy: AttestationPolicy) -> None:
    if aaguid in policy.aaguids_denied:
        raise AttestationRejected(Reason.AAGUID_DENIED)
    if policy.aaguids_allowed and aaguid not in policy.aaguids_allowed:
        raise AttestationRejected(Reason.AAGUID_NOT_ALLOWED)


def _trusted_root(statement: Statement, policy: AttestationPolicy, anchors: TrustAnchors, now: datetime) -> str | None:
    try:
        return anchors.find(statement.chain, now).subject.rfc4514_string()
    except AttestationRejected:
        if policy.require_trusted:
            raise
        return None
