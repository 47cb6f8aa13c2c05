"""What staff are asked for, and how they say yes or no: approvals of an enrollment, and staff at the kiosk itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.contract.enrollments import KeyReport, WebAuthnObject


class ApprovalAction(StrEnum):
    """What staff are asked to approve.

    `verify`: a person whom nothing but their own word verifies (self-confirmation, none). `override`: a person whom
    their ways of verification failed; staff have seen an identity document. `reset`: this key is wiped. `another_key`:
    one more key for somebody who has some. `replace_key`: a lost key's sign-ins are taken away once the new one works.
    `guest`: a guest who registers.
    """

    VERIFY = "verify"
    OVERRIDE = "override"
    RESET = "reset"
    ANOTHER_KEY = "another_key"
    REPLACE_KEY = "replace_key"
    GUEST = "guest"


class ApprovalState(StrEnum):
    """How a request stands; all but `pending` are final. `used`: what was approved was done."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"
    USED = "used"


class Decision(StrEnum):
    """What a member of staff says."""

    APPROVE = "approve"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class OpenApproval:
    """POST …/approvals: ask staff. `key` for what is about a key. The same action again gives the request that is
    pending."""

    action: ApprovalAction
    key: KeyReport | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A request, for the station that asked; GET …/approvals/{id} (`wait` seconds at most 20, `seen` the state and
    `given` known, as `pending:1`) is held until it moves. `number` is two digits shown at the kiosk and to staff, so
    that they talk of the same person. `given` of the `needed` approvals are there; `expires_in` in seconds. `reason`
    is what staff wrote for the person where they said no."""

    approval_id: str
    action: ApprovalAction
    state: ApprovalState
    number: str
    needed: int
    given: int
    expires_in: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A pending request as staff see it. `about` are lines (name of the line, text): the masked person, the key's
    model and serial number, words why a verification failed. `asked_ago` in seconds. `mine`: the member of staff who
    looks has said yes already, and another one is needed."""

    approval_id: str
    enrollment_id: str
    station: str
    site: str
    action: ApprovalAction
    number: str
    about: tuple[tuple[str, str], ...]
    needed: int
    given: int
    asked_ago: int
    expires_in: int
    mine: bool = False


class Role(StrEnum):
    """What a member of staff may do at their sites; each is given by itself."""

    VIEW = "view"
    CONCIERGE = "concierge"
    APPROVE = "approve"
    ADMINISTER = "administer"


class StaffPurpose(StrEnum):
    """What an assertion of staff is for: to open the desk at a kiosk, to decide a request, to sign in to the console,
    or to confirm one action there."""

    DESK = "desk"
    DECIDE = "decide"
    CONSOLE = "console"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class AskStaff:
    """POST /staff/challenges, of a station: a challenge for whichever member of staff has a key in the reader.
    `approval_id`, `decision` and `reason` (at most 200 characters; needed for `override`) with the purpose `decide`."""

    purpose: StaffPurpose
    approval_id: str = ""
    decision: Decision | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StaffChallenge:
    """201. `public_key` is PublicKeyCredentialRequestOptionsJSON: its challenge is the SHA-256 of the statement, which
    names the action; user verification is required. `expires_in` in seconds."""

    challenge_id: str
    public_key: WebAuthnObject
    origin: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class AnswerChallenge:
    """POST /staff/challenges/{id}/answer: the AuthenticationResponseJSON of a staff key; or, where the key is lost or
    broken, a `name` with a sealed one-time `code`."""

    credential: WebAuthnObject | None = None
    name: str = ""
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StaffAnswer:
    """200: who it was. With the purpose `desk` comes a `desk` token, for `expires_in` seconds (header
    `Keywright-Desk`); with `decide` the request as it stands now."""

    name: str
    roles: tuple[Role, ...]
    desk: str = field(default="", repr=False)
    expires_in: int = 0
    approval: Approval | None = None


@dataclass(frozen=True, slots=True)
class LookUpKey:
    """POST /staff/desk/key: what is known of this key."""

    key: KeyReport


@dataclass(frozen=True, slots=True)
class KeyTold:
    """200. `state` is the inventory's word (`unknown`, `in_stock`, `issued`, …), `holder` masked. `refusals` are the
    words why policy would not take the key, `doubts` what metadata say of it."""

    state: str
    model: str = ""
    holder: str = ""
    since: str = ""
    refusals: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LookUpReference:
    """POST /staff/desk/reference: what happened under the reference that a person was shown."""

    reference: str


@dataclass(frozen=True, slots=True)
class ReferenceTold:
    """200: events of this station's site, oldest first: time (ISO 8601, UTC), event, reason; words, and no person."""

    events: tuple[tuple[str, str, str], ...]
