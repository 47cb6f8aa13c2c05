"""A short run of the fuzzers, and everything that they ever found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.corpus import Found, kept, recording
from tests.fuzz.targets import TARGETS

SESSIONS = {"answers": 400, "reports": 400, "key": 30, "metadata": 200}
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", TARGETS)
def test_whatever_is_said_nothing_hangs_and_nothing_breaks(name: str, part: int) -> None:
    target, recorded, inputs = TARGETS[name], recording(), 0
    for seed in range(part * SESSIONS[name], (part + 1) * SESSIONS[name]):
        spoiled, found = target(recorded, seed, None)
        assert found is None, f"{name}, seed {seed}: {found.problem}"
        inputs += spoiled
    assert inputs >= 2 * SESSIONS[name]


def test_what_once_made_trouble_makes_none_any_more() -> None:
    for found in kept():
        assert TARGETS[found.target](recording(), found.seed, found.said)[1] is None, found


def test_a_find_is_kept_whole(tmp_path: Path) -> None:
    found = Found("reports", 7, [[b"\x01", b"\x02"], []], "Traceback\nIndexError: at the end")
    assert found.save(tmp_path) == found.save(tmp_path)
    (again,) = kept(tmp_path)
    assert (again.target, again.seed, again.said) == (found.target, found.seed, found.said)
    assert again.problem == "IndexError: at the end"


def test_a_session_is_the_same_each_time_it_is_said_again() -> None:
    said = [[b"\x00\xa1\x01\x81\x68FIDO_2_0"], [b"\x2e"]]
    assert TARGETS["answers"](recording(), 3, said) == TARGETS["answers"](recording(), 3, said) == (0, None)
