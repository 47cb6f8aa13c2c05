"""Every language is whole: nothing unfinished, no placeholder lost, the compiled catalog up to date."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, Qt, QTranslator
from PySide6.QtGui import QGuiApplication

from kiosk.resources import resource
from ui.i18n import Interpreter, available, best, offered, plural, western_locale

FOLDER = resource("i18n")
CATALOGS = sorted(FOLDER.glob("*.ts"))
PLACEHOLDER = re.compile(r"\{[a-z_]*\}|</?b>")


def load_update() -> ModuleType:
    """The script that keeps the catalogs."""
    spec = importlib.util.spec_from_file_location("update_catalogs", FOLDER / "update.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


update = load_update()


@pytest.fixture
def speech(qapp: QGuiApplication) -> Iterator[Interpreter]:
    interpreter = Interpreter(qapp)
    yield interpreter
    interpreter.install("en")


# ── the catalogs ────────────────────────────────────────────────────────────────────────────────


def test_english_and_arabic_are_there() -> None:
    assert {path.name for path in CATALOGS} >= {"keywright_ar.ts", "keywright_en.ts"}


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_every_text_of_the_screens_is_in_the_catalog(path: Path) -> None:
    wanted = {text for text in update.texts() if text.plural or path.stem != "keywright_en"}
    assert wanted - set(update.known(path)) == set()


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_nothing_is_unfinished(path: Path) -> None:
    for text, message in update.known(path).items():
        translation = message.find("translation")
        assert translation is not None
        assert translation.get("type") is None, text
        forms = [form.text for form in translation.findall("numerusform")] if text.plural else [translation.text]
        assert all(forms), text
        assert not text.plural or len(forms) == update.PLURAL_FORMS[path.stem.removeprefix("keywright_")]


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_no_placeholder_is_lost_or_invented(path: Path) -> None:
    for text, message in update.known(path).items():
        forms = message.findall("translation/numerusform") or message.findall("translation")
        for form in forms:
            assert sorted(PLACEHOLDER.findall(form.text or "")) == sorted(PLACEHOLDER.findall(text.source)), text
        if text.plural:
            assert "%n" in (forms[-1].text or ""), text


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_the_compiled_catalog_is_up_to_date(path: Path, tmp_path: Path) -> None:
    fresh = tmp_path / path.with_suffix(".qm").name
    update.compiled(path, fresh)
    committed, compiled = QTranslator(), QTranslator()
    assert committed.load(str(path.with_suffix(".qm")))
    assert compiled.load(str(fresh))
    for text in update.known(path):
        for count in (0, 1, 2, 3, 11, 100) if text.plural else (-1,):
            arguments = (text.context, text.source, text.comment, count)
            assert committed.translate(*arguments) == compiled.translate(*arguments) != ""


def test_updating_keeps_what_is_translated_and_drops_what_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "keywright_xx.ts"
    text, other, count = (update.Text("C", source) for source in ("Yes", "No", "%n keys"))
    update.merge(path, "xx", (text, other))
    path.write_text(
        path.read_text("utf-8").replace('<translation type="unfinished" />', "<translation>Ja</translation>", 1)
    )
    update.merge(path, "xx", (text, count))
    after = update.known(path)
    assert set(after) == {text, count}
    assert after[text].findtext("translation") == "Ja"
    assert len(after[count].findall("translation/numerusform")) == 2


def test_the_script_does_its_whole_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keywright_fr.ts").touch()
    monkeypatch.setattr(update, "HERE", tmp_path)
    update.main()
    assert (tmp_path / "keywright_fr.qm").exists()
    assert len(update.known(tmp_path / "keywright_fr.ts")) == len(update.texts())


# ── the interpreter ─────────────────────────────────────────────────────────────────────────────


def test_each_language_names_itself() -> None:
    names = {language.tag: (language.own_name, language.right_to_left) for language in available()}
    assert names["en"] == ("English", False)
    assert names["ar"] == ("العربية", True)
    assert available()[0].tag == "en"


def test_a_profile_offers_what_there_is_in_its_order() -> None:
    assert [language.tag for language in offered(("ar-EG", "xx", "en"))] == ["ar", "en"]
    assert offered(("xx",)) == available()


@pytest.mark.parametrize(("tag", "found"), [("ar", "ar"), ("AR_eg", "ar"), ("en-GB", "en"), ("xx", None), ("", None)])
def test_the_nearest_language_is_found(tag: str, found: str | None) -> None:
    language = best(tag, available())
    assert (language.tag if language else None) == found


def test_arabic_turns_the_screen_and_keeps_western_digits(speech: Interpreter, qapp: QGuiApplication) -> None:
    language = speech.install("ar")
    assert speech.language == language
    assert qapp.layoutDirection() == Qt.LayoutDirection.RightToLeft
    assert QCoreApplication.translate("Identify", "Who are you?") == "من أنت؟"
    assert QLocale().zeroDigit() == "0"
    assert QLocale().language() == QLocale.Language.Arabic
    assert plural("Verify", "in %n seconds", 18) == "بعد 18 ثانية"
    speech.install("en")
    assert qapp.layoutDirection() == Qt.LayoutDirection.LeftToRight
    assert QCoreApplication.translate("Identify", "Who are you?") == "Who are you?"


def test_english_counts_rightly_from_the_start(speech: Interpreter) -> None:
    assert plural("Pin", "You have %n tries left.", 1) == "You have 1 try left."
    assert plural("Pin", "You have %n tries left.", 8) == "You have 8 tries left."


def test_arabic_counts_in_its_own_way(speech: Interpreter) -> None:
    speech.install("ar")
    said = [plural("Pin", "You have %n tries left.", count) for count in (1, 2, 3, 11)]
    assert said == ["بقيت لك محاولة واحدة.", "بقيت لك محاولتان.", "بقيت لك 3 محاولات.", "بقيت لك 11 محاولة."]


def test_an_unknown_language_is_english(speech: Interpreter) -> None:
    assert speech.install("xx").tag == "en"


@pytest.mark.parametrize(("tag", "language"), [("ar", "Arabic"), ("de", "German"), ("fa", "English")])
def test_digits_are_western_everywhere(tag: str, language: str) -> None:
    locale = western_locale(tag)
    assert locale.zeroDigit() == "0"
    assert locale.language() == QLocale.Language[language]
