"""`counterpart evaluate` and `train`: how good the matches are, and learning better weights."""

from pathlib import Path
from typing import Annotated

import typer

from services import printing
from services.asking import Asking
from services.commands.console import AsJson, settings_in_force
from services.matcher.learning import commands as learning

commands = typer.Typer()


@commands.command()
def evaluate(
    kind: Annotated[learning.TruthKind, typer.Argument(help="What the file holds.")],
    file: Annotated[Path, typer.Argument(help="A CSV file, plain or gzipped.")],
    pool: Annotated[
        learning.Pool, typer.Option(help="All candidates, or only those of the file.")
    ] = learning.Pool.OPEN,
    as_json: AsJson = False,
) -> None:
    """Say how often the matcher finds what really happened, beside baselines."""
    found = learning.evaluate(Asking(settings_in_force()).context, kind, file, pool).as_json()
    if as_json:
        printing.json(found)
    else:
        for line in learning.in_words(found):
            printing.answer(line)


@commands.command()
def train(
    file: Annotated[Path, typer.Argument(help="Pairs, as a CSV file, plain or gzipped.")],
    out: Annotated[Path, typer.Option(help="Where the weights are written.")] = Path(
        "learned-weights.json"
    ),
) -> None:
    """Learn weights from pairs; written only where the gate lets them through."""
    report = learning.train(Asking(settings_in_force()).context, file, out)
    printing.json(report)
    raise typer.Exit(0 if report["accepted"] else 1)
