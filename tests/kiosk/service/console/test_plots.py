"""Plots as they are drawn."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.console.plots import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Plot, Series, lines, stacked, ticks

values = st.none() | st.floats(0, 1e9, allow_nan=False)
plots = st.integers(0, 40).flatmap(
    lambda columns: st.builds(
        Plot,
        st.text(max_size=20),
        st.lists(st.text(max_size=10), min_size=columns, max_size=columns).map(tuple),
        st.lists(
            st.builds(Series, st.text(max_size=10), st.lists(values, min_size=columns, max_size=columns).map(tuple)),
            max_size=4,
        ).map(tuple),
    )
)


def tree(svg: str) -> ElementTree.Element:
    """The picture, with what XML cannot hold left out."""
    return ElementTree.fromstring("".join(each for each in svg if each.isprintable()))


@given(plots)
def test_what_is_drawn_stays_inside_of_the_axes(plot: Plot) -> None:
    for made in (lines(plot), stacked(plot)):
        for each in tree(made).iter("rect"):
            x, y, width, height = (float(each.attrib[name]) for name in ("x", "y", "width", "height"))
            assert x >= LEFT - 0.1
            assert x + width <= WIDTH - RIGHT + 0.1
            assert y >= TOP - 0.1
            assert y + height <= HEIGHT - BOTTOM + 0.1
        for each in tree(made).iter("polyline"):
            for point in each.attrib["points"].split():
                x, y = map(float, point.split(","))
                assert LEFT <= x <= WIDTH - RIGHT
                assert TOP - 0.1 <= y <= HEIGHT - BOTTOM + 0.1


@given(st.floats(0, 1e12, allow_nan=False))
def test_the_axis_ends_at_a_round_number_that_is_not_far_above(most: float) -> None:
    marks = ticks(most)
    assert marks[0] == 0
    assert 2 <= len(marks) <= 6
    assert marks[-1] >= most * (1 - 1e-9)
    assert marks[-1] <= max(4.0, most * 2)


@pytest.mark.parametrize(
    ("most", "top"), [(0, 4), (1, 1), (3, 3), (17, 20), (21, 25), (23, 25), (80, 80), (81, 100), (137, 150), (0.3, 0.3)]
)
def test_axes_end_where_people_expect(most: float, top: float) -> None:
    assert ticks(most)[-1] == pytest.approx(top)


def test_a_gap_is_a_gap_and_a_single_value_a_dot() -> None:
    plot = Plot("Seconds", ("Mon", "Tue", "Wed", "Thu"), (Series("PIN", (1.0, 2.0, None, 3.0)),))
    made = tree(lines(plot))
    assert [each.attrib["points"].count(",") for each in made.iter("polyline")] == [2]
    assert len(list(made.iter("circle"))) == 1


def test_columns_stand_on_each_other() -> None:
    plot = Plot("Outcomes", ("Mon",), (Series("done", (3.0,)), Series("stopped", (1.0,))))
    done, stopped = tree(stacked(plot)).iter("rect")
    assert float(stopped.attrib["y"]) + float(stopped.attrib["height"]) == pytest.approx(
        float(done.attrib["y"]), abs=0.2
    )
    assert [each.text for each in tree(stacked(plot)).iter("title")] == ["Mon: done 3", "Mon: stopped 1"]


def test_words_of_people_are_no_markup() -> None:
    plot = Plot('<x a="', ("<script>",), (Series("<b>", (1.0,)),))
    for made in (lines(plot), stacked(plot)):
        assert "<script>" not in made
        assert "<b>" not in made
        assert tree(made).attrib["aria-label"] == '<x a="'


def test_many_columns_have_few_words() -> None:
    plot = Plot("Seconds", tuple(str(day) for day in range(90)), (Series("PIN", (1.0,) * 90),))
    words = [each for each in tree(lines(plot)).iter("text") if "plot-left" not in each.attrib["class"]]
    assert len(words) <= 8
