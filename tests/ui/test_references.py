from __future__ import annotations

from itertools import count

import pytest
from structlog.testing import capture_logs

from hardware.errors import KeyFull, NoAccess
from kiosk.errors import NotProtected, RegistrationRefused, StationRefused
from ui.references import References


@pytest.fixture
def references() -> References:
    numbers = count(1)
    return References(lambda: f"AAA-{next(numbers)}")


def test_a_trouble_keeps_the_reference_that_it_came_with(references: References) -> None:
    with capture_logs() as lines:
        assert references(RegistrationRefused("K7M-4Q2")) == "K7M-4Q2"
    assert lines == [
        {"event": "screen_stopped", "error": "RegistrationRefused", "reference": "K7M-4Q2", "log_level": "info"}
    ]


def test_a_trouble_without_one_gets_one_that_is_in_the_log_once(references: References) -> None:
    trouble = NoAccess("/dev/hidraw3", "70-keywright.rules")
    with capture_logs() as lines:
        given = {references(trouble) for _ in range(3)}
    assert given == {"AAA-1"}
    assert [(line["error"], line["reference"]) for line in lines] == [("NoAccess", "AAA-1")]


def test_the_next_trouble_gets_another_one_even_of_the_same_class(references: References) -> None:
    assert [references(KeyFull()), references(KeyFull()), references(NotProtected())] == ["AAA-1", "AAA-2", "AAA-3"]


def test_an_empty_reference_is_none(references: References) -> None:
    assert references(StationRefused("")) == "AAA-1"


def test_references_are_not_guessed_from_each_other() -> None:
    assert References()(KeyFull()) != References()(KeyFull())
