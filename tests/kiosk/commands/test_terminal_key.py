"""What a terminal asks and says at each state of a key."""

from __future__ import annotations

from dataclasses import replace

import click
import pytest

from hardware.authenticator import KeyInfo
from hardware.errors import PinRefused, TouchTimeout
from kiosk.commands.terminal import PARTLY, TerminalPerson
from kiosk.enrollment.effects import AskApproval
from kiosk.enrollment.events import Cancelled, Continued, Event, LetterWanted, ResetWanted, Skipped, WentBack
from kiosk.enrollment.pin_rules import PinRules
from kiosk.enrollment.states import (
    ChangePin,
    Done,
    EnrollFinger,
    EnterPin,
    Prove,
    RandomPin,
    Remedy,
    ResetKey,
    ResetStage,
    SelectKey,
    State,
    Stopped,
    Task,
    Touch,
)
from kiosk.enrollment.visit import KeyDone, KeyIdentity, KeyModel, TemporaryPass, Visit
from kiosk.errors import LetterNotPrinted, SeveralKeys
from kiosk.secret import Secret
from tests.kiosk.enrollment.walk import ADDRESS, FRESH, MAIL, PROFILE, VPN

VISIT = Visit(PROFILE, "en", attempt=7, model=KeyModel("Example \x1b[2J5"))
KEY: KeyInfo = FRESH


