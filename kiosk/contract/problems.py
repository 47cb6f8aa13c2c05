"""RFC 9457 problem documents and the machine words in them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MEDIA_TYPE = "application/problem+json"


class Word(StrEnum):
    """The machine word (`code` of the document, last segment of `type`): what happened, for a program."""

    MALFORMED = "malformed"
    INVALID_TOKEN = "invalid_token"  # noqa: S105 - RFC 6750
    INSUFFICIENT_SCOPE = "insufficient_scope"
    NOT_FOUND = "not_found"
    WRONG_PHASE = "wrong_phase"
    EXPIRED = "expired"
    CONFLICT = "conflict"
    IN_PROGRESS = "in_progress"
    TOO_SOON = "too_soon"
    LOCKED = "locked"
    CODE_INVALID = "code_invalid"
    CODE_EXPIRED = "code_expired"
    VERIFICATION_FAILED = "verification_failed"
    VERIFICATION_UNAVAILABLE = "verification_unavailable"
    METHOD_NOT_OFFERED = "method_not_offered"
    KEY_NOT_ALLOWED = "key_not_allowed"
    SIMULATED_KEY = "simulated_key"
    CEREMONY_EXPIRED = "ceremony_expired"
    ATTESTATION_REJECTED = "attestation_rejected"
    REGISTRATION_REJECTED = "registration_rejected"
    PROOF_REJECTED = "proof_rejected"
    RELYING_PARTY_UNAVAILABLE = "relying_party_unavailable"
    OUTCOME_UNKNOWN = "outcome_unknown"
    DIRECTORY_UNAVAILABLE = "directory_unavailable"
    STORAGE_FULL = "storage_full"
    BUSY = "busy"
    TOO_MANY_REQUESTS = "too_many_requests"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    DUPLICATE = "duplicate"
    ACCOUNT_STATE = "account_state"
    ACTIVATION_EXPIRED = "activation_expired"
    SIGN_IN_REFUSED = "sign_in_refused"
    SITE_NOT_ALLOWED = "site_not_allowed"
    PASSWORD_REFUSED = "password_refused"  # noqa: S105 - a word
    TERMS_NOT_ACCEPTED = "terms_not_accepted"
    HELD_FOR_REVIEW = "held_for_review"
    SCREENING_REJECTED = "screening_rejected"
    TOTP_STATE = "totp_state"
    TOTP_NOT_SET_UP = "totp_not_set_up"
    MESSAGE_REFUSED = "message_refused"
    QUOTA_EXCEEDED = "quota_exceeded"
    BATCH_BUSY = "batch_busy"
    PHONE_UNAVAILABLE = "phone_unavailable"
    ID_OUT_OF_RANGE = "id_out_of_range"
    ID_TAKEN = "id_taken"
    RANGE_EXHAUSTED = "range_exhausted"
    NOT_IN_THIS_PROJECT = "not_in_this_project"
    LIST_REJECTED = "list_rejected"
    UNPRINTABLE = "unprintable"
    APPROVAL_REQUIRED = "approval_required"
    STAFF_REFUSED = "staff_refused"
    KEYS_ENOUGH = "keys_enough"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Problem:
    """The document. `reference` is what a person can quote and staff find in the log; seconds in `retry_after`."""

    type: str
    title: str
    status: int
    code: Word
    reference: str
    detail: str = ""
    retry_after: int | None = None
    tries_left: int | None = None
    reasons: tuple[str, ...] = ()
