"""The matrix of faults at identity providers says at the end of a run how many visits it was: a plugin."""

from __future__ import annotations

import pytest
from _pytest.terminal import TerminalReporter

SAID = pytest.StashKey[bool]()


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Write the table, once: a row for each party, a column for each of its calls."""
    rows = [
        value
        for report in terminalreporter.stats.get("passed", [])
        for name, value in getattr(report, "user_properties", ())
        if name == "several"
    ]
    if not rows or SAID in terminalreporter.config.stash:
        return
    terminalreporter.config.stash[SAID] = True
    terminalreporter.section(f"faults at identity providers: {sum(cases for *_, cases in rows)} visits, no orphan")
    for party in sorted({party for party, *_ in rows}):
        cells = "  ".join(f"{call} {cases}" for each, call, cases in sorted(rows) if each == party)
        terminalreporter.write_line(f"{party:14}{cells}")
