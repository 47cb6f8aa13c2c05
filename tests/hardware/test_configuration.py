"""The steps from what a key is to what it shall be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.answers import Info
from hardware.authenticator import KeySettings
from hardware.configuration import Step, became, missing_steps
from hardware.errors import PinRefused, PinRequired, Unsupported

MOST_RP_IDS = 4
OPTIONS = {"authnrCfg": True, "setMinPINLength": True}


def told(**members: Any) -> dict[int, Any]:
    """A getInfo answer of a key that can be configured."""
    options = OPTIONS | {"clientPin": members["pin"], "alwaysUv": members["always_uv"], "ep": members["ep"]}
    return {
        0x01: ["FIDO_2_1"],
        0x04: options,
        0x0C: members["force"],
        0x0D: members["shortest"],
        0x10: MOST_RP_IDS,
        0x1B: members["complexity"],
    }


keys = st.fixed_dictionaries(
    {
        "pin": st.booleans(),
        "always_uv": st.booleans(),
        "ep": st.booleans(),
        "force": st.booleans(),
        "shortest": st.integers(4, 63),
        "complexity": st.one_of(st.none(), st.booleans()),
    }
).map(lambda members: told(**members))
wishes = st.builds(
    KeySettings,
    min_pin_length=st.one_of(st.none(), st.integers(0, 70)),
    min_pin_length_rp_ids=st.lists(st.sampled_from(["a.example", "b.example"]), max_size=6).map(tuple),
    force_pin_change=st.booleans(),
    always_uv=st.one_of(st.none(), st.booleans()),
    enterprise_attestation=st.booleans(),
    pin_complexity=st.booleans(),
)


def carried_out(answer: dict[int, Any], steps: list[Step]) -> dict[int, Any]:
    """What getInfo says once a key has done the steps."""
    answer = {**answer, 0x04: dict(answer[0x04])}
    for step in steps:
        rules = step.parameters or {}
        match step.subcommand:
            case 0x01:
                answer[0x04]["ep"] = True
            case 0x02:
                answer[0x04]["alwaysUv"] = not answer[0x04]["alwaysUv"]
            case _:
                answer[0x0D] = rules.get(0x01, answer[0x0D])
                answer[0x0C] = rules.get(0x03, answer[0x0C])
                answer[0x1B] = rules.get(0x04, answer[0x1B])
    return answer


@settings(deadline=None)
@given(keys, wishes)
def test_the_steps_lead_there_and_then_there_are_none(answer: dict[int, Any], wanted: KeySettings) -> None:
    try:
        steps = missing_steps(wanted, Info.read(answer))
    except (PinRefused, PinRequired, Unsupported):
        assert not became(wanted, Info.read(answer)) or len(wanted.min_pin_length_rp_ids) > MOST_RP_IDS
        return
    assert [step.subcommand for step in steps] == sorted({step.subcommand for step in steps})
    after = Info.read(carried_out(answer, steps))
    assert became(wanted, after)
    assert [step for step in missing_steps(wanted, after) if set(step.parameters or {}) != {0x02}] == []
    assert became(wanted, Info.read(answer)) == all(set(step.parameters or {}) == {0x02} for step in steps)


@settings(deadline=None)
@given(keys)
def test_no_wish_takes_no_step(answer: dict[int, Any]) -> None:
    assert missing_steps(KeySettings(), Info.read(answer)) == []


@settings(deadline=None)
@given(keys, wishes)
def test_nothing_that_blocks_the_key_comes_before_anything_else(answer: dict[int, Any], wanted: KeySettings) -> None:
    try:
        steps = missing_steps(wanted, Info.read(answer))
    except (PinRefused, PinRequired, Unsupported):
        return
    blocking = [number for number, step in enumerate(steps) if step.parameters and {0x01, 0x03} & set(step.parameters)]
    assert blocking in ([], [len(steps) - 1])


@pytest.mark.parametrize(("wanted", "error"), [(5, PinRefused), (64, PinRefused)])
def test_a_minimum_that_cannot_be_is_refused(wanted: int, error: type[Exception]) -> None:
    answer = told(pin=True, always_uv=False, ep=False, force=False, shortest=6, complexity=None)
    with pytest.raises(error):
        missing_steps(KeySettings(min_pin_length=wanted), Info.read(answer))
