"""Another side that answers in time and in JSON, but says anything: somebody on the way rewrites what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

from kiosk.service.outbound import Call, Outbound, Reply

RUBBISH: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1.5, 10**30, "", " ", "x", "\x00", "\u202e", "\ud83d\ude00", "=", "..", "{", "[]"),
    *("é" * 300, "A" * 5000, [], {}, [None], [[]], [{}], {"a": 1}, {"id": None}, {"value": [{"id": 7}]}),
)


@dataclass
class Liar:
    """Chooses what becomes of an answer."""

    random: Random
    lies: bool = False
    told: list[str] = field(default_factory=list)

    def bend(self, document: Any) -> Any:
        """The document with one member of it replaced or taken away; sometimes all of it is something else."""
        holders = [each for each in _holders(document) if each]
        if not holders or self.random.random() < 0.05:
            return self.random.choice(RUBBISH)
        holder = self.random.choice(holders)
        at = self.random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        self.told.append(f"{at}")
        if isinstance(holder, dict) and self.random.random() < 0.3:
            del holder[at]
        else:
            holder[at] = self.random.choice(RUBBISH)
        return document


def _holders(document: Any) -> Iterator[Any]:
    """Every object and array in the document."""
    if isinstance(document, dict | list):
        yield document
        for each in document.values() if isinstance(document, dict) else document:
            yield from _holders(each)


class LyingOutbound(Outbound):
    """The way out, with somebody on it who rewrites the answers. What goes out is as it was."""

    liar = Liar(Random(0))

    def call(self, call: Call) -> Reply:
        reply = super().call(call)
        if not (self.liar.lies and reply.status < 400 and reply.body):
            return reply
        bent = self.liar.bend(json.loads(reply.body))
        return replace(reply, body=json.dumps(bent).encode())
