"""What every checker must do, over its real other side."""

from __future__ import annotations

import pytest

from kiosk.service.catalog import SCREENERS, kinds
from kiosk.service.screening.connector import CallType, Finding, ScreeningUnavailable, Subject
from tests.kiosk.service.screening.contract.stand import CLEAR, LISTED, NEAR, Stand
from tests.kiosk.service.screening.contract.stands import STANDS

ASKED = CallType.SCREENING


def test_every_connector_is_in_the_suite() -> None:
    assert {each.NAME for each in STANDS} == set(kinds(SCREENERS))


@pytest.mark.parametrize(("name", "finding"), [(LISTED, Finding.HIT), (NEAR, Finding.POSSIBLE), (CLEAR, Finding.CLEAR)])
def test_it_says_what_it_knows(stand: Stand, name: tuple[str, str], finding: Finding) -> None:
    assert stand.make().screen(Subject(*name), ASKED).finding is finding


def test_it_says_the_same_again(stand: Stand) -> None:
    screener, somebody = stand.make(), Subject(*LISTED, email="m@example.org", company="Example")
    assert screener.screen(somebody, ASKED) == screener.screen(somebody, ASKED)
    assert screener.screen(somebody, ASKED).reference == "case 7"


def test_silence_is_no_yes_and_it_is_asked_again_when_it_is_back(
    stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    screener = stand.make()
    stand.down()
    for name in (LISTED, CLEAR):
        with pytest.raises(ScreeningUnavailable):
            screener.screen(Subject(*name), ASKED)
    assert bool(caplog.records) is stand.WARNS
    caplog.clear()
    stand.up()
    assert screener.screen(Subject(*CLEAR), ASKED).finding is Finding.CLEAR


def test_it_says_what_it_is_and_serves(stand: Stand) -> None:
    screener = stand.make()
    assert screener.id == stand.settings()["id"]
    assert CallType.SCREENING in screener.serves
    assert CallType.BOTH not in screener.serves
    assert 0 < screener.patience <= 20


def test_doctor_sees_it_without_screening_anybody(stand: Stand) -> None:
    assert stand.make().probe()


@pytest.mark.parametrize("text", ["", " ", "\u202e", "'", "a" * 5000, "💥", "\x00"])
def test_no_name_breaks_it(stand: Stand, text: str) -> None:
    assert stand.make().screen(Subject(text, text), ASKED).finding is not Finding.HIT


def test_nothing_of_the_person_is_in_its_repr(stand: Stand) -> None:
    assert "Okafor" not in repr(Subject(*LISTED))
    assert "the secret" not in repr(stand.make())
