"""What policy may ask of a key beside its credential, in the device lane: known again, unlocked, configured, wiped."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest
from structlog.testing import capture_logs

from hardware.authenticator import KeySettings, KeySource, PinState
from hardware.errors import AgentLost, KeyFault, KeyGone, KeySwapped, ResetTooLate, WrongPin
from hardware.simulated.faults import HEALTHY
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21
from kiosk.contract.enrollments import AbandonReason, Ceremony
from kiosk.contract.profile import RelyingPartyName
from kiosk.enrollment import answers, effects
from kiosk.enrollment.events import Event
from kiosk.enrollment.pin_rules import PinRules
from kiosk.enrollment.visit import KeyIdentity
from kiosk.errors import StorageFull
from kiosk.secret import Secret
from kiosk.station.journal import Journal
from kiosk.station.journal_row import KeyMark, Step
from kiosk.station.on_device import DeviceWork
from kiosk.station.work import ForgetParty, Job, Outcome
from tests.kiosk.station.contract_server import RP_ID, creation_options
from tests.kiosk.station.fake_key import ADDRESS, FRESH, FakeKey, FakeSource
from tests.kiosk.station.test_journal import found

CEREMONY = Ceremony("c1", RelyingPartyName("mail", "Mail"), f"https://{RP_ID}", creation_options(b"user-1"), 300)
IDENTITY = KeyIdentity.of(FRESH)
BACK = replace(ADDRESS, attach_id=2)


class Lane:
    """A device lane's work with the fake key in its port."""

    def __init__(self, journal: Journal, *keys: FakeKey) -> None:
        self.posted: list[Event] = []
        self.key = keys[0]
        self.work = DeviceWork(cast(KeySource, FakeSource(keys)), journal, self.posted.append, choose=secrets.choice)

    def do(self, work: effects.Effect) -> Outcome | None:
        return self.work.perform(Job(work))


@pytest.fixture
def lane(journal: Journal) -> Iterator[Lane]:
    with capture_logs():
        lane = Lane(journal, FakeKey())
        yield lane
        lane.work.close()


def inspected(lane: Lane, *probes: tuple[str, bytes]) -> answers.KeyInspected:
    answer = lane.do(effects.InspectKey(1, lane.key.address, probes))
    assert isinstance(answer, answers.KeyInspected)
    return answer


# ── known again ─────────────────────────────────────────────────────────────────────────────────


def test_a_key_is_read_with_its_model_and_not_asked_for_credentials_by_itself(lane: Lane) -> None:
    answer = inspected(lane)
    assert (answer.model.name, answer.ours) == ("Fake", None)
    assert lane.key.done == ["open", "inspect"]


@pytest.mark.parametrize(("credential", "ours"), [(b"b", True), (b"c", False)])
def test_a_key_is_asked_for_the_credentials_of_the_visit_until_one_is_there(
    lane: Lane, credential: bytes, ours: bool
) -> None:
    lane.key.credentials.add(("x", credential))
    assert inspected(lane, ("x", b"a"), ("x", b"b")).ours is ours


# ── unlocked ────────────────────────────────────────────────────────────────────────────────────


def test_every_way_to_unlock_it(lane: Lane) -> None:
    inspected(lane)
    assert lane.do(effects.SetPin(2, Secret("704913"))) == answers.PinAccepted(2)
    assert lane.do(effects.VerifyPin(3, Secret("704913"))) == answers.PinAccepted(3)
    assert lane.do(effects.ChangePin(4, Secret("704913"), Secret("831604"))) == answers.PinAccepted(4)
    assert lane.do(effects.UseBuiltInUv(5)) == answers.PinAccepted(5)
    assert lane.key.pin == "831604"


def test_a_random_pin_is_remembered_while_the_key_is_expected_back(lane: Lane) -> None:
    inspected(lane)
    lane.key.late["set_pin"].append(KeyGone())
    random = effects.SetRandomPin(2, PinRules(6, 63), 8)
    with pytest.raises(KeyGone):
        lane.do(random)
    lane.do(effects.CloseKey(same_visit=True))
    inspected(lane)
    answer = lane.do(random)
    assert isinstance(answer, answers.PinGenerated)
    assert answer.pin.reveal() == lane.key.pin


