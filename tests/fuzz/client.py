"""Fuzzing of the client: whatever a key answers, only errors with a meaning come out, and in time."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from fido2.utils import websafe_encode

from hardware.authenticator import Authenticator, KeyAddress, KeySettings, Transport, Watch
from hardware.errors import HardwareError
from hardware.fido import LISTING_SECONDS, open_device
from hardware.transport.reports import OPENING, open_channel
from kiosk.secret import Secret
from tests.fuzz.corpus import Found
from tests.fuzz.scripted import Answers, Recording, ScriptedDevice, ScriptedPipe
from tests.hardware.matrix.virtual import VirtualClock
from tests.hardware.ways import ORIGIN, PIN, RP_ID, creation_options, request_options

ADDRESS = KeyAddress(Transport.USB, "/dev/hidraw0")
LONGEST = LISTING_SECONDS + OPENING
OPERATIONS_TRIED = 24
EVERYTHING = KeySettings(
    5, (RP_ID,), force_pin_change=True, always_uv=True, enterprise_attestation=True, pin_complexity=True
)


EXTENSIONS: Sequence[dict[str, Any]] = (
    {},
    {"hmacCreateSecret": True},
    {"credentialProtectionPolicy": "userVerificationRequired", "enforceCredentialProtectionPolicy": True},
    {"minPinLength": True},
    {"credBlob": "AAAA"},
    {"largeBlob": {"support": "required"}},
)


def secret() -> Secret:
    return Secret(PIN)


def make(key: Authenticator, random: Random) -> object:
    excluded = [{"type": "public-key", "id": websafe_encode(bytes(random.choice((16, 60))))}] * random.choice(
        (0, 1, 12)
    )
    options = creation_options(
        extensions=random.choice(EXTENSIONS),
        excludeCredentials=excluded,
        attestation=random.choice(("none", "direct", "enterprise")),
    )
    return key.make_credential(options, ORIGIN, Watch())


def prove(key: Authenticator, random: Random) -> object:
    ids = [websafe_encode(bytes([n]) * 32) for n in range(random.choice((0, 1, 20)))]
    return key.prove(
        request_options(*ids, userVerification=random.choice(("required", "discouraged"))), ORIGIN, Watch()
    )


Operation = Callable[[Authenticator, Random], object]
OPERATIONS: Sequence[Operation] = (
    lambda key, _: key.inspect(),
    lambda key, _: key.set_pin(secret()),
    lambda key, _: key.verify_pin(secret()),
    lambda key, _: key.change_pin(secret(), Secret("another-42")),
    lambda key, _: key.use_built_in_uv(),
    make,
    make,
    prove,
    lambda key, _: key.has_credential(RP_ID, bytes(32)),
    lambda key, _: key.stored_credentials(),
    lambda key, _: key.delete_credential(bytes(32)),
    lambda key, _: key.configure(EVERYTHING),
    lambda key, _: key.fingerprints(),
    lambda key, _: key.enroll_fingerprint("a finger with a long name", Watch(), lambda _: None),
    lambda key, _: key.delete_fingerprint(bytes(8)),
    lambda key, _: key.select(Watch()),
    lambda key, _: key.wink(),
    lambda key, _: key.reset(Watch()),
)


def session(seed: int, open_key: Callable[[], Authenticator], clock: VirtualClock) -> str | None:
    """Open a key and try operations on it; what was wrong, None when nothing was."""
    random, begun = Random(seed), clock.now
    try:
        key = open_key()
    except HardwareError:
        return None if clock.now - begun <= LONGEST else "too long to open"
    except BaseException:  # whatever it is, it is a find
        return traceback.format_exc()
    first = [lambda key, _: key.verify_pin(secret())] if random.random() < 0.7 else []
    problem = None
    for operation in [*first, *random.choices(OPERATIONS, k=OPERATIONS_TRIED)]:
        problem = problem or tried(key, operation, random, clock)
    key.close()
    return problem


def tried(key: Authenticator, operation: Operation, random: Random, clock: VirtualClock) -> str | None:
    """Try one operation; what was wrong."""
    begun = clock.now
    try:
        operation(key, random)
    except HardwareError as error:
        if PIN in f"{error!r}{error.__cause__!r}":
            return "the PIN in an error"
    except BaseException:  # whatever it is, it is a find
        return traceback.format_exc()
    return None if clock.now - begun <= LONGEST else f"{clock.now - begun} seconds"


def fuzz_answers(
    recording: Recording, seed: int, replayed: Sequence[Sequence[bytes]] | None = None
) -> tuple[int, Found | None]:
    """One session with spoiled CBOR; how many answers were spoiled, and what was found."""
    clock = VirtualClock()
    answers = Answers(recording, Random(seed), clock, None if replayed is None else [each for (each,) in replayed])
    problem = session(seed, lambda: open_device(ADDRESS, ScriptedDevice(answers), clock), clock)
    found = None if problem is None else Found("answers", seed, [[each] for each in answers.given], problem)
    return answers.spoiled, found


def fuzz_reports(
    recording: Recording, seed: int, replayed: Sequence[Sequence[bytes]] | None = None
) -> tuple[int, Found | None]:
    """One session with spoiled reports; how many reports were spoiled, and what was found."""
    clock, random = VirtualClock(), Random(seed)
    answers = Answers(recording, random, clock)
    answers.honesty = 1.0
    pipe = ScriptedPipe(answers, random, replayed)
    problem = session(seed, lambda: open_device(ADDRESS, open_channel(ADDRESS, pipe, clock), clock), clock)
    return pipe.spoiled, None if problem is None else Found("reports", seed, pipe.given, problem)
