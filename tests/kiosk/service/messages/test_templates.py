"""The words of messages: complete, strict, escaped, in the direction of their language."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import ConfigurationError
from kiosk.resources import resource
from kiosk.service.messages.connector import Channel, TemplateName
from kiosk.service.messages.templates import FALLBACK, VALUES, Templates, tame

SAMPLE = {name: f"<{name}> & 'more'" for names in VALUES.values() for name in names} | {"code": "471108"}
LANGUAGES = ("en", "ar")
KINDS = [*((Channel.MAIL, each) for each in TemplateName), (Channel.SMS, TemplateName.CODE)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("channel", "template"), KINDS)
def test_every_message_exists_in_every_language(
    templates: Templates, channel: Channel, template: TemplateName, language: str
) -> None:
    words = templates.render(channel, template, language, SAMPLE)
    assert words.text
    assert "{" not in words.subject + words.text + words.html
    assert "471108" not in words.subject
    assert ("471108" in words.text) == ("code" in VALUES[template])
    if language != FALLBACK:
        assert words.text != templates.render(channel, template, FALLBACK, SAMPLE).text


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", list(TemplateName))
def test_html_is_whole_says_its_direction_and_fetches_nothing(
    templates: Templates, template: TemplateName, language: str
) -> None:
    parser = _Tags()
    parser.feed(templates.render(Channel.MAIL, template, language, SAMPLE).html)
    assert parser.open == []
    root = dict(parser.seen)["html"]
    assert root == {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}
    assert {tag for tag, _ in parser.seen}.isdisjoint({"script", "img", "link", "a", "iframe"})
    assert not any("src" in attributes or "href" in attributes for _, attributes in parser.seen)


@pytest.mark.parametrize(
    ("locale", "language"),
    [("ar", "ar"), ("ar-EG", "ar"), ("ar_EG", "ar"), ("ar-Arab-EG", "ar"), ("xx", "en"), ("", "en")],
)
def test_a_locale_falls_back_to_its_language_and_then_to_english(
    templates: Templates, locale: str, language: str
) -> None:
    for channel, template in KINDS:
        assert templates.words(channel, template, locale) == templates.words(channel, template, language)


@given(st.text(), st.text())
def test_a_value_never_becomes_markup_or_another_placeholder(name: str, organization: str) -> None:
    words = _SHIPPED.render(
        Channel.MAIL,
        TemplateName.REGISTERED,
        "en",
        {"name": name, "organization": organization, "relying_party": "{name}", "when": "", "reference": ""},
    )
    assert html.escape(tame(name)) in words.html
    assert "{name}" in words.text
    assert len(re.findall(r"<(?!/)", words.html)) == len(
        re.findall(r"<(?!/)", _SHIPPED.words(Channel.MAIL, TemplateName.REGISTERED, "en").html)
    )


@given(st.text())
def test_a_tamed_value_is_one_printable_line(value: str) -> None:
    tamed = tame(value)
    assert "\n" not in tamed
    assert "\u202e" not in tamed
    assert len(tamed) <= 200
    assert tame(tamed) == tamed


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("mail/code.en.txt", "Hello {code}", "not a subject"),
        ("mail/code.en.txt", "Subject: {code}\n\n{code}", "in the subject"),
        ("mail/code.en.txt", "Subject: x\n\nno code here", "no 'code'"),
        ("mail/code.en.txt", "Subject: x\n\n{code} {pin}", "'pin'"),
        ("mail/code.en.txt", "Subject: x\n\n{code} {", "brace"),
        ("mail/code.ar.html", '<html lang="ar" dir="ltr">{code}', "dir=rtl"),
        ("mail/unheard.en.txt", "Subject: x\n", "unheard"),
        ("sms/code.en.txt", "no code", "no 'code'"),
    ],
)
def test_a_wrong_template_is_found_at_the_start(tmp_path: Path, name: str, text: str, problem: str) -> None:
    folder = copytree(resource("templates"), tmp_path / "templates")
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        Templates(folder)
    assert problem in caught.value.problem


def test_a_missing_template_is_found_at_the_start(tmp_path: Path) -> None:
    folder = copytree(resource("templates"), tmp_path / "templates")
    (folder / "sms/code.en.txt").unlink()
    with pytest.raises(ConfigurationError) as caught:
        Templates(folder)
    assert caught.value.path == "templates/sms/code.en.txt"


def test_a_value_that_is_missing_is_an_error_and_not_a_gap(templates: Templates) -> None:
    with pytest.raises(KeyError):
        templates.render(Channel.MAIL, TemplateName.CODE, "en", {"code": "471108"})


_SHIPPED = Templates(resource("templates"))
