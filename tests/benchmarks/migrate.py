"""A million people: the migration beside the same rows put straight into the same tables, on both databases."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from kiosk.service.tls import Identity, issue_server_certificate, make_authority
from tests.benchmarks.measure import Row
from tests.postgres.server import cluster

PEOPLE: Final = 1_000_000
_BOUND: Final = 0.5
_ROOT = Path(__file__).resolve().parents[2]
_GIVEN = [
    "Agnieszka",
    "Ahmed",
    "Aiko",
    "Amara",
    "Ana",
    "Anna",
    "Bert",
    "Björn",
    "Carla",
    "Chidi",
    "Dieter",
    "Elif",
    "Emeka",
    "Eva",
    "Fatima",
    "Frank",
    "Giulia",
    "Hana",
    "Ines",
    "Ivan",
    "Jana",
    "Jean",
    "João",
    "Kofi",
    "Leila",
    "Lena",
    "Luca",
    "Maja",
    "Maria",
    "Mei",
    "Mona",
    "Nadia",
    "Noor",
    "Olga",
    "Omar",
    "Pedro",
    "Priya",
    "Rosa",
    "Samuel",
    "Sofia",
    "Søren",
    "Tariq",
    "Thomas",
    "Uta",
    "Vera",
    "Wei",
    "Xenia",
    "Yusuf",
    "Zoë",
]
_FAMILY = [
    "Adeyemi",
    "Andersson",
    "Bauer",
    "Becker",
    "Çelik",
    "Chen",
    "Costa",
    "Dubois",
    "Eriksen",
    "Fernández",
    "Fischer",
    "García",
    "Haddad",
    "Hansen",
    "Hoffmann",
    "Ivanova",
    "Jansen",
    "Kaya",
    "Keller",
    "Kowalska",
    "Lehmann",
    "López",
    "Meier",
    "Moreau",
    "Müller",
    "Nguyen",
    "Novák",
    "Okafor",
    "Papadopoulos",
    "Petrov",
    "Richter",
    "Rossi",
    "Sato",
    "Schmidt",
    "Schneider",
    "Silva",
    "Smirnov",
    "Suzuki",
    "Tanaka",
    "Tran",
    "Vogel",
    "Wagner",
    "Weber",
    "Yılmaz",
    "Zhang",
    "Zimmermann",
]


def run(runs: int, people: int = PEOPLE) -> list[Row]:
    """A row for each database; `runs` pairs of a migration and of what is put straight into the tables."""
    with TemporaryDirectory(prefix="keywright-bench-") as folder:
        source = Path(folder) / "people.ndjson"
        with source.open("wb") as file:
            file.writelines(_lines(people))
        rows = []
        for name in ("SQLite", "PostgreSQL"):
            with ExitStack() as stack:
                databases = stack.enter_context(_databases(name, Path(folder)))
                rows.append(_row(name, [_pair(databases, source) for _ in range(runs)], people, source.stat().st_size))
        return rows


def _row(name: str, pairs: list[tuple[dict[str, Any], dict[str, Any]]], people: int, size: int) -> Row:
    ours = median(people / each["seconds"] for each, _ in pairs)
    floor = median(people / each["seconds"] for _, each in pairs)
    ratio = median(bare["seconds"] / each["seconds"] for each, bare in pairs)
    first = pairs[0][0]
    notes = {
        "people": people,
        "source_mb": size / 1e6,
        "received_s": first["received"],
        "peak_rss_mib": first["peak"],
        "peak_rss_mib_after_100000": first["early"],
    }
    title = f"migration into {name}, people per second; the other: the same rows straight into the same tables"
    return Row(title, ours, floor, "/s", ratio, f"≥ {_BOUND}", ratio >= _BOUND, notes)


def _pair(databases: _Databases, source: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both in processes of their own, one after the other; the second gets its rows from the first one's database."""
    with databases.two() as (filled, empty):
        ours = _measured("ours", filled, source)
        return ours, _measured("floor", filled, empty)


def _measured(what: str, *told: object) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.migrated",
        what,
        *(json.dumps(each, default=str) for each in told),
    ]
    done = subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


class _Databases:
    """Makes fresh databases, two at a time."""

    def __init__(self, fresh: Any) -> None:
        self._fresh = fresh

    @contextmanager
    def two(self) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
        with self._fresh() as one, self._fresh() as other:
            yield one, other


@contextmanager
def _databases(name: str, folder: Path) -> Iterator[_Databases]:
    if name == "SQLite":
        yield _Databases(lambda: _file(folder))
        return
    with cluster(_tls(folder)) as running:
        yield _Databases(running.fresh)


@contextmanager
def _file(folder: Path) -> Iterator[dict[str, str]]:
    with TemporaryDirectory(dir=folder) as inner:
        yield {"url": f"sqlite:///{inner}/service.db"}


def _tls(folder: Path) -> tuple[Identity, Identity]:
    now = datetime.now(UTC)
    authority = make_authority(folder, now)
    return authority, issue_server_certificate(folder, ("localhost", "127.0.0.1"), now, authority)


def _lines(people: int) -> Iterator[bytes]:
    """Names as they are, in no order; numbers of employees that grow, and phones of any number."""
    chance = random.Random(1)
    for number in range(people):
        given, family = chance.choice(_GIVEN), chance.choice(_FAMILY)
        name = f"{_ascii(given)}.{_ascii(family)}{number}@example.org"
        person = {
            "userId": name,
            "givenName": given,
            "familyName": family,
            "email": name,
            "phone": f"+4915{chance.randrange(10**9):09d}",
            "employeeId": str(100_000 + number),
            "attributes": {"department": f"Department {number % 50}"},
        }
        yield json.dumps(person, ensure_ascii=False).encode() + b"\n"


def _ascii(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
