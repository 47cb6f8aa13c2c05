"""Plots over time, drawn as SVG by the service: no script, readable in print, by their words, and without colors.

A plot is a picture with a name; the page has its numbers in a table beside it. What is drawn takes its colors from the
style sheet (`plot-…` classes), and tells series apart by dashes or by hatching (`hatch-…` of the page), too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 720
HEIGHT: Final = 260
LEFT, RIGHT, TOP, BOTTOM = 60, 12, 12, 40
LOOKS: Final = 7
_STEPS: Final = 5
_LABELS: Final = 8
_LEAST: Final = 1e-300  # what is less cannot be divided further

Written = Callable[[float], str]
"""Writes a value of the upright axis."""


@dataclass(frozen=True, slots=True)
class Series:
    """Values in the order of the columns; None where nothing is known. `look` is one of the looks of the style sheet,
    from 1 to LOOKS."""

    name: str
    values: tuple[float | None, ...]
    look: int = 1


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn: a `title` for who cannot see it, the words under the columns, and the series."""

    title: str
    columns: tuple[str, ...]
    series: tuple[Series, ...]
    written: Written = lambda value: f"{value:g}"


def lines(plot: Plot) -> Markup:
    """One line for each series, with gaps where nothing is known, and a dot for a value that stands alone."""
    marks = ticks(max((value for each in plot.series for value in each.values if value is not None), default=0.0))
    top = marks[-1]
    places = _centers(len(plot.columns))
    drawn = Markup("")
    for each in plot.series:
        for run in _runs(each.values):
            points = [(places[index], _height(value, top)) for index, value in run]
            if len(points) == 1:
                drawn += Markup('<circle class="plot-dot plot-{}" cx="{:.1f}" cy="{:.1f}" r="3.5"/>').format(
                    each.look, *points[0]
                )
            else:
                path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
                drawn += Markup('<polyline class="plot-line plot-{}" points="{}"/>').format(each.look, path)
    return _picture(plot, marks, drawn)


def stacked(plot: Plot) -> Markup:
    """One column for each word below, the series on top of each other in their order, the first at the bottom."""
    sums = [sum(each.values[index] or 0.0 for each in plot.series) for index in range(len(plot.columns))]
    marks = ticks(max(sums, default=0.0))
    top = marks[-1]
    places, width = _centers(len(plot.columns)), _room(len(plot.columns)) * 0.7
    drawn, below = Markup(""), [0.0] * len(plot.columns)
    for each in plot.series:
        for index, value in enumerate(each.values):
            if not value:
                continue
            foot, head = _height(below[index], top), _height(below[index] + value, top)
            below[index] += value
            drawn += Markup(
                '<rect class="plot-bar" fill="url(#hatch-{})" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">'
                "<title>{}: {} {}</title></rect>"
            ).format(
                each.look,
                places[index] - width / 2,
                head,
                width,
                foot - head,
                plot.columns[index],
                each.name,
                plot.written(value),
            )
    return _picture(plot, marks, drawn)


def ticks(most: float) -> tuple[float, ...]:
    """The marks of the upright axis, from 0 to the first that is at least as high as the most: up to five steps of 1, 2
    or 5 of a power of ten; four steps of one for 0."""
    if most < _LEAST:
        return tuple(map(float, range(_STEPS)))
    least = most / _STEPS
    power = 10.0 ** math.floor(math.log10(least))
    step = power * next((each for each in (1, 2, 5) if each * power >= least * (1 - 1e-12)), 10)
    return tuple(step * number for number in range(math.ceil(most / step * (1 - 1e-12)) + 1))


def _picture(plot: Plot, marks: Sequence[float], drawn: Markup) -> Markup:
    return Markup('<svg class="plot" role="img" aria-label="{}" viewBox="0 0 {} {}">{}{}{}</svg>').format(
        plot.title, WIDTH, HEIGHT, _grid(plot, marks), _words(plot.columns), drawn
    )


def _grid(plot: Plot, marks: Sequence[float]) -> Markup:
    made = Markup("")
    for value in marks:
        y = _height(value, marks[-1])
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
            places[index], HEIGHT - BOTTOM + 28, escape(columns[index])
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
