"""Who holds a device."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hardware.transport.holders import holder_of


def process(proc: Path, pid: int, name: bytes, *opened: str) -> None:
    """A process in a /proc of our own."""
    handles = proc / str(pid) / "fd"
    handles.mkdir(parents=True)
    for number, target in enumerate(opened):
        (handles / str(number)).symlink_to(target)
    (proc / str(pid) / "comm").write_bytes(name)


def test_the_program_with_the_node_open_is_named(tmp_path: Path) -> None:
    process(tmp_path, 10, b"shell\n", "/dev/null", "/dev/hidraw31")
    process(tmp_path, 11, b"browser\n", "/dev/null", "socket:[1]", "/dev/hidraw3")
    assert holder_of("/dev/hidraw3", tmp_path) == "browser"
    assert holder_of("/dev/hidraw4", tmp_path) == ""


def test_we_ourselves_are_nobody_else(tmp_path: Path) -> None:
    process(tmp_path, 11, b"us\n", "/dev/hidraw3")
    assert holder_of("/dev/hidraw3", tmp_path, us=11) == ""


def test_processes_that_may_not_be_looked_into_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "9").mkdir()  # no fd to be listed
    (tmp_path / "10").write_text("a file")
    process(tmp_path, 11, b"browser\n", "/dev/hidraw3")
    (tmp_path / "11" / "fd" / "9").write_text("no link")
    assert holder_of("/dev/hidraw3", tmp_path) == "browser"
    (tmp_path / "11" / "comm").unlink()
    assert holder_of("/dev/hidraw3", tmp_path) == ""
    assert holder_of("/dev/hidraw3", tmp_path / "nowhere") == ""


def test_a_name_is_tamed(tmp_path: Path) -> None:
    process(tmp_path, 11, b"\x1b[2Jevil\xff\n" + b"x" * 100, "/dev/hidraw3")
    name = holder_of("/dev/hidraw3", tmp_path)
    assert name.isprintable()
    assert len(name) <= 32


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")
def test_a_real_program_is_found(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.touch()
    sleep = shutil.which("sleep")
    assert sleep is not None
    with node.open() as held, subprocess.Popen([sleep, "30"], stdin=held) as program:
        try:
            assert holder_of(str(node), us=os.getpid()) == "sleep"
        finally:
            program.kill()
