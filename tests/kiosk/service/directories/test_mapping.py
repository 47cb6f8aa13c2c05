"""What another system says of somebody, however it says it, becomes the right person or nobody."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.profile import FieldKind, IdentifyField
from kiosk.service.directories.mapping import PeopleMap, Record, at_path, text_at, user_id
from kiosk.service.directories.rules import KINDS, BadValue, Site, normalise

NAMES = {
    "upn": "userName",
    "given_name": "name.given",
    "family_name": "name.family",
    "email": "mails.value",
    "phone": "phones",
    "employee_id": "number",
    "attribute:born": "born",
}
PEOPLE = PeopleMap("people", NAMES, Site("DE", "example.org"), {**KINDS, "attribute:born": FieldKind.DATE})


def record(native: str = "7", **document: Any) -> Record:
    return Record(native, at_path({"userName": "Ann.Lee@Example.org", **document}))


def test_every_field_is_read_from_its_place() -> None:
    person = PEOPLE.person(
        record(
            name={"given": "Ann", "family": "Lee"},
            mails=[{"value": "ann@example.org"}, {"value": "lee@example.org"}],
            phones=["bad", "030 123456"],
            number=4711,
            born="1990-02-01",
        )
    )
    assert person is not None
    assert (person.upn, person.display_name, person.email) == ("Ann.Lee@Example.org", "Ann Lee", "ann@example.org")
    assert (person.phone, person.employee_id, person.attributes) == ("+4930123456", "4711", {"born": "1990-02-01"})
    assert (person.user_id, person.directory, person.directory_id) == ("people:7", "people", "7")


def test_who_does_not_match_here_is_not_taken_whatever_the_server_says() -> None:
    records = [record("1", number="4711"), record("2", number="47"), record("3"), record("4", number="4711 ")]
    assert [each.directory_id for each in PEOPLE.matching({"employee_id": "4711"}, records)] == ["1", "4"]
    assert PEOPLE.matching({"employee_id": "4711", "given_name": "ann"}, records) == ()
    assert PEOPLE.matching({"badge": "4711"}, records) == ()
    assert PEOPLE.matching({}, records) == ()


def test_somebody_who_is_told_twice_is_one_person() -> None:
    assert len(PEOPLE.matching({"upn": "ann.lee@example.org"}, [record(), record()])) == 1


def test_spellings_that_mean_the_same_match() -> None:
    found = record(name={"given": "ΝΊΚΟΣ"}, phones=[{"no": "text"}, "+49 (30) 12 34 56"], userName="ann.lee")
    for criteria in ({"given_name": "νίκοσ"}, {"phone": "+4930123456"}, {"upn": "ann.lee@example.org"}):
        assert PEOPLE.matching(criteria, [found]), criteria


def test_a_number_is_searched_for_in_each_way_it_is_written() -> None:
    assert PEOPLE.spellings("phone", "+4930123456") == (
        "+4930123456",
        "+49 30 123456",
        "030 123456",
        "tel:+49-30-123456",
    )
    assert PEOPLE.spellings("upn", "ann@example.org") == ("ann@example.org", "ann")
    assert PEOPLE.spellings("upn", "ann@elsewhere.org") == ("ann@elsewhere.org",)
    assert PEOPLE.spellings("family_name", "gross") == ("gross", "groß")
    assert PEOPLE.spellings("attribute:born", "1990-02-01") == ("1990-02-01",)


def test_names_are_tamed_and_what_names_an_account_is_never_cut() -> None:
    person = PEOPLE.person(record(name={"given": "A\n\u202eB", "family": "x" * 500}, number="n" * 65))
    assert person is not None
    assert (person.given_name, len(person.family_name), person.employee_id) == ("A B", 128, "")


def test_a_record_without_a_usable_id_or_user_name_is_nobody() -> None:
    assert PEOPLE.person(record("")) is None
    assert PEOPLE.person(record("a\nb")) is None
    assert PEOPLE.person(record(userName="\x00")) is None
    assert PEOPLE.person(record(userName=["", True, None, 1.5])) is None


def test_a_long_id_is_named_by_its_hash_and_kept_as_it_is() -> None:
    person = PEOPLE.person(record("i" * 900))
    assert person is not None
    assert len(person.user_id) <= 128
    assert person.directory_id == "i" * 900
    assert user_id("people", "i" * 900) != user_id("people", "i" * 901)


def test_a_text_is_read_where_there_is_one() -> None:
    assert text_at({"a": {"b": "c"}}, "a", "b") == "c"
    assert text_at({"a": [{"b": "c"}]}, "a", "b") == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["given", "value", "x"]), inner),
    max_leaves=8,
)


@given(st.text(), st.dictionaries(st.sampled_from(["userName", "name", "mails", "phones", "number", "born"]), JSON))
def test_no_record_breaks_it_or_its_bounds(native: str, document: dict[str, Any]) -> None:
    person = PEOPLE.person(Record(native, at_path(document)))
    if person is not None:
        assert 0 < len(person.upn) <= 256
        assert len(person.user_id) <= 128
        assert max(len(person.given_name), len(person.family_name)) <= 128
        shown = person.given_name + person.family_name + person.upn + person.email
        assert shown.replace("\u200c", "").replace("\u200d", "").isprintable()


@given(st.sampled_from(["employee_id", "given_name", "phone", "upn", "email"]), st.text(max_size=40))
def test_what_is_written_is_found_by_what_is_typed(name: str, text: str) -> None:
    try:
        value = normalise(IdentifyField(name, KINDS[name], max_length=256), text, PEOPLE.site)
    except BadValue:
        return
    written: dict[str, dict[str, Any]] = {
        "employee_id": {"number": text},
        "given_name": {"name": {"given": text}},
        "phone": {"phones": text},
    }
    found = record(**written.get(name, {"userName": text, "mails": {"value": text}}))
    assert PEOPLE.matching({name: value}, [found])
