"""What is true of stations: codes as people type them, standings that count, states, links."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from kiosk.service.staff.rules import code_as_made, code_text
from kiosk.service.stations import bodies, rules
from kiosk.service.stations.rules import BadStation, StationState
from kiosk.service.store.fleet import StandingRow
from tests.kiosk.service.running import NOON, settings_for

MADE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}")
SILENT = timedelta(seconds=60)
HEARD = StandingRow("a" * 32, NOON, 10, "Welcome", NOON, 0, "", "", 0, 0.0)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
STANDING = TypeAdapter(bodies.Standing)


@given(st.binary(min_size=10, max_size=10), st.sampled_from(["", " ", "-", "  -"]), st.booleans())
def test_a_code_is_the_same_however_it_is_typed(random: bytes, between: str, low: bool) -> None:
    code = code_text(random)
    assert MADE.fullmatch(code)
    typed = between.join(code.replace("-", "").replace("0", "O").replace("1", "I"))
    assert code_as_made(typed.lower() if low else typed) == code


@given(st.text(max_size=100))
def test_whatever_is_typed_is_made_of_letters_and_figures_or_nothing(typed: str) -> None:
    assert re.fullmatch(r"[0-9A-Z-]{0,80}", code_as_made(typed))


@given(st.text(max_size=70))
def test_a_name_is_tame_or_refused(typed: str) -> None:
    try:
        name = rules.name_of(typed)
    except BadStation:
        return
    assert 0 < len(name) <= 64
    assert name.isprintable()
    assert rules.name_of(name) == name


@given(st.text(max_size=50))
def test_a_site_is_a_word_or_refused(typed: str) -> None:
    if re.fullmatch(r"([a-z][a-z0-9_]{0,39})?", typed):
        assert rules.site_of(typed) == typed
        return
    with pytest.raises(BadStation) as refused:
        rules.site_of(typed)
    assert refused.value.reasons == ("site",)


@given(st.integers(0, 20), st.floats(-100, 200))
def test_a_standing_counts_when_it_is_news(counter: int, seconds: float) -> None:
    now = NOON + timedelta(seconds=seconds)
    expected = counter > 10 or (counter < 10 and now - NOON > SILENT)
    assert rules.counts(HEARD, counter, now, SILENT) == expected
    assert rules.counts(None, counter, now, SILENT)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Welcome", "Welcome"),
        ("ChoosePin", "Choose PIN"),
        ("SetUpApp", "Set up app"),
        ("PinLetter", "PIN letter"),
        ("out_of_paper", "Out of paper"),
        ("USB", "Usb"),
        ("", ""),
        (".-", ""),
    ],
)
def test_names_of_steps_are_read_as_words(name: str, words: str) -> None:
    assert rules.in_words(name) == words


@given(st.text(max_size=40))
def test_whatever_a_step_is_called_it_is_words(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9 ]*", rules.in_words(name))


def test_a_station_is_silent_after_a_while_and_new_before_it_is_activated() -> None:
    for seconds, state in ((0, StationState.ACTIVE), (60, StationState.ACTIVE), (61, StationState.SILENT)):
        assert rules.state_of(HEARD, NOON + timedelta(seconds=seconds), SILENT, active=True) is state
    assert rules.state_of(None, NOON, SILENT, active=True) is StationState.SILENT
    assert rules.state_of(None, NOON, SILENT, active=False) is StationState.NEW


@pytest.mark.parametrize(
    ("urls", "console", "link"),
    [
        ((), None, None),
        ((), "https://keys.example.org/console", "https://keys.example.org/stations/activate#CODE"),
        (("https://a.example:8443/",), "https://b.example", "https://a.example:8443/stations/activate#CODE"),
        (("https://a.example/kiosks",), None, "https://a.example/kiosks/stations/activate#CODE"),
    ],
)
def test_the_link_of_a_code_is_below_where_stations_reach_the_service(
    tmp_path: Path, urls: tuple[str, ...], console: str | None, link: str | None
) -> None:
    settings = settings_for(tmp_path, stations={"urls": urls}, staff={"url": console})
    assert rules.activation_link(settings, "CODE") == link


GOOD = {"step": "Welcome", "seconds": 1.0, "clock": 1.0, "counter": 1}
MEMBERS = [*GOOD, "version", "queue", "problem", "configuration", "steps", "person"]


@given(st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=4))
def test_whatever_a_station_tells_is_bounded_or_refused(told: dict[str, Any]) -> None:
    try:
        standing = STANDING.validate_python({**GOOD, **told})
    except ValidationError:
        return
    assert len(standing.step) <= 32
    assert 0 <= standing.seconds <= 1e7
    assert 0 <= standing.clock <= 1e11
    assert 0 <= standing.counter < 2**63
    assert len(standing.problem) <= 40
    assert len(standing.steps) <= 64
    assert replace(HEARD, step=standing.step, counter=standing.counter).step == standing.step
