"""The relying parties of a visit: which are left, how each of them ended, and what that means by policy."""

from __future__ import annotations

from dataclasses import replace

from hardware.authenticator import KeyInfo
from hardware.errors import (
    AlreadyRegistered,
    KeyFull,
    KeyUnusable,
    MissingExtension,
    NoSuitableAlgorithm,
    OptionsRefused,
)
from kiosk.contract.enrollments import Ceremony, FinishedEnrollment, PartyOutcome, PartyResult
from kiosk.contract.policy import Partial
from kiosk.contract.profile import RelyingPartyName
from kiosk.enrollment.visit import KeyDone, Trouble, Visit
from kiosk.errors import KeyNotAllowed, PartyUnavailable, ProofRefused, RegistrationRefused

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (AlreadyRegistered, "already_registered"),
    (NoSuitableAlgorithm, "algorithm"),
    (MissingExtension, "extension"),
    (KeyFull, "full"),
    (KeyUnusable, "key_unusable"),
    (OptionsRefused, "options"),
    (KeyNotAllowed, "key_not_allowed"),
    (PartyUnavailable, "unavailable"),
    (ProofRefused, "not_proved"),
    (RegistrationRefused, "rejected"),
)
"""Why a relying party did not take the key, where it names no reason of its own."""


_OF_THE_ACCOUNT = frozenset(
    {
        "no_account",
        "account_disabled",
        "account_closed",
        "several_accounts",
        "too_many",
        "not_authorized",
        "not_enabled",
        "no_model_allowed",
        "mfa_not_enabled",
    }
)
"""Reasons that no other key would change: somebody must look at the account, or at the relying party."""


def left(visit: Visit) -> tuple[RelyingPartyName, ...]:
    """Those that were not asked yet, in order; the first of them is in hand."""
    settled = {party.id for party in visit.finished} | {each.relying_party.id for each in visit.outcomes}
    return tuple(party for party in visit.parties if party.id not in settled)


def place(visit: Visit) -> int:
    """Which of them is in hand, from 1; the last one once none is left."""
    return min(len(visit.parties) - len(left(visit)) + 1, len(visit.parties))


def concluded(visit: Visit) -> bool:
    """Whether nothing more is to be asked of any of them: all proved, or the end was told with what is."""
    return bool(visit.parties) and (visit.ended or len(visit.finished) == len(visit.parties))


def rolls_back(visit: Visit) -> bool:
    """Whether what was proved at one is taken back unless all of them take the key."""
    return visit.policy.partial is Partial.ROLL_BACK and len(visit.parties) > 1


def another_key_helps(visit: Visit) -> bool:
    """Whether any of those that refused did so because of the key."""
    words = {each.reason for each in visit.outcomes if each.result is PartyResult.REFUSED}
    return not words <= _OF_THE_ACCOUNT


def goes_on(visit: Visit) -> bool:
    """Whether the visit can go on without the one in hand: another one has the key, or may yet take it."""
    return visit.policy.partial is Partial.KEEP and bool(visit.finished or len(left(visit)) > 1)


def noted(visit: Visit, result: PartyResult, error: Trouble) -> Visit:
    """The visit in which the one in hand ended so."""
    party = left(visit)[0]
    outcome = PartyOutcome(party, result, word_of(error, party) if result is PartyResult.REFUSED else "")
    known = isinstance(error, AlreadyRegistered)
    return replace(
        visit, outcomes=(*visit.outcomes, outcome), refusal=visit.refusal if known else visit.refusal or error
    )


def outcomes(visit: Visit, key: KeyDone | None = None) -> tuple[PartyOutcome, ...]:
    """How it ended at each of them, in order: with the key in hand, or with an earlier one."""
    of = visit if key is None else key
    ended = {each.relying_party.id: each for each in of.outcomes}
    ended |= {party.id: PartyOutcome(party, PartyResult.REGISTERED) for party in of.finished}
    return tuple(ended.get(party.id, PartyOutcome(party, PartyResult.NOT_TRIED)) for party in visit.parties)


def kept(visit: Visit) -> bool:
    """Whether some of what was proved with the key in hand stays, were the visit to end now."""
    return bool(visit.finished) and (concluded(visit) or not rolls_back(visit))


def told(visit: Visit, finished: FinishedEnrollment) -> Visit:
    """The visit as the service tells its end; why a key was refused before it got there, only we know."""
    ours = {each.relying_party.id: each for each in visit.outcomes}
    theirs = [_merged(each, ours.get(each.relying_party.id)) for each in finished.outcomes]
    registered = {each.relying_party.id for each in theirs if each.result is PartyResult.REGISTERED}
    return replace(
        visit,
        finished=tuple(party for party in visit.parties if party.id in registered),
        outcomes=tuple(each for each in theirs if each.result is not PartyResult.REGISTERED),
        receipt=finished.receipt,
        ended=True,
    )


def forget_proved(visit: Visit) -> Visit:
    """The visit in which no relying party has taken, or refused, anything."""
    return replace(
        visit, finished=(), proved=(), made=(), outcomes=(), refusal=None, ended=False, receipt="", issued=()
    )


def can_sign(key: KeyInfo, ceremony: Ceremony) -> bool:
    """Whether the key has one of the algorithms that are asked for, as far as both name any."""
    asked = {each.get("alg") for each in ceremony.public_key.get("pubKeyCredParams", ())}
    return not asked or not key.algorithms or bool(asked & {*key.algorithms})


def word_of(error: Trouble, party: RelyingPartyName) -> str:
    """Why this one did not take the key, in one word."""
    given = error.reasons if isinstance(error, KeyNotAllowed | RegistrationRefused | ProofRefused) else ()
    if given:
        return given[0].removeprefix(f"{party.id}:")
    return next((word for kind, word in _WORDS if isinstance(error, kind)), "rejected")


def _merged(theirs: PartyOutcome, ours: PartyOutcome | None) -> PartyOutcome:
    undecided = theirs.result in (PartyResult.REFUSED, PartyResult.NOT_TRIED) and not theirs.reason
    return ours if undecided and ours is not None and ours.result is PartyResult.REFUSED else theirs
