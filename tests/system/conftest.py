"""Tests in the guest, told outside as if they ran here; and the drawer that they take their keys from."""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Generator, Iterator

import pytest

from tests.system.drawer import Drawer, open_drawer
from tests.system.outside import LONGEST, inside, keep, obstacle, ours, reports


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Mark what is ours, before others choose by marks; and let it come last, as everybody waits for the guest then.

    Where there can be no guest it is skipped, except under CI.
    """
    why = "" if inside() or os.environ.get("CI") == "true" else obstacle()
    for item in filter(ours, items):
        item.add_marker(pytest.mark.system)
        if not inside():
            item.add_marker(pytest.mark.timeout(LONGEST + 600))
        if why:
            item.add_marker(pytest.mark.skip(reason=why))
    yield
    items.sort(key=ours)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Outside, tell what the guest told of this test."""
    if inside() or not ours(item) or item.get_closest_marker("skip"):
        return None
    faulthandler.cancel_dump_traceback_later()  # which is meant for tests that hang; the guest takes its time
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in reports(item):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Inside, write down what is told of a test."""
    report = yield
    if inside():
        keep(item.config, report)
    return report


@pytest.fixture(scope="session")
def opened() -> Drawer:
    """The drawer of this guest."""
    return open_drawer()


@pytest.fixture
def drawer(opened: Drawer) -> Iterator[Drawer]:
    """The drawer, with every key in it before and after."""
    opened.empty()
    yield opened
    opened.empty()
