"""Resources are found wherever the program was put, and nothing outside them is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kiosk import resources


def _write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_a_checkout_has_its_resources_beside_the_packages() -> None:
    assert resources.resource("docs") == Path(resources.__file__).resolve().parents[1] / "resources" / "docs"


def test_an_installed_tree_has_them_below_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "__file__", str(tmp_path / "lib" / "kiosk" / "resources.py"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    shipped = _write(tmp_path / "share" / "keywright" / "resources" / "i18n" / "de.qm")
    assert resources.resource("i18n/de.qm") == shipped


def test_a_frozen_program_looks_only_into_its_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    shipped = _write(tmp_path / "resources" / "docs" / "a.md")
    assert resources.resource("docs/a.md") == shipped
    with pytest.raises(FileNotFoundError):
        resources.resource("docs/frozen.md")


@pytest.mark.parametrize("path", ["../pyproject.toml", "/etc/passwd", "docs/../../pyproject.toml"])
def test_a_path_that_leaves_the_resources_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="not below resources"):
        resources.resource(path)


def test_fonts_are_listed_in_order_and_nothing_else_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    folder = tmp_path / "resources" / "fonts"
    faces = [_write(folder / "inter" / "b.otf"), _write(folder / "noto" / "a.TTF")]
    _write(folder / "LICENSE.txt")
    assert resources.fonts() == tuple(faces)


def test_no_fonts_shipped_is_an_empty_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resources.fonts() == ()
