"""The fault matrix says at the end how much it has tried."""

from __future__ import annotations

from collections.abc import Iterator

from _pytest.terminal import TerminalReporter


def counted(reporter: TerminalReporter) -> Iterator[tuple[str, str, int]]:
    """Operation, strike and number of cases of each test that passed."""
    for report in reporter.stats.get("passed", []):
        for name, value in getattr(report, "user_properties", ()):
            if name == "matrix":
                operation, strike, cases = value
                yield operation, strike, cases


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """A row for each operation, a column for each kind of fault."""
    rows = list(counted(terminalreporter))
    if not rows:
        return
    strikes = list(dict.fromkeys(sorted(strike for _, strike, _ in rows)))
    operations = sorted({operation for operation, _, _ in rows})
    terminalreporter.section(f"fault matrix: {sum(cases for _, _, cases in rows)} cases")
    for number, strike in enumerate(strikes, 1):
        terminalreporter.write_line(f"{number:>22}  {strike}")
    heads = "".join(f"{number:>4}" for number in range(1, len(strikes) + 1))
    terminalreporter.write_line(f"{'':20}{heads}   all")
    for operation in operations:
        cells = [sum(n for op, strike, n in rows if (op, strike) == (operation, each)) for each in strikes]
        line = "".join(f"{cell or '':>4}" for cell in cells)
        terminalreporter.write_line(f"{operation:20}{line}{sum(cells):>6}")
