"""What the routes of a migration take and answer."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from kiosk.service.bulk_import.rules import BatchState, Form
from kiosk.service.seed_shape import SeedModel

_ID = "0197f3c2a9b00d1b4f8f2c5a7e9d6c31"


class Accepted(SeedModel):
    """A batch that was taken: its people follow."""

    migration_batch_id: str = Field(examples=[_ID])
    status: BatchState


class Batch(SeedModel):
    """How far a batch is. `progress` is from 0 to 1; `same` counts records that changed nothing."""

    migration_batch_id: str = Field(examples=[_ID])
    status: BatchState
    site_id: str
    form: Form
    size: int = Field(description="Bytes of the source")
    progress: float
    records: int = Field(description="Records that were read; blank lines are none")
    created: int
    changed: int
    same: int
    failed: int
    merged: int = Field(description="Pairs of accounts that were merged afterwards")
    received_at: datetime
    ended_at: datetime | None


class Batches(SeedModel):
    """The batches of a tenant, newest first. `next` is where the next page begins; empty on the last one."""

    batches: tuple[Batch, ...]
    next: str


class Failure(SeedModel):
    """A record that was not taken in: its line in the source, and what is wrong with which field."""

    number: int
    field: str = Field(examples=["phone"])
    reason: str = Field(examples=["not a phone number"])
    name: str = Field(description="The name in the record, masked", examples=["m•••••@example.org"])


class BatchDetails(SeedModel):
    """How far a batch is, and what failed. `next` is the number behind which the next page begins; None on the last."""

    batch: Batch
    failures: tuple[Failure, ...]
    next: int | None


class MergeRequest(SeedModel):
    """Whether to look only; `after` is the `next` of the page before."""

    dry_run: bool = True
    after: str = ""


class Pair(SeedModel):
    """Two accounts of one person, and how much of the younger moves to the older."""

    kept_user_id: str
    merged_user_id: str
    because: str = Field(description="`employeeId`, or `emailAndNames`", examples=["employeeId"])
    kept_name: str = Field(description="Masked", examples=["m•••••@example.org"])
    merged_name: str = Field(description="Masked; it becomes an alias", examples=["m•••••@example.org"])
    aliases: int
    sites: int
    credentials: int
    badges: int


class Merge(SeedModel):
    """What a merge does, or would do. `next` is where the next page of pairs begins; empty on the last one."""

    migration_batch_id: str = Field(examples=[_ID])
    dry_run: bool
    pairs: tuple[Pair, ...]
    next: str
