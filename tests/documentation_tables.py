"""How settings are told in tables and examples: their limits, their defaults, their words."""

from __future__ import annotations

import json
import re
import types
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

_WIDTH: Final = 118


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `standard` is None where there is no default; `needed` where one must be given."""

    path: str
    standard: Any
    means: str
    limits: str
    needed: bool


def models(annotation: Any) -> list[type[BaseModel]]:
    """The models in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in models(part)]


def setting(path: str, field: FieldInfo) -> Setting:
    """What a field is."""
    standard = None if field.is_required() else field.get_default(call_default_factory=True)
    return Setting(path, _plain(standard), field.description or "", _limits(field), field.is_required())


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


def _limits(field: FieldInfo) -> str:
    """What a value must be, as far as the type says it."""
    choices = _choices(field.annotation)
    if all(f"`{word}`" in (field.description or "") for word in choices):
        choices = []
    low = next((f"from {each.ge}" for each in field.metadata if isinstance(each, Ge)), "")
    low = low or next((f"above {each.gt}" for each in field.metadata if isinstance(each, Gt)), "")
    high = next((f"to {each.le}" for each in field.metadata if isinstance(each, Le)), "")
    high = high or next((f"below {each.lt}" for each in field.metadata if isinstance(each, Lt)), "")
    listed = ", ".join(f"`{word}`" for word in choices)
    return listed or f"{low}{', ' if low.startswith('above') else ' '}{high}".strip(" ,")


def _choices(annotation: Any) -> list[str]:
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return [str(each) for each in annotation]
    if get_origin(annotation) is Literal:
        return [str(each) for each in get_args(annotation)]
    if get_origin(annotation) in (Union, types.UnionType, tuple):
        return [word for part in get_args(annotation) for word in _choices(part)]
    return []


def means(setting: Setting) -> str:
    """What it means, with its limits."""
    text = " ".join(setting.means.split())
    return f"{text} ({setting.limits})" if setting.limits else text


def shown(setting: Setting) -> str:
    """Its default, as a table tells it."""
    if setting.needed:
        return "must be given"
    return "none" if setting.standard in (None, "", [], {}) else f"`{toml(setting.standard)}`"


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, dict):
        inside = ", ".join(f"{name} = {toml(each)}" for name, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    assert value is not None, "say in GIVEN what the example shows"
    return json.dumps(value, ensure_ascii=False)


def comment(text: str) -> list[str]:
    """The text as comment lines."""
    words, lines = re.sub(r"`", "", text).split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) + 1 > _WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [f"# {line}" for line in lines]
