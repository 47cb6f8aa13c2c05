"""What can go wrong beside the key: the class is the meaning, the fields are the data.

KioskError
├── ConfigurationError     a setting is missing or wrong; `path` names it
├── NoCredential           the station's own secret is nowhere to be found
├── NoDisplay              no screen to open a window on
├── PortTaken              another program listens where the service should
├── StorageFull            the disk has no room for the journal or the database
├── JournalCorrupt         the journal cannot be read
├── VisitError             the person can mend it, or the visit ends
│   ├── InputRefused       a typed value is empty, too long, or has characters that cannot be meant
│   ├── SeveralKeys        more than one key is plugged in
│   ├── KeyNotAdmitted     policy refuses the key before anything was asked; `reasons`
│   ├── NotProtected       after all is done, the key does not report the PIN that policy requires
│   ├── OtherPort          a key without a serial number is in another port: whether it is the same cannot be told
│   ├── NotApproved        staff did not let the key be wiped
│   ├── Denied             staff said no, for a `reason`
│   ├── SameKey            the backup key must be another one
│   ├── LetterNotPrinted   the letter with the PIN did not come out of the printer; `why`
│   └── TookTooLong        the visit's absolute time is over
├── ServiceError           anything about the service, as the station sees it
│   ├── ServiceUnreachable not connected, name not found, timed out before an answer
│   ├── ServiceUntrusted   TLS: not our service, or an expired certificate
│   ├── ServiceBroken      5xx, half an answer, or an answer that is not ours
│   ├── StationRefused     the station's credential or scope is not accepted
│   └── Refusal            the service said no, for a reason (a problem document); see also kiosk.station_errors
│       ├── WrongCode      `tries_left`
│       ├── CodeTooOld
│       ├── TooSoon        `retry_after` seconds
│       ├── Locked         `retry_after` seconds
│       ├── NotVerified    automatic verification or confirmation did not hold
│       ├── VerificationUnavailable  the system that verifies does not answer
│       ├── HeldForReview  the person is registered, and somebody has to look at it first
│       ├── TermsChanged   something that must be accepted was not, or in an older version
│       ├── TotpWrongState the authenticator app is set up already, or setting it up was not begun
│       ├── PhonesUnavailable  no code for a phone can be had now
│       ├── IdOutOfRange   no project here has given the number out
│       ├── IdTakenByOther the mobile ID is somebody else's, or theirs is another one
│       ├── NumbersExhausted  the project has no number left
│       ├── ApprovalNeeded     staff must approve `action` first
│       ├── KeysEnough         the person has as many keys as policy allows
│       ├── SessionExpired
│       ├── KeyNotAllowed  `reasons`
│       ├── CeremonyExpired  the creation options are too old: fetch new ones
│       ├── PartyUnavailable  the relying party certainly did nothing now; later it may
│       ├── RegistrationRefused  the relying party certainly did not take the credential; `reasons`
│       ├── ProofRefused   `reasons`
│       ├── OutcomeUnknown perhaps registered; asking again settles it
│       └── OutOfStep      the service and the station disagree on the phase
"""

from __future__ import annotations

from dataclasses import dataclass, field


class KioskError(Exception):
    """Root of all that can go wrong beside the key. Carries data, never a sentence for a person."""


@dataclass(eq=False)
class ConfigurationError(KioskError):
    """A setting is missing or wrong. `path` names it ("smtp.port"), `problem` says what for staff."""

    path: str
    problem: str


@dataclass(eq=False)
class NoCredential(KioskError):
    """The secret `name` is neither in the systemd credentials, nor in the keyring, nor in an allowed file."""

    name: str


class NoDisplay(KioskError):
    """There is no display for a window (neither Wayland nor X11 answers)."""


@dataclass(eq=False)
class PortTaken(KioskError):
    """The address is in use by another program."""

    host: str
    port: int


class StorageFull(KioskError):
    """A write failed because the disk or its quota is full (SQLITE_FULL, ENOSPC)."""


@dataclass(eq=False)
class JournalCorrupt(KioskError):
    """The journal cannot be read; it was set aside at `moved_to`."""

    moved_to: str


class VisitError(KioskError):
    """Something in the visit itself: the person can mend it, or the visit ends."""


@dataclass(eq=False)
class InputRefused(VisitError):
    """The value of `field` cannot be used: `empty`, `too_long`, `characters`, `shape`, or (a code) `other_service`."""

    field: str
    reason: str


class SeveralKeys(VisitError):
    """More than one key is plugged in, so we would not know which one is meant."""


@dataclass(eq=False)
class KeyNotAdmitted(VisitError):
    """Policy refuses the key at first sight; `reasons` are words of `enrollment.admission.Reason`."""

    reasons: tuple[str, ...]


