"""Town twinnings by the continent of the place that asks: most are Europe's among itself."""

from dataclasses import replace

from benchmarks.telling import cell
from models.countries import countries
from models.taxonomy import Continent, Mode
from services.matcher.learning.asking import Questions
from services.matcher.learning.evaluating import Sample
from services.matcher.learning.evaluation import OURS, evaluate_peers
from services.matcher.matching import Context

MOST = 600


def by_continent(context: Context, asked: Questions, mode: Mode) -> str:
    """A line a continent: how many twins are found, and how many by the best baseline."""
    places = context.snapshot.places

    def asks_from(row: int) -> Continent:
        return Continent(countries()[places.facts(row)["country"]].continent)

    lines = [
        "## Twinnings by continent",
        "",
        f"Up to {MOST} questions of each continent, drawn with the seed 0.",
        "",
        "| asked from | questions | recall@100 | best baseline | its recall@100 | ahead by |",
        "|---|---|---|---|---|---|",
    ]
    for continent in Continent:
        of = [q for q in asked.asked if asks_from(q.asker) is continent]
        if not of:
            continue
        found = evaluate_peers(context, Sample(MOST).of(replace(asked, asked=of)), mode)
        figures, (best, gained) = found.figures(), found.ahead("recall@100")
        lines.append(
            f"| {continent} | {len(found.ranks[OURS])} of {len(of)} "
            f"| {cell(figures[OURS]['recall@100'])} "
            f"| {best} | {cell(figures[best]['recall@100'])} | {cell(gained)} |"
        )
    return "\n".join(lines)
