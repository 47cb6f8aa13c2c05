"""Recovery: what a station does with a ceremony that nobody is finishing, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from structlog.testing import capture_logs

from hardware.authenticator import Authenticator, Watch
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from kiosk.contract.enrollments import AbandonReason, Phase, ProvedCeremony
from kiosk.contract.profile import RelyingPartyName
from kiosk.errors import (
    KioskError,
    OutcomeUnknown,
    ProofRefused,
    RegistrationRefused,
    ServiceBroken,
    ServiceUnreachable,
    SessionExpired,
)
from kiosk.secret import Secret
from kiosk.station.journal import Journal
from kiosk.station.journal_row import KeyMark, Row, Step
from kiosk.station.recovery import clean_key, settle, tell_owed
from tests.kiosk.station.contract_server import RP_ID, creation_options
from tests.kiosk.station.test_journal import found, reach


@dataclass
class Service:
    """A service that answers as the test says. The real one is behind HTTPS in the other tests."""

    troubles: dict[str, KioskError] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    reasons: list[AbandonReason] = field(default_factory=list)
    phase: Phase = Phase.DONE

    def complete(self, enrollment_id: str, ceremony_id: str, credential: dict[str, Any], name: str = "") -> None:
        self._call("complete")

    def prove(self, enrollment_id: str, ceremony_id: str, credential: dict[str, Any]) -> ProvedCeremony:
        self._call("prove")
        return ProvedCeremony(self.phase, RelyingPartyName("mail", "Mail"), "R-1")

    def abandon(self, enrollment_id: str, ceremony_id: str, reason: AbandonReason) -> None:
        self._call("abandon")
        self.reasons.append(reason)

    def finish(self, enrollment_id: str) -> None:
        self._call("finish")

    def cancel(self, enrollment_id: str) -> None:
        self._call("cancel")

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name in self.troubles:
            raise self.troubles[name]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with capture_logs():
        yield


def test_a_pin_that_nobody_knows_is_logged_once_with_its_enrollment(journal: Journal) -> None:
    journal.pin_owed(KeyMark(b"a" * 16, "4711"), "e1")
    with capture_logs() as logs:
        told = tell_owed(journal, frozenset())
        assert tell_owed(journal, told) == told
    aaguid = "61616161-6161-6161-6161-616161616161"
    assert logs == [{"event": "pin_nobody_knows", "log_level": "error", "enrollment": "e1", "aaguid": aaguid}]


@pytest.mark.parametrize(
    ("step", "calls", "end"),
    [
        (Step.INTENT, ["abandon"], Step.LEFT_ON_KEY),
        (Step.MADE, ["complete", "abandon"], Step.LEFT_ON_KEY),
        (Step.COMPLETING, ["complete", "abandon"], Step.LEFT_ON_KEY),
        (Step.COMPLETED, ["abandon"], Step.LEFT_ON_KEY),
        (Step.PROVING, ["prove"], Step.PROVED),
        (Step.HELD, ["finish"], Step.PROVED),
        (Step.PROVED, [], Step.PROVED),
        (Step.REVOKING, ["abandon"], Step.LEFT_ON_KEY),
        (Step.CLEANING, ["abandon"], Step.LEFT_ON_KEY),
        (Step.LEFT_ON_KEY, [], Step.LEFT_ON_KEY),
        (Step.CLOSED, [], Step.CLOSED),
    ],
)
def test_each_step_has_its_end_and_a_second_pass_does_nothing(
    journal: Journal, step: Step, calls: list[str], end: Step
) -> None:
    reach(journal, step)
    service = Service()
    assert settle(journal, service)
    assert service.calls == calls
    assert set(service.reasons) <= {AbandonReason.ANOTHER_KEY if step is Step.REVOKING else AbandonReason.RECOVERED}
    assert found(journal).step is end
    assert settle(journal, service)
    assert service.calls == calls


def test_what_is_off_the_key_already_is_closed(journal: Journal) -> None:
    reach(journal, Step.CLEANING)
    journal.off_key("c1")
    assert settle(journal, Service())
    assert found(journal).step is Step.CLOSED


def test_a_proof_that_the_service_refuses_is_forgotten_there_and_remembered_for_the_key(journal: Journal) -> None:
    reach(journal, Step.PROVING)
    service = Service({"prove": ProofRefused()})
    assert settle(journal, service)
    assert service.calls == ["prove", "abandon"]
    assert found(journal).step is Step.LEFT_ON_KEY


def test_a_registration_that_the_service_refuses_is_not_asked_for_again(journal: Journal) -> None:
    reach(journal, Step.MADE)
    assert settle(journal, Service({"complete": RegistrationRefused()}))
    assert found(journal).step is Step.LEFT_ON_KEY


def test_a_ceremony_that_the_service_never_heard_of_is_settled(journal: Journal) -> None:
    reach(journal, Step.INTENT)
    assert settle(journal, Service({"abandon": SessionExpired()}))
    assert found(journal).step is Step.LEFT_ON_KEY


@pytest.mark.parametrize("call", ["complete", "abandon"])
def test_a_service_that_is_down_is_asked_later_and_only_once_a_pass(journal: Journal, call: str) -> None:
    reach(journal, Step.MADE)
    reach(journal, Step.MADE, "c2")
    service = Service({call: ServiceUnreachable()})
    assert not settle(journal, service)
    assert service.calls.count(call) == 1
    assert found(journal).step is Step.MADE
    service.troubles.clear()
    assert settle(journal, service)


def test_an_outcome_that_is_unknown_holds_nobody_up(journal: Journal) -> None:
    reach(journal, Step.PROVING)
    reach(journal, Step.INTENT, "c2")
    service = Service({"prove": OutcomeUnknown()})
    assert not settle(journal, service)
    assert found(journal).step is Step.PROVING
    assert found(journal, "c2").step is Step.LEFT_ON_KEY


def test_a_broken_answer_decides_nothing(journal: Journal) -> None:
    reach(journal, Step.PROVING)
    assert not settle(journal, Service({"prove": ServiceBroken()}))
    assert found(journal).step is Step.PROVING


# ── the key comes again ─────────────────────────────────────────────────────────────────────────


def unlocked(key: SimulatedKey) -> Authenticator:
    source = SimulatedSource([key])
    key.plug()
    (address,) = source.attached()
    opened = source.open(address)
    opened.inspect()
    if key.has_pin:
        opened.verify_pin(Secret("49-horses"))
    else:
        opened.set_pin(Secret("49-horses"))
    return opened


def left_behind(journal: Journal, opened: Authenticator, *, known: bool = True) -> KeyMark:
    """A credential on the key that the service has forgotten."""
    mark = KeyMark.of(opened.inspect())
    options = creation_options(b"user-1")
    response = opened.make_credential(options, f"https://{RP_ID}", Watch())
    row = Row("c1", "e1", "mail", RP_ID, options["user"]["id"], discoverable=True, key=mark)
    journal.intend(row)
    if known:
        journal.made("c1", response)
    journal.clean("c1")
    journal.forgotten("c1")
    return mark


def test_a_key_that_comes_again_is_cleaned(journal: Journal, key: SimulatedKey) -> None:
    opened = unlocked(key)
    mark = left_behind(journal, opened)
    opened.close()
    key.unplug()
    again = unlocked(key)
    assert clean_key(journal, again, mark) == 1
    assert key.credentials == ()
    assert found(journal).step is Step.CLOSED
    assert clean_key(journal, again, mark) == 0
    again.close()


def test_a_locked_key_keeps_its_orphan_until_it_is_unlocked(journal: Journal, key: SimulatedKey) -> None:
    opened = unlocked(key)
    mark = left_behind(journal, opened)
    opened.close()
    source = SimulatedSource([key])
    locked = source.open(source.attached()[0])
    assert clean_key(journal, locked, mark) == 0
    assert found(journal).step is Step.LEFT_ON_KEY
    locked.close()


def test_an_orphan_without_a_known_id_waits_to_be_overwritten(journal: Journal, key: SimulatedKey) -> None:
    opened = unlocked(key)
    mark = left_behind(journal, opened, known=False)
    assert clean_key(journal, opened, mark) == 0
    assert found(journal).step is Step.LEFT_ON_KEY
    opened.close()


def test_a_key_with_a_serial_number_that_lost_the_orphan_is_done_with(journal: Journal, key: SimulatedKey) -> None:
    opened = unlocked(key)
    mark = left_behind(journal, opened)
    credential_id = found(journal).credential_id
    assert credential_id is not None
    opened.delete_credential(credential_id)
    clean_key(journal, opened, mark)
    assert found(journal).step is (Step.CLOSED if mark.serial else Step.LEFT_ON_KEY)
    opened.close()


def test_a_key_without_a_serial_number_may_be_another_one(journal: Journal, key: SimulatedKey) -> None:
    opened = unlocked(key)
    nameless = KeyMark(opened.inspect().aaguid, "")
    journal.intend(Row("c1", "e1", "mail", RP_ID, "dXNlcg", discoverable=True, key=nameless))
    journal.made("c1", {"id": "bm90IG9uIHRoaXMga2V5"})
    journal.clean("c1")
    journal.forgotten("c1")
    assert clean_key(journal, opened, nameless) == 0
    assert found(journal).step is Step.LEFT_ON_KEY
    opened.close()
