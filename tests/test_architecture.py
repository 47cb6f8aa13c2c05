"""House rules that no linter knows: sizes, homes, words."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(p for top in ("kiosk", "ui", "hardware") for p in (ROOT / top).rglob("*.py"))
MIGRATIONS = ROOT / "kiosk/service/store/migrations"
TOP = {
    "kiosk", "ui", "hardware", "resources", "tests", "build.spec", "pyproject.toml", "README.md", "keywright",
    "requirements.lock", "requirements-dev.lock", "LICENSE", "CHANGELOG.md",
}  # fmt: skip
LONGEST_MODULE, LONGEST_FUNCTION = 300, 40
OUTERMOST = {
    "kiosk/station/lanes.py", "kiosk/logs.py", "kiosk/service/errors.py", "kiosk/service/worker.py",
    "hardware/transport/aside.py",
}  # fmt: skip
"""Where an exception of any kind may be caught, to be logged or raised in the thread that waits: the ends of lanes,
threads, requests and loops."""


def _id(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=_id)
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LONGEST_MODULE
    assert ast.get_docstring(ast.parse(text)), "no sentence on top"


@pytest.mark.parametrize("path", SOURCES, ids=_id)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    if MIGRATIONS in path.parents:
        return
    lengths = {f.name: (f.end_lineno or 0) - f.lineno + 1 for f in _functions(path)}
    assert {n: length for n, length in lengths.items() if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", SOURCES, ids=_id)
def test_nothing_is_imported_inside_a_function(path: Path) -> None:
    if _id(path).startswith("kiosk/commands/"):
        return  # commands import what they need, when they need it: that is what makes each start quick
    inside = [
        (f.name, node.lineno)
        for f in _functions(path)
        for node in ast.walk(f)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


@pytest.mark.parametrize("path", SOURCES, ids=_id)
def test_only_the_outermost_edges_catch_everything(path: Path) -> None:
    broad = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
    ]
    assert not broad or _id(path) in OUTERMOST


def test_only_the_engine_commits() -> None:
    homes = {ROOT / "kiosk/service/store" / name for name in ("engine.py", "kept.py")}
    calls = re.compile(r"(?<!party)\.(commit|rollback|begin)\(")  # a relying party begins registrations
    others = [p for p in (ROOT / "kiosk/service").rglob("*.py") if p not in homes and MIGRATIONS not in p.parents]
    elsewhere = [_id(p) for p in others if calls.search(p.read_text())]
    assert elsewhere == []


def test_packages_are_empty_but_for_a_sentence() -> None:
    for path in SOURCES:
        if path.name == "__init__.py" and MIGRATIONS not in path.parents:
            assert len(ast.parse(path.read_text()).body) == 1, _id(path)


def test_nothing_else_lies_at_the_top() -> None:
    made = {"build", "dist"}
    assert {p.name for p in ROOT.iterdir() if not p.name.startswith(".")} - made <= TOP


def test_lock_files_name_versions_and_hashes_but_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "--index" not in text
        assert len(re.findall(r"^\S+==", text, re.MULTILINE)) > 20
        assert all("--hash=sha256:" in block for block in re.split(r"\n(?=\S)", text) if "==" in block)


def test_both_locks_agree() -> None:
    def versions(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.\-]+)(?:\[[^\]]*\])?==(\S+)", (ROOT / name).read_text(), re.MULTILINE))

    use, development = versions("requirements.lock"), versions("requirements-dev.lock")
    assert {n: v for n, v in use.items() if development.get(n) != v} == {}


HEAVY = (
    "structlog",
    "pydantic",
    "requests",
    "fido2",
    "keyring",
    "sqlalchemy",
    "cryptography",
    "rich",
    "kiosk.enrollment",
)


def test_the_first_paint_waits_for_nothing_heavy() -> None:
    program = f"import sys, kiosk.commands.kiosk; print([name for name in {HEAVY} if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    asked = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert asked.stdout == "[]\n"
