"""The flash of a simulated key: whatever page the power fails at, the old record or the new one is there."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.simulated.flash import PAGE, Flash, PowerLost

records = st.binary(max_size=4 * PAGE)


def test_a_new_flash_holds_nothing() -> None:
    assert Flash().read() is None


@given(st.lists(records, min_size=1, max_size=5))
def test_it_holds_what_was_written_last(written: list[bytes]) -> None:
    flash = Flash()
    for record in written:
        flash.write(record)
        assert flash.read() == record


@pytest.mark.parametrize("size", [0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE])
def test_at_every_page_a_power_loss_leaves_the_old_or_the_new(size: int) -> None:
    old, new = b"o" * size, b"n" * size
    counting = Flash()
    counting.write(old)
    pages = counting.pages
    counting.write(new)
    steps = counting.pages - pages
    assert steps == 2 + -(-size // PAGE)
    for step in range(1, steps + 1):
        flash = Flash()
        flash.write(old)
        flash.fails_in = step
        with pytest.raises(PowerLost):
            flash.write(new)
        assert flash.read() == old  # the page that makes the new one count comes last, and is torn too
        flash.write(new)
        assert flash.read() == new
    flash = Flash()
    flash.write(old)
    flash.fails_in = steps + 1
    flash.write(new)
    assert flash.read() == new


@settings(deadline=None)
@given(st.lists(st.tuples(records, st.none() | st.integers(1, 7)), max_size=12))
def test_over_any_life_it_holds_a_record_that_was_written_whole(life: list[tuple[bytes, int | None]]) -> None:
    flash = Flash()
    expected: bytes | None = None
    for record, fails_in in life:
        flash.fails_in = fails_in
        with suppress(PowerLost):
            flash.write(record)
            expected = record
        assert flash.read() == expected
