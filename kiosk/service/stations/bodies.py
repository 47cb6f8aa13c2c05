"""The request bodies of stations, bounded, refusing members that they do not have."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Final

from pydantic import ConfigDict, Field, StrictFloat, StrictInt
from pydantic.dataclasses import dataclass

from kiosk.contract import stations as wire

_STRICT = ConfigDict(extra="forbid")  # the contract's own classes stay lenient, for stations older than the service
_WORD: Final = r"^[A-Za-z][A-Za-z0-9_.:-]{0,31}$"
_PROBLEM: Final = r"^([A-Za-z][A-Za-z0-9_.:-]{0,39})?$"
_VERSION: Final = r"^[0-9A-Za-z.+-]{0,40}$"
_LONGEST: Final = 1e7
"""Seconds that anything lasts; four months."""
_LATEST: Final = 1e11

Step = Annotated[str, Field(pattern=_WORD)]
Seconds = Annotated[StrictFloat, Field(ge=0, le=_LONGEST, allow_inf_nan=False)]
Member = Annotated[str, Field(max_length=64)]


@dataclass(frozen=True, config=_STRICT)
class ActivateStation(wire.ActivateStation):
    """POST /stations/activate."""

    code: Annotated[str, Field(min_length=1, max_length=64)] = field(repr=False)
    public_key: Annotated[dict[Member, Member], Field(max_length=8)]
    proof: Annotated[str, Field(max_length=4096)]
    version: str = Field(default="", pattern=_VERSION)


@dataclass(frozen=True, config=_STRICT)
class StepTime(wire.StepTime):
    """One step that ended."""

    step: Step
    seconds: Seconds
    ended: Step = "next"


@dataclass(frozen=True, config=_STRICT)
class Standing(wire.Standing):
    """PUT /stations/me/standing."""

    step: Step
    seconds: Seconds
    clock: Annotated[StrictFloat, Field(ge=0, le=_LATEST, allow_inf_nan=False)]
    counter: Annotated[StrictInt, Field(ge=0, lt=2**63)]
    version: str = Field(default="", pattern=_VERSION)
    queue: StrictInt = Field(default=0, ge=0, lt=2**31)
    problem: str = Field(default="", pattern=_PROBLEM)
    configuration: StrictInt = Field(default=0, ge=0, lt=2**31)
    steps: tuple[StepTime, ...] = Field(default=(), max_length=wire.MOST_STEPS)
