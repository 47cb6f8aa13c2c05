"""A whole enrollment of a key behind the kernel, by an account without rights, with a window and without."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hardware.transport.usb import UsbSource
from kiosk.commands.embedded import embedded_service
from kiosk.service.verification.settings import VerificationSettings
from tests.end_to_end import person as hands
from tests.end_to_end.person import Person
from tests.end_to_end.stand import Stand
from tests.end_to_end.visitor import Visitor
from tests.system.drawer import Drawer
from tests.system.patience import until

SECONDS = 240
SETTINGS = {"verification": VerificationSettings()}
"""One way to be verified."""


def test_the_self_test_enrolls_it_through_the_agent(drawer: Drawer) -> None:
    drawer.put_in("key")
    until(UsbSource().attached)
    assert os.geteuid() != 0
    ended = subprocess.run(
        ["./keywright", "selftest", "--json", "--key", "gadget"],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    report = json.loads(ended.stdout)
    sys.stdout.write(f"\n{json.dumps(report, indent=1)}\n")
    assert report["ok"] is True
    assert [each["rp_id"] for each in drawer.credentials("key")] == ["example.org"]


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_the_window_enrolls_it(drawer: Drawer, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "PATIENCE", 120_000)  # an emulated machine
    drawer.put_in("key")
    drawer.unplug("key")
    drawer.touches_itself("key", itself=False)
    person = Person(qtbot)
    (tmp_path / "service").mkdir()
    with embedded_service(tmp_path / "service", SETTINGS) as embedded:
        stand = Stand.at(embedded, tmp_path)
        stand.source = UsbSource()
        visitor = Visitor(person, embedded)

        def visit() -> None:
            visitor.comes_to_the_key()
            drawer.plug("key")
            visitor.chooses_pin()
            person.reads("Touch", "Touch your key now")
            person.waits(lambda: drawer.wants_touch("key"), "the key does not blink")
            drawer.touch("key")
            visitor.is_done()

        assert stand.live(visit) == 0
    assert len(drawer.credentials("key")) == 1
