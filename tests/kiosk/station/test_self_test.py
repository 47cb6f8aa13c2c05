"""A whole enrollment: real session, lanes, journal, HTTPS, HID reports; only the service is a script."""

from __future__ import annotations

import time

from kiosk.station.self_test import MATRIX, run_self_test
from tests.kiosk.station.bench import Bench
from tests.kiosk.station.contract_server import Fault


def test_a_person_walks_up_and_walks_away_with_a_key_that_works(bench: Bench) -> None:
    report = run_self_test(
        bench.host,
        bench.script(),
        clock=time.monotonic,
        http_requests=bench.requests,
        ctap_commands=lambda: bench.key.commands,
        seconds=30,
    )
    assert report.problem == ""
    assert report.ok
    assert report.relying_parties == ("mail",)
    assert report.ctap_commands == 8
    assert report.http_requests == 10  # token, profile, open, identify, send, verify, key, ceremony, complete, proof
    assert [step.name for step in report.steps] == [
        "connect",
        "welcome",
        "identify",
        "verify",
        "insert_key",
        "set_pin",
        "touch",
        "prove",
    ]
    assert len(bench.key.credentials) == 1
    assert bench.journal.unsettled() == ()
    assert [ceremony.proved for ceremony in bench.server.ceremonies.values()] == [True]


def test_an_answer_lost_on_its_way_is_asked_for_again(bench: Bench) -> None:
    bench.server.faults += [Fault("/complete", "drop_after"), Fault("/proof", "drop_after")]
    assert run_self_test(bench.host, bench.script(), clock=time.monotonic, seconds=30).ok
    assert len(bench.key.credentials) == 1


def test_a_failure_is_told_by_its_name(bench: Bench) -> None:
    bench.server.faults += [Fault("/verify", "html", status=502)]
    report = run_self_test(bench.host, bench.script(), clock=time.monotonic, seconds=30)
    assert (report.ok, report.problem) == (False, "ServiceBroken")
    assert report.as_json()["problem"] == "ServiceBroken"


def test_the_matrix_has_every_combination() -> None:
    assert len(MATRIX) == len(set(MATRIX)) == 35
