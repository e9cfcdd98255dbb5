"""Calls of a running app by operation id, as the scenario lists them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import yaml
from fastapi.testclient import TestClient

Facts = dict[str, Any]
SCENARIO = Path(__file__).with_name("scenario.yaml")
MOST_SECONDS = 60
METHODS = {"get", "put", "post", "delete", "patch"}


def operations(document: Facts) -> Iterator[tuple[str, str, Facts]]:
    """Method, path and description of every operation."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield method.upper(), path, operation


def steps() -> list[Facts]:
    found: list[Facts] = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
    return found


@dataclass
class Calls:
    """Calls one step after another, and remembers what later steps need."""

    client: TestClient
    document: Facts
    key: str
    other_key: str
    saved: Facts = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.saved["key"] = self.key
        self.paths = {o["operationId"]: (m, p) for m, p, o in operations(self.document)}

    def call(self, step: Facts) -> Any:
        """The answer to one step; what a job brings about is waited for."""
        end = monotonic() + MOST_SECONDS
        while True:
            try:
                return self._call(step)
            except LookupError:
                if monotonic() > end:
                    raise
                sleep(0.1)

    def _call(self, step: Facts) -> Any:
        method, path = self.paths[step["id"]]
        sent = self.filled(step)
        key = {"other": self.other_key, None: self.key}.get(step.get("as"))
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if step.get("as") == "cookie":
            headers["X-CSRF-Token"] = self.saved.get("csrf", "")
        more: Facts = {"params": sent.get("query")}
        if "body" in sent:
            more["json"] = sent["body"]
        if "form" in sent:
            more["data"] = sent["form"]
        if "file" in sent:
            more["files"] = {"file": ("places.csv", sent["file"].encode(), "text/csv")}
        url = path.format(**sent.get("path", {}))
        answer = self.client.request(method, url, headers=headers, **more)
        until = monotonic() + MOST_SECONDS
        while answer.status_code == step.get("again_while") and monotonic() < until:
            sleep(0.2)
            answer = self.client.request(method, url, headers=headers, **more)
        if answer.content and answer.headers.get("content-type", "") == "application/json":
            self._save(step, answer.json())
        return answer

    def filled(self, value: Any) -> Any:
        """A step with what was saved put in."""
        if isinstance(value, dict):
            return {k: v if k == "save" else self.filled(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        if isinstance(value, str) and value.startswith("$"):
            return self.saved[value[1:]]
        return value

    def _save(self, step: Facts, content: Any) -> None:
        if isinstance(content, dict) and "csrf_token" in content:
            self.saved["csrf"] = content["csrf_token"]
        for name, pointer in step.get("save", {}).items():
            found = content
            for part in pointer.strip("/").split("/"):
                found = found[int(part) if part.isdigit() else part]
            self.saved[name] = found
