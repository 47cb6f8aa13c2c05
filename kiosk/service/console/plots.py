"""Plots over time, drawn as SVG by the service: no script, readable in print, by their words, and without colors.

A plot is a picture with a name; the page has its numbers in a table beside it. What is drawn takes its colors from the
style sheet (`plot-…` classes), and tells series apart by dashes or patterns, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 720
HEIGHT: Final = 260
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 34
_TICKS: Final = 4
_LABELS: Final = 8
_LEAST: Final = 1e-300  # what is less cannot be divided further

Written = Callable[[float], str]
"""Writes a value of the upright axis."""


@dataclass(frozen=True, slots=True)
class Series:
    """Values in the order of the columns; None where nothing is known."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn: a `title` for who cannot see it, the words under the columns, and the series."""

    title: str
    columns: tuple[str, ...]
    series: tuple[Series, ...]
    written: Written = lambda value: f"{value:g}"


def lines(plot: Plot) -> Markup:
    """One line for each series, with gaps where nothing is known, and a dot for a value that stands alone."""
    top = ceiling(max((value for each in plot.series for value in each.values if value is not None), default=0.0))
    places = _centers(len(plot.columns))
    drawn = Markup("")
    for number, each in enumerate(plot.series, 1):
        for run in _runs(each.values):
            points = [(places[index], _height(value, top)) for index, value in run]
            if len(points) == 1:
                drawn += Markup('<circle class="plot-dot plot-{}" cx="{:.1f}" cy="{:.1f}" r="3.5"/>').format(
                    number, *points[0]
                )
            else:
                path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
                drawn += Markup('<polyline class="plot-line plot-{}" points="{}"/>').format(number, path)
    return _picture(plot, top, drawn)


def stacked(plot: Plot) -> Markup:
    """One column for each word below, the series on top of each other in their order, the first at the bottom."""
    sums = [sum(each.values[index] or 0.0 for each in plot.series) for index in range(len(plot.columns))]
    top = ceiling(max(sums, default=0.0))
    places, width = _centers(len(plot.columns)), _room(len(plot.columns)) * 0.7
    drawn, below = Markup(""), [0.0] * len(plot.columns)
    for number, each in enumerate(plot.series, 1):
        for index, value in enumerate(each.values):
            if not value:
                continue
            foot, head = _height(below[index], top), _height(below[index] + value, top)
            below[index] += value
            drawn += Markup(
                '<rect class="plot-bar plot-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">'
                "<title>{}: {} {}</title></rect>"
            ).format(
                number,
                places[index] - width / 2,
                head,
                width,
                foot - head,
                plot.columns[index],
                each.name,
                plot.written(value),
            )
    return _picture(plot, top, drawn)


def ceiling(most: float) -> float:
    """The end of the upright axis: 1, 2 or 5 of a power of ten times four, at least as high as the most; 4 for 0."""
    if most < _LEAST:
        return float(_TICKS)
    step = most / _TICKS
    power = 10.0 ** math.floor(math.log10(step))
    fitting = next((each for each in (1, 2, 5, 10) if each * power * _TICKS >= most * (1 - 1e-12)), 10)
    return fitting * power * _TICKS


def _picture(plot: Plot, top: float, drawn: Markup) -> Markup:
    return Markup('<svg class="plot" role="img" aria-label="{}" viewBox="0 0 {} {}">{}{}{}</svg>').format(
        plot.title, WIDTH, HEIGHT, _grid(plot, top), _words(plot.columns), drawn
    )


def _grid(plot: Plot, top: float) -> Markup:
    made = Markup("")
    for number in range(_TICKS + 1):
        value = top * number / _TICKS
        y = _height(value, top)
        made += Markup(
            '<line class="plot-grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
            '<text class="plot-word plot-left" x="{}" y="{:.1f}">{}</text>'
        ).format(LEFT, WIDTH - RIGHT, y, y, LEFT - 8, y + 4, plot.written(value))
    return made


def _words(columns: Sequence[str]) -> Markup:
    """As many of the words as have room, evenly."""
    each = max(1, math.ceil(len(columns) / _LABELS))
    places, made = _centers(len(columns)), Markup("")
    for index in range(0, len(columns), each):
        made += Markup('<text class="plot-word" x="{:.1f}" y="{}">{}</text>').format(
            places[index], HEIGHT - BOTTOM + 20, escape(columns[index])
        )
    return made


def _room(columns: int) -> float:
    return (WIDTH - LEFT - RIGHT) / max(columns, 1)


def _centers(columns: int) -> list[float]:
    room = _room(columns)
    return [LEFT + room * (index + 0.5) for index in range(columns)]


def _height(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """The stretches without a gap."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]
