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
MOBILE_ID = "/enrollments/{enrollment_id}/mobile-id"
INTENT = "/enrollments/{enrollment_id}/intent"
NEXT_KEY = "/enrollments/{enrollment_id}/next-key"
APPROVALS = "/enrollments/{enrollment_id}/approvals"
APPROVAL = "/enrollments/{enrollment_id}/approvals/{approval_id}"

# Stations themselves: how they are activated, what they tell, what they are told.
STATION_ACTIVATION = "/stations/activate"
STATION_STANDING = "/stations/me/standing"
STATION_CONFIGURATION = "/stations/me/configuration"

# Staff who stand at a station.
STAFF_REQUESTS = "/staff/requests"
STAFF_CHALLENGES = "/staff/challenges"
STAFF_ANSWER = "/staff/challenges/{challenge_id}/answer"
STAFF_DESK = "/staff/desk"
STAFF_DESK_KEY = "/staff/desk/key"
STAFF_DESK_REFERENCE = "/staff/desk/reference"

# For load balancers and monitoring: no token.
LIVE = "/healthz"
READY = "/readyz"
METRICS = "/metrics"

# The pages of staff: a cookie after a sign-in by security key.
CONSOLE = "/console"

# A phone that scans a code, by the paths that organizations know them by.
QR_ENROL = "/omi/qr/enrol"
QR_STATUS = "/omi/qr/enrol/status"

# The pages that phones open: no token, a code or a cookie instead.
PHONE_LINK = "/m/{code}"
PHONE_PAGE = "/m"
PHONE_ASSETS = "/m/assets/{name}"
ACTIVATION_LINK = "/a/{code}"
ACTIVATION_PAGE = "/a"
INVITATION_LINK = "/i/{code}"

# Projects: campaigns that hand out mobile IDs.
PROJECTS = "/projects"
PROJECT = "/projects/{project_id}"
PROJECT_CODE = "/projects/{project_id}/activation-code.{form}"
PROJECT_CODE_PDF = "/projects/{project_id}/activation-code.pdf"
PROJECT_CODE_RENEWAL = "/projects/{project_id}/activation-code/renew"
PROJECT_IDS = "/projects/{project_id}/ids"
PROJECT_REGISTERED = "/projects/{project_id}/registered"
PROJECT_USERS = "/projects/{project_id}/users"
PROJECT_USER = "/projects/{project_id}/users/{member_id}"
PROJECT_INVITATION = "/projects/{project_id}/users/{member_id}/invite"
PROJECT_USER_RESET = "/projects/{project_id}/users/{member_id}/reset"
PROJECT_LIST = "/projects/{project_id}/user-list"
PROJECT_FEED = "/projects/{project_id}/feed"
PROJECT_FEED_RESUME = "/projects/{project_id}/feed/resume"
PROJECT_HANDOUT = "/projects/{project_id}/handouts/{sheet}.{form}"
MOBILE_IDS_CLAIM = "/mobile-ids/claim"
MOBILE_IDS_EXPORT = "/mobile-ids/export.csv"

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


def is_page(path: str) -> bool:
    """Whether a person opens it: it takes forms, and answers with pages."""
    return path in (PHONE_PAGE, ACTIVATION_PAGE, CONSOLE) or path.startswith(("/m/", "/a/", "/i/", "/console/"))


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
    QR_ENROL = "credential:omi:enrol:qr:admin:post"
    QR_STATUS = "credential:omi:enrol:status:get"
    PROJECTS_READ = "projects:read"
    PROJECTS_WRITE = "projects:write"
    MOBILE_IDS_CLAIM = "mobile-ids:claim"
    MOBILE_IDS_CONFIRM = "mobile-ids:confirm"
    STATION = "station:self"
    STAFF_DESK = "staff:desk"
