"""The device lane's work on the simulated key: what is journaled when, and what is taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hardware.authenticator import KeyInfo, WebAuthnJson
from hardware.errors import AlreadyRegistered, Cancelled, KeyGone, KeySwapped, TouchTimeout
from hardware.simulated.faults import Faults
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from kiosk.contract.enrollments import AbandonReason, Ceremony
from kiosk.contract.profile import RelyingPartyName
from kiosk.enrollment.answers import CredentialMade, KeyInspected, PinAccepted
from kiosk.enrollment.effects import CleanUp, CloseKey, InspectKey, LoadProfile, MakeCredential, SetPin
from kiosk.enrollment.events import Event
from kiosk.errors import StorageFull
from kiosk.secret import Secret
from kiosk.station.journal import Journal
from kiosk.station.journal_row import KeyMark, Row, Step
from kiosk.station.on_device import DeviceWork
from kiosk.station.work import ForgetParty, Job, Outcome
from tests.kiosk.station.contract_server import RP_ID, creation_options
from tests.kiosk.station.test_journal import ASSERTION, found

CEREMONY = Ceremony("c1", RelyingPartyName("mail", "Mail"), f"https://{RP_ID}", creation_options(b"user-1"), 300)
MAKE = MakeCredential(5, "e1", CEREMONY, 5)


class Journaled(Journal):
    """A journal whose disk is full from a certain step on."""

    full = False

    def made(self, ceremony_id: str, response: WebAuthnJson) -> None:
        if self.full:
            raise StorageFull
        super().made(ceremony_id, response)


class Desk:
    """A device lane's work with one simulated key in its port."""

    def __init__(self, key: SimulatedKey, journal: Journal) -> None:
        self.key, self.source = key, SimulatedSource([key])
        self.on_event: Callable[[Event], None] = lambda _: None
        self.work = DeviceWork(self.source, journal, self._post)
        key.plug()

    def _post(self, event: Event) -> None:
        self.on_event(event)

    def do(self, work: InspectKey | SetPin | MakeCredential | CleanUp | CloseKey | LoadProfile) -> Outcome | None:
        return self.work.perform(Job(work))

    def inspect(self) -> KeyInfo:
        (address,) = self.source.attached()
        answer = self.do(InspectKey(1, address))
        assert isinstance(answer, KeyInspected)
        return answer.info

    def unlock(self) -> None:
        self.inspect()
        assert self.do(SetPin(2, Secret("49-horses"))) == PinAccepted(2)

    def make(self) -> CredentialMade:
        answer = self.do(MAKE)
        assert isinstance(answer, CredentialMade)
        return answer


@pytest.fixture
def journal(tmp_path: Path, clock: Callable[[], datetime]) -> Iterator[Journaled]:
    journal = Journaled(tmp_path / "journal.db", clock)
    with capture_logs():
        yield journal
    journal.close()


@pytest.fixture
def desk(key: SimulatedKey, journal: Journaled) -> Iterator[Desk]:
    desk = Desk(key, journal)
    yield desk
    desk.work.close()


def test_the_intent_is_written_before_the_key_is_asked(desk: Desk, journal: Journal) -> None:
    desk.unlock()
    steps: list[Step] = []
    desk.on_event = lambda _: steps.append(found(journal).step)
    made = desk.make()
    assert steps == [Step.INTENT]
    assert found(journal).step is Step.MADE
    assert found(journal).response == made.response


def test_what_was_cancelled_before_it_began_is_not_begun(desk: Desk) -> None:
    desk.unlock()
    job = Job(MAKE)
    job.cancel.set()
    with pytest.raises(Cancelled):
        desk.work.perform(job)
    assert desk.key.credentials == ()


def test_without_an_open_key_nothing_can_be_asked(desk: Desk) -> None:
    with pytest.raises(KeyGone):
        desk.do(SetPin(1, Secret("1234")))


def test_another_key_at_the_same_place_is_noticed(desk: Desk) -> None:
    first = desk.inspect()
    desk.key.power_cycle()
    with pytest.raises((KeySwapped, KeyGone)):
        desk.do(InspectKey(1, first.address))
    assert desk.inspect().aaguid == first.aaguid  # the next insertion is opened anew


def test_a_key_that_was_put_back_is_opened_anew(desk: Desk, key: SimulatedKey) -> None:
    first = desk.inspect()
    key.power_cycle()
    assert desk.inspect().address.attach_id == first.address.attach_id + 1


