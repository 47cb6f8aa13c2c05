"""Commands as they are called: in this process where nothing is lost by it, else in one of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kiosk.__main__ import main
from tests.untouched import untouched_process

ROOT = Path(__file__).resolve().parents[3]
_LINK = re.compile(r"https?://\S+")
_CLASS_NAME = re.compile(r"\b[A-Z][a-z]+[A-Z]\w*(Error)?\b|\b\w+(Error|Exception)\b")

Keywright = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def keywright() -> Iterator[Keywright]:
    """Call a command in this process."""

    def call(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)

    with untouched_process():
        yield call


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a command in a process of its own, with these variables more, and without those that are None."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: object, **variables: str | None) -> subprocess.Popen[str]:
        wanted = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "kiosk", *map(str, arguments)],
            env={name: value for name, value in wanted.items() if value is not None},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def plain() -> Callable[[str], None]:
    """Fail on a text that a newcomer could not read: a stack trace, the name of a class."""

    def check(text: str) -> None:
        assert text.strip()
        assert "Traceback" not in text
        assert not _CLASS_NAME.search(_LINK.sub("", text)), text
        assert "<" not in text, text

    return check


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The settings of a service that lives in the test's folder."""
    file = tmp_path / "service.toml"
    file.write_text(
        f"""
organization = "Example Hospital"

[server]
port = 0
data_directory = "{tmp_path}"

[mail]
host = "localhost"
sender = "security-keys@example.org"

[database]
url = "sqlite:///{tmp_path}/service.db"
""",
        encoding="utf-8",
    )
    return file
