"""One key on a desk: which one is meant, opened with its PIN, taken out and put back, with words for a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from time import monotonic

import click

from hardware.authenticator import Authenticator, KeyAddress, KeyInfo, KeySource, PinState, Watch
from hardware.errors import HardwareError, KeyGone
from kiosk.commands.words import sentence, tame
from kiosk.secret import Secret

TOUCH_SECONDS = 30.0
REPLUG_SECONDS = 120.0
LOOK_EVERY = 1.0
"""Seconds: for a touch, for taking a key out or putting it back, and between two looks while that is waited for."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where keys come from, and the path of the one that is meant when there are several."""

    source: KeySource
    path: str = ""
    clock: Callable[[], float] = field(default=monotonic)

    def address(self) -> KeyAddress:
        """The one key. Raises click.ClickException for none or several, HardwareError where they cannot be listed."""
        found = [each for each in self.source.attached() if self.path in ("", each.path)]
        if not found:
            raise click.ClickException("No key is plugged in there." if self.path else "No security key is plugged in.")
        if len(found) > 1:
            listed = ", ".join(tame(each.path) for each in found)
            raise click.ClickException(f"Several keys are plugged in. Say which one with --path: {listed}")
        return found[0]

    @contextmanager
    def opened(self) -> Iterator[tuple[Authenticator, KeyInfo]]:
        """The key, and what it says of itself."""
        with closing(self.source.open(self.address())) as key:
            yield key, key.inspect()

    @contextmanager
    def unlocked(self) -> Iterator[tuple[Authenticator, KeyInfo]]:
        """The key, after its PIN was asked for where it has one; a wrong one is told with the tries left."""
        with self.opened() as (key, info):
            if info.pin not in (PinState.UNSUPPORTED, PinState.NOT_SET):
                if info.pin_retries is not None:
                    click.echo(f"PIN tries left: {info.pin_retries}", err=True)
                key.verify_pin(ask_pin("PIN of the key"))
            yield key, info

    def taken_out(self) -> None:
        """Wait until the key is out. Raises click.ClickException when nobody does it."""
        self._until(lambda: not any(self.path in ("", each.path) for each in self.source.attached()))

    def put_back(self) -> KeyAddress:
        """Wait until one key is in again, perhaps in another place."""
        self._until(lambda: len(self.source.attached()) == 1)
        addresses = self.source.attached()
        if len(addresses) != 1:
            raise KeyGone
        return addresses[0]

    def _until(self, done: Callable[[], bool]) -> None:
        ends = self.clock() + REPLUG_SECONDS
        while not done():
            if self.clock() >= ends:
                raise click.ClickException("Nothing happened for two minutes, so nothing was done.")
            self.source.changed(LOOK_EVERY)


def ask_pin(prompt: str, *, twice: bool = False) -> Secret:
    """A PIN, typed unseen; `twice` to be sure of a new one."""
    return Secret(click.prompt(prompt, hide_input=True, confirmation_prompt=twice, err=True))


def touched(seconds: float = TOUCH_SECONDS, words: str = "Touch the key now.") -> Watch:
    """A watch that asks for the touch, and for the finger where the key checks it."""

    def say(text: str) -> Callable[[], None]:
        return lambda: click.echo(text, err=True)

    return Watch(on_touch=say(words), on_verify=say("Put your finger on the sensor of the key."), deadline=seconds)


@contextmanager
def told_plainly() -> Iterator[None]:
    """What goes wrong with the key is told in a sentence, with exit code 1."""
    try:
        yield
    except HardwareError as error:
        click.echo(sentence(error), err=True)
        sys.exit(1)
