"""Sheets, posters and screens: every code of them is read at 203 dpi, their words can be read aloud, nothing is run."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kiosk.resources import resource
from kiosk.service.projects import actions
from kiosk.service.projects.handout_data import Handout, Sheet, data_of, editions_of
from kiosk.service.projects.handout_logo import read_logo
from kiosk.service.projects.handouts import NoSuchPage, Wanted, all_sheets, print_sheet, words
from kiosk.service.projects.press import Form, Press, PressBusy, Unprintable
from kiosk.service.projects.rules import NoSuchProject, NotInThisProject, ProjectClosed
from kiosk.service.store.projects import ProjectRow
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.projects import paper
from tests.kiosk.service.projects.campaign import MANAGER, a_project
from tests.kiosk.service.running import NOON, Running, assembled, settings_for

LINK = "https://enroll.example.org/a/AZfzwqmwxJ0pX3bV7sQm2w"
STORES = {
    "app_store": "https://apps.apple.com/app/id1234567890",
    "google_play": "https://play.google.com/store/apps/details?id=org.example.badges",
    "other_app": "https://apps.example.org/badges",
}
HOSTILE = '#panic("x") $x^2$ *b* `c` <l> @r \\ "q" {1} [2] // #import "/etc/passwd": x'
SIZES = {
    Sheet.A4: (595, 842),
    Sheet.A6: (298, 421),
    Sheet.A6_FOUR: (595, 842),
    Sheet.POSTER: (842, 1191),
    Sheet.POSTER_A2: (1191, 1684),
    Sheet.SCREEN: (960, 540),
    Sheet.CODE: (340, 340),
}
PAGES = {Sheet.A6: 2, Sheet.A6_FOUR: 2}
WORDS = words()


@pytest.fixture(scope="module")
def press() -> Press:
    return Press()


def a_row(**told: Any) -> ProjectRow:
    given: dict[str, Any] = {
        "id": "0" * 32,
        "tenant": "default",
        "name": "Spring badges",
        "self_service": True,
        "first_id": 1,
        "last_id": 9,
        "next_id": 1,
        "assigned_here": True,
        "code_version": 1,
        "languages": ("en", "ar"),
        "details": {**STORES, "contact": "badges@example.org"},
        "version": 1,
        "created_at": NOON,
        "closed_at": None,
    }
    return ProjectRow(**given | told)


def printed(
    press: Press, sheet: Sheet, row: ProjectRow, *languages: str, link: str = LINK, logo: Any = None, **more: Any
) -> bytes:
    handout = Handout(row, more.pop("organization", "Example Works"), link, logo)
    data = data_of(handout, languages or ("en", "ar"), WORDS, pages=sheet.has_pages)
    (made,) = press.pages(sheet, data, Form.PDF)
    return made


@pytest.mark.parametrize("sheet", Sheet)
def test_every_code_of_every_sheet_is_read_at_203_dots_in_both_languages(
    sheet: Sheet, press: Press, tmp_path: Path
) -> None:
    made = printed(press, sheet, a_row())
    info = paper.told(made, tmp_path)
    each = PAGES.get(sheet, 1)
    assert int(info["Pages"]) == 2 * each
    assert tuple(round(float(side)) for side in info["Page size"].split(" pts")[0].split(" x ")) == SIZES[sheet]
    stores = [] if sheet is Sheet.CODE else list(STORES.values())
    copies = 4 if sheet is Sheet.A6_FOUR else 1
    front, back = ([LINK], stores) if each == 2 else ([LINK, *stores], [])
    seen = [paper.codes(page) for page in paper.pages(made, tmp_path)]
    wanted = [sorted(front * copies), sorted(back * copies)][:each]
    assert seen == wanted * 2


@pytest.mark.parametrize("sheet", Sheet)
def test_long_names_long_addresses_and_hostile_texts_leave_every_code_legible(
    sheet: Sheet, press: Press, tmp_path: Path
) -> None:
    long = "https://enroll.a-rather-long-host-name.of.example-organization.org/a/AZfzwqmwxJ0pX3bV7sQm2w"
    told = {"contact": "The desk beside the lifts, " + HOSTILE, "instructions": {"en": HOSTILE * 8, "ar": HOSTILE}}
    row = a_row(name=HOSTILE[:64], details={**STORES, **told})
    logo = read_logo(resource("art/logo-wordmark.svg"))
    made = printed(press, sheet, row, link=long, logo=logo, organization=HOSTILE[-64:])
    turned = 1 if sheet.has_pages else 0  # one more page in the language whose instructions are long
    assert int(paper.told(made, tmp_path)["Pages"]) == 2 * PAGES.get(sheet, 1) + turned
    seen = [text for page in paper.pages(made, tmp_path) for text in paper.codes(page)]
    copies = 4 if sheet is Sheet.A6_FOUR else 1
    assert seen.count(long) == 2 * copies
    assert len(seen) == 2 * copies * (1 if sheet is Sheet.CODE else 4)
    assert '#panic("x") $x^2$ *b* `c` <l> @r \\ "q"'[:20] in paper.text(made, tmp_path), "it is shown, and not run"


def test_a_poster_is_read_from_three_meters_away(press: Press, tmp_path: Path) -> None:
    """A phone's camera has 4000 dots across, and sees 4.2 m of a wall at three meters: 24 dots an inch."""
    made = printed(press, Sheet.POSTER, a_row(), "en")
    (page,) = paper.pages(made, tmp_path, 24)
    assert LINK in paper.codes(page)


