"""docs/problems.md lists every type of problem that the services answer with."""

import importlib
import pkgutil
import re
from pathlib import Path

import models
import services
from models.errors import Problem

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