class NotProtected(VisitError):
    """The read-back at the end does not show what policy requires: the PIN, or what the key was to be at hand-over."""


class OtherPort(VisitError):
    """A key without a serial number sits in another port than the visit's key did: in the same one it can be told."""


class NotApproved(VisitError):
    """Staff were asked whether the key may be wiped, and did not say yes."""


@dataclass(eq=False)
class Denied(VisitError):
    """Staff said no; `reason` is what they wrote for the person, tamed, or empty."""

    reason: str = ""


class SameKey(VisitError):
    """This key was set up in this visit already: the backup key must be another one."""


@dataclass(eq=False)
class LetterNotPrinted(VisitError):
    """The letter with the PIN did not come out, and was taken back. `why`: `no_printer` (there is none), `no_cups`,
    `refused` (no such queue, or it takes nothing), `not_finished` (no paper, switched off), `not_made` (the page)."""

    why: str = ""


class TookTooLong(VisitError):
    """The visit's absolute time is over; whatever was begun was taken back."""


@dataclass(eq=False)
class ServiceError(KioskError):
    """Anything about the service, as the station sees it. `reference` finds it in the log."""

    reference: str = ""


class ServiceUnreachable(ServiceError):
    """No connection, or no answer in time: certainly nothing is known of the outcome of a write."""


class ServiceUntrusted(ServiceError):
    """TLS verification failed: not our service, or its certificate expired."""


class ServiceBroken(ServiceError):
    """A 5xx, a truncated answer, or an answer that does not fit the contract."""


class StationRefused(ServiceError):
    """The station's credential or its scopes are not accepted (401, 403)."""


class Refusal(ServiceError):
    """The service said no for a reason it named (RFC 9457)."""


@dataclass(eq=False)
class WrongCode(Refusal):
    """The code is not right."""

    tries_left: int | None = None


class CodeTooOld(Refusal):
    """The code is past its ten minutes, or was replaced by a newer one."""


@dataclass(eq=False)
class TooSoon(Refusal):
    """Another code may be asked for in `retry_after` seconds."""

    retry_after: int = 60


@dataclass(eq=False)
class Locked(Refusal):
    """Too many failures of this person or station; open again in `retry_after` seconds."""

    retry_after: int = 60


class NotVerified(Refusal):
    """The badge, the look-up or the confirmation did not match the person."""


class VerificationUnavailable(Refusal):
    """The system that would verify the person does not answer; another way may."""


class HeldForReview(Refusal):
    """The person is registered, and may go on when somebody at the desk has looked at it."""


class TermsChanged(Refusal):
    """Something that must be accepted was not, or in a version that is no longer asked for: the profile is too old."""


class TotpWrongState(Refusal):
    """The person's authenticator app is in another state: set up already, or never begun."""


class PhonesUnavailable(Refusal):
    """No code for a phone can be had now; the visit may go on without one."""


class IdOutOfRange(Refusal):
    """The number, or the code, is not one that a project here has given out."""


class IdTakenByOther(Refusal):
    """The mobile ID is somebody else's, or the person has another one in this project already."""


class NumbersExhausted(Refusal):
    """All numbers of the project are given out."""


@dataclass(eq=False)
class ApprovalNeeded(Refusal):
    """Staff must approve first; `action` is a word of `contract.staff.ApprovalAction`."""

    action: str = ""


class KeysEnough(Refusal):
    """The person has as many keys as policy allows."""


class SessionExpired(Refusal):
    """The enrollment is over (15 minutes, cancelled, or never was)."""


@dataclass(eq=False)
class KeyNotAllowed(Refusal):
    """Policy refuses the key: words of `enrollment.admission.Reason`, or `<relying party>:<word>` of only that one."""

    reasons: tuple[str, ...] = field(default=())


class CeremonyExpired(Refusal):
    """The creation options ran out before the answer came; nothing was registered."""


@dataclass(eq=False)
class PartyUnavailable(Refusal):
    """The relying party did nothing and cannot now; it may in `retry_after` seconds (0 where nobody knows)."""

    retry_after: int = 0


@dataclass(eq=False)
class RegistrationRefused(Refusal):
    """The relying party certainly did not take the credential, for `reasons`: it must leave the key."""

    reasons: tuple[str, ...] = field(default=())


@dataclass(eq=False)
class ProofRefused(Refusal):
    """The assertion did not verify, for `reasons`: the credential is not proved to work."""

    reasons: tuple[str, ...] = field(default=())


@dataclass(eq=False)
class OutcomeUnknown(Refusal):
    """Perhaps registered; the same call settles it in `retry_after` seconds (0 where nobody knows)."""

    retry_after: int = 0


class OutOfStep(Refusal):
    """Station and service disagree on the phase of the enrollment."""
