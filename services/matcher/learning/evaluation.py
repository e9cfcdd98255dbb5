"""How often the matcher finds what really happened, beside baselines on the same questions."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from models.taxonomy import Mode, PlaceKind, Stage
from services.matcher.learning.asking import Question, Questions
from services.matcher.learning.baselines import PEER_BASELINES, Scores, Setting
from services.matcher.learning.metrics import Figure, Ranks, as_json, difference, ranks_of, summary
from services.matcher.matching import Context
from services.matcher.matching.peers import PeerMatch
from services.matcher.schemas import PeersRequest
from services.matcher.terms import Rows

Facts = dict[str, Any]
OURS = "counterpart"
# A stage is not always said; what a project works on is mostly being put into practice.
USUAL_STAGE = Stage.APPLY
CONFIDENT = 0.3
# The rank of what was not even a candidate: found at no depth, whatever the pool.
LOST = 10**9


@dataclass
class Evaluation:
    """The ranks that each system gave, question by question."""

    questions: Questions
    ranks: dict[str, list[Ranks]] = field(default_factory=dict)
    _summed: dict[tuple[str, int], dict[str, Figure]] = field(default_factory=dict, repr=False)

    def figures(self) -> dict[str, dict[str, Figure]]:
        """Each system's figures; of the same ranks they are drawn once."""
        for name, ranks in self.ranks.items():
            if (name, len(ranks)) not in self._summed:
                self._summed[name, len(ranks)] = summary(ranks)
        return {name: self._summed[name, len(ranks)] for name, ranks in self.ranks.items()}

    def best_baseline(self, metric: str) -> str:
        figures = self.figures()
        return max((n for n in figures if n != OURS), key=lambda n: figures[n][metric].value)

    def ahead(self, metric: str) -> tuple[str, Figure]:
        """How far ahead of the best baseline, with its interval."""
        best = self.best_baseline(metric)
        return best, difference(self.ranks[OURS], self.ranks[best])[metric]

    def as_json(self) -> Facts:
        """What `counterpart evaluate --json` prints."""
        figures = self.figures()
        metrics = as_json(figures.pop(OURS, {}))
        return {
            "rows": self.questions.rows,
            "resolved": self.questions.resolved,
            "unresolved": self.questions.unresolved,
            "asked": len(self.ranks.get(OURS, ())),
            "unasked": self.questions.unasked,
            "metrics": metrics,
            "baselines": {name: as_json(found) for name, found in figures.items()},
        }


class ThemeReader:
    """A theme as needs of the question, by the reader that the API reads texts with.

    A need has a stage, and a theme mostly tells none; the API takes only the sectors of a text.
    """

    def __init__(self, context: Context) -> None:
        self._read = lru_cache(maxsize=None)(lambda theme: context.load_reader().read_needs(theme))

    def needs(self, theme: str) -> list[Facts] | None:
        """What the theme asks for, part by part; a part's best reading where none is sure."""
        needs: dict[str, Facts] = {}
        for part in filter(None, (part.strip() for part in theme.split(";"))):
            found = self._read(part)
            for reading in [r for r in found if r.confidence >= CONFIDENT] or found[:1]:
                need = {"sector": reading.sector, "stage": reading.stage or USUAL_STAGE}
                needs.setdefault(reading.sector, need)
        return list(needs.values()) or None


def peer_matches(
    context: Context, questions: Questions, mode: Mode, closed: bool
) -> Iterator[tuple[Question, PeerMatch, Any]]:
    """Each question through the matcher, with the rows that are judged."""
    themes = ThemeReader(context)
    places = context.snapshot.places
    for question in questions.asked:
        request: Facts = {
            "place_id": places.id(question.asker),
            "mode": mode,
            "needs": themes.needs(question.theme),
            "exclude": [places.id(row) for row in question.ignored],
            "filters": {"countries": list(question.countries)} if question.countries else {},
        }
        if closed:
            request["among"] = [places.id(row) for row in sorted(questions.sides[question.side])]
            request["filters"] |= {"kinds": list(PlaceKind)}
        match = PeerMatch(context, PeersRequest.model_validate(request))
        yield question, match, match.rows(len(places), exhaustive=True)


def evaluate_peers(
    context: Context,
    questions: Questions,
    mode: Mode,
    closed: bool = False,
    beside: Mapping[str, Callable[[Setting], Scores]] = PEER_BASELINES,
) -> Evaluation:
    """Rank the true partners among the candidates, by the matcher and by each baseline."""
    found = Evaluation(questions)
    random = np.random.default_rng(0)
    for question, match, rows in peer_matches(context, questions, mode, closed):
        setting = Setting(context.snapshot, match.profile, rows)
        shuffled = random.random(len(rows))
        by_row = np.arange(len(rows), dtype=float)
        add_ranks(found, OURS, question, rows, match.rank(rows).ranking.rank_score, by_row)
        for name, score in beside.items():
            add_ranks(found, name, question, rows, score(setting), shuffled)
    return found


def add_ranks(
    found: Evaluation, name: str, question: Question, rows: Rows, scores: Scores, order: Scores
) -> None:
    truths = np.flatnonzero(np.isin(rows, question.truths))
    lost = len(question.truths) - len(truths)
    ranks = ranks_of(scores, list(truths), order) + (LOST,) * lost
    found.ranks.setdefault(name, []).append(Ranks(question.asker, ranks, len(rows) + lost))
