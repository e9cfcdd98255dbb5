"""What every service answers with, as the API document describes it.

Answers are written as plain values, for speed; these models describe them, and tests hold every
answer against them. A field that may be missing has a default; new fields may come at any time.
"""

from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field


class Said(BaseModel):
    """Part of an answer; more fields than these may come."""

    model_config = ConfigDict(extra="allow")


Item = TypeVar("Item")


class Page(Said, Generic[Item]):
    """One page of a list; `next` is the cursor of the page after it."""

    items: list[Item]
    next: str | None = Field(description="Send it as `cursor` for the next page; null at the end.")


class InputErrorEntry(Said):
    """One fault of what was sent."""

    pointer: str = Field(
        description="A JSON pointer into the body, `?name` for a parameter, `{name}` in the path."
    )
    detail: str = Field(description="What was expected and what was seen.")
    code: str
    expected: str | None = None
    example: Any = Field(default=None, description="A value that would be accepted there.")


class Problem(Said):
    """An error as RFC 9457 problem details; `type` is stable and leads to a page about it."""

    type: str = Field(examples=["/problems/invalid-input"])
    title: str
    status: int
    detail: str
    instance: str | None = None
    request_id: str | None = None
    errors: list[InputErrorEntry] | None = None


class Health(Said):
    status: str


class DatabaseInUse(Said):
    """What keeps the last commits when the machine stops, and why that."""

    engine: str = Field(description="sqlite or postgresql")
    journal: str = Field(description="wal: a write-ahead log; delete: a rollback journal")
    because: str


class Ready(Health):
    """The service can answer, and what its database is."""

    database: DatabaseInUse | None = None


class JobAccepted(Said):
    """The job that does what was asked for; `Location` says where to look."""

    job_id: str


class RecordWritten(Said):
    """What became of one written record."""

    id: str
    changed: bool = Field(description="False where it was on file exactly so.")
    content_hash: str


class JobRows(Said):
    read: int
    written: int
    unchanged: int
    refused: int


class JobErrorEntry(Said):
    """What was wrong with one row: the line of the sheet, where the header is line 1."""

    row: int | None
    column: str | None
    value: str | None
    code: str
    detail: str
    other_row: int | None = Field(
        default=None, description="The row that says the same already, where that is what is wrong."
    )


class JobState(Said):
    """How far a job is."""

    id: str
    kind: str
    state: str = Field(description="queued, running, done or failed; more may come.")
    rows: JobRows
    errors: list[JobErrorEntry]
    revision: str | None = Field(default=None, description="What the job made.")
    detail: str | None = Field(
        default=None, description="Why it failed; of one that is done, which sheets were not read."
    )


class SnapshotEntry(Said):
    id: str
    data_revision: str
    published_at: datetime
    current: bool


class SnapshotList(Page[SnapshotEntry]):
    """Published snapshots, the newest first."""
