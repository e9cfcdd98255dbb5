"""How far the facts on file could carry: boosted trees on what the features say, as a ceiling.

Trees may weigh any combination, give no reasons, and favour whom they like; what they find on
countries they never saw is about the most that these facts hold.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]

from benchmarks.hints import hints
from models.taxonomy import Mode
from services.matcher.learning.asking import Questions
from services.matcher.learning.evaluating import Sample
from services.matcher.learning.metrics import Ranks, summary
from services.matcher.learning.tables import QuestionTable, Table, tables
from services.matcher.learning.training import hand_set, held_out
from services.matcher.matching import Context

LEARNED_FROM, JUDGED_BY = 500, 200
# Of the candidates drawn, so many stand against each true one while the trees grow.
AGAINST = 100
TREES = 120


def ceiling(context: Context, asked: Questions, mode: Mode) -> str:
    """The same held-out questions by the sum of weights, and by boosted trees."""
    learn, test = held_out(
        replace(asked, asked=[replace(q, source="") for q in asked.asked]), context
    )
    learn, test = Sample(LEARNED_FROM).of(learn), Sample(JUDGED_BY).of(test)
    taught, judged = tables(context, learn, mode), tables(context, test, mode)
    rows = [(_values(t)[: t.true + AGAINST], t.true) for t in taught]
    values = np.concatenate([v for v, _ in rows])
    labels = np.concatenate([np.arange(len(v)) < true for v, true in rows])
    trees = HistGradientBoostingClassifier(max_iter=TREES, max_leaf_nodes=16, random_state=0)
    told = ~np.isnan(values).all(axis=0)  # trees cannot split on what tells nowhere
    trees.fit(values[:, told], labels)
    gamma, fit = context.catalogue.weights["gamma"], hand_set(context, mode)
    found = {
        "weights and shapes": [_ranks(t, t.scores(fit, gamma)) for t in judged],
        "boosted trees": [_ranks(t, trees.decision_function(_values(t)[:, told])) for t in judged],
    }
    lines = [
        "## The ceiling",
        "",
        f"Town twinnings: {len(judged)} questions of one country in four, nothing learned from "
        f"them ({len(taught)} questions of the others taught the trees). Ranks are scaled up from "
        "candidates drawn.",
        "",
        "| | recall@100 | median percentile |",
        "|---|---|---|",
    ]
    for name, ranks in found.items():
        figures = summary(ranks)
        recall, middle = figures["recall@100"], figures["median_percentile"]
        lines.append(
            f"| {name} | {recall.value:.3f} [{recall.low:.3f}, {recall.high:.3f}] "
            f"| {middle.value:.1f} [{middle.low:.1f}, {middle.high:.1f}] |"
        )
    return "\n".join([*lines, "", hints(context, asked, mode)])


def _values(table: QuestionTable) -> Table:
    """Candidates by what each side's features say; NaN where one cannot tell."""
    columns = [np.where(trust > 0, value, np.nan) for trust, value in table.sides]
    return np.concatenate(columns).T


def _ranks(table: QuestionTable, scores: Table) -> Ranks:
    others = scores[table.true :]
    above: Sequence[float] = [float((others > scores[at]).sum()) for at in range(table.true)]
    ranks = sorted(1 + round(table.scale * count) for count in above)
    pool = table.true + round(table.scale * len(others))
    return Ranks(table.question.asker, (*ranks, *([10**9] * table.lost)), pool)
