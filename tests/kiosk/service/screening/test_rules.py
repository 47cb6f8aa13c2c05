"""Who is asked, what several answers come to, and when somebody is asked again."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from kiosk.service.screening.actions import screen
from kiosk.service.screening.connector import CallType, Finding, Screened, Subject
from kiosk.service.screening.rules import (
    LONGEST_WAIT,
    ScreeningState,
    Verdict,
    back_off,
    lease,
    questions,
    worst,
)
from tests.kiosk.service.screening.judges import Judge

MARIA = Subject("Maria", "Okafor")
SANCTIONS = Judge("sanctions")
SYSTEM = Judge("system", serves=frozenset({CallType.SYNC}))
ALL = Judge("all", serves=frozenset({CallType.SCREENING, CallType.SYNC}))


@pytest.mark.parametrize(
    ("call_type", "expected"),
    [
        (CallType.SCREENING, [("sanctions", CallType.SCREENING), ("all", CallType.SCREENING)]),
        (CallType.SYNC, [("all", CallType.SYNC), ("system", CallType.SYNC)]),
        (CallType.BOTH, [("sanctions", CallType.SCREENING), ("all", CallType.BOTH), ("system", CallType.SYNC)]),
    ],
)
def test_each_checker_is_asked_for_what_it_does(call_type: CallType, expected: list[tuple[str, CallType]]) -> None:
    asked = questions([ALL, SANCTIONS, SYSTEM], call_type)
    assert sorted((each.id, wanted) for each, wanted in asked) == sorted(expected)
    assert [wanted for _, wanted in asked] == sorted(
        (wanted for _, wanted in asked), key=lambda each: each is not CallType.SCREENING
    )


@pytest.mark.parametrize("call_type", [CallType.SCREENING, CallType.BOTH])
def test_where_nobody_screens_somebody_has_to_look(call_type: CallType) -> None:
    assert screen([], MARIA, call_type).state is ScreeningState.HELD
    assert screen([SYSTEM], MARIA, call_type).state is ScreeningState.HELD


def test_only_who_is_clear_is_told_to_the_system_of_enrollments() -> None:
    for finding, told in ((Finding.CLEAR, 1), (Finding.POSSIBLE, 0), (Finding.HIT, 0), (None, 0)):
        judge, system = Judge("judge", finding), Judge("system", serves=frozenset({CallType.SYNC}))
        verdict = screen([system, judge], MARIA, CallType.BOTH)
        assert verdict.finding is finding
        assert len(system.asked) == told


def test_every_checker_is_asked_and_the_worst_word_counts() -> None:
    for order in permutations([Finding.CLEAR, Finding.POSSIBLE, Finding.HIT, None]):
        judges = [Judge(str(each), each) for each in order]
        verdict = screen(judges, MARIA, CallType.SCREENING)
        assert (verdict.finding, verdict.checker) == (Finding.HIT, "hit")
        assert [each.asked for each in judges] == [[(MARIA, CallType.SCREENING)]] * 4


@pytest.mark.parametrize(
    ("findings", "state"),
    [
        ([Finding.CLEAR, Finding.CLEAR], ScreeningState.PASSED),
        ([Finding.CLEAR, Finding.POSSIBLE], ScreeningState.HELD),
        ([None, Finding.POSSIBLE], ScreeningState.HELD),
        ([Finding.CLEAR, None], ScreeningState.DUE),
    ],
)
def test_somebody_passes_only_if_everybody_says_clear(findings: list[Finding | None], state: ScreeningState) -> None:
    assert worst(Verdict(each) for each in findings).state is state


def test_the_words_of_the_checker_that_decided_are_kept() -> None:
    judges = [Judge("one"), Judge("two", Screened(Finding.HIT, "case 7"))]
    assert screen(judges, MARIA, CallType.SCREENING) == Verdict(Finding.HIT, "two", "case 7")


def test_waits_double_and_end() -> None:
    waits = [back_off(tries) for tries in range(1, 40)]
    assert waits[:3] == [timedelta(seconds=15), timedelta(seconds=30), timedelta(seconds=60)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT


def test_a_lease_is_longer_than_all_answers_together() -> None:
    assert lease([SANCTIONS, SYSTEM]) > timedelta(seconds=SANCTIONS.patience + SYSTEM.patience)
