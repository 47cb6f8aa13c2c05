"""What can be fuzzed, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tests.fuzz.client import fuzz_answers, fuzz_reports
from tests.fuzz.corpus import Found
from tests.fuzz.key import fuzz_key
from tests.fuzz.metadata import fuzz_metadata
from tests.fuzz.scripted import Recording

Said = Sequence[Sequence[bytes]]
Target = Callable[[Recording, int, Said | None], tuple[int, Found | None]]
"""One session of a seed, or a replayed one: how many inputs were spoiled, and what was found."""

TARGETS: Mapping[str, Target] = {
    "answers": fuzz_answers,
    "reports": fuzz_reports,
    "key": fuzz_key,
    "metadata": fuzz_metadata,
}
