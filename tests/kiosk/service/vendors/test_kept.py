"""What is read from outside is read once for all, again when it is old, and never kept when it failed."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from kiosk.service.vendors.kept import Kept
from tests.kiosk.service.vendors.bed import Bed


def test_a_value_is_read_again_when_it_is_old_or_the_clock_went_back(bed: Bed) -> None:
    kept, numbers = Kept[int](bed.clock, timedelta(minutes=5)), count()
    assert [kept.get(lambda: next(numbers)) for _ in range(2)] == [0, 0]
    bed.clock.advance(minutes=4, seconds=59)
    assert kept.get(lambda: next(numbers)) == 0
    bed.clock.advance(seconds=1)
    assert kept.get(lambda: next(numbers)) == 1
    bed.clock.advance(days=-1)
    assert kept.get(lambda: next(numbers)) == 2


def test_a_failure_is_not_kept(bed: Bed) -> None:
    kept = Kept[int](bed.clock, timedelta(minutes=5))

    def fail() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        kept.get(fail)
    assert kept.get(lambda: 7) == 7
