from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from hardware import errors as key_errors
from hardware.errors import HardwareError, WrongPin
from kiosk import errors as kiosk_errors
from kiosk.enrollment.admission import Reason
from kiosk.errors import InputRefused, KeyNotAdmitted, KioskError, Locked, TooSoon, WrongCode
from ui.messages import WORDS, duration, message
from ui.tour_samples import troubles
from ui.words_kiosk import INPUTS
from ui.words_reasons import REASONS

_NEVER = re.compile(
    r"\b(token|credential|authenticator|ceremony|time-?out|invalid|error|FIDO|HTTP|URL|server|exception)\b",
    re.IGNORECASE,
)


def _concrete(cls: type[Exception]) -> Iterator[type[Exception]]:
    below = cls.__subclasses__()
    if not below:
        yield cls
    for each in below:
        yield from _concrete(each)


CLASSES = sorted({*_concrete(HardwareError), *_concrete(KioskError)}, key=lambda cls: cls.__name__)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_concrete_trouble_has_words_of_its_own(cls: type[Exception]) -> None:
    assert cls in WORDS


def test_the_tour_shows_every_concrete_trouble() -> None:
    assert {type(trouble) for trouble in troubles()} == set(CLASSES)


@pytest.mark.parametrize("trouble", troubles(), ids=lambda trouble: type(trouble).__name__)
def test_words_are_whole_plain_and_without_leftover_placeholders(trouble: HardwareError | KioskError) -> None:
    said = message(trouble)
    assert said.title
    assert not said.title.endswith((".", "!"))
    assert said.tone in ("warn", "stop")
    for text in (said.text, *said.todo):
        assert text.endswith((".", "?"))
    for text in (said.title, said.text, *said.todo, said.notice):
        assert "{" not in text
        assert "%n" not in text
        assert not _NEVER.search(text), text


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_against_a_key_has_words(reason: Reason) -> None:
    assert reason.value in REASONS
    assert str(REASONS[reason.value]) in message(KeyNotAdmitted((reason.value,))).text


@pytest.mark.parametrize("reason", ["empty", "too_long", "characters", "shape"])
def test_every_reason_against_an_input_has_words(reason: str) -> None:
    title, text = INPUTS[reason]
    said = message(InputRefused("email", reason))
    assert (said.title, said.text) == (str(title), str(text))


def test_an_unknown_reason_falls_back_to_the_words_of_its_class() -> None:
    assert message(KeyNotAdmitted(("from_the_future",))).text == str(WORDS[KeyNotAdmitted].text)
    assert message(InputRefused("email", "from_the_future")).title == str(WORDS[InputRefused].title)


def test_a_class_without_words_of_its_own_speaks_with_its_parents() -> None:
    assert key_errors.PinError not in WORDS
    assert message(key_errors.PinError()).title == str(WORDS[HardwareError].title)


def test_tries_left_are_told_when_the_key_tells_them() -> None:
    assert "6" in message(WrongPin(6)).text
    assert message(WrongPin(None)).text == str(WORDS[WrongPin].text)
    assert "3" in message(WrongCode(tries_left=3)).text
    assert message(WrongCode()).text == str(WORDS[WrongCode].text)


@pytest.mark.parametrize(("seconds", "number"), [(1, "1"), (42, "42"), (100, "2"), (900, "15"), (5400, "2")])
def test_a_wait_is_told_in_the_unit_that_people_use(seconds: int, number: str) -> None:
    assert number in duration(seconds)
    assert duration(seconds) in message(TooSoon("", seconds)).text
    assert duration(seconds) in message(Locked("", seconds)).text


def test_a_person_is_not_blamed_for_what_the_kiosk_did() -> None:
    assert message(kiosk_errors.ServiceUnreachable()).blameless
    assert not message(kiosk_errors.WrongCode()).blameless
