"""What may happen in an enrollment, pure: phases, lives, replays, which keys are welcome, what policy says.

EnrollmentRefused
├── NotFound             no such enrollment, ceremony or relying party for this caller
├── WrongPhase           the enrollment is at another step
├── Expired              its time is over, or it was cancelled
├── Conflict             another answer was given to the same question, or somebody else was faster
├── InProgress           the same answer is being worked on; ask again in `retry_after` seconds
├── OutcomeUnknown       nobody knows yet whether the credential was registered; ask again in `retry_after` seconds
├── SimulatedKey         a simulated key, and this service is not the embedded one
├── KeyNotAllowed        policy refuses the key, for `reasons`
├── KeysEnough           the person has as many keys as policy allows
├── CeremonyExpired      the creation options are too old or were given up: fetch new ones
├── RegistrationRejected the relying party certainly did not take the credential, for `reasons`
│   └── NotBelieved      its attestation is not believed, for `reasons`
└── ProofRejected        the assertion does not hold, for `reasons`
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from datetime import datetime

from kiosk.contract.enrollments import KeyReport, Phase, WebAuthnObject
from kiosk.contract.policy import EnrollmentPolicy, PinMode
from kiosk.contract.profile import FieldSet
from kiosk.service.directories.connector import Criteria, Person
from kiosk.service.directories.rules import BadCriteria
from kiosk.service.relying_parties.connector import UserVerification
from kiosk.service.store.ceremonies import CeremonyRow, CeremonyState
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.tokens.rules import live
from kiosk.service.verification.counters import subject_of_person

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_RECEIPT_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letter is taken for a digit


class EnrollmentRefused(Exception):
    """The request is refused for a reason that the caller can act upon."""


class NotFound(EnrollmentRefused):
    """No such thing for this caller; whether somebody else has one is not told."""


class WrongPhase(EnrollmentRefused):
    """The enrollment is at another step."""


class Expired(EnrollmentRefused):
    """The enrollment is over: out of time, or cancelled."""


class Conflict(EnrollmentRefused):
    """Another answer than the stored one."""


class InProgress(EnrollmentRefused):
    """The same answer is being worked on."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class OutcomeUnknown(EnrollmentRefused):
    """The relying party may have the credential; the same response sent again lists and looks."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class SimulatedKey(EnrollmentRefused):
    """No hardware, and no embedded service."""


class _Reasoned(EnrollmentRefused):
    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


class KeyNotAllowed(_Reasoned):
    """Policy refuses the key; the words are those that the station's own admission uses."""


class KeysEnough(EnrollmentRefused):
    """The person has as many keys as policy allows."""


class CeremonyExpired(EnrollmentRefused):
    """Too old, or given up."""


class RegistrationRejected(_Reasoned):
    """Certainly not registered."""


class NotBelieved(RegistrationRejected):
    """Certainly not registered, because the attestation is not believed."""


class ProofRejected(_Reasoned):
    """Not proved to work."""


def require_phase(row: EnrollmentRow | None, now: datetime, *phases: Phase) -> EnrollmentRow:
    """The row, if it is alive and in one of the phases. Raises NotFound, Expired, WrongPhase."""
    if row is None:
        raise NotFound
    if row.phase is Phase.DONE and Phase.DONE not in phases:
        raise WrongPhase
    if row.phase in (Phase.CANCELLED, Phase.EXPIRED):
        raise Expired
    if row.phase is not Phase.DONE and not live(row.opened_at, row.expires_at, now):
        raise Expired
    if row.phase not in phases:
        raise WrongPhase
    return row


def answered(ceremony: CeremonyRow, response_hash: str, now: datetime) -> bool:
    """Whether this registration response has its answer already.

    Raises Conflict (another response), InProgress (the same, right now), CeremonyExpired, RegistrationRejected.
    """
    if ceremony.state is CeremonyState.ABANDONED:
        raise CeremonyExpired
    if ceremony.state is CeremonyState.BEGUN:
        return False
    if ceremony.response_hash != response_hash:
        raise Conflict
    if ceremony.state is CeremonyState.REFUSED:
        raise rejected(ceremony.refusal)
    if ceremony.state is CeremonyState.COMPLETING:
        if ceremony.lease_until is not None and live(ceremony.begun_at, ceremony.lease_until, now):
            raise InProgress(max(1, int((ceremony.lease_until - now).total_seconds()) + 1))
        return False
    return True