@pytest.mark.parametrize("sheet", Sheet)
def test_sheets_are_tagged_and_bring_their_typefaces_along(sheet: Sheet, press: Press, tmp_path: Path) -> None:
    made = printed(press, sheet, a_row())
    info = paper.told(made, tmp_path)
    assert info["Tagged"] == "yes"
    assert info["Title"] == "Get your mobile\u00a0ID: Spring badges"
    assert b"pdfuaid:part" in made, "PDF/UA says so in its metadata"
    faces = paper.typefaces(made, tmp_path)
    assert faces
    assert all(faces.values()), "each is embedded"
    assert {face.partition("-")[0] for face in faces} <= {"Manrope", "Inter", "NotoSansArabicUI"}


def test_the_words_of_a_sheet_can_be_read_aloud_and_searched(press: Press, tmp_path: Path) -> None:
    english = paper.text(printed(press, Sheet.A4, a_row(), "en"), tmp_path)
    for said in ("Get your mobile", "Scan the big code", "Example Works", "Spring badges", "badges@example.org"):
        assert said in english
    assert "enroll.example.org/a/" in english
    assert "AZfzwqmwxJ0pX3bV7sQm2w" in english
    arabic = paper.text(printed(press, Sheet.A4, a_row(), "ar"), tmp_path)
    assert "امسح" in arabic
    assert "badges@example.org" in arabic


def test_arabic_begins_on_the_right(press: Press, tmp_path: Path) -> None:
    """The code stands at the end of a line: on the right in English, on the left in Arabic."""

    def middle_of_the_code(language: str) -> float:
        (page,) = paper.pages(printed(press, Sheet.A4, a_row(), language), tmp_path)
        return paper.middle(page, LINK)

    assert middle_of_the_code("en") > 0.6
    assert middle_of_the_code("ar") < 0.4


@pytest.mark.parametrize(
    ("stores", "steps"), [({}, 3), ({"app_store": STORES["app_store"]}, 4), (STORES, 4)], ids=["none", "one", "all"]
)
def test_people_get_an_app_only_where_there_is_one(stores: dict[str, str], steps: int) -> None:
    row = a_row(details=dict(stores))
    data = data_of(Handout(row, "Example Works", LINK), ("en",), WORDS)
    (edition,) = data["editions"]
    assert [each["picture"] for each in edition["steps"]] == ["app", "scan", "number", "kiosk"][4 - steps :]
    assert [each["current"] for each in edition["steps"]].count(True) == 1
    assert len(data["apps"]) == len(stores)


def test_an_organization_says_in_its_own_words_what_people_do_next(press: Press, tmp_path: Path) -> None:
    short = "Bring your staff card to the kiosk in the lobby."
    row = a_row(details={"instructions": {"en": short}})
    assert short in paper.text(printed(press, Sheet.A4, row, "en"), tmp_path)
    assert "That registers you" not in paper.text(printed(press, Sheet.A4, row, "en"), tmp_path)
    long = f"{short} " * 10
    turned = printed(press, Sheet.A4, a_row(details={"instructions": {"en": long}}), "en")
    assert paper.told(turned, tmp_path)["Pages"] == "2"
    assert paper.text(turned, tmp_path).count(short) == 10
    wall = paper.text(printed(press, Sheet.POSTER, a_row(details={"instructions": {"en": long}}), "en"), tmp_path)
    assert "next page" not in wall, "a poster has none"


