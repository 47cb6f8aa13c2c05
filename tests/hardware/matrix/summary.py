"""The fault matrix says at the end of a run how much it has tried: a row for each operation, a column for each strike.

A plugin: with several workers the tests' own conftest is not where the run ends.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from _pytest.terminal import TerminalReporter

SAID = pytest.StashKey[bool]()


def counted(reporter: TerminalReporter) -> Iterator[tuple[str, str, int]]:
    """Operation, strike and number of cases of each test that passed."""
    for report in reporter.stats.get("passed", []):
        for name, value in getattr(report, "user_properties", ()):
            if name == "matrix":
                operation, strike, cases = value
                yield operation, strike, cases


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Write the table, once."""
    rows = list(counted(terminalreporter))
    if not rows or SAID in terminalreporter.config.stash:
        return
    terminalreporter.config.stash[SAID] = True
    strikes = sorted({strike for _, strike, _ in rows})
    operations = sorted({operation for operation, _, _ in rows})
    terminalreporter.section(f"fault matrix: {sum(cases for _, _, cases in rows)} cases")
    for number, strike in enumerate(strikes, 1):
        total = sum(cases for _, each, cases in rows if each == strike)
        terminalreporter.write_line(f"{number:>4}  {strike:24}{total:>6}")
    heads = "".join(f"{number:>4}" for number in range(1, len(strikes) + 1))
    terminalreporter.write_line(f"{'':24}{heads}   all")
    for operation in operations:
        cells = [sum(n for op, strike, n in rows if (op, strike) == (operation, each)) for each in strikes]
        line = "".join(f"{cell or '':>4}" for cell in cells)
        terminalreporter.write_line(f"{operation:24}{line}{sum(cells):>6}")
