"""A finger is learned touch by touch; every touch that was no good says what to do better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from hardware.authenticator import SampleFeedback
from hardware.errors import TouchTimeout
from kiosk.enrollment.events import Continued, Skipped, WentBack
from kiosk.enrollment.states import EnrollFinger, State
from kiosk.enrollment.visit import Visit
from ui.pages.finger import EnrollFingerPage, feedback_words, remaining_words
from ui.pages.page import Page, Surroundings
from ui.theme import load_theme
from ui.widgets.step_ring import StepRing

Show = Callable[[Page, State], list[object]]


@pytest.fixture
def page(qtbot: QtBot) -> EnrollFingerPage:
    return EnrollFingerPage(load_theme(), Surroundings())


def steps(page: EnrollFingerPage) -> tuple[int, int]:
    ring = page.findChild(StepRing)
    assert isinstance(ring, StepRing)
    return ring.done, ring.total


def said(page: EnrollFingerPage) -> str:
    card = page.first_focus()
    assert card is not None
    return card.accessibleName()


def test_every_feedback_says_something_of_its_own() -> None:
    words = [feedback_words(feedback) for feedback in (None, *SampleFeedback)]
    assert len(set(words)) == len(words)
    assert all(words)


def test_good_touches_fill_the_ring_and_others_do_not(page: EnrollFingerPage, visit: Visit, show: Show) -> None:
    state = EnrollFinger(visit)
    show(page, state)
    assert steps(page) == (0, 0)
    page.render(replace(state, remaining=4, taken=1, feedback=SampleFeedback.GOOD))
    assert steps(page) == (1, 5)
    page.render(replace(state, remaining=4, taken=2, feedback=SampleFeedback.TOO_FAST))
    assert steps(page) == (1, 5)
    page.render(replace(state, remaining=3, taken=3, feedback=SampleFeedback.GOOD))
    assert steps(page) == (2, 5)
    page.render(replace(state, remaining=0, taken=6, feedback=SampleFeedback.GOOD))
    assert steps(page) == (5, 5)


def test_a_key_that_wants_more_touches_than_before_never_goes_below_zero(
    page: EnrollFingerPage, visit: Visit, show: Show
) -> None:
    show(page, EnrollFinger(visit, 2, 1, SampleFeedback.GOOD))
    page.render(EnrollFinger(visit, 9, 2, SampleFeedback.MERGE_FAILURE))
    assert steps(page) == (0, 9)
    page.render(EnrollFinger(visit))
    assert steps(page) == (0, 0)


def test_a_screen_reader_hears_what_to_do_and_how_much_is_left(
    page: EnrollFingerPage, visit: Visit, show: Show
) -> None:
    show(page, EnrollFinger(visit, 3, 2, SampleFeedback.TOO_HIGH))
    assert said(page) == "Put your finger a little lower. 3 more touches"
    assert remaining_words(1) == "1 more touch"
    assert remaining_words(0) == "That was the last one."


@pytest.mark.parametrize("optional", [True, False])
def test_it_can_be_skipped_only_where_policy_lets_it(
    page: EnrollFingerPage, visit: Visit, show: Show, optional: bool
) -> None:
    show(page, EnrollFinger(visit, optional=optional))
    secondary = page.chrome().secondary
    assert (secondary is not None) == optional
    assert secondary is None or secondary.event == Skipped()
    assert page.chrome().primary is None
    back = page.chrome().back
    assert back is not None
    assert back.event == WentBack()


def test_after_a_problem_it_can_be_tried_again(page: EnrollFingerPage, visit: Visit, show: Show) -> None:
    show(page, EnrollFinger(visit, 2, 3, problem=TouchTimeout()))
    primary = page.chrome().primary
    assert primary is not None
    assert primary.event == Continued()
    assert page.first_focus() is None
