"""What time gives away: every public route asked for somebody and for nobody, at random, over HTTPS, many times.

python -m tests.benchmarks.timing [ROUTE ...] [--each N]
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import median
from typing import Final

from tests.benchmarks.indistinct import bound, compare
from tests.benchmarks.measure import Row
from tests.benchmarks.served import process
from tests.benchmarks.timing_ways import WAYS, Client, Way, Who

EACH: Final = 400
"""Requests for somebody, and as many for nobody, for each route."""

_BLOCK: Final = 20  # people who are prepared together
_MAILED: Final = 0.6  # seconds in which a block's mails leave
_APART: Final = 0.03  # seconds between two requests, so that the mail of one disturbs no other
_MODULE: Final = "tests.benchmarks.timing_serve"


@dataclass
class Sample:
    """What one route took, in microseconds: until the answer was there, and of the service's processor."""

    waited: list[float] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Measured:
    """Both samples of a route, and all answers that there were (status and length)."""

    somebody: Sample
    nobody: Sample
    answers: set[str]


def run(each: int) -> list[Row]:
    """A row for each route; the bound holds for all of them together."""
    return list(rows(each, WAYS))


def rows(each: int, ways: Sequence[Way]) -> Iterator[Row]:
    """One row after the other."""
    groups = {way.group: way.kind for way in ways}
    with (
        process("mail", module=_MODULE) as mail,
        process("service", mail, groups, each, 2 * _BLOCK, module=_MODULE) as reach,
    ):
        portal = Client(reach, reach["portal"])
        stations = [Client(reach, credentials) for credentials in reach["stations"]]
        for way in ways:
            clients = stations if way.station else [portal] * len(stations)
            sys.stderr.write(f"  {way.title} …\n")
            yield _row(way, _measured(way, clients, reach["ids"][way.group], each), bound(len(WAYS)))


def _row(way: Way, measured: Measured, least: float) -> Row:
    somebody, nobody = measured.somebody, measured.nobody
    found = compare(somebody.waited, nobody.waited, Random(1))
    spent = compare(somebody.spent, nobody.spent, Random(2))
    notes = {
        "p": found.p,
        "difference_us": found.difference,
        "95%": "{:.0f} to {:.0f} µs".format(*found.interval),
        "p_of_processor": spent.p,
        "processor_us": spent.difference,
        "95% of processor": "{:.0f} to {:.0f} µs".format(*spent.interval),
        "requests": len(somebody.waited) + len(nobody.waited),
        "answer": " ".join(sorted(measured.answers)),
    }
    ours, other = median(somebody.waited), median(nobody.waited)
    holds = found.p >= least and len(measured.answers) == 1
    title = f"{way.title}: somebody; the other: nobody"
    return Row(title, ours, other, "µs", ours / other, f"p ≥ {least:.1g}, one answer", holds, notes)


def _measured(way: Way, clients: Sequence[Client], ids: list[str], each: int) -> Measured:
    """The first block warms everything up, and does not count."""
    random, measured = Random(each), Measured(Sample(), Sample(), set())
    gc.collect()
    gc.disable()
    try:
        for start in range(0, each, _BLOCK):
            numbers = range(start, min(start + _BLOCK, each))
            somebody, nobody = (measured.somebody, measured.nobody) if start else (Sample(), Sample())
            people = [(somebody, Who(f"{way.group}-{n}", ids[n])) for n in numbers]
            people += [(nobody, Who(f"{way.group}+{n}", f"{random.getrandbits(128):032x}")) for n in numbers]
            random.shuffle(people)
            _ask(way, clients, people, measured.answers)
    finally:
        gc.enable()
    return measured


def _ask(way: Way, clients: Sequence[Client], people: list[tuple[Sample, Who]], answers: set[str]) -> None:
    """Everybody is prepared before anybody is measured: a station for each, for it has one enrollment at a time."""
    asked = [(sample, client, way.ask(client, who)) for client, (sample, who) in zip(clients, people, strict=False)]
    time.sleep(_MAILED if way.mails else 0)
    for sample, client, question in asked:
        time.sleep(_APART if way.mails else 0)
        begun = time.perf_counter()
        answer = client.post(*question)
        sample.waited.append((time.perf_counter() - begun) * 1e6)
        sample.spent.append(float(answer.headers["x-spent"]))
        answers.add(f"{answer.status_code}/{len(answer.content)}")


def main(arguments: Sequence[str]) -> int:
    """Ask some routes only, or more often."""
    parser = argparse.ArgumentParser()
    parser.add_argument("groups", nargs="*")
    parser.add_argument("--each", type=int, default=EACH)
    asked = parser.parse_args(arguments)
    all_hold = True
    for row in rows(asked.each, [way for way in WAYS if not asked.groups or way.group in asked.groups]):
        all_hold &= row.holds
        told = ", ".join(f"{name} {value}" for name, value in row.notes.items())
        sys.stdout.write(f"{'ok ' if row.holds else 'LEAK'} {row.name}: {row.ours:.0f} {row.other:.0f} µs; {told}\n")
        sys.stdout.flush()
    return 0 if all_hold else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
