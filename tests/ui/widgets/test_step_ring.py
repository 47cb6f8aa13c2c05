from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ui.theme import MODES, load_theme
from ui.widgets.step_ring import StepRing


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("total", [1, 5, 24, 100])
def test_every_step_changes_the_picture_until_it_is_full(qtbot: QtBot, mode: str, total: int) -> None:
    ring = StepRing(load_theme(mode=mode), "finger")
    qtbot.addWidget(ring)
    pictures = []
    for done in (0, total):
        ring.show_steps(done, total)
        pictures.append(ring.grab().toImage())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize(("done", "total", "kept"), [(9, 5, (5, 5)), (-1, 5, (0, 5)), (3, 0, (0, 0)), (1, -2, (0, 0))])
def test_numbers_that_cannot_be_are_tamed(qtbot: QtBot, done: int, total: int, kept: tuple[int, int]) -> None:
    ring = StepRing(load_theme(), "finger")
    qtbot.addWidget(ring)
    ring.show_steps(done, total)
    assert (ring.done, ring.total) == kept
    assert not ring.grab().isNull()
