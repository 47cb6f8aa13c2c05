"""The calls of one enrollment, in order: open, identify, send a code, verify, ceremony, complete, proof."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kiosk.contract.keys import HeldKey, Intent
from kiosk.contract.policy import EnrollmentPolicy
from kiosk.contract.profile import FormKind, RelyingPartyName, VerificationMethod

WebAuthnObject = dict[str, Any]
"""A WebAuthn Level 3 JSON form, carried as it is."""


class Phase(StrEnum):
    """Where an enrollment stands; strictly forward."""

    IDENTIFY = "identify"
    VERIFY = "verify"
    KEY = "key"
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class OpenEnrollment:
    """POST /enrollments. `locale` is the BCP 47 tag that mails will be written in."""

    locale: str = "en"


@dataclass(frozen=True, slots=True)
class OpenedEnrollment:
    """201. `enrollment_id` has 128 random bits; `expires_in` in seconds."""

    enrollment_id: str
    expires_in: int
    phase: Phase


@dataclass(frozen=True, slots=True)
class Identify:
    """POST …/identify: the typed values by field name, for one alternative (its name)."""

    alternative: str
    criteria: dict[str, str]


@dataclass(frozen=True, slots=True)
class VerificationOffer:
    """One way to be verified. `hint` is the masked address or number, or empty where policy hides it;
    the same shape for a person that exists and one that does not."""

    method: VerificationMethod
    hint: str = ""


@dataclass(frozen=True, slots=True)
class MaskedPerson:
    """The matched person for self-confirmation, masked by the service ("M•••• O•••••", "••• 17")."""

    name: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Identified:
    """202, whoever was matched. `person` only where self-confirmation is the configured verification."""

    phase: Phase
    offers: tuple[VerificationOffer, ...]
    person: MaskedPerson | None = None


@dataclass(frozen=True, slots=True)
class AcceptedTerms:
    """The person read this version in this language (BCP 47), and accepted it."""

    id: str
    version: str
    language: str


@dataclass(frozen=True, slots=True)
class Register:
    """POST …/register, instead of identify: a filled-in form, by field name. Answered as identify is (202 Identified),
    whoever is known already; a code by mail proves the address, and makes the account."""

    form: FormKind
    values: dict[str, str]
    accepted: tuple[AcceptedTerms, ...] = ()


@dataclass(frozen=True, slots=True)
class SendCode:
    """POST …/send-code: by mail or SMS."""

    method: VerificationMethod


@dataclass(frozen=True, slots=True)
class CodeSent:
    """202, whoever was matched. Seconds until another may be asked for, and until this one is too old."""

    method: VerificationMethod
    hint: str
    resend_after: int
    expires_in: int
    digits: int = 6


@dataclass(frozen=True, slots=True)
class Verify:
    """POST …/verify. `answer` is the code (sent, of an authenticator app, or a recovery code), the badge number, or
    empty for self-confirmation (`confirmed`) and none."""

    method: VerificationMethod
    answer: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    """200. What the key step needs. `display_name` is for the screen and the receipt. `held` are the keys that the
    person has already, `intents` what they may be here for then, by policy; with keys held and no intent, they have
    enough."""

    phase: Phase
    display_name: str
    relying_parties: tuple[RelyingPartyName, ...]
    policy: EnrollmentPolicy
    held: tuple[HeldKey, ...] = ()
    intents: tuple[Intent, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyReport:
    """What the station read from the key (getInfo); the service checks policy against it again."""

    aaguid: str
    versions: tuple[str, ...]
    extensions: tuple[str, ...]
    options: dict[str, bool]
    algorithms: tuple[int, ...] = ()
    transports: tuple[str, ...] = ()
    min_pin_length: int = 4
    firmware: int | None = None
    remaining_credentials: int | None = None
    has_pin: bool = False
    simulated: bool = False
    serial: str = ""
    certifications: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckKey:
    """POST …/key: whether this key would be taken by everybody, before the person does anything with it.

    Answered with 409 `key_not_allowed` and `reasons`: words, or `<relying party>:<word>` where only that one refuses.
    """

    key: KeyReport


@dataclass(frozen=True, slots=True)
class CheckedKey:
    """200. `model` is what its maker calls it, `picture` a data URL of it; both empty where nobody knows. `doubts` are
    words for staff: metadata that is out of date, firmware that should be updated."""

    model: str = ""
    picture: str = ""
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BeginCeremony:
    """POST …/ceremony: creation options, fetched late, for one relying party."""

    relying_party: str
    key: KeyReport


@dataclass(frozen=True, slots=True)
class Ceremony:
    """200. `public_key` is PublicKeyCredentialCreationOptionsJSON; `expires_in` in seconds."""

    ceremony_id: str
    relying_party: RelyingPartyName
    origin: str
    public_key: WebAuthnObject
    expires_in: int


@dataclass(frozen=True, slots=True)
class CompleteCeremony:
    """POST …/ceremony/{cid}/complete: RegistrationResponseJSON. The same again gives the same answer."""

    credential: WebAuthnObject
    name: str = ""


@dataclass(frozen=True, slots=True)
class CompletedCeremony:
    """201. `proof` is PublicKeyCredentialRequestOptionsJSON for the assertion that proves the credential. With a member
    of our own, `"userPresence": "required"`, it is a log-in elsewhere that wants the key touched once more."""

    credential_id: str
    proof: WebAuthnObject


@dataclass(frozen=True, slots=True)
class ProveCeremony:
    """POST …/ceremony/{cid}/proof: AuthenticationResponseJSON. The same again gives the same answer."""

    credential: WebAuthnObject


@dataclass(frozen=True, slots=True)
class IssuedPass:
    """A pass for the first days that the relying party gave the person besides the key: shown once, kept nowhere.
    `expires_in` in seconds."""

    value: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class ProvedCeremony:
    """200. `phase` is done when this was the last relying party; `receipt` is what people quote at the desk. `issued`
    comes with the first answer only."""

    phase: Phase
    relying_party: RelyingPartyName
    receipt: str
    issued: IssuedPass | None = None


class PartyResult(StrEnum):
    """How it ended at one relying party. `unknown`: it may have the credential; the service goes on looking, and takes
    away what it finds."""

    REGISTERED = "registered"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True, slots=True)
class PartyOutcome:
    """The truth about one relying party; `reason` is a word where it did not take the key."""

    relying_party: RelyingPartyName
    result: PartyResult
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FinishEnrollment:
    """POST …/finish: the person goes with what was proved, though not every relying party took the key. The same again
    gives the same answer. Where policy rolls back, and where nothing was proved, it is refused (`wrong_phase`):
    cancel instead."""


@dataclass(frozen=True, slots=True)
class FinishedEnrollment:
    """200. One outcome for each relying party, in order; `phase` is done."""

    phase: Phase
    receipt: str
    outcomes: tuple[PartyOutcome, ...]


class AbandonReason(StrEnum):
    """Why a begun ceremony will not end well. `another_key` takes back what is proved, too: the person goes on with
    another key."""

    CANCELLED = "cancelled"
    KEY_REMOVED = "key_removed"
    KEY_REFUSED = "key_refused"
    NOT_PROVED = "not_proved"
    RECOVERED = "recovered"
    ANOTHER_KEY = "another_key"


@dataclass(frozen=True, slots=True)
class AbandonCeremony:
    """POST …/ceremony/{cid}/abandon → 204, always the same. The relying party forgets an unproved credential.

    Allowed in every phase, also after the enrollment expired: a restarted station settles its journal with it.
    """

    reason: AbandonReason
