"""Memberships evaluated: which networks a place is in, asked as if nobody knew."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from models.taxonomy import Verdict
from services.matcher.catalogue import Catalogue
from services.matcher.eligibility import Judgement
from services.matcher.learning.asking import Question, Questions
from services.matcher.learning.collaborative import models
from services.matcher.learning.evaluation import OURS, Evaluation, ThemeReader, add_ranks
from services.matcher.learning.hiding import without
from services.matcher.learning.membership_baselines import (
    MEMBERSHIP_BASELINES,
    Joining,
    Rosters,
    Scores,
    by_model,
)
from services.matcher.matching import Context
from services.matcher.matching.collaboration_match import CollaborationMatch
from services.matcher.members import Company, company_of
from services.matcher.profile import stored_facts
from services.matcher.schemas import CollaborationsRequest
from services.matcher.terms import Rows

# Refusals that say how the network stands now, not whom it is for.
OF_TODAY = {"intake", "ended"}

Facts = dict[str, Any]


def evaluate_memberships(
    context: Context, questions: Questions, closed: bool = False
) -> Evaluation:
    """Rank the true networks among the catalogue, by the matcher and by each baseline."""
    found = Evaluation(questions)
    random = np.random.default_rng(0)
    rosters = Rosters(context, questions)
    further = {name: by_model(model) for name, model in models().items()}
    context = replace(context, catalogue=Informed(context.catalogue, rosters.members))
    for question, match, rows in membership_matches(context, questions, closed):
        by_row = np.arange(len(rows), dtype=float)
        shuffled = random.random(len(rows))
        add_ranks(found, OURS, question, rows, our_scores(match, rows), by_row)
        setting = Joining(context, match, rosters, question, rows)
        for name, score in {**MEMBERSHIP_BASELINES, **further}.items():
            add_ranks(found, name, question, rows, score(setting), shuffled)
    return found


def membership_matches(
    context: Context, questions: Questions, closed: bool
) -> Iterator[tuple[Question, CollaborationMatch, Rows]]:
    """Each question through the matcher, with the networks that are judged."""
    themes = ThemeReader(context)
    records = context.snapshot.collaborations
    for question in questions.asked:
        place_id = context.snapshot.places.id(question.asker)
        _, facts = stored_facts(context.snapshot, place_id, context.tenant)
        hidden = {records[row]["id"]: records[row] for row in question.truths}
        request: Facts = {
            "place": without(facts, hidden),
            "needs": themes.needs(question.theme),
            "exclude": [records[row]["id"] for row in question.ignored],
            "as_of": date(question.year, 12, 31) if question.year else None,
        }
        if closed:
            request["among"] = [records[row]["id"] for row in sorted(questions.sides["all"])]
        match = CollaborationMatch(context, CollaborationsRequest.model_validate(request))
        rows = [row for row in match.rows if not records[row].get("domestic")]
        yield question, match, np.array(rows, np.intp)


def our_scores(match: CollaborationMatch, rows: Rows) -> Scores:
    """The matcher's order: what it refuses stands after all it does not."""
    scores = match.rank(rows).rank_score
    shut_out = np.array([_shut_out(match.judged[int(row)]) for row in rows], np.float64)
    ordered: Scores = scores - 2 * shut_out
    return ordered


def _shut_out(judgement: Judgement) -> bool:
    """Whether a rule of entry refuses the place; that a network is closed today says nothing."""
    refusals = {o.rule_id for o in judgement.outcomes if o.effect is Verdict.REFUSED}
    return bool(refusals - OF_TODAY)


class Informed(Catalogue):
    """A catalogue that knows the members its baselines know: its own lists and the file's rows.

    The place that asks is never its own company, so that none of its rows tells of itself.
    """

    def __init__(self, catalogue: Catalogue, members: Mapping[int, set[int]]) -> None:
        super().__init__(catalogue.snapshot)
        self.weights = catalogue.weights
        count = len(catalogue.snapshot.collaborations)
        inside = [members.get(network, set()) for network in range(count)]
        self._known = company_of(catalogue.snapshot.places, inside)

    def company(self, tenant: str) -> Company:  # noqa: ARG002
        return self._known
