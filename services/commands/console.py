"""The console that commands share: their settings, and errors said in a line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from typer.core import TyperGroup

from models.embedding import EmbeddingModelUnavailable
from models.errors import Problem
from models.settings import Settings
from services import printing
from services.asking import AmbiguousName

AMBIGUOUS = 2
AsJson = Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")]


class Commands(TyperGroup):
    """Commands whose errors are said in a line, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        with errors_in_a_line():
            return super().invoke(ctx)


@contextmanager
def errors_in_a_line() -> Iterator[None]:
    """What goes wrong in here is said, and the command exits."""
    try:
        yield
        return
    except AmbiguousName as ambiguous:
        printing.candidates(ambiguous.name, ambiguous.places)
        raise typer.Exit(AMBIGUOUS) from None
    except Problem as problem:
        printing.problem(problem.detail, problem.extra.get("errors", ()))
    except EmbeddingModelUnavailable as unavailable:
        printing.problem(str(unavailable))
    except OperationalError as failed:
        printing.problem(f"the database cannot be used: {failed.orig}")
    raise typer.Exit(1)


def settings_in_force() -> Settings:
    """The settings in force; a bad one is named as it is set."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"COUNTERPART_{str(first['loc'][0]).upper()}"
        raise Problem(f"{name} is {first['input']!r}: {first['msg']}.") from None
