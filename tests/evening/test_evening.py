"""An evening at four kiosks of two replicas: whatever goes wrong, every visit ends truly, and the books are right.

`KEYWRIGHT_EVENING=500 ./keywright test -m evening -rP` is the long one, and prints its figures.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from time import monotonic
from typing import Any, Final

import pytest

from kiosk.contract.staff import Role
from kiosk.service.staff.actions import NewMember, add_member
from kiosk.service.tls import LOOPBACK, issue_server_certificate, make_authority
from tests.browser.chromium import chromium, need_chromium, pin_of
from tests.evening.findings import Morning, morning
from tests.evening.plan import ENDS_WITH_A_KEY, Fate, evening
from tests.evening.replica import assembled
from tests.evening.staff import Staff
from tests.evening.station import Report
from tests.evening.town import Town, town
from tests.postgres.server import cluster

pytestmark = [pytest.mark.evening, pytest.mark.timeout(1200)]

VISITS: Final = int(os.environ.get("KEYWRIGHT_EVENING", "32"))
SEED: Final = int(os.environ.get("KEYWRIGHT_EVENING_SEED", "7"))
_ENDED: Final = {"done", "cancelled", "expired", "locked"}
_LONGEST: Final = 900.0


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    """A town on a PostgreSQL of its own, which may be restarted."""
    need_chromium()
    folder = tmp_path / "postgres"
    folder.mkdir()
    authority = make_authority(folder, datetime.now(UTC))
    identity = issue_server_certificate(folder, LOOPBACK, datetime.now(UTC), authority)
    with (
        cluster((authority, identity)) as running,
        running.bare() as database,
        town(tmp_path, running, database) as made,
    ):
        yield made


class Trouble:
    """What goes wrong, by how many visits are over."""

    def __init__(self, place: Town, visits: int) -> None:
        self.done: list[str] = []
        self._to_come: list[tuple[int, str, Callable[[], None]]] = [
            (visits * 3 // 10, "killed", lambda: place.kill_replica(0)),
            (visits * 4 // 10, "started", lambda: place.start_replica(0)),
            (visits * 6 // 10, "restarted", place.cluster.restart),
        ]

    def at(self, over: int) -> None:
        """So many visits are over."""
        while self._to_come and over >= self._to_come[0][0]:
            _, name, do = self._to_come.pop(0)
            do()
            self.done.append(name)


def test_every_visit_ends_truly_whatever_dies_in_between(place: Town, tmp_path_factory: pytest.TempPathFactory) -> None:
    queues = evening(VISITS, 4, SEED)
    place.open(queues)
    trouble = Trouble(place, VISITS)
    with chromium(tmp_path_factory.mktemp("staff"), [pin_of("localhost", place.port)]) as window:
        window.holds(1280, 900)
        staff = Staff(window, place.url)
        staff.join(_invited(place))
        staff.begin()
        began = monotonic()
        try:
            reports = place.live(staff.hear, trouble.at, _LONGEST)
        finally:
            staff.end()
        lasted = monotonic() - began
    place.close()
    found = morning(place.settings)
    sys.stdout.write(_figures(reports, found, place, lasted, staff))
    assert trouble.done == ["killed", "started", "restarted"]
    _everybody_has_what_they_came_for(reports)
    _the_books_are_right(reports, found)
    assert all(desk.closed is not None and (desk.closed.unsettled, desk.closed.left) == (0, 0) for desk in place.desks)
    assert Counter(place.mail.ids).most_common(1)[0][1] == 1
    assert staff.decided >= sum(_needs_staff(report) for report in reports)


def _everybody_has_what_they_came_for(reports: Sequence[Report]) -> None:
    for report in reports:
        fate = report.visitor.fate
        assert bool(report.on_key) == (fate in ENDS_WITH_A_KEY), report
        if fate is Fate.REFUSED:
            assert report.ends[-1] == "KeyNotAdmitted", report
        elif fate in ENDS_WITH_A_KEY:
            assert "Done" in report.ends or report.ends[-1] == "AlreadyRegistered", report


def _the_books_are_right(reports: Sequence[Report], found: Morning) -> None:
    """The service believes those sign-ins, and no others, that are on keys which nobody lost."""
    lost = {report.visitor.person for report in reports if report.visitor.fate is Fate.LOST}
    kept = [r for r in reports if r.visitor.person not in lost or r.visitor.fate is Fate.LOST]
    assert found.proved == {each for report in kept for each in report.on_key}
    assert found.unproved == frozenset()
    assert found.tickets == 0
    assert set(found.phases) <= _ENDED
    assert set(found.outbox) <= {"delivered", "unknown"}, found.outbox
    assert found.outbox.get("unknown", 0) <= 1, "one hand-over, at most, was interrupted by the death of its replica"
    assert found.verdict.whole, found.verdict


def _needs_staff(report: Report) -> bool:
    return report.visitor.fate in (Fate.VOUCHED, Fate.OVERRIDDEN, Fate.DENIED)


def _invited(place: Town) -> str:
    with closing(assembled(place.settings)) as service:
        new = NewMember("mona", "Mona", "mona@example.org", frozenset({Role.VIEW, Role.APPROVE}), frozenset())
        return add_member(service.parts, "test", "default", new).text


def _figures(reports: Sequence[Report], found: Morning, place: Town, lasted: float, staff: Staff) -> str:
    alone = [r.seconds for r in reports if r.visitor.fate is Fate.PLAIN]
    waited = [r.waited for r in reports if r.waited]
    told: list[tuple[str, Any]] = [
        ("visits", len(reports)),
        *((f"  {fate}", count) for fate, count in sorted(Counter(r.visitor.fate.value for r in reports).items())),
        ("came again after trouble", sum(len(report.ends) > 1 for report in reports)),
        ("screens on which the line was down", sum(report.downs for report in reports)),
        ("decisions of staff in the browser", staff.decided),
        ("mails", len(place.mail.ids)),
        ("entries of the trail", found.verdict.entries),
        ("seconds in all", f"{lasted:.1f}"),
        ("visits a minute", f"{60 * len(reports) / lasted:.0f}"),
        ("seconds of a plain visit, median and p95", f"{median(alone):.2f} {quantiles(alone, n=20)[-1]:.2f}"),
        ("seconds until staff had decided, median", f"{median(waited):.2f}"),
        ("entries of the trail verified a second", f"{found.verdict.entries / found.checked_in:.0f}"),
    ]
    return "".join(f"{name:42}{value}\n" for name, value in told)