def test_a_refusal_by_the_key_leaves_only_the_service_to_tell(desk: Desk, journal: Journal) -> None:
    desk.unlock()
    made = desk.make()
    options = {**CEREMONY.public_key, "excludeCredentials": [{"type": "public-key", "id": made.response["id"]}]}
    second = replace(MAKE, ceremony=replace(CEREMONY, ceremony_id="c2", public_key=options))
    with pytest.raises(AlreadyRegistered):
        desk.do(second)
    assert (found(journal, "c2").step, found(journal, "c2").on_key) == (Step.CLEANING, False)


def test_a_touch_that_does_not_come_leaves_nothing_on_the_key(desk: Desk, journal: Journal) -> None:
    desk.unlock()
    desk.key.touch_automatically = False
    with pytest.raises(TouchTimeout):
        desk.do(replace(MAKE, seconds=1))
    assert not found(journal).on_key


def test_a_credential_that_cannot_be_journaled_is_taken_back_at_once(desk: Desk, journal: Journaled) -> None:
    desk.unlock()
    journal.full = True
    with pytest.raises(StorageFull):
        desk.do(MAKE)
    assert desk.key.credentials == ()


def test_a_credential_that_can_be_neither_journaled_nor_deleted_is_logged(desk: Desk, journal: Journaled) -> None:
    desk.unlock()
    journal.full = True
    desk.key.faults = Faults(dies_on=0x0A)
    with capture_logs() as logs, pytest.raises(StorageFull):
        desk.do(MAKE)
    assert [log["event"] for log in logs] == ["credential_left_on_key"]
    assert found(journal).step is Step.INTENT  # and so it is remembered as a possible orphan


def test_taking_back_deletes_what_the_journal_knows(desk: Desk, journal: Journal) -> None:
    desk.unlock()
    desk.make()
    forget = desk.do(CleanUp(6, "e1", CEREMONY, None, AbandonReason.CANCELLED))
    assert isinstance(forget, ForgetParty)
    assert not forget.left_on_key
    assert desk.key.credentials == ()
    assert not found(journal).on_key
    again = desk.do(CleanUp(7, "e1", CEREMONY, None, AbandonReason.CANCELLED))
    assert isinstance(again, ForgetParty)
    assert not again.left_on_key


def test_what_is_being_proved_stays_on_the_key(desk: Desk, journal: Journal) -> None:
    desk.unlock()
    made = desk.make()
    journal.completing("c1")
    journal.proving("c1", ASSERTION)
    forget = desk.do(CleanUp(6, "e1", CEREMONY, made.response, AbandonReason.CANCELLED))
    assert isinstance(forget, ForgetParty)
    assert forget.left_on_key
    assert len(desk.key.credentials) == 1


def test_a_credential_is_not_looked_for_on_another_key(desk: Desk, journal: Journal) -> None:
    desk.unlock()
    made = desk.make()
    row = found(journal)
    journal.intend(replace(row, key=replace(row.key, serial="another")))
    journal.made("c1", made.response)
    forget = desk.do(CleanUp(6, "e1", CEREMONY, made.response, AbandonReason.CANCELLED))
    assert isinstance(forget, ForgetParty)
    assert forget.left_on_key


def test_a_ceremony_that_never_reached_the_key_is_only_forgotten(desk: Desk) -> None:
    assert isinstance(desk.do(CleanUp(6, "e1", CEREMONY, None, AbandonReason.CANCELLED)), ForgetParty)


def test_the_key_is_closed_when_nobody_needs_it(desk: Desk) -> None:
    desk.unlock()
    assert desk.do(CloseKey()) is None
    assert desk.do(CloseKey()) is None
    desk.work.idle()
    with pytest.raises(KeyGone):
        desk.do(MAKE)


def test_work_of_the_other_lane_is_a_mistake(desk: Desk) -> None:
    desk.inspect()
    with pytest.raises(TypeError):
        desk.do(LoadProfile(1))


def test_a_row_knows_whether_its_credential_will_be_discoverable(desk: Desk) -> None:
    info = desk.inspect()
    options = {**CEREMONY.public_key, "authenticatorSelection": {"residentKey": "discouraged"}}
    assert Row.of("e1", CEREMONY, KeyMark.of(info)).discoverable
    assert not Row.of("e1", replace(CEREMONY, public_key=options), KeyMark.of(info)).discoverable
