"""Work that may hang."""

from __future__ import annotations

from threading import Event, current_thread

import pytest

from hardware.errors import KeySilent
from hardware.transport.aside import Aside


def test_the_result_comes_from_another_thread() -> None:
    assert Aside(lambda: current_thread().name, 5, "aside")() == "aside"


def test_what_the_work_raises_is_raised() -> None:
    def fail() -> None:
        raise LookupError("nothing")

    with pytest.raises(LookupError, match="nothing"):
        Aside(fail, 5, "aside")()


def test_one_that_hangs_is_left_behind_and_no_second_beside_it() -> None:
    flows, begun = Event(), list[int]()

    def work() -> int:
        begun.append(1)
        assert flows.wait(30)
        return len(begun)

    aside = Aside(work, 0.02, "aside")
    for _ in range(2):
        with pytest.raises(KeySilent) as caught:
            aside()
        assert caught.value.seconds == 0.02
    assert begun == [1]
    flows.set()
    assert aside() == 2
