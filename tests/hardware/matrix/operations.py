"""The operations of the `Authenticator`, each with what must be so before it."""

from __future__ import annotations

from dataclasses import replace

from fido2.utils import websafe_encode

from hardware.authenticator import KeySettings
from hardware.errors import WrongPin
from hardware.fido import LISTING_SECONDS
from hardware.simulated.traits import CTAP20, CTAP21
from tests.hardware.matrix.desk import Desk, Operation
from tests.hardware.ways import ORIGIN, PIN, RP_ID, creation_options, request_options

NEW_PIN = "another-42"
WITH_SENSOR = replace(CTAP21, built_in_uv=True, bio_enrollment=True)
SETTINGS = KeySettings(
    min_pin_length=6,
    min_pin_length_rp_ids=(RP_ID,),
    always_uv=True,
    enterprise_attestation=True,
    force_pin_change=True,
)


def protect(desk: Desk) -> None:
    """A key with a PIN, and a session that knows it."""
    desk.session.set_pin(desk.secret(PIN))


def unlock(desk: Desk) -> None:
    desk.session.verify_pin(desk.secret(PIN))


def enroll(desk: Desk, user: bytes = b"first") -> object:
    options = creation_options(user={"id": websafe_encode(user), "name": "ann", "displayName": "Ann Example"})
    return desk.session.make_credential(options, ORIGIN, desk.watch)


def provision(desk: Desk) -> None:
    """A key with a PIN and a credential."""
    protect(desk)
    enroll(desk)


def provision_twice(desk: Desk) -> None:
    provision(desk)
    enroll(desk, b"second")


def prove(desk: Desk) -> object:
    return desk.session.prove(request_options(websafe_encode(desk.credential_id)), ORIGIN, desk.watch)


def finger(desk: Desk) -> object:
    return desk.session.enroll_fingerprint("thumb", desk.watch, lambda _: None).name


def with_finger(desk: Desk) -> None:
    protect(desk)
    finger(desk)


OPERATIONS = (
    Operation("inspect", lambda desk: (desk.session.inspect(), desk.session.inspect()), protect),
    Operation("set_pin", protect),
    Operation("verify_pin", unlock, protect),
    Operation(
        "verify_pin, wrong", lambda desk: desk.session.verify_pin(desk.secret("not it")), protect, refused=(WrongPin,)
    ),
    Operation("change_pin", lambda desk: desk.session.change_pin(desk.secret(PIN), desk.secret(NEW_PIN)), protect),
    Operation("use_built_in_uv", lambda desk: desk.session.use_built_in_uv(), with_finger, traits=WITH_SENSOR),
    Operation("make_credential", lambda desk: enroll(desk, b"second"), provision, unlock, watched=True, waits=True),
    Operation("make_credential, 2.0", lambda desk: enroll(desk, b"second"), provision, unlock, CTAP20, True, True),
    Operation(
        "make_credential, finger",
        lambda desk: enroll(desk, b"second"),
        with_finger,
        lambda desk: desk.session.use_built_in_uv(),
        WITH_SENSOR,
        watched=True,
        waits=True,
    ),
    Operation("prove", prove, provision, unlock, watched=True),
    Operation("prove, 2.0", prove, provision, unlock, CTAP20, watched=True),
    Operation("has_credential", lambda desk: desk.session.has_credential(RP_ID, desk.credential_id), provision),
    Operation(
        "stored_credentials",
        lambda desk: len(desk.session.stored_credentials()),
        provision_twice,
        unlock,
        deadline=LISTING_SECONDS,
    ),
    Operation("delete_credential", lambda desk: desk.session.delete_credential(desk.credential_id), provision, unlock),
    Operation("configure", lambda desk: desk.session.configure(SETTINGS), provision, unlock),
    Operation("fingerprints", lambda desk: len(desk.session.fingerprints()), with_finger, unlock, WITH_SENSOR),
    Operation("enroll_fingerprint", finger, protect, unlock, WITH_SENSOR, watched=True, waits=True),
    Operation(
        "delete_fingerprint",
        lambda desk: desk.session.delete_fingerprint(desk.template_id),
        with_finger,
        unlock,
        WITH_SENSOR,
    ),
    Operation("select", lambda desk: desk.session.select(desk.watch), watched=True, waits=True),
    Operation("wink", lambda desk: desk.session.wink()),
    Operation("reset", lambda desk: desk.session.reset(desk.watch), provision, watched=True, waits=True),
)
