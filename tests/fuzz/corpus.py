"""The corpus: what a healthy key says, and every input that ever made trouble, kept to be tried for ever."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent / "corpus"
RECORDING = HERE / "recording.json"


@dataclass(frozen=True)
class Found:
    """An input that made trouble: what was said, message by message (as reports or whole), and the session's seed."""

    target: str
    seed: int
    said: Sequence[Sequence[bytes]]
    problem: str

    def save(self, folder: Path = HERE) -> Path:
        """Keep it; one input has one name."""
        said = [[each.hex() for each in message] for message in self.said]
        content = {"target": self.target, "seed": self.seed, "said": said, "problem": self.problem.splitlines()[-1]}
        text = json.dumps(content, indent=1) + "\n"
        name = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]
        path = folder / f"{self.target}-{name}.json"
        path.write_text(text, encoding="utf-8")
        return path


def kept(folder: Path = HERE) -> Iterator[Found]:
    """Everything that ever made trouble."""
    for path in sorted(folder.glob("*-*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        said = [[bytes.fromhex(each) for each in message] for message in content["said"]]
        yield Found(content["target"], content["seed"], said, content["problem"])


def recording() -> list[list[tuple[bytes, bytes]]]:
    """Requests, and the answers of healthy keys of several kinds."""
    keys = json.loads(RECORDING.read_text(encoding="utf-8"))
    return [[(bytes.fromhex(request), bytes.fromhex(answer)) for request, answer in rows] for rows in keys]


def save_recording(keys: Sequence[Sequence[tuple[bytes, bytes]]]) -> None:
    """Keep a recording."""
    rows = [[[request.hex(), answer.hex()] for request, answer in exchanges] for exchanges in keys]
    RECORDING.write_text(json.dumps(rows, indent=0) + "\n", encoding="utf-8")
