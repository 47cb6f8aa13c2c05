"""Headers, sizes, words, escaping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import ConfigurationError
from kiosk.resources import resource
from kiosk.service.pages.layout import Layout, Reading
from kiosk.service.pages.visitor import BadForm, Visitor, read_form
from kiosk.service.pages.words import choose
from kiosk.service.relying_parties.phones import check_phones
from kiosk.service.tls import Identity
from tests.kiosk.service.pages.phones import Phone, phone_settings, with_phones
from tests.kiosk.service.running import Running

FOLDER = resource("templates/phone")
FACES = sorted(resource("webfonts").glob("*.woff2"))


@pytest.fixture
def running(tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Running]:
    with with_phones(tmp_path, tls) as running:
        yield running


def test_a_page_with_all_that_it_loads_is_small_and_keeps_to_itself(running: Running) -> None:
    with Phone.of(running) as phone:
        page = phone.get("/m/" + "A" * 22)
        loaded = re.findall(r'(?:href|src)="(/m/assets/[^"]+)"', page.answer.text)
        files = [phone.ask("GET", each) for each in {*loaded, *("/m/assets/" + each for each in asset_names())}]
        assert all(each.status_code == 200 and "immutable" in each.headers["Cache-Control"] for each in files)
        assert phone.ask("GET", "/m/assets/base.html").status_code == 404
        assert phone.ask("GET", "/m/assets/..%2f..%2fpyproject.toml").status_code == 404
    assert len(page.answer.content) + sum(len(each.content) for each in files) < 100_000
    assert not re.search(r'(href|src|action)="(?!/|\?|data:,)', page.answer.text), "everything comes from here"
    policy = page.answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:")
    assert page.answer.headers["Referrer-Policy"] == "no-referrer"
    assert page.answer.headers["Cache-Control"] == "no-store"
    assert "style=" not in page.answer.text


def asset_names() -> list[str]:
    return list(Layout(FOLDER, "", faces=FACES).assets)


def test_a_style_sheet_finds_its_typeface_under_the_name_that_changes_with_it() -> None:
    assets = Layout(FOLDER, "", faces=FACES).assets
    sheet = next(each.content.decode() for name, each in assets.items() if name.endswith(".css"))
    faces = {name for name, each in assets.items() if each.kind == "font/woff2"}
    assert len(faces) == len(FACES) > 0
    assert set(re.findall(r'url\("([^"]+)"\)', sheet)) == faces


def test_every_language_has_every_word_with_the_same_places() -> None:
    known = Layout(FOLDER, "").languages
    places = {
        tag: {name: set(re.findall(r"{(\w+)}", text)) for name, text in each.words.items()}
        for tag, each in known.items()
    }
    assert places["en"] == places["ar"]


def test_names_from_elsewhere_are_shown_and_never_run() -> None:
    layout = Layout(FOLDER, "<script>alert(1)</script>")
    reading = Reading(Visitor("s" * 43, known=True), layout.languages["en"])
    page = layout.page("refused.html", reading, 404, word="no_code")
    assert b"<script>alert" not in page.body
    assert b"&lt;script&gt;alert(1)" in page.body


def test_a_page_is_read_in_arabic_from_right_to_left(running: Running) -> None:
    with Phone.of(running, language="ar-EG,en;q=0.5") as phone:
        page = phone.get("/m/" + "A" * 22)
        assert '<html lang="ar" dir="rtl">' in page.answer.text
        assert '<html lang="en" dir="ltr">' in phone.get("/m/" + "A" * 22 + "?lang=en").answer.text


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_wish_leads_to_a_language_that_there_is(wish: str, accepted: str) -> None:
    assert choose(("en", "ar"), wish, accepted=accepted) in ("en", "ar")


def test_the_best_wish_wins() -> None:
    assert choose(("en", "ar"), "", "AR-sa") == "ar"
    assert choose(("en", "ar"), "xx", accepted="de, en;q=0.2, ar;q=0.7") == "ar"
    assert choose(("en", "ar"), accepted="ar;q=0") == "en"


def test_the_language_of_nobody_is_the_first_of_the_settings() -> None:
    assert [*Layout(FOLDER, "", ("en-GB", "ar")).languages] == ["en", "ar"]
    assert [*Layout(FOLDER, "", ("xx", "ar")).languages] == ["ar", "en"]


def test_who_says_no_language_reads_that_of_the_settings(running: Running) -> None:
    with Phone.of(running, language="") as phone:
        assert '<html lang="en" dir="ltr">' in phone.get("/m/" + "A" * 22).answer.text


@given(st.binary(max_size=300))
def test_any_body_is_a_form_or_refused(body: bytes) -> None:
    try:
        form = read_form(body)
    except BadForm:
        return
    assert len(form) <= 64


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"phone": {"url": "https://keywright.example.evil.example"}}, "phone.url"),
        ({"phone": {"relying_party": "other"}}, "phone.url"),
        ({"phone": {"url": None, "place": None, "codes": False}}, "verification.methods"),
    ],
)
def test_pages_where_no_passkey_could_be_made_are_refused_before_the_service_runs(
    tmp_path: Path, changes: dict[str, object], named: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        check_phones(phone_settings(tmp_path, **changes))
    assert refused.value.path == named


def test_a_token_is_for_one_form_of_one_phone() -> None:
    one, other = Visitor("a" * 43, known=True), Visitor("b" * 43, known=True)
    assert len({one.token("/m/number"), one.token("/m/code"), other.token("/m/number")}) == 3
    assert one.secret not in repr(one)
