"""The style sheet, filled from the tokens, and the few things that only a style can change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Template

from PySide6.QtWidgets import QProxyStyle, QStyle, QStyleFactory, QStyleOption, QWidget

_SHEET = Template("""
QWidget { color: $ink; background: transparent; border: 0; outline: 0; }
QWidget#window, QWidget#column { background: $page; }
QToolTip { background: $surface; color: $ink; border: ${border}px solid $control; }

QAbstractButton { border-radius: ${r20}px; padding: 0 ${p24}px; text-align: center; }
QAbstractButton[kind="primary"] { background: $brand; color: $on_brand; padding: 0 ${p40}px; }
QAbstractButton[kind="primary"]:pressed { background: $brand_press; }
QAbstractButton[kind="secondary"] { background: $surface; border: ${border}px solid $control; }
QAbstractButton[kind="secondary"]:pressed { background: $sunk; }
QAbstractButton[kind="ghost"] { padding: 0 ${p16}px; }
QAbstractButton[kind="ghost"]:pressed { background: $sunk; }
QAbstractButton[kind="primary"]:disabled, QAbstractButton[kind="secondary"]:disabled {
    background: $disabled_fill; color: $disabled_ink; border: 2px dashed $control; }
QAbstractButton[kind="ghost"]:disabled { color: $disabled_ink; }

QAbstractButton[kind="tool"] { background: $stage_key; color: $on_stage; border-radius: ${r16}px; padding: 0 ${p16}px;
    border: ${stage_border}px solid $stage_line; }
QAbstractButton[kind="tool"]:pressed { background: $stage_deep; }
QAbstractButton[kind="stage"] { background: $spark; color: $on_spark; }
QAbstractButton[kind="stage"]:disabled { background: transparent; color: $on_stage; border: 2px dashed $stage_line; }
QAbstractButton[kind="key"] { background: $stage_key; color: $on_stage; border-radius: ${r20}px; padding: 0;
    border: ${stage_border}px solid $stage_line; }
QAbstractButton[kind="key"]:pressed { background: $stage_key_press; color: $on_spark; }
QAbstractButton[kind="key"][quiet="true"]:pressed { background: $stage_deep; color: $on_stage; }
QAbstractButton[kind="field"] { border-radius: ${r12}px; padding: 0; }
QAbstractButton[kind="field"]:pressed { background: $sunk; }

QFrame[kind="field"] { background: $surface; border: ${border}px solid $control; border-radius: ${r16}px; }
QFrame[kind="field"][refused="true"] { border: 3px solid $stop; }
QFrame[kind="field"][off="true"] { background: $disabled_fill; border: 2px dashed $control; }
QLineEdit { background: transparent; border: 0; color: $ink; selection-background-color: $brand;
    selection-color: $on_brand; placeholder-text-color: $ink_soft; }
QLineEdit:disabled { color: $disabled_ink; }
QLineEdit[secret="true"] { lineedit-password-character: 9679; letter-spacing: ${dot_gap}px; font-size: ${dot}px; }

QFrame[kind="card"] { background: $surface; border: ${border}px solid $control; border-radius: ${r20}px; }
QFrame[kind="receipt"] { background: $surface; border: ${line}px solid $line_colour; border-radius: ${r20}px; }
QFrame[kind="dialog"] { background: $page; border-radius: ${r28}px; border: ${dialog_border}px solid $line_colour; }
QFrame[kind="rule"] { background: $line_colour; }
QAbstractButton[kind="option"] { background: $surface; border: ${border}px solid $control; border-radius: ${r20}px; }
QAbstractButton[kind="option"]:pressed { background: $sunk; }
QAbstractButton[kind="option"]:disabled { background: $disabled_fill; border: 2px dashed $control; }
QAbstractButton[kind="option"]:checked { background: $brand_tint; border: 3px solid $brand; }
QFrame[kind="notice"] { border-radius: ${r16}px; }
QFrame[kind="notice"][tone="info"] { background: $brand_tint; border: ${tint_border}px solid $control; }
QFrame[kind="notice"][tone="ok"] { background: $ok_tint; border: ${tint_border}px solid $ok; }
QFrame[kind="notice"][tone="warn"] { background: $warn_tint; border: ${tint_border}px solid $warn; }
QFrame[kind="notice"][tone="stop"] { background: $stop_tint; border: ${tint_border}px solid $stop; }
QScrollArea { background: transparent; border: 0; }
""")


def sheet(colours: Mapping[str, str], px: Callable[[float], int], border: int, *, contrast: bool) -> str:
    """The style sheet for these colours and lengths. In high contrast, borders stand for every tint and shadow."""
    names = {k: v for k, v in colours.items() if k != "line"}
    edge = 3 if contrast else 0
    return _SHEET.substitute(
        names,
        line_colour=colours["line"],
        border=border,
        line=max(border - 1, 1),
        stage_border=edge,
        tint_border=edge,
        dialog_border=edge,
        dot=px(17),
        dot_gap=px(9),
        **{f"r{n}": px(n) for n in (12, 16, 20, 28)},
        **{f"p{n}": px(n) for n in (16, 24, 40)},
    )


class KioskStyle(QProxyStyle):
    """Fusion with a caret that can be seen from a step away, and no style-drawn focus: the focus ring is painted."""

    def __init__(self) -> None:
        super().__init__(QStyleFactory.create("Fusion"))

    def pixelMetric(  # noqa: N802 - Qt's name
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        """Caret three px wide; everything else as Fusion."""
        if metric == QStyle.PixelMetric.PM_TextCursorWidth:
            return 3
        return super().pixelMetric(metric, option, widget)
