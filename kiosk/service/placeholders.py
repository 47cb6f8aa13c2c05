"""Texts with `{name}` in them, filled strictly: every name is known, every brace belongs to a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_PLACEHOLDER = re.compile(r"\{([a-z][A-Za-z0-9_.]{0,39})\}")


def names(template: str) -> frozenset[str]:
    """The names in the template. Raises ValueError for a brace that belongs to none."""
    if re.search(r"[{}]", _PLACEHOLDER.sub("", template)):
        raise ValueError("a brace that belongs to no placeholder")
    return frozenset(_PLACEHOLDER.findall(template))


def fill(template: str, values: Mapping[str, str], encode: Callable[[str], str] = str) -> str:
    """The template with each value encoded and put in once: braces in a value stay what they are.

    Raises KeyError for a name without a value.
    """
    return _PLACEHOLDER.sub(lambda match: encode(values[match[1]]), template)