def test_a_language_without_words_of_ours_takes_the_project_s_and_english_ones() -> None:
    row = a_row(languages=("de", "fr-CA", "en-GB", "ar"), details={"instructions": {"de": "Am Kiosk zeigen."}})
    assert editions_of(row, None, WORDS) == ("de", "en-GB", "ar"), "French would be English once more"
    assert editions_of(a_row(languages=("fr",)), None, WORDS) == ("en",)
    (edition,) = data_of(Handout(row, "", LINK), ("de",), WORDS)["editions"]
    assert (edition["lang"], edition["rtl"]) == ("en", False)
    assert edition["steps"][-1]["text"] == "Am Kiosk zeigen."


def test_all_languages_say_the_same_things() -> None:
    shape = {name: sorted(each) if isinstance(each, dict) else "" for name, each in WORDS["en"].items()}
    for language, own in WORDS.items():
        assert {name: sorted(each) if isinstance(each, dict) else "" for name, each in own.items()} == shape, language
        assert all(len(each) == 2 and all(each) for each in own["steps"].values())


def test_letters_that_no_typeface_has_are_told_and_not_left_out(press: Press) -> None:
    with pytest.raises(Unprintable, match="could not be displayed"):
        printed(press, Sheet.A6, a_row(name="\U0010abcd"), "en")


def test_several_sheets_at_once_come_out_whole(press: Press) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: len(printed(press, Sheet.A6, a_row(), "en")), range(12)))
    assert len(set(made)) == 1


def test_each_sheet_is_printed_by_a_service_and_written_down(local: Running, tmp_path: Path) -> None:
    project = a_project(local, "Spring badges", details=STORES)
    link = actions.show(local.parts, MANAGER, project).link
    made = {each.name: each.content for each in all_sheets(local.parts, MANAGER, project)}
    assert set(made) == {f"{sheet}.pdf" for sheet in Sheet} | {"screen-en.png", "screen-ar.png"}
    (page, _) = paper.pages(made["activation-code.pdf"], tmp_path)
    assert paper.codes(page) == [link]
    assert made["screen-en.png"].startswith(b"\x89PNG\r\n\x1a\n")
    assert (int.from_bytes(made["screen-en.png"][16:20]), int.from_bytes(made["screen-en.png"][20:24])) == (1920, 1080)
    told = [json.loads(each) if isinstance(each, str) else each for _, each in audited(local)]
    assert told[0] == {"project": project, "sheet": "sheet-a4", "form": "pdf"}
    assert len(told) == len(Sheet) + 2


def audited(running: Running) -> list[tuple[str, Any]]:
    with running.parts.store.read() as tx:
        query = "SELECT event, details FROM audit WHERE event = 'handout_printed' ORDER BY number"
        return [(name, details) for name, details in tx.connection.exec_driver_sql(query).all()]


def test_a_picture_has_one_page_and_says_when_there_is_no_other(local: Running) -> None:
    project = a_project(local)
    for form, begins in ((Form.PNG, b"\x89PNG"), (Form.SVG, b"<svg")):
        for page in (1, 2):
            wanted = Wanted(Sheet.A6, form, "en", page)
            assert print_sheet(local.parts, MANAGER, project, wanted).content.startswith(begins)
        with pytest.raises(NoSuchPage):
            print_sheet(local.parts, MANAGER, project, Wanted(Sheet.A6, form, "en", 3))


def test_only_projects_with_a_code_that_works_have_sheets(local: Running) -> None:
    listed = a_project(local, "Listed", self_service=False)
    with pytest.raises(NotInThisProject):
        print_sheet(local.parts, MANAGER, listed, Wanted(Sheet.A4))
    open_one = a_project(local, "Open")
    with pytest.raises(NoSuchProject):
        print_sheet(local.parts, Caller("other", frozenset(), "elsewhere"), open_one, Wanted(Sheet.A4))
    actions.close(local.parts, MANAGER, open_one)
    with pytest.raises(ProjectClosed):
        print_sheet(local.parts, MANAGER, open_one, Wanted(Sheet.A4))


def test_a_service_whose_phones_do_not_know_where_to_go_prints_nothing(tmp_path: Path) -> None:
    with assembled(tmp_path, settings_for(tmp_path)) as running:
        project = a_project(running)
        with pytest.raises(Unprintable, match=r"projects\.url"):
            print_sheet(running.parts, MANAGER, project, Wanted(Sheet.A4))


def test_who_waits_too_long_for_a_turn_is_told() -> None:
    busy = Press(at_once=1, patience=0.01)
    data = data_of(Handout(a_row(), "Example Works", LINK), ("en",), WORDS)
    with busy.turn(), pytest.raises(PressBusy, match="busy"):
        busy.pages(Sheet.A6, data, Form.PDF)
    assert busy.pages(Sheet.A6, data, Form.PDF)[0].startswith(b"%PDF-")
