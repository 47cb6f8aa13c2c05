"""The HTTP face of an enrollment (see `kiosk.contract.enrollments`): parse, check the scope, call one action."""

from __future__ import annotations

import time
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Path, Response
from fastapi.concurrency import run_in_threadpool

from kiosk.contract import enrollments as wire
from kiosk.contract import keys as keys_wire
from kiosk.contract import paths
from kiosk.contract import totp as totp_wire
from kiosk.contract.mobile_ids import MobileId
from kiosk.contract.paths import Scope
from kiosk.contract.profile import Profile
from kiosk.service.enrollments import actions, admission, bodies, ceremonies, completion, finish, proof, register, totp
from kiosk.service.enrollments.ceremonies import Place
from kiosk.service.enrollments.intents import choose_intent
from kiosk.service.enrollments.mobile_id import show_mobile_id
from kiosk.service.enrollments.next_key import next_key
from kiosk.service.enrollments.profile import profile_of
from kiosk.service.parts import Parts
from kiosk.service.policies.governed import governed
from kiosk.service.routing import WrittenRoute
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller

router = APIRouter(tags=["enrollments"], route_class=WrittenRoute)

Station = Annotated[Caller, Depends(Guard(Scope.ENROLL))]


async def _parts(parts: Annotated[Parts, Depends(parts_of)], caller: Station) -> Parts:
    return await governed(parts, caller.client_id)


Made = Annotated[Parts, Depends(_parts)]
EnrollmentId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
CeremonyId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@router.get(paths.PROFILE, summary="What a station shows and obeys")
def profile(parts: Made, _caller: Station) -> Profile:
    """Fields to identify by, ways to verify, relying parties, times."""
    return profile_of(parts)


@router.post(paths.ENROLLMENTS, status_code=201, summary="Begin an enrollment")
def open_enrollment(body: bodies.OpenEnrollment, parts: Made, caller: Station) -> wire.OpenedEnrollment:
    """A station has one at a time: an earlier one is cancelled."""
    return actions.open_enrollment(parts, caller, body)


@router.post(paths.IDENTIFY, status_code=202, summary="Say who it is")
async def identify(enrollment_id: EnrollmentId, body: bodies.Identify, parts: Made, caller: Station) -> wire.Identified:
    """The answer looks and takes the same whoever was matched; no thread waits for the time to pass."""
    begun = time.monotonic()
    try:
        return await run_in_threadpool(actions.identify, parts, caller, enrollment_id, body)
    finally:
        await anyio.sleep(max(0.0, parts.settings.identify.minimum_seconds - (time.monotonic() - begun)))


@router.post(paths.REGISTER, status_code=202, summary="Register instead")
async def fill_in_form(
    enrollment_id: EnrollmentId, body: bodies.Register, parts: Made, caller: Station
) -> wire.Identified:
    """A filled-in form. The answer looks and takes the same whoever is known already."""
    begun = time.monotonic()
    try:
        return await run_in_threadpool(register.fill_in, parts, caller, enrollment_id, body)
    finally:
        await anyio.sleep(max(0.0, parts.settings.identify.minimum_seconds - (time.monotonic() - begun)))


@router.post(paths.SEND_CODE, status_code=202, summary="Send a code")
def send_code(enrollment_id: EnrollmentId, body: bodies.SendCode, parts: Made, caller: Station) -> wire.CodeSent:
    """By mail or SMS, from a durable outbox: the answer does not wait for the message to leave."""
    return actions.send_code(parts, caller, enrollment_id, body)


@router.post(paths.VERIFY, summary="Verify the person")
def verify(enrollment_id: EnrollmentId, body: bodies.Verify, parts: Made, caller: Station) -> wire.Verified:
    """By a code, a badge, a confirmation, or nothing, as policy offers."""
    return actions.verify(parts, caller, enrollment_id, body)


@router.post(paths.KEY, summary="Ask whether a key is welcome")
def check_key(enrollment_id: EnrollmentId, body: bodies.CheckKey, parts: Made, caller: Station) -> wire.CheckedKey:
    """Before the person does anything with it: by our rules, its maker's metadata, the relying parties' policies."""
    return admission.check_key(parts, caller, enrollment_id, body)


