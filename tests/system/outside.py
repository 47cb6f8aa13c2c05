"""The tests of this folder run in the guest, all of them in one boot; out here their reports are told again."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.system.guest import run
from tests.system.image import cache, image, missing_packages, only_one

HERE = Path(__file__).parent
LONGEST = 1200
"""Seconds that all tests of this folder may take together in the guest, on a machine that has other things to do."""
LONGEST_TEST = 300
KEPT = 24 * 3600
"""Seconds for which the reports of a session are kept."""
REPORTS = "reports"
UID = pytest.StashKey[str]()


def inside() -> bool:
    """Whether this is the guest."""
    return "KEYWRIGHT_GUEST" in os.environ


def ours(item: pytest.Item) -> bool:
    """Whether it is a test of this folder."""
    return HERE in item.path.parents


def obstacle() -> str:
    """Why there can be no guest; empty when there can."""
    if os.geteuid() != 0:
        return "needs root, to build the guest"
    packages = missing_packages()
    return f"needs the Debian packages {' '.join(packages)}" if packages else ""


def reports(item: pytest.Item) -> list[pytest.TestReport]:
    """What the guest tells of this test. The first of a session that asks boots the guest, for all of them."""
    uid = os.environ.get("PYTEST_XDIST_TESTRUNUID") or item.config.stash.setdefault(UID, secrets.token_hex(16))
    told = cache() / f"{REPORTS}-{uid}"
    with only_one(cache() / f"{REPORTS}-{uid}.lock"):
        booted = not told.exists()
        if booted:
            _forget_old()
            _ask([each.nodeid for each in item.session.items if ours(each)], told)
    problem, *lines = told.read_text(encoding="utf-8").split("\n")
    found = [_revived(item, data) for line in lines if line and (data := json.loads(line))["nodeid"] == item.nodeid]
    if any(report.when == "teardown" for report in found):
        return found
    why = json.loads(problem) if booted else f"the guest did not end this test; what it said is in {told}"
    return [*found, _failure(item, why)]


def _ask(nodeids: list[str], told: Path) -> None:
    """Boot, run these tests, and keep what came of it, from the last words of the guest on."""
    lines: list[str] = []

    def look(results: Path) -> None:
        if (results / REPORTS).exists():
            lines.extend((results / REPORTS).read_text(encoding="utf-8").splitlines())

    if problem := obstacle():
        told.write_text(json.dumps(problem), encoding="utf-8")
        return
    try:
        made = image()
    except subprocess.CalledProcessError as error:
        problem = f"the image of the guest cannot be built:\n{error.stdout}\n{error.stderr}"
    else:
        problem = str(run(made, _command(nodeids), LONGEST, look))
    told.write_text("\n".join([json.dumps(problem), *lines]), encoding="utf-8")


def _command(nodeids: list[str]) -> str:
    listed = "\n".join(nodeids)
    options = f"-q -p no:cacheprovider -p no:xdist -o timeout={LONGEST_TEST}"
    return f"cat >/tmp/tests <<'EOF'\n{listed}\nEOF\nexec /opt/venv/bin/python -m pytest {options} @/tmp/tests\n"


def _forget_old() -> None:
    for old in cache().glob(f"{REPORTS}-*"):
        if time.time() - old.stat().st_mtime > KEPT:
            old.unlink(missing_ok=True)


def _revived(item: pytest.Item, data: dict[str, Any]) -> pytest.TestReport:
    report = item.config.hook.pytest_report_from_serializable(config=item.config, data=data)
    assert isinstance(report, pytest.TestReport)
    return report


def _failure(item: pytest.Item, why: str) -> pytest.TestReport:
    return pytest.TestReport(item.nodeid, item.location, {}, "failed", why, "call")


def keep(config: pytest.Config, report: pytest.TestReport) -> None:
    """In the guest: write a report down where those outside find it."""
    data = config.hook.pytest_report_to_serializable(config=config, report=report)
    with Path("/results", REPORTS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(data) + "\n")
