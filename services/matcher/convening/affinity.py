"""How well every place of one list goes with every place of another, both ways at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.snapshot.columns import ColumnWriter, profile_columns
from models.taxonomy import Mode, Purpose, Verdict
from services.matcher.comparing import Asked
from services.matcher.convening.desk import shown
from services.matcher.features import EXISTING_TIE, PEER_FEATURES, SIMILAR_TEXT
from services.matcher.features.stance import WORKS_ABROAD
from services.matcher.matching.peer_cautions import Asker, checks_for, peer_cautions
from services.matcher.matching.question import Context, exchanges
from services.matcher.reasons import Explainer
from services.matcher.scoring import rank, shares, weaker
from services.matcher.terms import Term

Facts = dict[str, Any]
Scores = NDArray[np.float64]
MODE = Mode.SUSTAINED_PAIRING
_PURPOSE = Purpose.INNOVATION
# Who enrolled takes part already, so that a track record tells nothing, and no tie is sought.
LEFT_OUT = (SIMILAR_TEXT, EXISTING_TIE, WORKS_ABROAD.name)


@dataclass(frozen=True)
class Sides:
    """The two sides' terms for one place of the left list."""

    ours: list[Term]
    theirs: list[Term]


class Affinity:
    """Scores of all pairs; texts do not count, as unpublished places have no vectors."""

    def __init__(self, context: Context, left: Sequence[Facts], right: Sequence[Facts]) -> None:
        self.context, self.left, self.right = context, left, right
        weights = context.catalogue.weights
        self.gamma = weights["gamma"]
        self.weights = {**weights["peers"][MODE], **dict.fromkeys(LEFT_OUT, 0.0)}
        self.shapes = context.catalogue.shapes(MODE)
        writer = ColumnWriter()
        for facts in right:
            writer.add(facts)
        self.columns = writer.columns()
        self.rows = np.arange(len(right), dtype=np.intp)
        self.sides = [self._terms(facts) for facts in left]
        self.scores: Scores = np.array([self._line(sides) for sides in self.sides]).reshape(
            len(left), len(right)
        )

    def _terms(self, facts: Facts) -> Sides:
        profile = profile_columns(facts)
        asked = Asked(self.weights, profile, self.columns, self.shapes)
        return Sides(*asked.both_sides(PEER_FEATURES))

    def _line(self, sides: Sides) -> Scores:
        ours = rank(sides.ours, self.weights, self.gamma, self.rows)
        theirs = rank(sides.theirs, self.weights, self.gamma, self.rows)
        return weaker(ours, theirs)[0].rank_score

    def explain(self, i: int, j: int) -> Facts:
        """One pair: the weaker side's score and reasons, what each gives and gets."""
        mine, other = self.left[i], self.right[j]
        row = np.array([j], np.intp)
        sides = self.sides[i]
        ours = rank(sides.ours, self.weights, self.gamma, row)
        theirs = rank(sides.theirs, self.weights, self.gamma, row)
        ranking, is_mine = weaker(ours, theirs)
        asking = bool(is_mine[0])
        explainer = Explainer(mine, [other], self.context.words, self.shapes)
        told = shares(ours if asking else theirs, np.zeros(1, np.intp))
        asker = Asker(mine, _PURPOSE, self.context.words)
        return {
            "places": [shown(mine), shown(other)],
            "score": float(ranking.score[0]),
            "coverage": float(ranking.coverage[0]),
            "rank_score": float(ranking.rank_score[0]),
            "side": "ours" if asking else "theirs",
            "verdict": Verdict.ELIGIBLE,
            "gives": [],
            "gets": [],
            **exchanges(mine, other),
            "reasons": explainer.reasons(told, mirrored=not asking)[0],
            "cautions": peer_cautions(asker, other, checks_for(mine, MODE, tied=False)),
        }
