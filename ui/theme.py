"""How everything looks, as one immutable value: colours, type, measures, icons, pictures, motion."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from kiosk.resources import resource
from ui.style import sheet

MODES = ("light", "dark", "contrast")
"""Colour schemes in the order in which the contrast tool walks through them."""

LEAST_CONTRAST = 7.0
"""WCAG 2.2 success criterion 1.4.6 (AAA) for text."""

_REFERENCE = QSize(1280, 800)
_TITLES = ("display", "title", "number")
_TABULAR = ("code", "keypad", "number", "ring", "field")
_TOUCHED = ("target_min", "tool", "field_button", "button", "ghost", "field", "option_card", "language_tile")
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_COLOR = re.compile(r'color="[^"]*"')
_JOINED = ("ar", "fa", "ur", "hi")


@dataclass(frozen=True)
class Brand:
    """What an organization may change: name, logo file, the two colours, its own typeface."""

    name: str = "Keywright"
    logo: Path | None = None
    brand: str = ""
    spark: str = ""
    family: str = ""


@dataclass(frozen=True)
class Theme:
    """The look for one window size, language, colour mode and text scale.

    `scale` multiplies every length, `text_scale` every font size (up to the role's own limit); lengths are in
    px at 1280x800 and 100 % text, as in `resources/style/tokens.json`.
    """

    tokens: Mapping[str, Any] = field(repr=False, hash=False, compare=False)
    mode: str = "light"
    text_scale: float = 1.0
    scale: float = 1.0
    portrait: bool = False
    locale: str = "en"
    moves: bool = True
    brand: Brand = Brand()

    # ── measures ────────────────────────────────────────────────────────────────────────────────

    def px(self, length: float) -> int:
        """A length of the design in px of this window."""
        return round(length * self.scale)

    def size(self, name: str) -> int:
        """A length of `size` in the tokens, in px of this window; what is touched is never too small for a finger."""
        length = self.px(float(self.tokens["size"][name]))
        return max(length, int(self.tokens["size"]["target_min"])) if name in _TOUCHED else length

    def text_px(self, length: float) -> int:
        """A length that grows with the text as well: what a line of text must fit into."""
        return round(length * self.scale * self.text_scale)

    def stage_width(self, window: int) -> int:
        """The width of the stage beside the column, in a window of this width: 368 at 1024, 496 at 1280."""
        if window >= _REFERENCE.width():
            return self.size("stage_landscape")
        small, large = (int(self.tokens["size"][n]) for n in ("stage_landscape_1024", "stage_landscape"))
        return round(max(280.0, small + (window - 1024) * (large - small) / (_REFERENCE.width() - 1024)))

    def radius(self, name: str) -> int:
        """A corner radius of the tokens."""
        return self.px(float(self.tokens["radius"][name]))

    def border(self, name: str = "control") -> int:
        """A line width of the tokens; never under 3 px in high contrast, never scaled below itself."""
        width = max(int(self.tokens["border"][name]), self.px(float(self.tokens["border"][name])))
        return max(width, 3) if self.mode == "contrast" else width

    @property
    def rtl(self) -> bool:
        """Whether this language is written from right to left."""
        return self.locale.split("-")[0] in ("ar", "he", "fa", "ur")

    @property
    def direction(self) -> Qt.LayoutDirection:
        """The layout direction of this language."""
        return Qt.LayoutDirection.RightToLeft if self.rtl else Qt.LayoutDirection.LeftToRight

    @property
    def folded(self) -> bool:
        """Whether text is so large that the stage folds away on pages without a pad."""
        return self.text_scale >= 1.5

    # ── type ────────────────────────────────────────────────────────────────────────────────────

    def font(self, role: str) -> QFont:
        """The font of a role ("title", "body", "button" …)."""
        spec = self._role(role)
        font = QFont(self._families())
        font.setPixelSize(max(1, round(self._type_px(role))))
        font.setWeight(QFont.Weight(int(spec["weight"])))
        if self.locale.split("-")[0] not in _JOINED:
            font.setWordSpacing(0.05 * font.pixelSize() * 0.25)
            if role in _TITLES:
                font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 99)
        if role in _TABULAR:
            font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def line_height(self, role: str) -> int:
        """The distance of two lines of a role, in px; the same for every script."""
        return round(self._type_px(role) * float(self._role(role).get("line", 1.36)))

    def _role(self, role: str) -> Mapping[str, Any]:
        roles: Mapping[str, Mapping[str, Any]] = self.tokens["type"]["roles"]
        if role == "tool":  # the shell's tools stop growing at 130 %
            return {**roles["button"], "px": 20, "max_scale": 1.3}
        return roles[role]

    def _type_px(self, role: str) -> float:
        spec = self._role(role)
        return float(spec["px"]) * self.scale * min(self.text_scale, float(spec.get("max_scale", 9)))

    def _families(self) -> list[str]:
        families = [f for f in self.tokens["type"]["family"] if f != "sans-serif"]
        if self.locale.split("-")[0] in ("vi", "kk"):  # Manrope lacks letters of these: one face per word
            families.remove("Manrope")
        return [self.brand.family, *families] if self.brand.family else families

    # ── colours ─────────────────────────────────────────────────────────────────────────────────

    def colour(self, name: str) -> QColor:
        """A colour of this mode by its name in the tokens."""
        return QColor(self.colours()[name])

    def colours(self) -> dict[str, str]:
        """Every colour of this mode, with the organization's own where they are readable."""
        colours: dict[str, str] = dict(self.tokens["colour"][self.mode])
        if self.mode == "light":
            if self.brand.brand and contrast(self.brand.brand, colours["on_brand"]) >= LEAST_CONTRAST:
                colours.update(_from_brand(self.brand.brand))
            if self.brand.spark and contrast(self.brand.spark, colours["on_spark"]) >= LEAST_CONTRAST:
                colours["spark"] = self.brand.spark
        return colours

    # ── pictures ────────────────────────────────────────────────────────────────────────────────

    def pixmap(self, name: str, colour: str, size: float) -> QPixmap:
        """An icon in a colour of the tokens, `size` design px wide; back and forward swap in RTL."""
        if self.rtl:
            name = {"back": "forward", "forward": "back"}.get(name, name)
        side = 2 * self.px(size)  # drawn at twice its size: sharp on every screen
        key = f"icon/{name}/{self.colour(colour).name()}/{side}"
        pixmap = QPixmap()
        if QPixmapCache.find(key, pixmap):
            return pixmap
        svg = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
        renderer = QSvgRenderer(QByteArray(_COLOR.sub(f'color="{self.colour(colour).name()}"', svg, count=1).encode()))
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        pixmap.setDevicePixelRatio(2.0)
        QPixmapCache.insert(key, pixmap)
        return pixmap

    def icon(self, name: str, colour: str, size: float) -> QIcon:
        """As `pixmap`, for a button; disabled looks the same, since the border says it."""
        icon = QIcon()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled):
            icon.addPixmap(self.pixmap(name, colour, size), mode)
        return icon

    def art(self, name: str) -> QSvgRenderer:
        """A picture in the palette of this mode; its groups are in DESIGN-NOTES ("key", "port", "wave1" …)."""
        svg = resource(f"art/{name}.svg").read_text(encoding="utf-8")
        classes: Mapping[str, str] = self.tokens["art_classes"][self.mode]
        palette = "".join(f".{name}{{{rule}}}" for name, rule in classes.items())
        svg = _STYLE.sub(f"<style>{palette}</style>", svg, count=1)
        svg = _COLOR.sub(f'color="{self.colour("brand").name()}"', svg, count=1)
        return QSvgRenderer(QByteArray(svg.encode()))

    # ── style and motion ────────────────────────────────────────────────────────────────────────

    def qss(self) -> str:
        """The style sheet for the whole window."""
        return sheet(self.colours(), self.px, self.border(), contrast=self.mode == "contrast")

    def motion(self, name: str) -> int:
        """Milliseconds of a motion of the tokens; 0 when motion is off."""
        return int(self.tokens["motion"][name]["ms"]) if self.moves else 0

    def with_(self, **changes: Any) -> Theme:
        """This theme with some fields changed."""
        return replace(self, **changes)

    def for_size(self, size: QSize) -> Theme:
        """This theme laid out for a window of `size` px: orientation and layout scale."""
        portrait = size.height() > size.width()
        return replace(self, portrait=portrait, scale=_layout_scale(size, portrait=portrait))


