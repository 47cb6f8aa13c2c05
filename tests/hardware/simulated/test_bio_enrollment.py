"""Fingerprint enrollment: authenticatorBioEnrollment and its preview, as python-fido2 speaks them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from fido2.ctap2.bio import BioEnrollment, CaptureError, FPBioEnrollment

from hardware.simulated.key import SimulatedKey
from hardware.simulated.models import BIOMETRIC, BIOMETRIC_PREVIEW
from hardware.simulated.person import Sample
from hardware.simulated.traits import CTAP21, KeyTraits
from tests.hardware.simulated.host import ERR, PERMISSION, PIN, Computer, ManualClock, Owner, refusal, seeded_key

BIO = 0x09
FEEDBACK = FPBioEnrollment.FEEDBACK
R = BioEnrollment.RESULT


@pytest.fixture(params=[BIOMETRIC, BIOMETRIC_PREVIEW], ids=["CTAP 2.1", "preview"])
def traits(request: pytest.FixtureRequest) -> KeyTraits:
    made: KeyTraits = request.param
    return made


@pytest.fixture
def sensor(traits: KeyTraits, clock: ManualClock) -> Computer:
    """A computer at a key with a sensor, a PIN and no finger."""
    computer = Computer(seeded_key(traits, clock))
    computer.pin.set_pin(PIN)
    return computer


def enroll(computer: Computer) -> bytes:
    context = computer.fingers().enroll()
    while (template := context.capture()) is None:
        pass
    return template


def capture(computer: Computer, bio: FPBioEnrollment, sample: Sample, finger: bytes | bool = True) -> tuple[int, int]:
    """Begin an enrollment with one such sample: its feedback, and how many are still needed."""
    computer.key.touch_automatically = False
    computer.key.on_change = lambda: computer.key.finger(finger, sample) if computer.key.wants_finger else None
    _, status, remaining = bio.enroll_begin()
    return status, remaining


def test_a_finger_is_enrolled_named_listed_and_removed(sensor: Computer) -> None:
    options = sensor.ctap.info.options
    name = "bioEnroll" if "bioEnroll" in options else "userVerificationMgmtPreview"
    assert (options[name], options["uv"]) == (False, False)
    template = enroll(sensor)
    bio = sensor.fingers()
    assert bio.enumerate_enrollments() == {template: ""}
    bio.set_name(template, "thumb")
    assert bio.enumerate_enrollments() == {template: "thumb"}
    assert (sensor.ctap.get_info().options[name], sensor.ctap.get_info().options["uv"]) == (True, True)
    bio.remove_enrollment(template)
    assert bio.enumerate_enrollments() == {}
    assert sensor.ctap.get_info().options["uv"] is False
    assert sensor.key.templates == ()


def test_it_says_how_many_good_samples_are_needed(sensor: Computer) -> None:
    info = sensor.fingers().get_fingerprint_sensor_info()
    assert info == {R.FINGERPRINT_KIND: 1, R.MAX_SAMPLES_REQUIRED: 4, R.MAX_TEMPLATE_FRIENDLY_NAME: 15}
    context = sensor.fingers().enroll()
    left = []
    while context.capture() is None:
        left.append(context.remaining)
    assert left == [3, 2, 1]


@pytest.mark.parametrize("sample", [each for each in Sample if each not in {Sample.GOOD, Sample.NO_USER_ACTIVITY}])
def test_a_bad_sample_is_told_and_counts_for_nothing(sensor: Computer, sample: Sample) -> None:
    assert capture(sensor, sensor.fingers(), sample) == (FEEDBACK(sample), 4)
    assert sensor.key.templates == ()


def test_python_fido2_sees_a_bad_sample_as_a_capture_error_and_goes_on(sensor: Computer) -> None:
    context = sensor.fingers().enroll()
    sensor.key.touch_automatically = False
    samples = [Sample.TOO_FAST, Sample.GOOD, Sample.POOR_QUALITY, Sample.GOOD, Sample.GOOD, Sample.GOOD]
    sensor.key.on_change = lambda: sensor.key.finger(True, samples.pop(0)) if sensor.key.wants_finger else None
    outcomes: list[object] = []
    while samples:
        try:
            outcomes.append(context.capture())
        except CaptureError as bad:
            outcomes.append(bad.code)
    assert outcomes[:5] == [FEEDBACK.FP_TOO_FAST, None, FEEDBACK.FP_POOR_QUALITY, None, None]
    assert outcomes[5] == sensor.key.templates[0]


def test_an_enrolled_finger_is_recognised(sensor: Computer) -> None:
    template = enroll(sensor)
    assert capture(sensor, sensor.fingers(), Sample.GOOD, template) == (FEEDBACK.FP_EXISTS, 4)


def test_nobody_comes_within_the_time_of_the_platform(sensor: Computer, clock: ManualClock) -> None:
    owner = Owner(sensor, clock)
    owner.clock_runs_out()
    _, status, remaining = sensor.fingers().enroll_begin(timeout=1000)
    assert (status, remaining) == (FEEDBACK.NO_USER_ACTIVITY, 4)


def test_the_wait_is_as_long_as_the_platform_says(sensor: Computer, clock: ManualClock) -> None:
    sensor.key.touch_automatically = False
    started = clock.now

    def look() -> None:
        clock.now = started + 4.9
        sensor.key.tick()
        assert sensor.key.wants_finger
        sensor.key.finger()

    sensor.key.on_change = lambda: look() if sensor.key.wants_finger else None
    _, status, _ = sensor.fingers().enroll_begin(timeout=5000)
    assert status == FEEDBACK.FP_GOOD


def test_no_more_fingers_than_there_is_room_for(clock: ManualClock) -> None:
    computer = Computer(seeded_key(replace(BIOMETRIC, template_slots=2), clock))
    computer.pin.set_pin(PIN)
    for _ in range(2):
        enroll(computer)
    assert refusal(lambda: enroll(computer)) == ERR.FP_DATABASE_FULL
    assert len(computer.key.templates) == 2


def test_an_enrollment_can_be_given_up_and_leaves_nothing(sensor: Computer) -> None:
    bio = sensor.fingers()
    context = bio.enroll()
    context.capture()
    unfinished = context.template_id
    assert unfinished is not None
    context.cancel()
    assert refusal(lambda: bio.enroll_capture_next(unfinished)) == ERR.INVALID_PARAMETER
    assert sensor.key.templates == ()


def test_a_second_enrollment_ends_the_first_and_a_power_cycle_ends_any(sensor: Computer) -> None:
    bio = sensor.fingers()
    first, _, _ = bio.enroll_begin()
    second, _, _ = bio.enroll_begin()
    assert refusal(lambda: bio.enroll_capture_next(first)) == ERR.INVALID_PARAMETER
    assert bio.enroll_capture_next(second) == (FEEDBACK.FP_GOOD, 2)
    sensor.key.power_cycle()
    computer = Computer(sensor.key)
    assert refusal(lambda: computer.fingers().enroll_capture_next(second)) == ERR.INVALID_PARAMETER


def test_enrollment_can_be_cancelled_while_it_waits(sensor: Computer, clock: ManualClock) -> None:
    owner = Owner(sensor, clock)
    assert owner.cancelled(partial(sensor.fingers().enroll_begin, None)) == ERR.KEEPALIVE_CANCEL
    assert sensor.key.templates == ()


def test_fingers_that_are_not_there_cannot_be_named_or_removed(sensor: Computer) -> None:
    bio = sensor.fingers()
    assert refusal(lambda: bio.set_name(b"nobody's", "thumb")) == ERR.INVALID_OPTION
    assert refusal(lambda: bio.remove_enrollment(b"nobody's")) == ERR.INVALID_OPTION
    template = enroll(sensor)
    assert refusal(lambda: sensor.fingers().set_name(template, "a name far too long")) == ERR.INVALID_LENGTH


def test_fingers_survive_a_power_cycle_and_not_a_reset(sensor: Computer) -> None:
    template = enroll(sensor)
    sensor.key.power_cycle()
    assert list(sensor.key.templates) == [template]
    Computer(sensor.key).ctap.reset()
    assert len(sensor.key.templates) == 0


def test_enrollment_wants_its_own_permission() -> None:
    computer = Computer(seeded_key(BIOMETRIC))
    computer.pin.set_pin(PIN)
    assert computer.raw(BIO, {1: 1, 2: 4})[0] == ERR.PUAT_REQUIRED
    assert computer.raw(BIO, {1: 1, 2: 4, 5: bytes(32)})[0] == ERR.MISSING_PARAMETER
    wrong = FPBioEnrollment(computer.ctap, computer.protocol, computer.token(PERMISSION.CREDENTIAL_MGMT))
    assert refusal(wrong.enroll_begin) == ERR.PIN_AUTH_INVALID


def test_strange_requests_are_refused(key: SimulatedKey) -> None:
    computer = Computer(seeded_key(BIOMETRIC))
    assert computer.raw(BIO, {6: True}) == (0, {1: 1})
    assert computer.raw(BIO, {1: 2, 2: 7})[0] == ERR.INVALID_PARAMETER
    assert computer.raw(BIO, {1: 1, 2: 8})[0] == ERR.INVALID_SUBCOMMAND
    assert computer.raw(BIO, {2: 7})[0] == ERR.MISSING_PARAMETER
    assert Computer(key).raw(BIO, {6: True})[0] == ERR.INVALID_COMMAND


def test_a_key_has_the_one_command_or_the_other() -> None:
    for traits, there, absent in ((BIOMETRIC, 0x09, 0x40), (BIOMETRIC_PREVIEW, 0x40, 0x09), (CTAP21, None, 0x40)):
        computer = Computer(seeded_key(traits))
        assert computer.raw(absent, {6: True})[0] == ERR.INVALID_COMMAND
        assert there is None or computer.raw(there, {6: True})[0] == 0
