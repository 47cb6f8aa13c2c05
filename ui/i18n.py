"""Languages: which there are, what they call themselves, and how the whole application comes to speak one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtGui import QGuiApplication

from kiosk.resources import resource

SOURCE = "en"
"""The language that the source text is written in."""
_PREFIX = "keywright_"
_OWN_NAME = str(QT_TRANSLATE_NOOP("Language", "English"))
"""Every catalog translates this into the name of its own language."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language on offer: its BCP 47 tag, its name in itself, its direction."""

    tag: str
    own_name: str
    right_to_left: bool


def available(folder: Path | None = None) -> tuple[Language, ...]:
    """The languages that have a catalog in `folder` (resources/i18n), the source language first, then by tag."""
    catalogs = (folder or resource("i18n")).glob(f"{_PREFIX}*.qm")
    tags = sorted((path.stem.removeprefix(_PREFIX) for path in catalogs), key=lambda tag: (tag != SOURCE, tag))
    return tuple(_language(tag, folder) for tag in tags)


def offered(tags: tuple[str, ...]) -> tuple[Language, ...]:
    """The available languages among `tags`, in the order of `tags`; all available ones when none matches."""
    known = available()
    chosen = [language for tag in tags if (language := best(tag, known)) is not None]
    return tuple(dict.fromkeys(chosen)) or known


def best(tag: str, languages: tuple[Language, ...]) -> Language | None:
    """The language for a BCP 47 tag: the same, else the same primary language ("de" for "de-AT"), else None."""
    wanted = tag.replace("_", "-").casefold()
    primary = wanted.partition("-")[0]
    by_tag = {language.tag.replace("_", "-").casefold(): language for language in languages}
    return by_tag.get(wanted) or by_tag.get(primary)


def western_locale(tag: str) -> QLocale:
    """The locale for dates and numbers in `tag`, with Western digits: those of codes, PINs and the keypad."""
    language = tag.partition("-")[0]
    for name in (tag, f"{language}_001"):  # 001: the world, whose Arabic writes Western digits
        locale = QLocale(name)
        if locale.zeroDigit() == "0":
            return locale
    return QLocale(QLocale.Language.English)


class Interpreter:
    """Makes the application speak one language at a time: catalogs, Qt's own words, direction, digits.

    A new interpreter takes over from the one before it, and begins with the source language.
    """

    def __init__(self, app: QGuiApplication) -> None:
        self._app = app
        self._language = self.install(SOURCE)

    @property
    def language(self) -> Language:
        """The language spoken now."""
        return self._language

    def install(self, tag: str) -> Language:
        """Speak the language for `tag`, or the source language when there is none. Returns what is spoken now.

        Every widget is told by Qt's LanguageChange event.
        """
        language = best(tag, available()) or Language(SOURCE, _OWN_NAME, right_to_left=False)
        for spoken in self._app.findChildren(QTranslator):
            self._app.removeTranslator(spoken)
            spoken.deleteLater()
        for translator in (_qt_words(language.tag), _catalog(language.tag)):
            if translator is not None:
                translator.setParent(self._app)
                self._app.installTranslator(translator)
        QLocale.setDefault(western_locale(language.tag))
        right, left = Qt.LayoutDirection.RightToLeft, Qt.LayoutDirection.LeftToRight
        self._app.setLayoutDirection(right if language.right_to_left else left)
        self._language = language
        return language


def plural(context: str, text: str, count: int) -> str:
    """`text` with `%n` in the plural form that the language has for `count`."""
    return QCoreApplication.translate(context, text, "", count)


def _language(tag: str, folder: Path | None) -> Language:
    translator = _catalog(tag, folder)
    name = translator.translate("Language", _OWN_NAME) if translator else ""
    right_to_left = QLocale(tag).textDirection() == Qt.LayoutDirection.RightToLeft
    return Language(tag, name or QLocale(tag).nativeLanguageName() or tag, right_to_left)


def _catalog(tag: str, folder: Path | None = None) -> QTranslator | None:
    translator = QTranslator()
    path = (folder or resource("i18n")) / f"{_PREFIX}{tag}.qm"
    return translator if translator.load(str(path)) else None


def _qt_words(tag: str) -> QTranslator | None:
    """Qt's own few words (context menus, dialogs), where Qt ships them in this language."""
    translator = QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    return translator if translator.load(f"qtbase_{tag.partition('-')[0]}", folder) else None
