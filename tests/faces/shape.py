"""Documents compared with the shape that a vendor documents: nothing more, nothing less, nothing else."""

from __future__ import annotations

import re
from typing import Any


class Misshapen(Exception):
    """The document is not of this shape: `path` is where."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path, self.what = path, what


def shaped(document: Any, shape: Any, path: str = "") -> Any:
    """The document. Raises Misshapen.

    A shape is a type, a pattern of texts, a tuple of allowed values, a list with the shape of its items, or a dict of
    shapes by member; a member whose name ends in `?` may be missing, and a dict with the member `...` may have others,
    of the shape that stands there (None: any).
    """
    if isinstance(shape, dict):
        _object(document, shape, path)
    elif isinstance(shape, list):
        if not isinstance(document, list):
            raise Misshapen(path, "not an array")
        for number, each in enumerate(document):
            shaped(each, shape[0], f"{path}[{number}]")
    elif not _fits(document, shape):
        raise Misshapen(path, f"not {shape}")
    return document


def _fits(value: Any, shape: Any) -> bool:
    if isinstance(shape, re.Pattern):
        return isinstance(value, str) and bool(shape.fullmatch(value))
    if isinstance(shape, tuple):
        return value in shape
    return isinstance(value, shape) and not (isinstance(value, bool) and shape is int)


def _object(document: Any, shape: dict[str, Any], path: str) -> None:
    if not isinstance(document, dict):
        raise Misshapen(path, "not an object")
    members = {name.rstrip("?"): each for name, each in shape.items() if name != "..."}
    for name in document.keys() - members.keys():
        if "..." not in shape:
            raise Misshapen(f"{path}.{name}".lstrip("."), "unknown member")
        if shape["..."] is not None:
            shaped(document[name], shape["..."], f"{path}.{name}".lstrip("."))
    for name, each in members.items():
        at = f"{path}.{name}".lstrip(".")
        if name in document:
            shaped(document[name], each, at)
        elif name in shape:
            raise Misshapen(at, "missing")
