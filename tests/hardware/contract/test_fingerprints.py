"""What an `Authenticator` promises about fingerprints, held against every way in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from threading import Event

import pytest

from hardware.authenticator import Authenticator, BuiltInUv, Fingerprint, Sample, SampleFeedback, Watch
from hardware.errors import Cancelled, FingerprintsFull, PinRequired, TouchTimeout, Unsupported
from hardware.simulated.person import Sample as Lay
from hardware.simulated.traits import CTAP20, CTAP21, KeyTraits
from kiosk.secret import Secret
from tests.hardware.ways import PIN, Way, commands, register, way_to, with_pin

READER = replace(CTAP21, built_in_uv=True, bio_enrollment=True)
PREVIEW = replace(
    CTAP20,
    versions=("FIDO_2_0", "FIDO_2_1_PRE"),
    built_in_uv=True,
    bio_enrollment_preview=True,
)
both = pytest.mark.parametrize("traits", [READER, PREVIEW], ids=["CTAP 2.1", "2.1 preview"])


@pytest.fixture
def reader(way_in: str) -> Iterator[Way]:
    """A key with a sensor that nobody touches by itself."""
    with way_to(way_in, READER, touches=False) as way:
        yield way


@pytest.fixture
def owner(reader: Way) -> Iterator[Authenticator]:
    """The same, opened and unlocked."""
    key = reader.open()
    key.set_pin(Secret(PIN))
    yield key
    key.close()


def ignored(sample: Sample) -> None:
    """Nobody looks."""


@both
def test_a_finger_is_enrolled_listed_used_and_forgotten(way_in: str, traits: KeyTraits) -> None:
    with way_to(way_in, traits) as way:
        key = way.open()
        assert (key.inspect().can_enroll_fingerprint, key.inspect().built_in_uv) == (True, BuiltInUv.NOT_ENROLLED)
        key.set_pin(Secret(PIN))
        assert key.fingerprints() == ()
        samples: list[Sample] = []
        enrolled = key.enroll_fingerprint("left thumb", Watch(), samples.append)
        assert samples == [Sample(SampleFeedback.GOOD, left) for left in (3, 2, 1, 0)]
        assert key.fingerprints() == (enrolled,) == (Fingerprint(enrolled.template_id, "left thumb"),)
        assert key.inspect().built_in_uv is BuiltInUv.READY
        key.use_built_in_uv()
        register(key)
        key.verify_pin(Secret(PIN))
        key.delete_fingerprint(enrolled.template_id)
        key.delete_fingerprint(enrolled.template_id)
        assert key.fingerprints() == ()
        key.close()


def test_an_enrollment_takes_a_token_each_sample_and_the_name(owner: Authenticator, reader: Way) -> None:
    before = commands(owner)
    owner.enroll_fingerprint("thumb", Watch(on_verify=reader.key.finger), ignored)
    assert commands(owner) == before + 1 + READER.samples_needed + 1


def test_what_the_sensor_says_of_each_try_is_told(owner: Authenticator, reader: Way) -> None:
    lays = [Lay.GOOD, Lay.TOO_FAST, Lay.POOR_QUALITY, Lay.GOOD, Lay.NO_USER_PRESENCE_TRANSITION, Lay.GOOD, Lay.GOOD]
    fingers = iter(lays)
    samples: list[Sample] = []
    owner.enroll_fingerprint("thumb", Watch(on_verify=lambda: reader.key.finger(sample=next(fingers))), samples.append)
    assert samples == [
        Sample(SampleFeedback.GOOD, 3),
        Sample(SampleFeedback.TOO_FAST, 3),
        Sample(SampleFeedback.POOR_QUALITY, 3),
        Sample(SampleFeedback.GOOD, 2),
        Sample(SampleFeedback.OTHER, 2),
        Sample(SampleFeedback.GOOD, 1),
        Sample(SampleFeedback.GOOD, 0),
    ]


def test_a_cancelled_enrollment_leaves_no_finger_and_nothing_half_done(owner: Authenticator, reader: Way) -> None:
    cancel, touches = Event(), iter([False, False, True])

    def finger() -> None:
        if next(touches):
            cancel.set()
        else:
            reader.key.finger()

    with pytest.raises(Cancelled):
        owner.enroll_fingerprint("thumb", Watch(on_verify=finger, cancel=cancel), ignored)
    assert owner.fingerprints() == ()
    owner.enroll_fingerprint("thumb", Watch(on_verify=reader.key.finger), ignored)
    assert len(owner.fingerprints()) == 1


def test_nobody_coming_is_a_time_out(owner: Authenticator) -> None:
    with pytest.raises(TouchTimeout):
        owner.enroll_fingerprint("thumb", Watch(deadline=0.6), ignored)
    assert owner.fingerprints() == ()


def test_no_room_for_another_finger_is_said(way_in: str) -> None:
    with way_to(way_in, replace(READER, template_slots=1, samples_needed=1)) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        key.enroll_fingerprint("thumb", Watch(), ignored)
        with pytest.raises(FingerprintsFull):
            key.enroll_fingerprint("index", Watch(), ignored)
        assert len(key.fingerprints()) == 1
        key.close()


@pytest.mark.parametrize(
    ("name", "kept"), [("", ""), ("x" * 40, "x" * 15), ("é" * 10, "é" * 7), ("fifteen letters", "fifteen letters")]
)
def test_a_name_is_cut_to_what_the_key_keeps(way_in: str, name: str, kept: str) -> None:
    with way_to(way_in, replace(READER, samples_needed=1)) as way:
        key = way.open()
        key.set_pin(Secret(PIN))
        assert key.enroll_fingerprint(name, Watch(), ignored).name == kept
        assert [each.name for each in key.fingerprints()] == [kept]
        key.close()


def test_a_locked_session_is_asked_for_the_pin(reader: Way) -> None:
    key = with_pin(reader)
    for ask in (key.fingerprints, lambda: key.delete_fingerprint(b"any")):
        with pytest.raises(PinRequired):
            ask()
    with pytest.raises(PinRequired):
        key.enroll_fingerprint("thumb", Watch(), ignored)
    key.close()


def test_a_key_without_a_sensor_says_so(unlocked: Authenticator) -> None:
    for ask in (unlocked.fingerprints, lambda: unlocked.delete_fingerprint(b"any")):
        with pytest.raises(Unsupported) as caught:
            ask()
        assert caught.value.feature == "bioEnroll"
    with pytest.raises(Unsupported):
        unlocked.enroll_fingerprint("thumb", Watch(), ignored)