def test_a_visit_that_ended_leaves_no_random_pin(lane: Lane) -> None:
    inspected(lane)
    lane.key.errors["set_pin"].append(KeyGone())
    with pytest.raises(KeyGone):
        lane.do(effects.SetRandomPin(2, PinRules(6, 63), 8))
    lane.do(effects.CloseKey())
    inspected(lane)
    lane.do(effects.SetRandomPin(3, PinRules(6, 63), 8))
    assert "verify_pin" not in lane.key.done


SCREEN = effects.SetRandomPin(2, PinRules(6, 63), 8, enrollment_id="e1")


def test_a_pin_on_the_screen_is_owed_until_its_owner_says_to_have_it(lane: Lane, journal: Journal) -> None:
    inspected(lane)
    lane.do(SCREEN)
    assert [each.enrollment_id for each in journal.pins_owed()] == ["e1"]
    lane.do(effects.CloseKey(same_visit=True))
    assert lane.do(effects.PinNoted()) is None
    assert journal.pins_owed() == ()


@pytest.mark.parametrize("cancelled", [True, False])
def test_that_its_owner_has_the_pin_is_kept_even_where_the_visit_ends_with_it(
    lane: Lane, journal: Journal, *, cancelled: bool
) -> None:
    inspected(lane)
    lane.do(SCREEN)
    job = Job(effects.PinNoted())
    if cancelled:
        job.cancel.set()
    lane.work.perform(job)
    assert journal.pins_owed() == ()


@pytest.mark.parametrize("typed", [effects.VerifyPin, effects.ChangePin])
def test_an_owner_who_types_the_pin_has_it_after_all(
    lane: Lane, journal: Journal, typed: type[effects.VerifyPin | effects.ChangePin]
) -> None:
    inspected(lane)
    made = lane.do(SCREEN)
    assert isinstance(made, answers.PinGenerated)
    lane.do(effects.CloseKey())
    inspected(lane)
    with pytest.raises(WrongPin):
        lane.do(effects.VerifyPin(3, Secret("000000")))
    assert journal.pins_owed()
    lane.do(typed(4, *(made.pin, Secret("831604"))[: 1 if typed is effects.VerifyPin else 2]))
    assert journal.pins_owed() == ()


