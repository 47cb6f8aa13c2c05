"""The client against a real HTTPS server with every fault that a network has."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from kiosk.config import ServiceEndpoint
from kiosk.contract.enrollments import AbandonReason, AcceptedTerms, KeyReport
from kiosk.contract.problems import Problem, Word
from kiosk.contract.profile import FormKind, VerificationMethod
from kiosk.errors import (
    ConfigurationError,
    InputRefused,
    KeyNotAllowed,
    Locked,
    OutcomeUnknown,
    Refusal,
    ServiceBroken,
    ServiceError,
    ServiceUnreachable,
    ServiceUntrusted,
    StationRefused,
    TooSoon,
    TotpWrongState,
    WrongCode,
)
from kiosk.service.tls import make_authority
from kiosk.station.client import Client
from kiosk.station.problems import TABLE, error_of
from tests.kiosk.station.contract_server import SECRET, ContractServer, Fault, app_code

Make = Callable[..., Client]


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def make(server: ContractServer, waits: list[float]) -> Iterator[Make]:
    made: list[Client] = []
    numbers = count(1)

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return False

    def make(secret: str = SECRET, endpoint: ServiceEndpoint | None = None, **changes: Any) -> Client:
        time = iter(float(number) for number in count())
        client = Client(
            replace(endpoint or server.endpoint(), **changes),
            lambda: secret,
            clock=lambda: next(time) * 0.001,
            wait=wait,
            reference=lambda: f"T-{next(numbers)}",
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


def test_a_profile_of_a_newer_service_is_understood(make: Make) -> None:
    profile = make().profile()
    assert profile.organization == "Example"
    assert profile.times.touch == 5
    assert profile.embedded


def test_one_token_serves_many_calls(make: Make, server: ContractServer) -> None:
    client = make()
    for _ in range(3):
        client.profile()
    assert [path for _, path in server.calls].count("/oauth2/token") == 1
    assert client.requests_made == 4


def test_a_token_is_fetched_anew_before_it_ends(server: ContractServer) -> None:
    now = [0.0]
    client = Client(server.endpoint(), lambda: SECRET, clock=lambda: now[0], wait=lambda _: True, reference=lambda: "T")
    with closing(client):
        client.profile()
        now[0] = 3571.0
        client.profile()
    assert [path for _, path in server.calls].count("/oauth2/token") == 2


def test_a_token_that_the_service_forgot_is_fetched_anew_once(make: Make, server: ContractServer) -> None:
    client = make()
    client.profile()
    server.faults += [Fault("/enrollments", "forget_tokens")]
    assert client.open("en").enrollment_id
    server.faults += [Fault("/enrollments", "forget_tokens")] * 2
    with pytest.raises(StationRefused):
        client.open("en")


def test_a_wrong_secret_is_the_stations_own_trouble(make: Make) -> None:
    with pytest.raises(StationRefused):
        make(secret="no").profile()


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("html", ServiceBroken),
        ("garbage", ServiceBroken),
        ("shape", ServiceBroken),
        ("redirect", ServiceBroken),
        ("half", ServiceBroken),
        ("huge", ServiceBroken),
        ("drop", ServiceUnreachable),
        ("drop_after", ServiceUnreachable),
    ],
)
def test_a_call_that_may_not_be_repeated_fails_at_once(
    make: Make, server: ContractServer, kind: str, error: type[ServiceError]
) -> None:
    client = make()
    client.profile()
    server.faults += [Fault("/identify", kind)]
    with pytest.raises(error) as told:
        client.identify("e", "upn", {"upn": "ada"})
    assert type(told.value) is error
    assert told.value.reference.startswith("T-")
    assert sum(path.endswith("identify") for _, path in server.calls) == 1


@pytest.mark.parametrize("kind", ["html", "garbage", "half", "drop", "drop_after", "huge"])
def test_a_call_that_may_be_repeated_is(make: Make, server: ContractServer, waits: list[float], kind: str) -> None:
    server.faults += [Fault("/profile", kind), Fault("/profile", kind)]
    assert make(retries=2).profile().organization == "Example"
    assert waits == [0.25, 0.5]


def test_repetitions_end(make: Make, server: ContractServer, waits: list[float]) -> None:
    server.faults += [Fault("/profile", "html")] * 9
    with pytest.raises(ServiceBroken):
        make(retries=2).profile()
    assert len(waits) == 2


def test_nothing_is_repeated_while_all_stops(server: ContractServer) -> None:
    server.faults += [Fault("/profile", "drop")] * 5
    client = Client(
        server.endpoint(retries=5), lambda: SECRET, clock=lambda: 0.0, wait=lambda _: True, reference=lambda: "T"
    )
    with closing(client), pytest.raises(ServiceUnreachable):
        client.profile()
    assert len(server.faults) == 4


def test_a_refusal_is_not_asked_for_twice(make: Make, server: ContractServer) -> None:
    server.faults += [Fault("/complete", "problem", Word.REGISTRATION_REJECTED, 422)] * 2
    with pytest.raises(Refusal):
        make().complete("e", "c", {})
    assert len(server.faults) == 1


def test_an_unknown_outcome_is_asked_for_again(make: Make, server: ContractServer) -> None:
    server.faults += [Fault("/abandon", "problem", Word.OUTCOME_UNKNOWN, 504)] * 9
    with pytest.raises(OutcomeUnknown):
        make(retries=1).abandon("e", "c", AbandonReason.RECOVERED)
    assert len(server.faults) == 7


def test_a_service_that_is_silent_is_left_in_time(make: Make, server: ContractServer) -> None:
    server.faults += [Fault("/send-code", "hang")]
    client = make(read_timeout=0.2)
    with pytest.raises(ServiceUnreachable):
        client.send_code("e", VerificationMethod.EMAIL)


def test_a_service_that_trickles_is_left_in_time(make: Make, server: ContractServer) -> None:
    server.faults += [Fault("/profile", "huge")]
    with pytest.raises(ServiceUnreachable):
        make(answer_timeout=0.0015, retries=0).profile()


def test_nobody_listens(make: Make, server: ContractServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(ServiceUnreachable):
            make(url=f"https://localhost:{port}", retries=0).profile()


def test_a_certificate_of_another_authority_is_not_trusted(make: Make, tmp_path: Path) -> None:
    stranger = make_authority(tmp_path, datetime.now(UTC)).certificate
    with pytest.raises(ServiceUntrusted):
        make(ca_file=stranger).profile()


def test_a_certificate_for_another_name_is_not_trusted(make: Make, server: ContractServer) -> None:
    with pytest.raises(ServiceUntrusted):
        make(url=server.url.replace("localhost", "127.0.0.2")).profile()


def test_a_missing_authority_is_a_setting_to_correct(make: Make, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as told:
        make(ca_file=tmp_path / "nothing.pem")
    assert told.value.path == "service.ca_file"


def test_the_accounts_proxy_and_passwords_are_not_used(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("default login thief password thief")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    assert make().profile().organization == "Example"


def test_waits_and_reasons_come_with_the_refusal(make: Make, server: ContractServer) -> None:
    client = make()
    server.faults += [Fault("/send-code", "problem", Word.TOO_SOON, 429, {"retry_after": 42})]
    with pytest.raises(TooSoon) as soon:
        client.send_code("e", VerificationMethod.SMS)
    assert (soon.value.retry_after, soon.value.reference) == (42, "REF-1")
    server.faults += [Fault("/verify", "problem", Word.CODE_INVALID, 400, {"tries_left": 3})]
    with pytest.raises(WrongCode) as wrong:
        client.verify("e", VerificationMethod.SMS, "000000")
    assert wrong.value.tries_left == 3
    server.faults += [Fault("/ceremony", "problem", Word.KEY_NOT_ALLOWED, 409, {"reasons": ["model_denied"]})]
    with pytest.raises(KeyNotAllowed) as key:
        client.begin("e", "mail", KeyReport("", (), (), {}))
    assert key.value.reasons == ("model_denied",)


def test_every_word_of_the_service_has_an_error() -> None:
    assert set(TABLE) == set(Word)
    for word in Word:
        error = error_of(Problem("", "", 400, word, "REF-9"))
        assert isinstance(error, ServiceError)
        assert error.reference == "REF-9"


def test_while_a_guest_is_looked_at_the_service_is_asked_again(
    make: Make, server: ContractServer, waits: list[float]
) -> None:
    server.faults += [Fault("/verify", "problem", Word.IN_PROGRESS, 409, {"retry_after": 2})] * 2
    assert make(retries=3).verify("e", VerificationMethod.EMAIL, "271828").display_name == "Ada"
    assert waits == [2, 2]
    server.faults += [Fault("/verify", "problem", Word.IN_PROGRESS, 409, {"retry_after": 60})] * 2
    with pytest.raises(OutcomeUnknown):
        make(retries=1).verify("e", VerificationMethod.EMAIL, "271828")
    assert waits == [2, 2, 5]


def test_a_field_that_the_service_does_not_take_is_named(make: Make, server: ContractServer) -> None:
    for path_end in ("/register", "/identify"):
        server.faults += [Fault(path_end, "problem", Word.MALFORMED, 400, {"reasons": ["ends_on", "email"]})]
    with pytest.raises(InputRefused) as refused:
        make().register("e", FormKind.VISITOR, {"ends_on": "2999-01-01"}, ())
    assert (refused.value.field, refused.value.reason) == ("ends_on", "shape")
    with pytest.raises(InputRefused):
        make().identify("e", "upn", {"upn": "x"})


def test_a_form_goes_with_the_terms_that_were_accepted(make: Make, server: ContractServer) -> None:
    yes = AcceptedTerms("house", "2026-03", "ar")
    identified = make().register("e", FormKind.MEMBER, {"email": "ada@example.org"}, (yes,))
    assert [offer.method for offer in identified.offers] == [VerificationMethod.EMAIL]
    assert server.bodies[-1] == {
        "form": "member",
        "values": {"email": "ada@example.org"},
        "accepted": [{"id": "house", "version": "2026-03", "language": "ar"}],
    }


def test_an_app_is_set_up_with_a_secret_that_is_in_no_repr(make: Make, server: ContractServer) -> None:
    client = make(retries=1)
    server.faults += [Fault("/totp", "drop")]
    setup = client.set_up_totp("e")
    assert setup.uri.startswith("otpauth://totp/")
    assert setup.secret not in repr(setup)
    enrolled = client.confirm_totp("e", app_code(setup))
    assert len(enrolled.recovery_codes) == 2
    assert enrolled.recovery_codes[0] not in repr(enrolled)


def test_a_code_of_an_app_is_handed_over_once(make: Make, server: ContractServer) -> None:
    client = make(retries=3)
    setup = client.set_up_totp("e")
    server.faults += [Fault("/confirm", "drop_after")]
    with pytest.raises(ServiceUnreachable):
        client.confirm_totp("e", app_code(setup))
    assert [path for _, path in server.calls].count("/enrollments/e/totp/confirm") == 1
    with pytest.raises(TotpWrongState):
        client.set_up_totp("e")


def test_a_wait_that_the_service_does_not_tell_is_a_minute() -> None:
    locked = error_of(Problem("", "", 429, Word.LOCKED, "R"))
    assert isinstance(locked, Locked)
    assert locked.retry_after == 60


def test_ids_of_the_service_cannot_leave_their_path(make: Make, server: ContractServer) -> None:
    make().cancel("../../profile?x=")
    assert server.calls[-1] == ("DELETE", "/enrollments/..%2F..%2Fprofile%3Fx%3D")


def test_health_needs_no_token_and_tells_the_clock(make: Make) -> None:
    date = make().health().date
    assert date is not None
    assert abs((datetime.now(UTC) - date).total_seconds()) < 10
