"""Sample states of a visit with several relying parties for the tour: where each of them ended, and what was given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hardware import errors as key_errors
from kiosk import errors as kiosk_errors
from kiosk.contract.enrollments import PartyOutcome, PartyResult
from kiosk.contract.profile import RelyingPartyName
from kiosk.enrollment import states as s
from kiosk.enrollment.states import Remedy, Task
from kiosk.enrollment.visit import KeyDone, KeyIdentity, TemporaryPass, Visit
from kiosk.secret import Secret
from ui.tour_keys import ADDRESS, Sample

_MAIL = RelyingPartyName("mail.example.org", "Staff mail")
_VPN = RelyingPartyName("vpn.example.org", "VPN")
_DOOR = RelyingPartyName("door.example.org", "Building access")
_DOWN = PartyOutcome(_VPN, PartyResult.REFUSED, "unavailable")
_UNKNOWN = PartyOutcome(_DOOR, PartyResult.UNKNOWN)


def party_samples(visit: Visit) -> Iterator[Sample]:
    """Waiting for one of them, the ends, and the stops."""
    three = replace(visit, parties=(_MAIL, _VPN, _DOOR), finished=(_MAIL,), receipt="7Q2M")
    yield from _waiting(three)
    yield from _done(three)
    yield from _stopped(three)


def _waiting(visit: Visit) -> Iterator[Sample]:
    yield Sample("touch-second", s.Touch(visit, _VPN, 2, 3, 30, waiting=True))
    wait = s.Prove(visit, _VPN, 2, 3, Task.PREPARE, 1, 4, problem=kiosk_errors.PartyUnavailable("k7q2"), optional=True)
    yield Sample("working-without", wait)
    unknown = kiosk_errors.OutcomeUnknown("k7q2", 5)
    yield Sample("working-unknown", replace(wait, task=Task.REGISTER, problem=unknown, retry_in=5))
    ended = replace(visit, outcomes=(_DOWN, _UNKNOWN))
    yield Sample("working-finish", s.Prove(ended, _DOOR, 3, 3, Task.FINISH))
    yield Sample("key-unchecked", s.InsertKey(visit, problem=kiosk_errors.ServiceUnreachable("k7q2"), key=ADDRESS))


def _done(visit: Visit) -> Iterator[Sample]:
    ended = replace(visit, outcomes=(_DOWN, _UNKNOWN))
    yield Sample("done-partly", s.Done(ended))
    known = PartyOutcome(_VPN, PartyResult.REFUSED, "already_registered")
    yield Sample("done-unknown", s.Done(replace(ended, outcomes=(known, _UNKNOWN))))
    account = PartyOutcome(_VPN, PartyResult.REFUSED, "no_account")
    left = replace(ended, finished=(_MAIL, _DOOR), outcomes=(account,), left_on_key=True)
    yield Sample("done-left-on-key", s.Done(left))
    yield Sample("done-replaced", s.Done(replace(visit, finished=(_MAIL, _VPN, _DOOR), replaced=True)))
    whole = replace(visit, parties=(_MAIL, _VPN), finished=(_MAIL, _VPN))
    yield from _two_keys(whole)
    given = TemporaryPass(_MAIL, Secret("8+Xk&4Tq"), 8 * 3600)
    yield Sample("done-pass", s.Done(replace(whole, issued=(given,))))
    other = TemporaryPass(_VPN, Secret("JKWM-2297-QXTR"), 3600)
    yield Sample("done-passes", s.Done(replace(whole, issued=(given, other))))


def _two_keys(visit: Visit) -> Iterator[Sample]:
    """The first of two keys is done; the second as well, or in part."""
    assert visit.key is not None
    identity, earlier = KeyIdentity.of(visit.key), replace(visit.key, address=replace(visit.key.address, serial="4410"))
    first = KeyDone(identity, earlier, visit.model, visit.finished, (), visit.receipt)
    both = replace(visit, done=(first,))
    yield Sample("done-two-keys", s.Done(both))
    yield Sample("done-second-partly", s.Done(replace(both, finished=(_MAIL,)), cut_short=True))
    first = replace(first, finished=(_MAIL,), outcomes=(_DOWN,))
    yield Sample("done-first-partly", s.Done(replace(both, done=(first,))))


def _stopped(visit: Visit) -> Iterator[Sample]:
    nothing = replace(visit, finished=(), outcomes=(), receipt="")
    refused = kiosk_errors.KeyNotAllowed("k7q2", (f"{_VPN.id}:extension",))
    yield Sample("stopped-by-one", s.Stopped(nothing, refused, Remedy.ANOTHER_KEY))
    revoked = kiosk_errors.KeyNotAllowed("k7q2", ("model_revoked", "attestation_untrusted"))
    yield Sample("stopped-revoked", s.Stopped(nothing, revoked, Remedy.ANOTHER_KEY))
    rejected = kiosk_errors.RegistrationRefused("k7q2", ("no_account",))
    back = s.Stopped(nothing, rejected, Remedy.DESK, taken_back=(_MAIL,))
    yield Sample("stopped-taking-back", replace(back, cleaning=2))
    yield Sample("stopped-rolled-back", back)
    all_of_them = (
        PartyOutcome(_MAIL, PartyResult.REFUSED, "no_account"),
        _DOWN,
        _UNKNOWN,
    )
    yield Sample("stopped-nowhere", s.Stopped(replace(nothing, outcomes=all_of_them), rejected, Remedy.DESK))
    yield Sample("stopped-between", s.Stopped(visit, key_errors.PinBlocked(), Remedy.ANOTHER_KEY))
