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
REGISTER = "/enrollments/{enrollment_id}/register"
TOTP = "/enrollments/{enrollment_id}/totp"
TOTP_CONFIRM = "/enrollments/{enrollment_id}/totp/confirm"

# The workflows of accounts, by the paths that organizations know them by.
REGISTRATION = "/user/registration"
ACTIVATION = "/user/activate-token/{user_id}"
ACTIVATION_MAIL = "/user/activate-token/{user_id}/resend"
LOGIN = "/user/site/{site_id}/login"
LOGOUT = "/user/logout"
SESSION = "/user/session"
STATUS = "/user/{user_id}/status"
ACCOUNT = "/user/account/{user_id}"
PASSWORD = "/user/change-password"  # noqa: S105 - a path
PASSCODE = "/user/send-passcode"
PASSWORD_BY_PASSCODE = "/user/change-password-from-passcode"  # noqa: S105 - a path
ALIASES = "/user/aliases"
SITE_ATTRIBUTES = "/user/{user_id}/site/{site_id}/attributes"
EXTERNAL_TOKENS = "/user/{user_id}/external-tokens"
EXTERNAL_TOKEN = "/user/{user_id}/external-tokens/{name}"  # noqa: S105 - a path
GUESTS = "/user/v2/enrollments"
EXTERNAL_GUESTS = "/user/external/guest/enrollments"
REVALIDATION = "/user/revalidate"
VISIT = "/user/{user_id}/visit"
PASSWORDLESS_CODE = "/user/pwless-login-send-otp"
PASSWORDLESS_LOGIN = "/user/site/{site_id}/login/pwless-otp"
USER_TOTP = "/user/mfa/totp"
USER_TOTP_SETUP = "/user/mfa/totp/setup"
USER_TOTP_ENROLL = "/user/mfa/totp/enroll"
USER_TOTP_UNENROLL = "/user/mfa/totp/unenroll"
USER_TOTP_UNENROLL_BY_STAFF = "/user/mfa/totp/unenroll/dashboard"
MIGRATE = "/migrate"
MIGRATE_STATUS = "/migrate/status"
MIGRATE_BATCH = "/migrate/{batch_id}"
MIGRATE_RETRY = "/migrate/{batch_id}/retry"
MIGRATE_MERGE = "/migrate/{batch_id}/merge"
CARDHOLDER_DETAILS = "/concierge/cardholder-details"
USER_DETAILS = "/concierge/user-details"
CONCIERGE_CODE = "/concierge/send-code"
CONCIERGE_CHECK = "/concierge/check-code"


class Scope(StrEnum):
    """What a client may do."""

    ENROLL = "enrollment:run"
    USERS_READ = "users:read"
    USER_RW = "USER_RW"
    SYSTEM_USER_R = "SYSTEM_USER_R"
    SYSTEM_USER_RW = "SYSTEM_USER_RW"
    SYSTEM_REMOVE_USER = "SYSTEM_REMOVE_USER"
    GUESTS = "USER_REGISTRATION_GUEST_INTERNAL"
    EXTERNAL_GUESTS = "USER_REGISTRATION_GUEST"
    RE_VALIDATE_USER = "RE_VALIDATE_USER"
    MIGRATE_USERS = "MIGRATE_USERS"
    USER_ATTRIBUTES_RW = "USER-ATTRIBUTES_RW"
