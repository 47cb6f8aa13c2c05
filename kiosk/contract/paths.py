"""The paths and OAuth2 scopes of the service, written once."""

from __future__ import annotations

from enum import StrEnum

TOKEN = "/oauth2/token"  # noqa: S105 - a path
HEALTH = "/health"
RECEIPT = "/messages/receipts/{token}"
PROFILE = "/profile"
ENROLLMENTS = "/enrollments"
ENROLLMENT = "/enrollments/{enrollment_id}"
IDENTIFY = "/enrollments/{enrollment_id}/identify"
SEND_CODE = "/enrollments/{enrollment_id}/send-code"
VERIFY = "/enrollments/{enrollment_id}/verify"
KEY = "/enrollments/{enrollment_id}/key"
CEREMONY = "/enrollments/{enrollment_id}/ceremony"
COMPLETE = "/enrollments/{enrollment_id}/ceremony/{ceremony_id}/complete"
PROOF = "/enrollments/{enrollment_id}/ceremony/{ceremony_id}/proof"
ABANDON = "/enrollments/{enrollment_id}/ceremony/{ceremony_id}/abandon"


FINISH = "/enrollments/{enrollment_id}/finish"


class Scope(StrEnum):
    """What a client may do."""

    ENROLL = "enrollment:run"
    USERS_READ = "users:read"
