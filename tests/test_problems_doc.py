"""docs/problems.md lists every type of problem that the services answer with."""

import importlib
import pkgutil
import re
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

import models
import services
from models.errors import Problem
from services.web.app import install

DOC = Path(__file__).parent.parent / "docs" / "problems.md"


def _all(kind: type[Problem]) -> set[type[Problem]]:
    return {kind} | {deep for sub in kind.__subclasses__() for deep in _all(sub)}


def test_every_problem_type_has_a_section_with_its_status() -> None:
    for package in (models, services):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith("services.cli"):
                importlib.import_module(module.name)
    own = {p for p in _all(Problem) if p.__module__.startswith(("models.", "services."))}
    known = {p.type: p.status for p in own if p.__name__ != "FrameworkProblem"}
    told = dict(re.findall(r"^## `([a-z-]+)` \((\d{3})\)", DOC.read_text(encoding="utf-8"), re.M))
    assert {name: int(status) for name, status in told.items()} == known


def test_every_type_of_problem_has_a_page() -> None:
    client = TestClient(make_app())
    assert client.get("/problems").status_code == 200
    for name, _ in re.findall(
        r"^## `([a-z-]+)` \((\d{3})\)", DOC.read_text(encoding="utf-8"), re.M
    ):
        page = client.get(f"/problems/{name}")
        assert page.status_code == 200
        assert name in page.text
        assert "http" not in page.text.replace("<!doctype html>", "").replace("http-", "")
    assert client.get("/problems/no-such").json()["type"] == "/problems/not-found"


def make_app() -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None)
    install(app, list)
    return app
