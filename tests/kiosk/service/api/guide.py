"""Runs the shell lines of a guide as they stand, and hands them what a person would read in a mail."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

_BLOCK = re.compile(r"^```(sh|json|toml|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BETWEEN = "\x1e"


@dataclass(frozen=True)
class Step:
    """Some lines of shell, and what the guide says that they answer (JSON), or nothing."""

    lines: str
    answer: Any


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of a language."""
    return [body for kind, body in _BLOCK.findall(text) if kind == language]


def steps(text: str) -> list[Step]:
    """The shell lines in their order, each with the JSON that follows it."""
    found: list[Step] = []
    for kind, body in _BLOCK.findall(text):
        if kind == "sh":
            found.append(Step(body, None))
        elif kind == "json" and found and found[-1].answer is None:
            found[-1] = Step(found[-1].lines, json.loads(body))
    return found


Mails = Callable[[Callable[[], bool]], Iterator[str]]
"""Gives what people read out of their mails, one after another, as long as somebody listens."""

_PROLOGUE = "set -Eeuo pipefail\ntrap 'echo \"$BASH_COMMAND: ${answer-}\" >&2' ERR\n"


def run(said: list[Step], folder: Path, variables: Mapping[str, str], mails: Mails) -> list[str]:
    """What each step printed. What `mails` gives is there for `read`."""
    script = _PROLOGUE + "".join(f"{step.lines}\nprintf '\\x1e'\n" for step in said)
    with subprocess.Popen(
        ["bash", "-c", script],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as shell:
        reader = Thread(target=_read_out, args=(shell, mails))
        reader.start()
        assert shell.stdout is not None
        assert shell.stderr is not None
        printed, failed = shell.stdout.read(), shell.stderr.read()
        code = shell.wait(60)
        reader.join(30)
    assert code == 0, printed[-3000:] + failed[-3000:]
    return printed.split(_BETWEEN)[:-1]


def _read_out(shell: subprocess.Popen[str], mails: Mails) -> None:
    assert shell.stdin is not None
    for each in mails(lambda: shell.poll() is None):
        try:
            shell.stdin.write(each + "\n")
            shell.stdin.flush()
        except BrokenPipeError:
            return


def alike(shown: Any, answered: Any, where: str = "") -> None:
    """The same members, of the same kinds; a word in capitals is that very word."""
    if isinstance(shown, dict):
        assert isinstance(answered, dict), where
        assert set(shown) == set(answered), f"{where}: {sorted(set(shown) ^ set(answered))}"
        for name, each in shown.items():
            alike(each, answered[name], f"{where}.{name}")
    elif isinstance(shown, list):
        assert isinstance(answered, list), where
        assert len(shown) <= len(answered), where
        for number, each in enumerate(shown):
            alike(each, answered[number], f"{where}[{number}]")
    elif isinstance(shown, str) and shown.isupper() and shown.replace("_", "").isalpha():
        assert answered == shown, where
    else:
        assert type(shown) is type(answered), f"{where}: {answered!r}"