def load_theme(**changes: Any) -> Theme:
    """The theme of the shipped tokens. Raises FileNotFoundError when they are not shipped."""
    tokens = json.loads(resource("style/tokens.json").read_text(encoding="utf-8"))
    return Theme(tokens=tokens, **changes)


def contrast(one: str | QColor, other: str | QColor) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(QColor(one)), _luminance(QColor(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(c) for c in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _from_brand(brand: str) -> dict[str, str]:
    """The colours that follow the brand: the stage is the brand, its parts are shades of it."""
    colour = QColor(brand)
    shades = {
        "brand": colour,
        "brand_press": colour.darker(140),
        "stage": colour,
        "stage_deep": colour.darker(130),
        "stage_key": colour.lighter(118),
    }
    if contrast(shades["stage_key"], "#FFFFFF") < LEAST_CONTRAST:
        shades["stage_key"] = colour.darker(115)
    return {name: shade.name() for name, shade in shades.items()}


def _layout_scale(size: QSize, *, portrait: bool) -> float:
    """1.0 at 1280x800, 0.92 at 1024x768, 1.35 at 1920x1080, 1.4 at 1080x1920, and in between accordingly."""
    if portrait:
        return min(max(min(size.width() / 1080, size.height() / 1920) * 1.4, 0.62), 2.8)
    ratio = min(size.width() / _REFERENCE.width(), size.height() / _REFERENCE.height())
    if ratio < 1.0:  # shrink text less than space: the margins and the stage give way first
        return max(0.8, 1.0 - (1.0 - size.width() / _REFERENCE.width()) * 0.4) if ratio > 0.7 else 0.8
    return min(ratio, 2.8)
