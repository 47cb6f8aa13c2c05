"""The network lane's work over HTTPS: what is journaled when, and what a failure leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict
from structlog.testing import capture_logs

from hardware.authenticator import KeyAddress, KeyInfo, PinState, Transport
from kiosk.contract.enrollments import AbandonReason, Ceremony, CompletedCeremony
from kiosk.contract.problems import Word
from kiosk.contract.profile import RelyingPartyName, VerificationMethod
from kiosk.enrollment.answers import CeremonyCompleted, CleanedUp, PersonIdentified, ProfileLoaded, ProofAccepted
from kiosk.enrollment.effects import (
    CancelEnrollment,
    CleanUp,
    CloseKey,
    CompleteCeremony,
    IdentifyPerson,
    LoadProfile,
    SubmitProof,
    VerifyPerson,
)
from kiosk.errors import (
    OutcomeUnknown,
    OutOfStep,
    ProofRefused,
    ServiceBroken,
    ServiceUnreachable,
    StorageFull,
    WrongCode,
)
from kiosk.secret import Secret
from kiosk.station import client as client_module
from kiosk.station.client import Client
from kiosk.station.http import Answer
from kiosk.station.journal import Journal
from kiosk.station.journal_row import Step
from kiosk.station.key_report import key_report
from kiosk.station.on_network import NetworkWork
from kiosk.station.phone_watch import PhoneWatch
from kiosk.station.phone_work import PhoneWork
from kiosk.station.work import ForgetParty, Job, Settle
from tests.kiosk.station.contract_server import RP_ID, SECRET, ContractServer, Fault, creation_options
from tests.kiosk.station.contract_server import Ceremony as Begun
from tests.kiosk.station.test_journal import ASSERTION, RESPONSE, found, reach, row

CEREMONY = Ceremony("c1", RelyingPartyName("mail", "Mail"), f"https://{RP_ID}", creation_options(b"user-1"), 300)
COMPLETE = CompleteCeremony(4, "e1", CEREMONY, RESPONSE, "Key")
PROOF = SubmitProof(5, "e1", CEREMONY, ASSERTION)
CLEAN = ForgetParty(CleanUp(6, "e1", CEREMONY, RESPONSE, AbandonReason.CANCELLED), left_on_key=False)


class FullAfterwards(Journal):
    """A journal whose disk is full when an outcome is to be written."""

    def completed(self, ceremony_id: str) -> None:
        raise StorageFull

    def proved(self, ceremony_id: str) -> None:
        raise StorageFull


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    with capture_logs():
        yield


@pytest.fixture
def client(server: ContractServer) -> Iterator[Client]:
    server.ceremonies["c1"] = Begun(b"user-1")
    client = Client(
        server.endpoint(retries=0), lambda: SECRET, clock=lambda: 0.0, wait=lambda _: False, reference=lambda: "T"
    )
    yield client
    client.close()


def phones(client: Client) -> PhoneWork:
    return PhoneWork(client, PhoneWatch(lambda: client, lambda _: None, lambda: 0.0, lambda: 0.5))


@pytest.fixture
def work(client: Client, journal: Journal) -> NetworkWork:
    return NetworkWork(client, journal, phones(client))


def test_simulators_are_allowed_by_an_embedded_service_or_by_the_station(client: Client, journal: Journal) -> None:
    answer = NetworkWork(client, journal, phones(client)).perform(Job(LoadProfile(1)))
    assert isinstance(answer, ProfileLoaded)
    assert answer.simulator_allowed
    own = NetworkWork(client, journal, phones(client), languages=("ar",)).perform(Job(LoadProfile(1)))
    assert isinstance(own, ProfileLoaded)
    assert own.profile.languages == ("ar",)


def test_a_replaced_enrollment_is_cancelled_first_and_never_in_the_way(
    work: NetworkWork, server: ContractServer
) -> None:
    server.faults += [Fault("/old", "html", status=500)]
    answer = work.perform(Job(IdentifyPerson(1, "old", "en", "upn", {"upn": "ada"})))
    assert isinstance(answer, PersonIdentified)
    assert [path for method, path in server.calls if method == "DELETE"] == ["/enrollments/old"]


def test_an_enrollment_that_nobody_will_know_is_cancelled(work: NetworkWork, server: ContractServer) -> None:
    server.faults += [Fault("/identify", "problem", Word.WRONG_PHASE, 409)]
    with pytest.raises(OutOfStep):
        work.perform(Job(IdentifyPerson(1, "", "en", "upn", {"upn": "ada"})))
    assert len(server.cancelled) == 1


def test_a_code_goes_up_once_and_comes_back_as_a_refusal(work: NetworkWork, server: ContractServer) -> None:
    server.faults += [Fault("/verify", "problem", Word.CODE_INVALID, 400)]
    with pytest.raises(WrongCode):
        work.perform(Job(VerifyPerson(1, "e1", VerificationMethod.EMAIL, Secret("271828"))))
    work.perform(Job(VerifyPerson(2, "e1", VerificationMethod.SELF_CONFIRMATION, confirmed=True)))
    assert server.bodies[-1] == {"method": "self_confirmation", "answer": "", "confirmed": True}


def test_a_response_is_journaled_as_sent_before_it_is(
    work: NetworkWork, journal: Journal, server: ContractServer
) -> None:
    reach(journal, Step.MADE)
    server.faults += [Fault("/complete", "drop")]
    with pytest.raises(ServiceUnreachable):
        work.perform(Job(COMPLETE))
    assert found(journal).step is Step.COMPLETING
    assert isinstance(work.perform(Job(COMPLETE)), CeremonyCompleted)
    assert found(journal).step is Step.COMPLETED


@pytest.mark.parametrize(
    ("fault", "error", "step"),
    [
        (Fault("/proof", "drop_after"), ServiceUnreachable, Step.PROVING),
        (Fault("/proof", "problem", Word.OUTCOME_UNKNOWN, 504), OutcomeUnknown, Step.PROVING),
        (Fault("/proof", "problem", Word.INTERNAL, 500), ServiceBroken, Step.PROVING),
        (Fault("/proof", "problem", Word.PROOF_REJECTED, 422), ProofRefused, Step.COMPLETED),
    ],
)
def test_only_a_certain_refusal_says_that_nothing_was_proved(
    work: NetworkWork, journal: Journal, server: ContractServer, fault: Fault, error: type[Exception], step: Step
) -> None:
    reach(journal, Step.COMPLETED)
    server.faults += [fault]
    with pytest.raises(error):
        work.perform(Job(PROOF))
    assert found(journal).step is step


def test_what_is_being_taken_back_is_not_proved_any_more(
    work: NetworkWork, journal: Journal, server: ContractServer
) -> None:
    reach(journal, Step.COMPLETED)
    assert journal.clean("c1")
    with pytest.raises(OutOfStep):
        work.perform(Job(PROOF))
    assert not server.ceremonies["c1"].proved


def test_success_is_not_denied_because_it_cannot_be_written_down(
    client: Client, tmp_path: Path, clock: Callable[[], datetime]
) -> None:
    journal = FullAfterwards(tmp_path / "full.db", clock)
    work = NetworkWork(client, journal, phones(client))
    journal.intend(row())
    journal.made("c1", RESPONSE)
    assert isinstance(work.perform(Job(COMPLETE)), CeremonyCompleted)
    assert isinstance(work.perform(Job(PROOF)), ProofAccepted)
    assert found(journal).step is Step.PROVING  # a restart sends the proof again, which is harmless
    journal.close()


def test_taking_back_tells_the_service_the_reason(work: NetworkWork, journal: Journal, server: ContractServer) -> None:
    reach(journal, Step.CLEANING)
    journal.off_key("c1")
    assert work.perform(Job(CLEAN)) == CleanedUp(6, enrollment_id="e1")
    assert server.ceremonies["c1"].abandoned == ["cancelled"]
    assert found(journal).step is Step.CLOSED


def test_a_person_does_not_wait_for_a_service_that_is_away(
    work: NetworkWork, journal: Journal, server: ContractServer
) -> None:
    reach(journal, Step.CLEANING)
    server.faults += [Fault("/abandon", "drop")]
    assert work.perform(Job(CLEAN)) == CleanedUp(6, enrollment_id="e1")
    assert found(journal).step is Step.CLEANING
    work.perform(Job(Settle()))
    assert server.ceremonies["c1"].abandoned == ["recovered"]


def test_a_ceremony_that_never_reached_the_journal_is_forgotten_too(work: NetworkWork, server: ContractServer) -> None:
    work.perform(Job(CLEAN))
    assert server.ceremonies["c1"].abandoned == ["cancelled"]


def test_nothing_is_settled_while_somebody_is_there(
    work: NetworkWork, journal: Journal, server: ContractServer
) -> None:
    work.perform(Job(LoadProfile(1)))
    reach(journal, Step.INTENT)
    work.idle()
    assert server.ceremonies["c1"].abandoned == []
    work.perform(Job(Settle()))
    work.idle()
    assert server.ceremonies["c1"].abandoned == ["recovered"]


def test_cancelling_has_no_answer(work: NetworkWork, server: ContractServer) -> None:
    assert work.perform(Job(CancelEnrollment("e1"))) is None
    assert server.cancelled == ["e1"]
    work.close()


def test_work_of_the_other_lane_is_a_mistake(work: NetworkWork) -> None:
    with pytest.raises(TypeError):
        work.perform(Job(CloseKey()))


def test_a_key_is_reported_as_it_was_read() -> None:
    address = KeyAddress(Transport.SIMULATED, "simulated:1", serial="4711")
    info = KeyInfo(address, bytes(range(16)), ("FIDO_2_1",), pin=PinState.BLOCKED, options={"rk": True})
    report = key_report(info)
    assert report.aaguid == "00010203-0405-0607-0809-0a0b0c0d0e0f"
    assert (report.has_pin, report.simulated, report.serial) == (True, True, "4711")


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda v: repr(v).encode())
)
def test_no_answer_of_a_service_is_more_than_broken(body: bytes) -> None:
    answer = Answer(200, CaseInsensitiveDict(), body, "T-1")
    with suppress(ServiceBroken):
        assert isinstance(client_module._decoded(answer, client_module._COMPLETED), CompletedCeremony)
