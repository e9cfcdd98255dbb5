"""Official tables of peers in one country: what each feature says of who is alike there."""

from collections.abc import Mapping
from pathlib import Path

from benchmarks.telling import cell
from models.taxonomy import Mode
from services.matcher.learning.asking import Questions, peer_questions
from services.matcher.learning.evaluation import OURS, evaluate_peers
from services.matcher.learning.resolving import Resolver
from services.matcher.learning.truth import read_peers
from services.matcher.matching import Context

METRICS = ("mrr", "recall@10", "ndcg@10")
# Within one country the two say the same of a place, so they count twice there.
SIZE, RANK, NEAR = "similar_size", "similar_rank", "nearness"
WITHOUT = {
    "all as it is": (),
    "without size": (SIZE,),
    "without rank in the country": (RANK,),
    "without nearness": (NEAR,),
    "without sectors": ("shared_sectors",),
}
ALONE = {"size alone": (SIZE,), "nearness alone": (NEAR,), "size and nearness alone": (SIZE, NEAR)}


def tables_of(context: Context, path: Path) -> dict[str, Questions]:
    """The questions of each table of a file."""
    resolver, rows = Resolver(context.catalogue), read_peers(path)
    tables = sorted({row.table for row in rows})
    return {t: peer_questions(resolver, [row for row in rows if row.table == t]) for t in tables}


def at_home(context: Context, tables: Mapping[str, Questions], mode: Mode) -> str:
    """For each table a line without each feature, and with one or two alone."""
    lines = [
        "## What the official tables say of the features",
        "",
        "Peers of one country, all places of that kind there as candidates. Within a country a "
        "rank by size says what the size says, and powers and income are the same for all.",
    ]
    weights = context.catalogue.weights
    usual = weights["peers"][mode]
    kept = {label: dict.fromkeys(names, 0) for label, names in WITHOUT.items()}
    kept |= {label: {n: 0 for n in usual if n not in names} for label, names in ALONE.items()}
    for table, questions in tables.items():
        lines += ["", f"{table}:", "", f"| | {' | '.join(METRICS)} |", "|---" * 4 + "|"]
        for label, changed in kept.items():
            peers = {**weights["peers"], mode: usual | changed}
            context.catalogue.weights = {**weights, "peers": peers}
            found = evaluate_peers(context, questions, mode, beside={}).figures()[OURS]
            lines.append(f"| {label} | {' | '.join(cell(found[m]) for m in METRICS)} |")
    context.catalogue.weights = weights
    return "\n".join(lines)
