"""The benchmark of polling kiosks, small: what it asserts of any size is that nothing is lost."""

from __future__ import annotations

from tests.benchmarks.poll import Plan, measure


def test_every_step_of_every_code_is_seen_by_its_kiosk() -> None:
    polled, held = measure(Plan(kiosks=60, every=0.4, seconds=5, warm=1, quiet=3, walking=40, processes=1))
    for found in (polled, held):
        assert (found.lost, found.refused, found.broken) == (0, 0, 0)
        assert found.answers >= 60
