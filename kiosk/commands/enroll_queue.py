"""`keywright enroll --csv`: staff and a queue of people, one after the other, today or another day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from kiosk.commands.people_queue import Entry, Outcome, Progress, Queued, person_key, read_queue
from kiosk.commands.terminal import GIVEN_UP, LEFT_ON_KEY, PARTLY, PROVED
from kiosk.commands.words import tame

ENDED: Final[Mapping[int, Outcome]] = {
    PROVED: Outcome.DONE,
    PARTLY: Outcome.PARTLY,
    LEFT_ON_KEY: Outcome.LEFT_ON_KEY,
}
"""What an exit code of one enrollment means for the queue; every other one that nobody gave up is `failed`."""
_WORDS: Final[Mapping[Outcome | None, str]] = {
    Outcome.DONE: "have a key that works",
    Outcome.PARTLY: "have a key that works in some places",
    Outcome.ABSENT: "were not there",
    Outcome.FAILED: "have no key: it ended otherwise",
    Outcome.LEFT_ON_KEY: "have no key, and something is left on one",
    None: "have still to come",
}

EnrollOne = Callable[[Queued], tuple[int, str]]
"""Walks one person through; their exit code, and the receipt."""


@dataclass(frozen=True)
class Desk:
    """Where the queue is worked on: `enroll` walks one person through, `now` tells the time (aware)."""

    enroll: EnrollOne
    now: Callable[[], datetime]


def work_through(path: Path, desk: Desk) -> bool:
    """Walk through the queue as far as staff want to; whether everybody in it has a key that works.

    Raises QueueRefused, OSError.
    """
    people = read_queue(path.read_bytes())
    progress = Progress.beside(path)
    left = progress.left(people)
    click.echo(f"{len(people)} people, {len(left)} of them without a key that works.")
    for number, who in enumerate(left, 1):
        choice = _asked(number, len(left), who)
        if choice == "q":
            break
        progress.note(_absent(desk, who) if choice == "a" else _enrolled(desk, who))
    report = path.with_name(path.name + ".report.csv")
    report.write_text(progress.report(people), encoding="utf-8", newline="")
    for outcome, many in progress.counts(people).items():
        click.echo(f"{many:5} {_WORDS[outcome]}")
    click.echo(f"The report is {tame(str(report))}.")
    return not progress.left(people)


def _asked(number: int, many: int, who: Queued) -> str:
    named = f"{tame(who.name)} ({tame(who.user)})" if who.name else tame(who.user)
    click.echo(f"\n{number} of {many}: {named}")
    choices = click.Choice(["b", "a", "q"])
    words = "Enter begins, a: is absent, q: stop here"
    try:
        return str(click.prompt(words, default="b", show_default=False, type=choices, show_choices=False))
    except click.Abort:  # Ctrl-C, or the end of the input
        click.echo()
        return "q"


def _enrolled(desk: Desk, who: Queued) -> Entry:
    code, receipt = desk.enroll(who)
    if code == GIVEN_UP:
        return _absent(desk, who)
    return Entry(person_key(who.user), ENDED.get(code, Outcome.FAILED), desk.now().isoformat(), receipt)


def _absent(desk: Desk, who: Queued) -> Entry:
    return Entry(person_key(who.user), Outcome.ABSENT, desk.now().isoformat())
