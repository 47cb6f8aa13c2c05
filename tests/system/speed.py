"""Our operations and those of libfido2's tools on the same key: how many CTAP commands each takes, and how long.

`python -m tests.system.speed ROUNDS` measures in the guest and prints JSON: see `Measured`. Ours is timed from opening
the key to having closed it; a tool from its start to its end, which `start_of_a_tool` tells apart.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Protocol

from hardware.authenticator import Authenticator, KeyAddress, Watch
from hardware.transport.usb import UsbSource
from kiosk.secret import Secret
from tests.hardware.ways import RP_ID, prove, raw_id, register
from tests.system.drawer import Drawer, open_drawer
from tests.system.libfido2 import Token, made_credential, tool
from tests.system.patience import until

PIN, NEW_PIN = "704913", "318552"
OPERATIONS = (
    "info",
    "set_pin",
    "change_pin",
    "make_credential",
    "make_and_prove",
    "prove_alone",
    "list_credentials",
    "delete",
    "reset",
)
"""In this order each finds the key as it needs it, and the last leaves it as the first found it."""

NEVER_ALONE = "prove_alone"
"""What the kiosk never does: it proves a credential in the session that made it, after one verification of the PIN.

Alone, that verification is a command more than the tool sends, which learns of a wrong PIN while it proves.
"""
TRAITS = {"credential_management_preview": True}


class Way(Protocol):
    """One way to do each operation, each from opening the key on."""

    def info(self) -> None: ...

    def set_pin(self) -> None: ...

    def change_pin(self) -> None: ...

    def make_credential(self) -> None: ...

    def make_and_prove(self) -> None: ...

    def prove_alone(self) -> None: ...

    def list_credentials(self) -> None: ...

    def delete(self) -> None: ...

    def reset(self) -> None: ...


class Ours:
    """Through `hardware`, as the kiosk does."""

    def __init__(self, address: KeyAddress) -> None:
        self._address = address
        self._source = UsbSource()
        self._made = b""

    @contextmanager
    def _opened(self, pin: str = "") -> Iterator[Authenticator]:
        with closing(self._source.open(self._address)) as key:
            if pin:
                key.verify_pin(Secret(pin))
            yield key

    def info(self) -> None:
        with self._opened() as key:
            key.inspect()

    def set_pin(self) -> None:
        with self._opened() as key:
            key.set_pin(Secret(PIN))

    def change_pin(self) -> None:
        with self._opened() as key:
            key.change_pin(Secret(PIN), Secret(NEW_PIN))

    def make_credential(self) -> None:
        with self._opened(NEW_PIN) as key:
            self._made = raw_id(register(key))

    def make_and_prove(self) -> None:
        with self._opened(NEW_PIN) as key:
            made = register(key)
            prove(key, made["id"])
            self._made = raw_id(made)

    def prove_alone(self) -> None:
        with self._opened(NEW_PIN) as key:
            prove(key)

    def list_credentials(self) -> None:
        with self._opened(NEW_PIN) as key:
            assert [each.credential_id for each in key.stored_credentials()] == [self._made]

    def delete(self) -> None:
        with self._opened(NEW_PIN) as key:
            key.delete_credential(self._made)

    def reset(self) -> None:
        with self._opened() as key:
            key.reset(Watch())


class Theirs:
    """With `fido2-token`, `fido2-cred` and `fido2-assert`; what they make is not verified while they are timed."""

    def __init__(self, address: KeyAddress, folder: Path) -> None:
        self._token = Token(address.path)
        self._folder = folder
        self._made = b""

    def info(self) -> None:
        self._token.info()

    def set_pin(self) -> None:
        self._token.set_pin(PIN)

    def change_pin(self) -> None:
        self._token.change_pin(PIN, NEW_PIN)

    def make_credential(self) -> None:
        self._token.make_credential(self._folder, RP_ID, b"handle-1", NEW_PIN)

    def make_and_prove(self) -> None:
        self.make_credential()
        self._made = made_credential(self._folder)
        self.prove_alone()

    def prove_alone(self) -> None:
        self._token.prove(self._folder, RP_ID, NEW_PIN, self._made)

    def list_credentials(self) -> None:
        assert self._token.credentials(NEW_PIN) == {RP_ID: [self._made]}

    def delete(self) -> None:
        self._token.delete(self._made, NEW_PIN)

    def reset(self) -> None:
        self._token.reset()


@dataclass
class Measured:
    """One operation: CTAP commands in each round, and seconds; `processes` is how many of them a tool needs."""

    commands: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    processes: int = 1


def measure(drawer: Drawer, rounds: int) -> tuple[dict[str, dict[str, Measured]], float]:
    """Every operation, ours and theirs in turn, in so many rounds after one that does not count.

    Also the seconds that a tool takes which only says its version: its start and its end.
    """
    drawer.put_in("key", traits=TRAITS)
    results = {name: {"ours": Measured(), "theirs": Measured()} for name in OPERATIONS}
    results["make_and_prove"]["theirs"].processes = 2
    results["list_credentials"]["theirs"].processes = 2  # the relying parties, and the credentials of the one
    starts = []
    for number in range(rounds + 1):
        starts.append(_start_of_a_tool())
        for who in ("ours", "theirs"):
            for name, commands, seconds in one_round(drawer, who):
                if number:
                    results[name][who].commands.append(commands)
                    results[name][who].seconds.append(seconds)
    return results, statistics.median(starts)


def one_round(drawer: Drawer, who: str) -> Iterator[tuple[str, int, float]]:
    """All operations once: name, CTAP commands, seconds."""
    with TemporaryDirectory() as folder:
        (address,) = until(UsbSource().attached)
        way: Way = Ours(address) if who == "ours" else Theirs(address, Path(folder))
        for name in OPERATIONS:
            if name == "reset":
                way = again(drawer, who, Path(folder))
            before = drawer.commands("key")
            begun = perf_counter()
            getattr(way, name)()
            seconds = perf_counter() - begun
            yield name, drawer.commands("key") - before, seconds


def again(drawer: Drawer, who: str, folder: Path) -> Way:
    """Out and in: a key lets itself be reset in its first seconds only."""
    drawer.unplug("key")
    until(lambda: not UsbSource().attached())
    drawer.plug("key")
    (address,) = until(UsbSource().attached)
    return Ours(address) if who == "ours" else Theirs(address, folder)


def _start_of_a_tool() -> float:
    begun = perf_counter()
    tool("fido2-token", "-V")
    return perf_counter() - begun


def main(rounds: int, say: Callable[[str], object]) -> None:
    """Measure and say it as JSON."""
    drawer = open_drawer()
    try:
        measured, start = measure(drawer, rounds)
    finally:
        drawer.empty()
    operations = {name: {who: asdict(each) for who, each in pair.items()} for name, pair in measured.items()}
    say(json.dumps({"operations": operations, "start_of_a_tool": start}))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path("/results/speed.json").write_text)
