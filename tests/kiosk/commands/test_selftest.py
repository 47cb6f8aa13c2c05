"""`keywright selftest`: one whole enrollment without a window, and its report."""

from __future__ import annotations

import json

import pytest

from hardware.simulated.faults import Faults
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from kiosk.commands import selftest
from kiosk.commands.selftest_keys import Hand
from kiosk.station.self_test import MATRIX
from tests.kiosk.commands.conftest import Keywright


def test_the_report_as_json(keywright: Keywright) -> None:
    result = keywright("selftest", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert list(report) == ["ok", "steps", "relying_parties", "ctap_commands", "http_requests"]
    assert report["ok"] is True
    assert [step["name"] for step in report["steps"]] == [
        *("connect", "welcome", "identify", "verify", "insert_key", "set_pin", "touch", "prove"),
    ]
    assert all(list(step) == ["name", "ms"] and step["ms"] >= 0 for step in report["steps"])
    assert report["relying_parties"] == ["staff"]
    assert report["ctap_commands"] == 8
    assert 9 <= report["http_requests"] <= 10
    assert selftest.PIN not in result.output


def test_the_report_for_people(keywright: Keywright) -> None:
    result = keywright("selftest")
    assert result.exit_code == 0, result.output
    assert "staff: the key was proved to work (8 CTAP commands," in result.stdout


def test_a_key_that_is_forged_fails_the_test_and_the_reason_is_named(
    keywright: Keywright, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = SimulatedKey()
    key.faults = Faults(forged_attestation=True)
    monkeypatch.setattr(selftest, "hand_with_key", lambda *_: (Hand((key,)), SimulatedSource([key])))
    result = keywright("selftest", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["ok"] is False
    assert report["problem"] == "RegistrationRefused"
    assert not key.credentials


def test_every_way_policy_and_kind_of_key_works(keywright: Keywright) -> None:
    result = keywright("selftest", "--all", "--json")
    report = json.loads(result.stdout)
    assert [case for case in report["cases"] if not case["ok"]] == []
    assert report["ok"] is True
    assert result.exit_code == 0
    assert [case["case"] for case in report["cases"]] == [case.name for case in MATRIX]
