"""What a question would have to know already for its true twin to be found: hints, as a ceiling."""

from collections import Counter, defaultdict

import numpy as np
from numpy.typing import NDArray

from models.taxonomy import Mode
from services.matcher.learning.asking import Questions
from services.matcher.learning.evaluating import Sample
from services.matcher.learning.evaluation import LOST, peer_matches
from services.matcher.learning.metrics import Ranks, summary
from services.matcher.matching import Context

ASKED = 300
# Towns whose residents differ by less than this share are as good as one size.
ONE_SIZE = 0.25
UNKNOWN_GAP = 9.0

Floats = NDArray[np.float64]


def hints(context: Context, asked: Questions, mode: Mode) -> str:
    """The rank of true twins with their country told, and how many towns are like them."""
    country, size = _column(context, "country"), _column(context, "size")
    drawn = Sample(ASKED).of(asked)
    found: dict[str, list[Ranks]] = defaultdict(list)
    for question, match, rows in peer_matches(context, drawn, mode, closed=False):
        truth = question.truths[0]
        at = np.flatnonzero(rows == truth)
        inside = country[rows] == country[truth]
        gap = np.nan_to_num(np.abs(size[rows] - size[question.asker]), nan=UNKNOWN_GAP)
        for name, score, among in (
            ("nothing", match.rank(rows).ranking.rank_score, np.ones(len(rows), bool)),
            ("the country", match.rank(rows).ranking.rank_score, inside),
            ("the country, and only sizes compared", -gap, inside),
        ):
            rank = 1 + int((among & (score > score[at[0]])).sum()) if len(at) else LOST
            found[name].append(Ranks(question.asker, (rank,), int(among.sum())))
    alike = [_alike(q.truths[0], country, size) for q in drawn.asked]
    return "\n".join(_lines(found, alike, _chosen(asked, country)))


def _column(context: Context, name: str) -> Floats:
    column = context.snapshot.places.columns[name]
    return column.values[column.codes, 0].astype(np.float64)


def _alike(truth: int, country: Floats, size: Floats) -> int:
    """The towns of its country that have about as many residents, itself among them."""
    same = np.abs(size - size[truth]) < np.log(1 + ONE_SIZE)
    return int((same & (country == country[truth])).sum())


def _chosen(asked: Questions, country: Floats) -> list[int]:
    """Where the true country stands among those that others of the asking country chose."""
    partners: dict[float, Counter[float]] = defaultdict(Counter)
    for question in asked.asked:
        partners[country[question.asker]][country[question.truths[0]]] += 1
    found = []
    for question in asked.asked:
        true, others = country[question.truths[0]], partners[country[question.asker]]
        mine = others[true] - 1
        found.append(1 + sum(count > mine for code, count in others.items() if code != true))
    return found


def _lines(found: dict[str, list[Ranks]], alike: list[int], chosen: list[int]) -> list[str]:
    first = [f"{np.mean(np.array(chosen) <= n):.0%} among the first {n}" for n in (1, 3, 10)]
    lines = [
        f"What the matcher would find if it were told of the twin ({ASKED} questions):",
        "",
        "| told | recall@100 | candidates left (median) |",
        "|---|---|---|",
    ]
    for name, ranks in found.items():
        recall = summary(ranks)["recall@100"]
        left = np.median([r.pool for r in ranks])
        cell = f"{recall.value:.3f} [{recall.low:.3f}, {recall.high:.3f}]"
        lines.append(f"| {name} | {cell} | {left:,.0f} |")
    low, middle, high = np.quantile(alike, [0.25, 0.5, 0.75])
    return [
        *lines,
        "",
        f"The country of the twin is {', '.join(first)} of those that other towns of the asking "
        "country are twinned with. In its own country, as many towns have about the residents of "
        f"the true twin (within {ONE_SIZE:.0%}): median {middle:.0f}, quartiles {low:.0f} and "
        f"{high:.0f}.",
    ]
