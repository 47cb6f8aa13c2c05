"""What a station is told before anybody stands at it: GET /profile."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class FieldKind(StrEnum):
    """What a person types into an identify field; decides keyboard, normalisation and validation."""

    TEXT = "text"
    NAME = "name"
    UPN = "upn"
    EMAIL = "email"
    DIGITS = "digits"
    PHONE = "phone"
    DATE = "date"
    BADGE = "badge"


@dataclass(frozen=True, slots=True)
class IdentifyField:
    """One thing a person may be asked for. `name` is `upn`, `email`, `employee_id`, `phone`, `given_name`,
    `family_name`, `badge`, or `attribute:<name>` for an additional attribute.

    `labels` and `hints` map BCP 47 language tags to text for additional attributes; empty for the
    built-in names, whose words the screen knows. `pattern` is the administrator's regular expression for the
    normalised value (additional attributes), or empty.
    """

    name: str
    kind: FieldKind
    labels: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    max_length: int = 128
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class FieldSet:
    """One way to say who one is: all of its fields together name a person."""

    name: str
    fields: tuple[IdentifyField, ...]


class VerificationMethod(StrEnum):
    """How a matched person is verified: the five options that enrollment flows offer, a code of the authenticator
    app that the person set up earlier, a passkey on their phone (the answer is the transaction of its code), and staff
    who approved it (`ApprovalAction.OVERRIDE`), which is never among the offers."""

    EMAIL = "email"
    SMS = "sms"
    AUTOMATIC = "automatic"
    SELF_CONFIRMATION = "self_confirmation"
    NONE = "none"
    TOTP = "totp"
    PHONE = "phone"
    STAFF = "staff"


class FormKind(StrEnum):
    """Who registers at the kiosk: somebody who will have an account, or a guest for a time."""

    MEMBER = "member"
    VISITOR = "visitor"
    CONTRACTOR = "contractor"


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing that a registration form asks for.

    `field.name` is `given_name`, `family_name`, `email`, `phone`, `company`, `sponsor` (user name or mail address of
    who is visited), `ends_on` (a date, the last day), or `attribute:<name>` of the site.
    """

    field: IdentifyField
    required: bool = True


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person must (or may) accept; texts by BCP 47 tag, paragraphs separated by blank lines. A new `version` has
    to be accepted anew."""

    id: str
    version: str
    titles: dict[str, str]
    texts: dict[str, str]
    required: bool = True


@dataclass(frozen=True, slots=True)
class RegistrationForm:
    """One way to register at the kiosk. `longest_days` bounds `ends_on` of guests: at most so many days from today."""

    kind: FormKind
    fields: tuple[FormField, ...]
    terms: tuple[Terms, ...] = ()
    longest_days: int = 0


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """Seconds: the whole session, idle until the warning, the warning's own countdown, one touch."""

    absolute: int = 900
    idle: int = 90
    warning: int = 20
    touch: int = 30


@dataclass(frozen=True, slots=True)
class RelyingPartyName:
    """A relying party as people know it ("Staff mail"), and its RP ID."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Profile:
    """All that the station shows or obeys. `embedded` allows simulated keys. `codes_on_phone` and `forms_on_phone`: a
    code may be typed, a form filled in, on the person's phone instead of here. `approvals`: staff can be asked through
    the service; `overrides`: also for somebody whom their ways of verification failed."""

    organization: str
    languages: tuple[str, ...]
    alternatives: tuple[FieldSet, ...]
    methods: tuple[VerificationMethod, ...]
    relying_parties: tuple[RelyingPartyName, ...]
    times: SessionTimes = SessionTimes()
    public: bool = False
    embedded: bool = False
    region: str = "DE"
    email_domain: str = ""
    version: str = ""
    registrations: tuple[RegistrationForm, ...] = ()
    codes_on_phone: bool = False
    forms_on_phone: bool = False
    approvals: bool = False
    overrides: bool = False
