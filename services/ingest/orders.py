"""What a job does, as data: a request gives the order, and another process may carry it out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from services.access.callers import Caller, Scope
from services.ingest.files import FileKind, Upload
from services.ingest.jobs import Report


@dataclass(frozen=True)
class Order:
    """To read an uploaded file; without one, to publish."""

    do: Callable[["Order", Report], str | None]
    upload: Upload | None = None

    def __call__(self, report: Report) -> str | None:
        return self.do(self, report)

    def as_json(self) -> str:
        """The order without its file."""
        if self.upload is None:
            return orjson.dumps({"work": "publish"}).decode()
        caller = self.upload.caller
        told = {
            "work": "load",
            "name": self.upload.name,
            "kind": self.upload.kind,
            "dry_run": self.upload.dry_run,
            "tenant": caller.tenant,
            "scopes": sorted(caller.scopes),
            "has_key": caller.has_key,
            "person": caller.person,
        }
        return orjson.dumps(told).decode()

    def with_file(self, path: Path) -> "Order":
        assert self.upload is not None
        return replace(self, upload=replace(self.upload, path=path))


def read_order(text: str, do: Callable[[Order, Report], str | None]) -> Order:
    """An order as it was written down; its file is still to be given."""
    told: dict[str, Any] = orjson.loads(text)
    if told["work"] == "publish":
        return Order(do)
    scopes = frozenset(map(Scope, told["scopes"]))
    caller = Caller(told["tenant"], scopes, told["has_key"], told["person"])
    kind = FileKind(told["kind"])
    return Order(do, Upload(Path(), told["name"], kind, caller, told["dry_run"]))
