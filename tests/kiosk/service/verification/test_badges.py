"""One number, written in several ways: what readers type becomes what systems hold, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from kiosk.contract.profile import FieldKind, FieldSet, IdentifyField
from kiosk.service.bulk_import.files import Importer
from kiosk.service.directories.connector import Person
from kiosk.service.directories.rules import BadCriteria, Site, normalise_criteria
from kiosk.service.outbound import Outbound
from kiosk.service.settings import ServiceSettings
from kiosk.service.sources import SystemRandom
from kiosk.service.store.engine import Store
from kiosk.service.store.upgrade import upgrade
from kiosk.service.store.users import find_active
from kiosk.service.verification.automatic import BadgeTable, HttpsLookup
from kiosk.service.verification.badges import Form, NoBadge, candidates, number_of, written
from kiosk.service.verification.connector import Answer, Outcome
from kiosk.service.verification.settings import BadgeSettings, LookupSettings
from tests.kiosk.service.faces import Web
from tests.kiosk.service.running import StandingClock

NUMBERS = tuple(form for form in Form if form is not Form.TEXT)
FORMS = st.sampled_from(NUMBERS)
SIZES = st.integers(3, 16)


@pytest.mark.parametrize(
    ("form", "text", "number"),
    [
        (Form.DECIMAL, "8106606", 123 << 16 | 45678),
        (Form.DECIMAL, "0008106606", 123 << 16 | 45678),
        (Form.HEX, "7BB26E", 123 << 16 | 45678),
        (Form.HEX, "0x7bb26e", 123 << 16 | 45678),
        (Form.HEX, "00:7B:B2:6E", 123 << 16 | 45678),
        (Form.HEX_REVERSED, "6EB27B00", 123 << 16 | 45678),
        (Form.FACILITY_CARD, "123-45678", 123 << 16 | 45678),
        (Form.FACILITY_CARD, "123,45678", 123 << 16 | 45678),
        (Form.FACILITY_CARD, "12345678", 123 << 16 | 45678),
        (Form.FACILITY_CARD, " 7 : 1 ", 7 << 16 | 1),
        (Form.FACILITY_CARD, "001-00007", 1 << 16 | 7),
        (Form.HEX, "0412A7C9", 0x0412A7C9),
        (Form.HEX_REVERSED, "0412A7C9", 0xC9A71204),
        (Form.DECIMAL, "3383169540", 0xC9A71204),
    ],
)
def test_a_badge_is_read_as_it_is_printed(form: Form, text: str, number: int) -> None:
    assert number_of(text, form, 4) == number


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (Form.DECIMAL, ""),
        (Form.DECIMAL, "-1"),
        (Form.DECIMAL, "7b"),
        (Form.DECIMAL, "٣"),
        (Form.DECIMAL, "4294967296"),
        (Form.DECIMAL, "0" * 41),
        (Form.HEX, ""),
        (Form.HEX, "0412A7C91B"),
        (Form.HEX, "xyz"),
        (Form.HEX, "１２"),
        (Form.HEX_REVERSED, "--"),
        (Form.FACILITY_CARD, "256-00001"),
        (Form.FACILITY_CARD, "001-65536"),
        (Form.FACILITY_CARD, "1234567"),
        (Form.FACILITY_CARD, "123456789"),
        (Form.FACILITY_CARD, "1--2"),
        (Form.TEXT, "1"),
    ],
)
def test_what_is_no_badge_is_refused(form: Form, text: str) -> None:
    with pytest.raises(NoBadge):
        number_of(text, form, 4)


@given(SIZES, FORMS, st.integers(1, 20), st.data())
def test_each_way_of_writing_is_read_back(size: int, form: Form, digits: int, data: st.DataObject) -> None:
    bits = 24 if form is Form.FACILITY_CARD else 8 * size
    number = data.draw(st.integers(0, (1 << bits) - 1))
    assert number_of(written(number, form, size, digits), form, size) == number


@given(st.binary(min_size=3, max_size=16), FORMS, FORMS)
def test_a_detour_over_another_way_changes_nothing(badge: bytes, way: Form, other: Form) -> None:
    number, size = int.from_bytes(badge, "big"), len(badge)
    assume(number < 1 << 24 or Form.FACILITY_CARD not in (way, other))
    assert candidates(written(number, way, size), [way], [other], size) == (written(number, other, size),)


@given(st.binary(min_size=3, max_size=16))
def test_the_two_orders_of_bytes_are_each_other_s_mirror(badge: bytes) -> None:
    (turned,) = candidates(badge.hex(), [Form.HEX], [Form.HEX_REVERSED], len(badge))
    assert bytes.fromhex(turned) == badge[::-1]


@given(st.text(max_size=60), st.lists(st.sampled_from(list(Form)), max_size=5), st.lists(FORMS, max_size=4), SIZES)
def test_any_text_is_read_or_left_alone(text: str, read_as: list[Form], held_as: list[Form], size: int) -> None:
    found = candidates(text, read_as, held_as, size)
    assert len(set(found)) == len(found)
    assert len(found) <= len(read_as) * max(len(held_as), 1)
    assert Form.TEXT not in read_as or text.strip() in found


@pytest.mark.parametrize(
    ("number", "form"), [(1 << 32, Form.HEX), (-1, Form.DECIMAL), (1 << 24, Form.FACILITY_CARD), (1, Form.TEXT)]
)
def test_what_has_no_such_form_is_not_written(number: int, form: Form) -> None:
    with pytest.raises(NoBadge):
        written(number, form, 4)


def test_a_badge_that_may_be_read_in_several_ways_has_several_names_likeliest_first() -> None:
    forms = BadgeSettings(read_as=(Form.FACILITY_CARD, Form.HEX, Form.TEXT), held_as=(Form.DECIMAL,), digits=10)
    assert forms.candidates("12345678") == ("0008106606", "0305419896", "12345678")
    assert forms.candidates("m.okafor") == ("m.okafor",)


def test_badges_stay_as_they_are_unless_the_settings_say_more() -> None:
    assert BadgeSettings().candidates(" 0412A7C91B ") == ("0412A7C91B",)


def test_numbers_are_not_held_as_text() -> None:
    with pytest.raises(ValidationError, match="held_as"):
        BadgeSettings(read_as=(Form.HEX,), held_as=(Form.TEXT,))


def test_the_look_up_is_asked_for_each_reading_until_it_knows_one(
    web: Web, authority: Path, outbound: Outbound
) -> None:
    web.answer = lambda request: (200 if request.path.startswith("/3383169540/") else 404, {}, b"")
    lookup = LookupSettings(url=web.url + "/{code}/{user.id}", certificate_authority=authority)
    forms = BadgeSettings(read_as=(Form.HEX, Form.HEX_REVERSED), held_as=(Form.DECIMAL,))
    asked = HttpsLookup(lookup, outbound, None, StandingClock().now, forms)
    assert asked.judge(Person("u-1", "mona"), Answer("0412A7C9")) is Outcome.VERIFIED
    assert [each.path for each in web.requests] == ["/68331465/u-1", "/3383169540/u-1"]
    web.requests.clear()
    assert asked.judge(Person("u-1", "mona"), Answer("not hex")) is Outcome.NOT_FOUND
    assert web.requests == []


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Callable[..., BadgeTable]]:
    """A table of two people and their badges, held in decimal."""
    with closing(Store.open(f"sqlite:///{tmp_path}/service.db")) as store:
        upgrade(store)
        clock, people = StandingClock(), tmp_path / "people.csv"
        badges = {"mona@example.org": 68331465, "lars@example.org": 3383169540, "ada@example.org": 12345678}
        rows = "".join(f"{upn},{upn[:4]},{badge}\n" for upn, badge in badges.items())
        people.write_text(f"upn,employee_id,badge\n{rows}")
        mail = {"host": "localhost", "sender": "keys@example.org"}
        settings = ServiceSettings.model_validate({"mail": mail})
        Importer(store, clock, SystemRandom(), settings).people(people)

        def make(*read_as: Form) -> BadgeTable:
            return BadgeTable(store, BadgeSettings(read_as=read_as))

        yield make


def person(table: BadgeTable, upn: str) -> Person:
    with table.store.read() as tx:
        (found,) = find_active(tx, "default", {"upn": upn}, 2)
    return found


def test_the_table_holds_another_form_than_the_reader_types(table: Callable[..., BadgeTable]) -> None:
    forward, backward = table(Form.HEX), table(Form.HEX_REVERSED)
    mona, lars = person(forward, "mona@example.org"), person(forward, "lars@example.org")
    read = Answer("0412a7c9")
    assert (forward.judge(mona, read), forward.judge(lars, read)) == (Outcome.VERIFIED, Outcome.MISMATCH)
    assert (backward.judge(mona, read), backward.judge(lars, read)) == (Outcome.MISMATCH, Outcome.VERIFIED)
    assert forward.judge(mona, Answer("what?")) is Outcome.NOT_FOUND


def test_a_badge_that_could_be_two_people_s_is_nobody_s(table: Callable[..., BadgeTable]) -> None:
    both = table(Form.HEX, Form.HEX_REVERSED)
    for upn in ("mona@example.org", "lars@example.org"):
        assert both.judge(person(both, upn), Answer("0412a7c9")) is Outcome.MISMATCH
    assert both.judge(person(both, "ada@example.org"), Answer("00bc614e")) is Outcome.VERIFIED


def test_people_are_identified_by_a_badge_as_the_directory_holds_it() -> None:
    asked = FieldSet("badge", (IdentifyField("badge", FieldKind.BADGE),))
    forms = BadgeSettings(read_as=(Form.HEX_REVERSED,), held_as=(Form.DECIMAL,))
    place = Site(badges=forms.candidates)
    assert normalise_criteria(asked, {"badge": "0412A7C9"}, place) == {"badge": "3383169540"}
    assert normalise_criteria(asked, {"badge": "0412A7C91B"}, Site()) == {"badge": "0412a7c91b"}
    for wrong in ("", "mona", "9" * 300):
        with pytest.raises(BadCriteria):
            normalise_criteria(asked, {"badge": wrong}, place)


def test_a_number_that_is_too_long_for_a_card_has_no_such_name() -> None:
    assert candidates("c9a71204", [Form.HEX], [Form.FACILITY_CARD], 4) == ()
    assert candidates("007bb26e", [Form.HEX], [Form.FACILITY_CARD, Form.DECIMAL], 4) == ("123-45678", "8106606")
