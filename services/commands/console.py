"""The console that commands share: their settings, and errors said in a line."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from dotenv import dotenv_values
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from typer.core import TyperGroup

from models.embedding import EmbeddingModelUnavailable
from models.errors import Problem
from models.settings import PREFIX, Settings, misspelt
from services import printing
from services.asking import AmbiguousName

AMBIGUOUS = 2
_HOLDING_SECRETS = {"database_url", "rate_storage", "secret", "secret_before", "snapshot_store"}
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
    except BrokenPipeError:
        raise  # whoever read the answer has seen enough: no error
    except OSError as failed:
        printing.problem(f"{failed.strerror or failed}: {failed.filename or 'on this machine'}")
    except OperationalError as failed:
        printing.problem(f"the database cannot be used: {failed.orig}")
    raise typer.Exit(1)


def settings_in_force() -> Settings:
    """The settings in force; a bad one is named as it is set, a misspelt one is told."""
    file = dotenv_values(str(Settings.model_config["env_file"]))
    for name, meant in misspelt(dict.fromkeys([*os.environ, *file])).items():
        printing.say(f"{name} is no setting and does nothing: is {meant} meant?")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        # A URL of a database or a storage may hold a password.
        given = "not right" if field in _HOLDING_SECRETS else repr(first["input"])
        detail = first["msg"].removeprefix("Value error, ")
        raise Problem(f"{PREFIX}{field.upper()} is {given}: {detail}.") from None