class Terminal:
    """A person at a terminal who says yes, or no, to every question."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.said: list[str] = []
        self.answer: bool | type[Exception] = True
        monkeypatch.setattr(click, "confirm", self.confirm)
        self.person = TerminalPerson(out=self.said.append)

    def confirm(self, text: str, **_: object) -> bool:
        self.asked.append(text)
        if isinstance(self.answer, bool):
            return self.answer
        raise self.answer

    def sees(self, state: State, *, yes: bool = True) -> Event | None:
        self.answer = yes
        return self.person.respond(state)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(monkeypatch)


FINGER = EnrollFinger(VISIT, problem=TouchTimeout())
LETTER = RandomPin(VISIT, Secret("58203917"), letter=True, printed=True)


@pytest.mark.parametrize(
    ("state", "yes", "event"),
    [
        (EnterPin(VISIT, 2, caution=True), True, Continued),
        (ChangePin(VISIT, PinRules(), None, caution=True), False, Cancelled),
        (RandomPin(VISIT, problem=PinRefused()), True, Continued),
        (RandomPin(VISIT, problem=PinRefused()), False, Cancelled),
        (LETTER, True, Continued),
        (LETTER, False, LetterWanted),
        (replace(LETTER, printed=False, problem=LetterNotPrinted("refused")), True, Continued),
        (FINGER, True, Continued),
        (FINGER, False, Cancelled),
        (replace(FINGER, optional=True), False, Skipped),
        (SelectKey(VISIT, (ADDRESS,), SeveralKeys()), True, Continued),
        (SelectKey(VISIT, (ADDRESS,), SeveralKeys()), False, Cancelled),
        (ResetKey(VISIT, ResetStage.ASK), True, ResetWanted),
        (ResetKey(VISIT, ResetStage.ASK), False, WentBack),
        (Stopped(VISIT, TouchTimeout(), Remedy.ANOTHER_KEY, resettable=True), True, ResetWanted),
        (Stopped(VISIT, TouchTimeout(), Remedy.ANOTHER_KEY, resettable=True), False, Cancelled),
    ],
)
def test_a_question_is_answered(terminal: Terminal, state: State, yes: bool, event: type[Event]) -> None:
    assert isinstance(terminal.sees(state, yes=yes), event)
    assert terminal.asked


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (SelectKey(VISIT, (ADDRESS,)), "Several keys are plugged in. Touch the one that is meant."),
        (RandomPin(VISIT), "Making up a PIN…"),
        (replace(LETTER, printed=False), "Printing the letter with the PIN…"),
        (EnrollFinger(VISIT), "Touch the sensor of the key with the same finger."),
        (EnrollFinger(VISIT, remaining=2), "Touch the sensor of the key with the same finger (2 more)."),
        (ResetKey(VISIT, ResetStage.TAKE_OUT), "Take the key out."),
        (ResetKey(VISIT, ResetStage.PUT_IN, seconds=5), "Put the same key back, and touch it within 5 seconds."),
        (ResetKey(VISIT, ResetStage.TOUCH), "Touch the key now."),
        (ResetKey(VISIT, ResetStage.TOUCH, long_touch=True), "Hold the key for five seconds now."),
        (Touch(VISIT, MAIL, 1, 1, 30, waiting=True), "Touch the key now."),
        (Touch(VISIT, MAIL, 1, 1, 30, waiting=True, verifying=True), "Put the finger on the sensor of the key now."),
        (
            Prove(VISIT, MAIL, 1, 1, Task.TEST, touch=True, verifying=True),
            "Put the finger on the sensor of the key now.",
        ),
        (Prove(VISIT, MAIL, 1, 1, Task.TEST, touch=True), "Touch the key now."),
        (Prove(VISIT, MAIL, 1, 1, Task.CONFIGURE), "Preparing the key for its owner…"),
        (Prove(VISIT, MAIL, 1, 1, Task.CHECK, retry_in=4), "Trying again in 4 seconds."),
    ],
)
def test_what_is_waited_for_is_said_and_nothing_asked(terminal: Terminal, state: State, said: str) -> None:
    assert terminal.sees(state) is None
    assert terminal.said == [said]
    assert terminal.asked == []


@pytest.mark.parametrize(("lost", "said"), [(None, "everything"), (3, "3 sign-ins")])
def test_what_wiping_costs_is_said_without_what_a_key_may_say(terminal: Terminal, lost: int | None, said: str) -> None:
    terminal.sees(ResetKey(VISIT, ResetStage.ASK, lost=lost))
    assert f"You lose {said} on it." in terminal.asked[0]
    assert "\x1b" not in terminal.asked[0]


@pytest.mark.parametrize("yes", [True, False])
def test_staff_at_the_terminal_approve_or_not(terminal: Terminal, yes: bool) -> None:
    assert terminal.sees(ResetKey(replace(VISIT, attempt=6), ResetStage.APPROVAL)) is None  # of an older question
    assert terminal.sees(ResetKey(VISIT, ResetStage.APPROVAL), yes=yes) is None
    assert terminal.person.approve(AskApproval(7, "e1", KEY)) is yes


def test_staff_who_give_up_do_not_approve_and_keep_nobody_waiting(terminal: Terminal) -> None:
    terminal.answer = click.Abort
    with pytest.raises(click.Abort):
        terminal.person.respond(ResetKey(VISIT, ResetStage.APPROVAL))
    assert not terminal.person.approve(AskApproval(7, "e1", KEY))


def test_a_pin_for_a_letter_is_not_said_at_the_terminal(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    for state in (LETTER, replace(LETTER, printed=False), replace(LETTER, must_change=True)):
        terminal.sees(state)
    said = "\n".join([*terminal.said, *terminal.asked, capsys.readouterr().out])
    assert "58203917" not in said
    assert "The PIN in the letter must be changed at its first use." in terminal.said


def test_two_keys_are_told_with_where_each_works_and_the_passes_of_both(terminal: Terminal) -> None:
    given = TemporaryPass(MAIL, Secret("8+Xk&4Tq"), 3600)
    first = KeyDone(KeyIdentity.of(KEY), KEY, KeyModel(), (MAIL, VPN), (), "R-1", issued=(given,))
    visit = replace(VISIT, parties=(MAIL, VPN), finished=(MAIL,), receipt="R-1", done=(first,))
    assert terminal.person.finished(Done(visit, cut_short=True))
    assert terminal.said == [
        "An earlier key of this visit works for: Staff mail, VPN. Receipt R-1.",
        "The key works for: Staff mail. Receipt R-1.",
        "VPN: not tried.",
        "It was given up before its end: please go to the desk with it.",
        "Temporary pass for Staff mail, good for 1.0 hours: 8+Xk&4Tq",
    ]
    assert terminal.person.exit_code == PARTLY