def proved(ceremony: CeremonyRow, proof_hash: str) -> bool:
    """Whether this proof has its answer already. Raises Conflict, CeremonyExpired, WrongPhase."""
    match ceremony.state:
        case CeremonyState.PROVED:
            if ceremony.proof_hash != proof_hash:
                raise Conflict
            return True
        case CeremonyState.REGISTERED:
            return False
        case CeremonyState.ABANDONED | CeremonyState.REFUSED:
            raise CeremonyExpired
        case CeremonyState.BEGUN | CeremonyState.COMPLETING:
            raise WrongPhase


def rejected(refusal: str) -> RegistrationRejected:
    """The error of a refusal as it is stored: a word, which `attestation` may precede."""
    attestation, _, reason = refusal.rpartition(" ")
    return NotBelieved(reason) if attestation else RegistrationRejected(reason)


def credential_name(text: str) -> str:
    """What a person calls the key, tamed: the first 64 printable characters."""
    return "".join(character for character in text if character.isprintable())[:64]


def serial_number(attested: str, claimed: str) -> tuple[str, str]:
    """The number of the key for the inventory and who says so: its attestation before what it said over USB."""
    if attested:
        return attested, "attestation"
    return claimed, "usb" if claimed else ""


def digest(response: WebAuthnObject) -> str:
    """The same for the same JSON value, however it was written."""
    return hashlib.sha256(json.dumps(response, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def subject_of(hmac_key: bytes, alternative: str, criteria: Criteria, person: Person | None) -> str:
    """What failures are counted for: the person, or what was typed where that is not exactly one person."""
    if person is not None:
        return subject_of_person(hmac_key, person.user_id)
    return _keyed(hmac_key, ["nobody", alternative, sorted(criteria.items())])


def subject_of_registration(hmac_key: bytes, email: str) -> str:
    """What failures are counted for where somebody registers: the address, whoever has it."""
    return _keyed(hmac_key, ["registration", email])


def _keyed(hmac_key: bytes, told: list[object]) -> str:
    return hmac.new(hmac_key, json.dumps(told).encode(), "sha256").hexdigest()


def receipt_of(random: bytes) -> str:
    """Eight characters to be read out at the desk (40 bits)."""
    letters = "".join(_RECEIPT_LETTERS[byte % 32] for byte in random[:8])
    return f"{letters[:4]}-{letters[4:]}"


def locale_of(asked: str, languages: tuple[str, ...]) -> str:
    """The BCP 47 tag that was asked for if it is one, else the first language."""
    return asked if _LANGUAGE.fullmatch(asked) else languages[0]


def field_set(alternatives: Iterable[FieldSet], name: str) -> FieldSet:
    """The alternative of this name. Raises BadCriteria."""
    found = next((each for each in alternatives if each.name == name), None)
    if found is None:
        raise BadCriteria(("alternative",))
    return found


def user_verification(mode: PinMode) -> UserVerification:
    """Whether the key must have checked its PIN."""
    match mode:
        case PinMode.REQUIRED:
            return UserVerification.REQUIRED
        case PinMode.IF_ABSENT:
            return UserVerification.PREFERRED
        case PinMode.NEVER:
            return UserVerification.DISCOURAGED


def admit_key(key: KeyReport, policy: EnrollmentPolicy, *, embedded: bool) -> None:
    """Let the key in. Raises SimulatedKey, or KeyNotAllowed with every reason, most fundamental first."""
    if key.simulated and not embedded:
        raise SimulatedKey
    if not any(version.startswith("FIDO_2") for version in key.versions):
        raise KeyNotAllowed("too_old")
    allowed, model, free = policy.key.aaguids_allowed, key.aaguid.lower(), key.remaining_credentials
    oldest = policy.key.min_firmware.get(model, policy.key.min_firmware.get("", 0))
    levels = policy.key.certification.items()
    verifies = "clientPin" in key.options or (policy.pin.built_in_uv and key.options.get("uv", False))
    checks = (
        ("no_discoverable", not key.options.get("rk")),
        ("no_pin_support", policy.pin.mode is PinMode.REQUIRED and not verifies),
        ("model_not_allowed", bool(allowed) and model not in allowed),
        ("model_denied", model in policy.key.aaguids_denied),
        ("firmware_too_old", (key.firmware or 0) < oldest),
        ("not_certified", any(key.certifications.get(name, 0) < level for name, level in levels)),
        ("cannot_delete", policy.key.only_deletable and not _deletes(key)),
        ("full", free is not None and free < policy.key.min_free_slots),
    )
    if reasons := [reason for reason, holds in checks if holds]:
        raise KeyNotAllowed(*reasons)


def _deletes(key: KeyReport) -> bool:
    """Whether one credential can be taken back from it: credential management, or its preview."""
    return bool(key.options.get("credMgmt") or key.options.get("credentialMgmtPreview"))
