"""The words in which attestation is judged: what a believed one says, and why another is not believed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a registration is not believed; a machine word for the log and for staff.

    From MODEL_DENIED to UPDATE_AVAILABLE they are known from what a key says of itself, too: a key is refused by the
    same word before it is touched and after it has answered.
    """

    MALFORMED = "malformed"
    UNSUPPORTED_FORMAT = "unsupported_format"
    BAD_STATEMENT = "bad_statement"
    BAD_SIGNATURE = "bad_signature"
    AAGUID_MISMATCH = "aaguid_mismatch"
    MODEL_DENIED = "model_denied"
    MODEL_NOT_ALLOWED = "model_not_allowed"
    METADATA_MISSING = "metadata_missing"
    NOT_IN_METADATA = "not_in_metadata"
    MODEL_REVOKED = "model_revoked"
    MODEL_COMPROMISED = "model_compromised"
    NOT_ATTESTED = "not_attested"
    NOT_CERTIFIED = "not_certified"
    RETIRED = "retired"
    UPDATE_AVAILABLE = "update_available"
    KEY_COMPROMISED = "key_compromised"
    BROKEN_CHAIN = "broken_chain"
    CERTIFICATE_NOT_VALID_NOW = "certificate_not_valid_now"
    UNTRUSTED_ROOT = "untrusted_root"


class Doubt(StrEnum):
    """What staff should know of a key that is let in."""

    METADATA_MISSING = "metadata_missing"
    METADATA_OLD = "metadata_old"
    SOME_COMPROMISED = "some_compromised"
    FIRMWARE_UNKNOWN = "firmware_unknown"
    RETIRED = "retired"
    UPDATE_AVAILABLE = "update_available"


class AttestationType(StrEnum):
    """WebAuthn L3 section 6.5.4."""

    BASIC = "basic"
    SELF = "self"
    ATTESTATION_CA = "attestation_ca"
    ANONYMIZATION_CA = "anonymization_ca"
    NONE = "none"


@dataclass(eq=False)
class AttestationRejected(Exception):
    """The registration is not believed. Nothing that the key sent is repeated here."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class AttestationVerdict:
    """A registration that policy lets in.

    `aaguid` in its lower-case UUID form. `trusted_root` is the RFC 4514 subject of the trust anchor that the chain
    ends in, or None where policy lets untrusted keys in: then `aaguid` is a mere claim. `serial` is the key's own
    number where a trusted certificate names it (enterprise attestation), else empty.
    """

    aaguid: str
    format: str
    type: AttestationType
    trusted_root: str | None
    serial: str = ""

    @property
    def trusted(self) -> bool:
        """Whether a trust anchor of ours vouches for `aaguid`."""
        return self.trusted_root is not None
