"""Settings of the life of keys: how many a person has, how long they last, when they begin to work."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from kiosk.service.settings_model import SettingsModel


class Activation(StrEnum):
    """When the sign-ins of a new key begin to work: at once, or when it is handed over to its owner."""

    NOW = "now"
    HAND_OVER = "hand_over"


class LifeSettings(SettingsModel):
    """The life of keys."""

    least: int = Field(default=1, ge=1, le=8)
    """Keys that a person should have; the visit goes on until there are so many."""
    most: int | None = Field(default=None, ge=1, le=8)
    """Keys that a person may have; whoever has some is then asked what they are here for. Without it nobody counts."""
    expire: int | None = Field(default=None, ge=1, le=7300)
    """Days after which a key must be replaced; without it, none."""
    warn: int = Field(default=30, ge=1, le=365)
    """Days before that in which people are told."""
    activation: Activation = Activation.NOW
    """`now`, or `hand_over`: the embedded relying party only."""
    hand_over: int = Field(default=30, ge=1, le=365)
    """Days in which a key must be handed over, before its sign-ins are taken away again."""
    stock_only: bool = False
    """Whether only keys that are in stock are given out."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.most is not None and self.least > self.most:
            raise ValueError("least is above most")
        return self

    @property
    def in_a_visit(self) -> int:
        """How many keys one visit may go on to."""
        return self.least if self.most is None else self.most

    @property
    def handed_over(self) -> bool:
        """Whether sign-ins wait for the hand-over."""
        return self.activation is Activation.HAND_OVER

    def check(self, kinds: Mapping[str, str]) -> None:
        """Raise ValueError where a relying party (its kind, by its id) cannot do what is asked."""
        elsewhere = sorted(name for name, kind in kinds.items() if kind != "embedded")
        if self.handed_over and elsewhere:
            raise ValueError(
                f"life.activation: hand_over needs relying parties that this service keeps: {elsewhere[0]} is not one"
            )
