"""Text that comes from people, directories, keys and networks, made safe to show."""

from __future__ import annotations

import re
import unicodedata

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BLANK = re.compile(r"\n[^\S\n]*\n")
_FIRST_STRONG, _POP = "\u2068", "\u2069"


def clean(untrusted: str, limit: int = 64) -> str:
    """One line of at most `limit` characters without control, direction or markup characters, isolated from the
    direction of the sentence around it.

    The isolates keep a left-to-right name in an Arabic sentence from reordering it (Unicode UAX 9).
    """
    kept = " ".join(
        "".join(" " if c.isspace() else c for c in untrusted[: 8 * limit] if c.isspace() or _shown(c)).split()
    )
    if len(kept) > limit:
        kept = kept[: limit - 1].rstrip() + "…"
    return f"{_FIRST_STRONG}{kept.replace('<', '‹')}{_POP}" if kept else ""


def paragraphs(untrusted: str, limit: int = 100_000) -> tuple[str, ...]:
    """The paragraphs of a longer text (blank lines part them), each made safe as by `clean`; at most `limit` characters
    in all, and a last paragraph of "…" where there were more."""
    parts = _BLANK.split(untrusted[:limit].replace("\r\n", "\n"))
    read = tuple(safe for part in parts if (safe := clean(part, limit)))
    return read if len(untrusted) <= limit else (*read, "…")


def _shown(char: str) -> bool:
    return char not in _BIDI and unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
