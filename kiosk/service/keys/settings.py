"""Settings of the life of keys: how many a person has, how long they last, when they begin to work."""

from __future__ import annotations

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
    most: int = Field(default=1, ge=1, le=8)
    """Keys that a person may have."""
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
        if self.least > self.most:
            raise ValueError("least is above most")
        return self
