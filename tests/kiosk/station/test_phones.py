"""A phone takes part, over the real session, lanes and HTTPS: what the station asks, shows, and takes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from hardware.simulated.key import SimulatedKey
from kiosk.contract.phone import OpenPhone, PhoneCode, PhonePurpose
from kiosk.contract.problems import Word
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment.events import Cancelled, Event, PhoneWanted
from kiosk.enrollment.states import Done, EnterCode, Phone, Register, State, Stopped, Welcome
from kiosk.errors import PhonesUnavailable, ServiceBroken, StationRefused
from kiosk.station.client import Client
from kiosk.station.scripted_person import ScriptedPerson
from tests.kiosk.station.bench import Bench
from tests.kiosk.station.contract_server import SECRET, ContractServer, Fault
from tests.kiosk.station.phone_desk import LINK, NUMBER, PNG

SECONDS = 30.0


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[dict[str, object]]]:
    with capture_logs() as captured:
        yield captured  # type: ignore[misc]  # structlog's own mapping type


class Holder(ScriptedPerson):
    """Somebody with a phone: it scans what is on the screen, and types the number that is there."""

    def __init__(self, bench: Bench, **more: Any) -> None:
        self.wants_phone: type[State] | None = more.pop("wants_phone", None)
        self.leaves = bool(more.pop("leaves", False))
        self._bench, self._steps = bench, ["SCANNED", "COMPLETED"]
        self.seen: list[State] = []
        script = bench.stranger() if self.wants_phone is Register else bench.script(more.pop("method", _EMAIL))
        super().__init__(replace(script, phone=self._scan, **more), time.monotonic)

    def _scan(self, code: PhoneCode, number: str) -> None:
        assert code.link == LINK
        assert number in ("", NUMBER)
        if bool(number) is (self._steps[0] == "COMPLETED"):
            self._bench.server.phones.move(self._steps.pop(0))

    def respond(self, state: State) -> Event | None:
        self.seen.append(state)
        if isinstance(state, Phone) and self.leaves and state.code is not None:
            return Cancelled()
        if isinstance(state, Phone) and not (self._steps and state.code is not None and not state.busy):
            return None
        if self.wants_phone is not None and isinstance(state, self.wants_phone) and not _busy(state):
            return PhoneWanted()
        return super().respond(state)

    def walks(self) -> State:
        """Until it worked, stopped, or they went away."""
        self._bench.host.session.start()
        try:
            return self._bench.host.run(self, self._over, SECONDS)
        finally:
            assert self._bench.host.session.stop()
            assert not [each for each in threading.enumerate() if each.name == "keywright-phone"]

    def _over(self, state: State) -> bool:
        return isinstance(state, Done | Stopped) or (self.leaves and isinstance(state, Welcome) and len(self.seen) > 3)


_EMAIL = VerificationMethod.EMAIL


def _busy(state: State) -> bool:
    return state.work != "idle" if isinstance(state, EnterCode) else isinstance(state, Register) and state.busy


def policy(place: str, **more: object) -> dict[str, object]:
    return {"phone": {"place": place, "demand": "require"}, **more}


@pytest.mark.parametrize("holds", [True, False])
def test_a_phone_before_the_key(
    bench: Bench, server: ContractServer, logs: list[dict[str, object]], *, holds: bool
) -> None:
    server.phones.holds = holds
    server.policy = policy("before", mobile_id="require")
    person = Holder(bench, mobile_id="keywright:id:harbor:42")
    last = person.walks()
    assert isinstance(last, Done)
    assert last.visit.phone_ready
    assert server.claimed == ["keywright:id:harbor:42"]
    assert [asked["purpose"] for asked in server.phones.asked] == ["passkey"]
    assert server.phones.closed == []
    told = repr((logs, person.seen))
    assert not any(hidden in told for hidden in (LINK, PNG, "harbor:42"))


def test_a_phone_after_the_key(bench: Bench, server: ContractServer, key: SimulatedKey) -> None:
    server.policy = policy("after")
    last = Holder(bench).walks()
    assert isinstance(last, Done)
    assert last.visit.phone_ready
    assert len(key.credentials) == 1


def test_a_phone_instead_of_the_key(bench: Bench, server: ContractServer, key: SimulatedKey) -> None:
    server.policy = policy("instead")
    last = Holder(bench).walks()
    assert isinstance(last, Done)
    assert (last.visit.phone_alone, last.visit.receipt) == (True, "R-1")
    assert len(server.finished) == 1
    assert not key.credentials
    assert not server.ceremonies


def test_a_completion_in_the_dark_is_not_lost(bench: Bench, server: ContractServer) -> None:
    server.policy = policy("instead")
    status = "/omi/qr/enrol/status"
    server.faults += [Fault(status, "drop_after"), Fault(status, "problem", Word.TOO_MANY_REQUESTS, 429)]
    person = Holder(bench)
    assert isinstance(person.walks(), Done)
    assert any(isinstance(state, Phone) and state.problem is not None for state in person.seen)


def test_a_finish_that_does_not_arrive_is_sent_again(bench: Bench, server: ContractServer) -> None:
    server.policy = policy("instead")
    server.faults += [Fault("/finish", "drop_after")]
    assert isinstance(Holder(bench).walks(), Done)


def test_a_passkey_on_the_phone_verifies(bench: Bench, server: ContractServer) -> None:
    server.offers = [{"method": "phone"}]
    assert isinstance(Holder(bench).walks(), Done)
    (verify,) = [body for body in server.bodies if "answer" in body]
    assert verify == {"method": "phone", "answer": "t1", "confirmed": False}


@pytest.mark.parametrize(("where", "purpose"), [(EnterCode, "code"), (Register, "register")])
def test_what_would_be_typed_here_is_typed_there(
    bench: Bench, server: ContractServer, where: type[State], purpose: str
) -> None:
    server.profile |= {"codes_on_phone": True, "forms_on_phone": True}
    assert isinstance(Holder(bench, wants_phone=where).walks(), Done)
    (asked,) = server.phones.asked
    assert asked["purpose"] == purpose
    assert asked.get("form") == ("member" if where is Register else None)
    assert len(asked["enrollmentId"]) == 32


def test_who_leaves_takes_the_code_back(bench: Bench, server: ContractServer) -> None:
    server.policy = policy("before")
    assert isinstance(Holder(bench, leaves=True).walks(), Welcome)
    assert server.phones.closed == ["t1"]
    assert len(server.cancelled) == 1


def test_a_station_without_the_scopes_works_on_without_phones(bench: Bench, server: ContractServer) -> None:
    server.without_phones = True
    server.policy = {"phone": {"place": "before", "demand": "best_effort"}}
    person = Holder(bench)
    person._bench.host.session.start()
    try:
        last = bench.host.run(person, lambda state: isinstance(state, Phone) and state.problem is not None, SECONDS)
    finally:
        assert bench.host.session.stop()
    assert isinstance(last, Phone)
    assert isinstance(last.problem, PhonesUnavailable)
    assert server.phones.asked == []


def test_a_registration_whose_code_cannot_be_had_leaves_nothing_open(bench: Bench, server: ContractServer) -> None:
    server.profile |= {"forms_on_phone": True}
    server.faults += [Fault("/omi/qr/enrol", "problem", Word.PHONE_UNAVAILABLE, 503)]
    person = Holder(bench, wants_phone=Register)
    bench.host.session.start()
    try:
        last = bench.host.run(person, lambda state: isinstance(state, Register) and state.problem is not None, SECONDS)
    finally:
        assert bench.host.session.stop()
    assert isinstance(last, Register)
    assert len(server.cancelled) == 1


# ── the calls ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def client(server: ContractServer) -> Iterator[Client]:
    client = Client(
        server.endpoint(retries=0), lambda: SECRET, clock=lambda: 0.0, wait=lambda _: False, reference=lambda: "T"
    )
    yield client
    client.close()


@pytest.mark.parametrize(
    "made",
    [
        {"qrCode": ""},
        {"qrCode": "not base64!"},
        {"qrCode": "R0lGODlh"},
        {"qrCode": PNG + "A" * (1 << 19)},
        {"link": "javascript:alert(1)"},
        {"link": "https://a.example/" + "x" * 600},
        {"transactionId": "../../x"},
        {"transactionId": "t1\n"},
        {"expiresIn": 0},
        {"expiresIn": 86_400},
    ],
)
def test_a_code_that_cannot_be_one_is_not_shown(client: Client, server: ContractServer, made: dict[str, Any]) -> None:
    server.phones.made = made
    with pytest.raises(ServiceBroken) as caught:
        client.open_phone(_asked())
    told = f"{caught.value!r} {caught.value.__cause__!r}"
    assert not any(str(value) in told for value in made.values() if value)


@pytest.mark.parametrize("status", [("NEWER", ""), ("FAILED", "<b>"), ("FAILED", "x" * 65)])
def test_a_status_that_cannot_be_one_is_not_shown(
    client: Client, server: ContractServer, status: tuple[str, str]
) -> None:
    code = client.open_phone(_asked())
    server.phones.move(*status)
    with pytest.raises(ServiceBroken):
        client.phone_standing(code.transaction_id)


def test_scopes_that_are_not_granted_are_not_asked_for_anything_else(client: Client, server: ContractServer) -> None:
    server.without_phones = True
    assert client.profile().organization == "Example"
    with pytest.raises(PhonesUnavailable):
        client.open_phone(_asked())
    server.tokens.clear()
    server.faults += [Fault("/oauth2/token", "problem", Word.INVALID_TOKEN, 401)]
    with pytest.raises(StationRefused):
        client.profile()


@pytest.mark.parametrize("kind", ["garbage", "shape"])
def test_a_token_that_is_none_is_told_without_it(client: Client, server: ContractServer, kind: str) -> None:
    server.faults += [Fault("/oauth2/token", kind)]
    with pytest.raises(ServiceBroken):
        client.profile()


@pytest.mark.parametrize(("status", "error"), [(400, StationRefused), (502, ServiceBroken)])
def test_a_token_that_is_refused_in_a_page_is_refused(
    client: Client, server: ContractServer, status: int, error: type[Exception]
) -> None:
    server.faults += [Fault("/oauth2/token", "html", status=status)]
    with pytest.raises(error):
        client.profile()


def _asked() -> OpenPhone:
    return OpenPhone(enrollment_id="e1", purpose=PhonePurpose.PASSKEY)
