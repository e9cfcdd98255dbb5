"""`counterpart evaluate`, `train` and `weights`: how good the matches are, and better weights."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from models.errors import BadFile
from models.snapshot import SnapshotStore
from services import printing
from services.asking import Asking
from services.commands.console import AsJson, settings_in_force
from services.matcher.catalogue import misfits
from services.matcher.learning import evaluating
from services.matcher.learning.teaching import train as learn

commands = typer.Typer()
weights = typer.Typer(no_args_is_help=True, help="Use weights that were learned, or go back.")
commands.add_typer(weights, name="weights")


@commands.command()
def evaluate(
    kind: Annotated[evaluating.TruthKind, typer.Argument(help="What the file holds.")],
    file: Annotated[Path, typer.Argument(help="A CSV file, plain or gzipped.")],
    pool: Annotated[
        evaluating.Pool, typer.Option(help="All candidates, or only those of the file.")
    ] = evaluating.Pool.OPEN,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Ask so many of the questions, drawn by the seed.")
    ] = None,
    seed: Annotated[int, typer.Option(help="What draws the sample.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Say how often the matcher finds what really happened, beside baselines."""
    drawn = evaluating.Sample(sample, seed) if sample else None
    context = Asking(settings_in_force()).context
    found = evaluating.evaluate(context, kind, file, pool, drawn).as_json()
    if drawn:
        found |= {"sample": drawn.size, "seed": drawn.seed}
        printing.say(f"At most {drawn.size} questions, drawn with the seed {drawn.seed}.")
    if as_json:
        printing.json(found)
    else:
        for line in evaluating.in_words(found):
            printing.answer(line)


@commands.command()
def train(
    file: Annotated[Path, typer.Argument(help="Pairs or groups, as a CSV file, plain or gzipped.")],
    out: Annotated[Path, typer.Option(help="Where the weights are written.")] = Path(
        "learned-weights.json"
    ),
    kind: Annotated[
        evaluating.TruthKind, typer.Option(help="What the file holds.")
    ] = evaluating.TruthKind.PAIRS,
    seed: Annotated[int, typer.Option(help="What draws questions and candidates.")] = 0,
) -> None:
    """Learn weights and shapes; written only where the gate lets them through."""
    report = learn(Asking(settings_in_force()).context, kind, file, out, seed)
    printing.json(report)
    raise typer.Exit(0 if report["accepted"] else 1)


@weights.command("install")
def install(
    file: Annotated[Path, typer.Argument(help="Weights that `counterpart train` wrote.")],
) -> None:
    """Use these weights from the next publish on."""
    found = _read(file)
    store = SnapshotStore(settings_in_force().snapshots)
    store.folder.mkdir(parents=True, exist_ok=True)
    store.weights.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    printing.answer(f"Installed {found['version']}. `counterpart publish` answers with them.")


@weights.command("rollback")
def rollback() -> None:
    """Use the project's own weights again from the next publish on."""
    SnapshotStore(settings_in_force().snapshots).weights.unlink(missing_ok=True)
    printing.answer("The hand-set weights stand again. `counterpart publish` answers with them.")


def _read(file: Path) -> dict[str, Any]:
    """A file of learned weights, checked against the features there are."""
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadFile(f"{file.name} cannot be read: {error}") from error
    if not isinstance(found, dict) or not found.get("learned"):
        raise BadFile(f"{file.name} was not written by `counterpart train`.")
    if odd := misfits(found):
        raise BadFile(f"{file.name} was made for other features ({odd[0]}).")
    return found
