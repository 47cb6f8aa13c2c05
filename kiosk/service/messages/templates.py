"""The words of messages: one file per message, language and form, read and checked when the service starts.

`<folder>/<channel>/<name>.<language>.txt` (a mail's first line is `Subject: …`) and `….html` for mail. A language
without a file of its own takes that of its parent (`ar-EG` → `ar`), then English. Values go in escaped.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.errors import ConfigurationError
from kiosk.service.messages.connector import Channel, TemplateName
from kiosk.service.placeholders import fill, names

FALLBACK: Final = "en"
VALUES: Final[Mapping[TemplateName, frozenset[str]]] = {
    TemplateName.CODE: frozenset({"code", "minutes", "organization"}),
    TemplateName.REGISTERED: frozenset({"name", "organization", "relying_party", "when", "reference"}),
    TemplateName.PHONE_REGISTERED: frozenset({"name", "organization", "relying_party", "when", "reference"}),
    TemplateName.ACTIVATION: frozenset({"name", "organization", "code", "link", "hours"}),
    TemplateName.KNOWN: frozenset({"name", "organization", "when"}),
    TemplateName.PASSCODE: frozenset({"name", "organization", "code", "hours"}),
    TemplateName.SIGN_IN_CODE: frozenset({"code", "minutes", "organization"}),
    TemplateName.PASSWORD_CHANGED: frozenset({"name", "organization", "when"}),
    TemplateName.SECOND_FACTOR: frozenset({"name", "organization", "when", "change"}),
    TemplateName.SPONSOR: frozenset({"name", "organization", "guest", "company", "until"}),
    TemplateName.VISIT_ENDED: frozenset({"name", "organization", "guest", "until"}),
    TemplateName.DESK_CODE: frozenset({"code", "minutes", "organization"}),
    TemplateName.INVITATION: frozenset({"name", "organization", "project", "link", "days"}),
    TemplateName.REMOVED: frozenset({"name", "organization", "project"}),
    TemplateName.RESET: frozenset({"name", "organization", "project"}),
    TemplateName.KEY_CHANGED: frozenset({"name", "organization", "when", "change", "reference"}),
    TemplateName.STAFF: frozenset({"name", "organization", "when", "change"}),
}
"""What each message may say; anything else in a template is refused at the start."""

SECRET_VALUES: Final = frozenset({"code"})
"""Never in a subject: it shows on locked screens."""

_SUBJECT: Final = "Subject: "
_LONGEST_VALUE: Final = 200
_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one message in one language, placeholders and all. `html` is empty for an SMS."""

    subject: str
    text: str
    html: str = ""


class Templates:
    """All templates of a folder. Raises ConfigurationError naming the file that is missing or wrong."""

    def __init__(self, folder: Path) -> None:
        self._words: dict[tuple[Channel, TemplateName, str], Words] = {}
        for path in sorted(folder.glob("*/*.txt")):
            name, _, language = path.stem.partition(".")
            try:
                key = (Channel(path.parent.name), TemplateName(name), language)
                self._words[key] = _read(path, *key)
            except (ValueError, OSError) as error:
                raise ConfigurationError(f"templates/{path.parent.name}/{path.name}", str(error)) from error
        for channel, template in _NEEDED:
            if (channel, template, FALLBACK) not in self._words:
                raise ConfigurationError(f"templates/{channel}/{template}.{FALLBACK}.txt", "is missing")

    def words(self, channel: Channel, template: TemplateName, locale: str) -> Words:
        """The template in the language that is nearest to the locale. Raises KeyError for one without any."""
        parts = locale.replace("_", "-").split("-")
        tags = ["-".join(parts[:n]) for n in range(len(parts), 0, -1)]
        for tag in (*tags, FALLBACK):
            if words := self._words.get((channel, template, tag)):
                return words
        raise KeyError(template)

    def render(self, channel: Channel, template: TemplateName, locale: str, values: Mapping[str, str]) -> Words:
        """The message with its values: tamed, and escaped in HTML. Raises KeyError for a value that is missing."""
        words = self.words(channel, template, locale)
        tamed = {name: tame(value) for name, value in values.items()}
        return Words(fill(words.subject, tamed), fill(words.text, tamed), fill(words.html, tamed, html.escape))


_NEEDED: Final = (*((Channel.MAIL, each) for each in TemplateName), (Channel.SMS, TemplateName.CODE))


def tame(value: str) -> str:
    """A value on one line, bounded, without control characters and direction overrides: names come from outside."""
    flat = "".join(each if not unicodedata.category(each).startswith("C") else " " for each in value)
    return " ".join(flat.split())[:_LONGEST_VALUE]


def _read(path: Path, channel: Channel, template: TemplateName, language: str) -> Words:
    subject, text = "", path.read_text(encoding="utf-8")
    if channel is Channel.SMS:
        words = Words("", text.strip())
    else:
        first, _, text = text.partition("\n")
        if not first.startswith(_SUBJECT):
            raise ValueError("the first line is not a subject")
        subject = first.removeprefix(_SUBJECT).strip()
        words = Words(subject, text.strip() + "\n", path.with_suffix(".html").read_text(encoding="utf-8"))
        direction = "rtl" if language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"
        if f'<html lang="{language}" dir="{direction}">' not in words.html:
            raise ValueError(f"the HTML does not say lang={language} dir={direction}")
    _check(words, template)
    return words


def _check(words: Words, template: TemplateName) -> None:
    for form in filter(None, (words.subject, words.text, words.html)):
        if unknown := names(form) - VALUES[template]:
            raise ValueError(f"unknown placeholder {min(unknown)!r}")
    if SECRET_VALUES & names(words.subject):
        raise ValueError("a secret in the subject")
    for body in filter(None, (words.text, words.html)):
        if missing := SECRET_VALUES & VALUES[template] - names(body):
            raise ValueError(f"says no {min(missing)!r}")