def test_a_pin_that_the_key_took_is_taken_where_the_journal_cannot_say_so(
    lane: Lane, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspected(lane)
    made = lane.do(SCREEN)
    assert isinstance(made, answers.PinGenerated)

    def full(_journal: Journal, _key: KeyMark) -> None:
        raise StorageFull

    monkeypatch.setattr(Journal, "pin_wiped", full)
    with capture_logs() as logs:
        assert lane.do(effects.ChangePin(3, made.pin, Secret("831604"))) == answers.PinAccepted(3)
    assert [(each["event"], each["error"]) for each in logs] == [("journal_behind", "StorageFull")]
    assert len(journal.pins_owed()) == 1


# ── configured, counted, lost ───────────────────────────────────────────────────────────────────


def test_it_is_configured(lane: Lane) -> None:
    inspected(lane)
    assert lane.do(effects.ConfigureKey(2, KeySettings(always_uv=True))) == answers.KeyConfigured(2)


def test_what_is_on_it_is_counted_where_it_tells(lane: Lane) -> None:
    assert lane.do(effects.CountCredentials(1)) == answers.CredentialsCounted(1, None)  # no key is open
    inspected(lane)
    lane.key.credentials |= {("x", b"a"), ("y", b"b")}
    assert lane.do(effects.CountCredentials(2)) == answers.CredentialsCounted(2, 2)
    lane.key.errors["stored_credentials"].append(KeyFault(1))
    assert lane.do(effects.CountCredentials(3)) == answers.CredentialsCounted(3, None)


def test_a_credential_that_an_agent_was_lost_over_is_perhaps_made(lane: Lane, journal: Journal) -> None:
    inspected(lane)
    make = effects.MakeCredential(2, "e1", CEREMONY, 5)
    lane.key.errors["make_credential"].append(AgentLost())
    with pytest.raises(AgentLost):
        lane.do(make)
    assert lane.posted == [answers.TouchWanted(2, verifying=True)]
    assert (found(journal).step, found(journal).on_key) == (Step.INTENT, True)
    assert isinstance(lane.do(make), answers.CredentialMade)  # the same key, still open
    assert (lane.key.done.count("open"), lane.key.closed) == (1, 0)
    assert found(journal).step is Step.MADE


def test_taking_back_is_asked_for_again_when_an_agent_was_lost_over_it(lane: Lane, journal: Journal) -> None:
    inspected(lane)
    lane.do(effects.MakeCredential(2, "e1", CEREMONY, 5))
    lane.key.errors["delete_credential"].append(AgentLost())
    forget = lane.do(effects.CleanUp(3, "e1", CEREMONY, None, AbandonReason.CANCELLED))
    assert isinstance(forget, ForgetParty)
    assert not forget.left_on_key


# ── wiped ───────────────────────────────────────────────────────────────────────────────────────


def reset(seconds: int = 10) -> effects.ResetKey:
    return effects.ResetKey(4, BACK, IDENTITY, seconds, FRESH)


def put_back(lane: Lane) -> None:
    lane.do(effects.CloseKey())
    lane.key.address = BACK


def test_the_key_is_wiped_and_read_and_nothing_is_remembered_of_it(lane: Lane, journal: Journal) -> None:
    inspected(lane)
    lane.do(effects.MakeCredential(2, "e1", CEREMONY, 5))
    journal.clean("c1")
    lane.key.pin = "forgotten"
    journal.pin_owed(KeyMark.of(FRESH), "e1")
    put_back(lane)
    lane.posted.clear()
    answer = lane.do(reset())
    assert isinstance(answer, answers.KeyReset)
    assert answer.info.pin is PinState.NOT_SET
    assert lane.posted == [answers.TouchWanted(4)]
    assert not found(journal).on_key
    assert journal.pins_owed() == ()
    assert lane.do(effects.SetPin(5, Secret("704913"))) == answers.PinAccepted(5)  # it is open


def test_without_a_serial_number_what_others_may_have_is_remembered_on(journal: Journal) -> None:
    plain = replace(ADDRESS, serial="")
    with capture_logs():
        lane = Lane(journal, FakeKey(plain))
        inspected(lane)
        lane.do(effects.MakeCredential(2, "e1", CEREMONY, 5))
        journal.clean("c1")
        lane.key.address = replace(plain, attach_id=2)
        before = replace(FRESH, address=plain)
        answer = lane.do(effects.ResetKey(4, lane.key.address, KeyIdentity.of(before), 10, before))
        lane.work.close()
    assert isinstance(answer, answers.KeyReset)
    assert found(journal).on_key


def test_another_key_is_never_wiped(journal: Journal) -> None:
    with capture_logs():
        lane = Lane(journal, FakeKey(replace(BACK, serial="S2"), pin="precious"))
        with pytest.raises(KeySwapped):
            lane.do(replace(reset(), address=lane.key.address))
        lane.work.close()
    assert "reset" not in lane.key.done
    assert (lane.key.pin, lane.key.closed) == ("precious", 1)


def test_a_key_that_is_too_late_keeps_everything(lane: Lane) -> None:
    inspected(lane)
    lane.key.pin = "forgotten"
    put_back(lane)
    lane.key.errors["reset"].append(ResetTooLate())
    with pytest.raises(ResetTooLate):
        lane.do(reset())
    assert lane.key.pin == "forgotten"


def test_a_choice_closes_the_key_in_hand_and_says_which_keys_blink(journal: Journal) -> None:
    other = FakeKey(replace(ADDRESS, path="/dev/hidraw2", serial="S2"))
    with capture_logs():
        lane = Lane(journal, FakeKey(), other)
        inspected(lane)
        other.touched.set()
        answer = lane.do(effects.SelectKey(2, (lane.key.address, other.address), 20))
    assert answer == answers.KeySelected(2, other.address)
    assert answers.TouchWanted(2) in lane.posted
    assert lane.key.closed == 2


def test_a_finger_is_enrolled_with_every_try_told(journal: Journal) -> None:
    key = SimulatedKey(replace(CTAP21, built_in_uv=True, bio_enrollment=True, uv_bio_enroll=True))
    key.plug()
    source, posted = SimulatedSource([key]), list[Event]()

    def post(event: Event) -> None:
        posted.append(event)
        if isinstance(event, answers.TouchWanted):
            key.finger()

    work = DeviceWork(source, journal, post)
    with capture_logs():
        work.perform(Job(effects.InspectKey(1, source.attached()[0])))
        work.perform(Job(effects.SetPin(2, Secret("704913"))))
        assert work.perform(Job(effects.EnrollFingerprint(3, 20))) == answers.FingerEnrolled(3)
    work.close()
    remaining = [each.sample.remaining for each in posted if isinstance(each, answers.SampleTaken)]
    assert remaining == sorted(remaining, reverse=True)
    assert remaining[-1] == 0
    assert len(key.templates) == 1
    assert key.faults == HEALTHY
