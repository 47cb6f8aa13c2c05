"""Fuzzing of FIDO metadata: whatever is published is read or refused, and what was read can be judged by."""

from __future__ import annotations

import json
import traceback
import warnings
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from kiosk.service.attestation.blob import BlobRejected, payload_of
from kiosk.service.attestation.metadata import Metadata, read_metadata
from kiosk.service.attestation.objections import doubts, objections
from kiosk.service.attestation.settings import AttestationPolicy, LeastLevel, StatusFloor
from kiosk.service.attestation.standing import accused_batch
from kiosk.service.attestation.verdict import AttestationRejected
from tests.fuzz.corpus import Found
from tests.fuzz.mutators import Mutator
from tests.fuzz.scripted import Recording
from tests.kiosk.service.attestation.blobs import Publisher, entry, payload
from tests.kiosk.service.attestation.maker import AAGUID, NO_CA, NOW, Signer, ca, certify, for_aaguid, name
from tests.kiosk.service.attestation.test_pictures import SMALL

EACH = 6
"""BLOBs in a session."""
STRICTEST = AttestationPolicy(
    metadata_required=True, min_level=LeastLevel.L1, status_floor=StatusFloor.UP_TO_DATE, aaguids_denied=frozenset()
)


@cache
def parties() -> tuple[Publisher, Signer, Signer]:
    """A publisher, a maker of keys and one key's certificate; their keys are the same each time, for replays."""
    keys = [ec.derive_private_key(number, ec.SECP256R1()) for number in range(11, 15)]
    publisher = Publisher(root=certify(None, name("MDS Root", "Roots"), ca(), key=keys[0]))
    maker = certify(None, name("Root", "Roots"), ca(), key=keys[1])
    return publisher, maker, certify(maker, name("Key"), NO_CA, for_aaguid(AAGUID), key=keys[2])


def contents() -> Any:
    """Metadata as they should be."""
    _, maker, _ = parties()
    reports: list[dict[str, Any]] = [
        {"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2020-01-01", "authenticatorVersion": 5},
        {"status": "USER_VERIFICATION_BYPASS", "effectiveDate": "2021-01-01"},
        {"status": "UPDATE_AVAILABLE", "effectiveDate": "2022-01-01", "authenticatorVersion": 6},
    ]
    return json.loads(payload(entry(AAGUID, maker, reports=reports, icon=SMALL), entry(), {"aaid": "1234#5678"}))


def spoiled_blob(random: Random) -> bytes:
    """Signed as it should be with senseless contents, or senseless outside."""
    publisher, _, _ = parties()
    mutator, honest = Mutator(random), contents()
    if random.random() < 0.7:
        told = json.dumps(jsonable(mutator.value(honest))).encode()
        return publisher.blob(mutator.spoiled(told) if random.random() < 0.2 else told)
    if random.random() < 0.5:
        header = mutator.value(publisher.header)
        return publisher.blob(payload(), **header) if plain(header) else publisher.blob(payload())
    return mutator.spoiled(publisher.publish(entry()))


def plain(header: Any) -> bool:
    """Whether it can be written as a header."""
    return isinstance(header, dict) and all(isinstance(each, str) for each in header) and jsonable(header) == header


def jsonable(value: Any) -> Any:
    """The value without what JSON cannot say."""
    if isinstance(value, dict):
        return {str(name): jsonable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(each) for each in value]
    known = value is None or isinstance(value, bool | int | float | str)
    return value if known else repr(value)


def read(blob: bytes) -> str | None:
    """What was wrong; None when nothing was."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a spoiled certificate says
            judge(read_metadata(payload_of(blob, parties()[0].authority, NOW)))
    except BlobRejected:
        pass
    except BaseException:  # whatever it is, it is a find
        return traceback.format_exc()
    return None


def judge(known: Metadata) -> None:
    """Everything that the service does with metadata."""
    _, maker, leaf = parties()
    chain = (leaf.certificate, maker.certificate)
    for aaguid, model in known.models.items():
        for firmware in (None, 0, 5, 1 << 40):
            objections(STRICTEST, known, aaguid, firmware, NOW.date())
            doubts(known, aaguid, firmware, NOW.date() + timedelta(days=90))
        accused_batch(model, chain, NOW.date())
        with suppress(AttestationRejected):
            model.roots.find(chain, NOW)


def fuzz_metadata(
    _: Recording, seed: int, replayed: Sequence[Sequence[bytes]] | None = None
) -> tuple[int, Found | None]:
    """One session of several BLOBs; how many there were, and what was found."""
    random = Random(seed)
    blobs = [spoiled_blob(random) for _ in range(EACH)] if replayed is None else [each for (each,) in replayed]
    for blob in blobs:
        problem = read(blob)
        if problem is not None:
            return len(blobs), Found("metadata", seed, [[blob]], problem)
    return len(blobs), None