@router.post(paths.CEREMONY, summary="Fetch creation options")
def begin_ceremony(
    enrollment_id: EnrollmentId, body: bodies.BeginCeremony, parts: Made, caller: Station
) -> wire.Ceremony:
    """Late, when the key is ready; the service checks policy against the key once more."""
    return ceremonies.begin_ceremony(parts, caller, enrollment_id, body)


@router.post(paths.COMPLETE, status_code=201, summary="Register the credential")
def complete(
    enrollment_id: EnrollmentId, ceremony_id: CeremonyId, body: bodies.CompleteCeremony, parts: Made, caller: Station
) -> wire.CompletedCeremony:
    """The same response sent again gets the same answer."""
    return completion.complete(parts, Place(caller, enrollment_id, ceremony_id), body)


@router.post(paths.PROOF, summary="Prove the credential")
def prove(
    enrollment_id: EnrollmentId, ceremony_id: CeremonyId, body: bodies.ProveCeremony, parts: Made, caller: Station
) -> wire.ProvedCeremony:
    """With the last relying party the enrollment is done, and the person is told by mail."""
    return proof.prove(parts, Place(caller, enrollment_id, ceremony_id), body)


@router.post(paths.ABANDON, status_code=204, summary="Give a ceremony up")
def abandon(
    enrollment_id: EnrollmentId,
    ceremony_id: CeremonyId,
    body: bodies.AbandonCeremony,
    parts: Made,
    caller: Station,
) -> Response:
    """An unproved credential is forgotten; the answer is always the same, also after the enrollment has ended."""
    ceremonies.abandon(parts, Place(caller, enrollment_id, ceremony_id), body.reason)
    return Response(status_code=204)


@router.post(paths.FINISH, summary="End with what was proved")
def finish_enrollment(
    enrollment_id: EnrollmentId,
    body: bodies.FinishEnrollment,  # noqa: ARG001 - checked for its form: it has no members
    parts: Made,
    caller: Station,
) -> wire.FinishedEnrollment:
    """When not every relying party took the key, and the person goes with those that did."""
    return finish.finish(parts, caller, enrollment_id)


@router.post(paths.TOTP, summary="Set up an authenticator app")
def set_up_totp(
    enrollment_id: EnrollmentId,
    body: bodies.SetUpTotp,  # noqa: ARG001 - checked for its form: it has no members
    parts: Made,
    caller: Station,
) -> totp_wire.TotpSetUp:
    """After the key, where policy offers it: a fallback for when the key is lost. Each call makes another secret."""
    return totp.set_up(parts, caller, enrollment_id)


@router.post(paths.TOTP_CONFIRM, summary="Show that the app works")
def confirm_totp(
    enrollment_id: EnrollmentId, body: bodies.ConfirmTotp, parts: Made, caller: Station
) -> totp_wire.TotpEnrolled:
    """By the code that it shows. The recovery codes are told once."""
    return totp.confirm(parts, caller, enrollment_id, body)


@router.post(paths.MOBILE_ID, summary="Show a mobile ID")
def show_id(enrollment_id: EnrollmentId, body: bodies.ShowMobileId, parts: Made, caller: Station) -> MobileId:
    """Of a verified person: the activation code of their project, the code on their phone, or the number itself. The
    number is theirs from then on."""
    return show_mobile_id(parts, caller, enrollment_id, body)


@router.post(paths.INTENT, summary="Say what the person is here for")
def intent(
    enrollment_id: EnrollmentId, body: bodies.ChooseIntent, parts: Made, caller: Station
) -> keys_wire.IntentTaken:
    """A first key, another one, or one in place of keys that are lost. Before the first ceremony; where policy counts
    keys, who has some and says nothing is here for another one."""
    return choose_intent(parts, caller, enrollment_id, body)


@router.post(paths.NEXT_KEY, summary="Go on with one more key")
def open_next_key(
    enrollment_id: EnrollmentId,
    body: bodies.NextKey,  # noqa: ARG001 - checked for its form: it has no members
    parts: Made,
    caller: Station,
) -> keys_wire.NextKeyOpened:
    """Once a key is done, where policy has a place for one more. What was done stays done, whatever becomes of it."""
    return next_key(parts, caller, enrollment_id)


@router.delete(paths.ENROLLMENT, status_code=204, summary="Cancel an enrollment")
def cancel(enrollment_id: EnrollmentId, parts: Made, caller: Station) -> Response:
    """What is half made is forgotten; an enrollment that is done stays done."""
    actions.cancel(parts, caller, enrollment_id)
    return Response(status_code=204)
