"""What the tests of the guest have to show: their output is told at the end of a run, also where workers ran them.

A plugin: with several workers the tests' own conftest is not where the run ends.
"""

from __future__ import annotations

import pytest
from _pytest.terminal import TerminalReporter

SAID = pytest.StashKey[bool]()
FOLDER = "tests/system/"


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Write what each test printed that passed in the guest, once."""
    passed = [each for each in terminalreporter.stats.get("passed", []) if each.nodeid.startswith(FOLDER)]
    told = [each for each in passed if each.capstdout.strip()]
    if not told or SAID in terminalreporter.config.stash:
        return
    terminalreporter.config.stash[SAID] = True
    for report in told:
        terminalreporter.section(report.nodeid.removeprefix(FOLDER))
        terminalreporter.write_line(report.capstdout.strip("\n"))
