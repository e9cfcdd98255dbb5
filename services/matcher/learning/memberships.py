"""Memberships evaluated: which networks a place is in, asked as if nobody knew."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.residents import residents
from models.taxonomy import Verdict
from services.matcher.catalogue import Catalogue
from services.matcher.eligibility import Judgement
from services.matcher.features.geography import distance_km
from services.matcher.features.needs import sectors_of
from services.matcher.learning.asking import Question, Questions
from services.matcher.learning.collaborative import Model, models
from services.matcher.learning.evaluation import OURS, Evaluation, ThemeReader, add_ranks
from services.matcher.learning.hiding import without
from services.matcher.matching import Context
from services.matcher.matching.collaboration_match import CollaborationMatch
from services.matcher.members import Company, company_of
from services.matcher.profile import stored_facts
from services.matcher.schemas import CollaborationsRequest
from services.matcher.scoring import Rows

# Refusals that say how the network stands now, not whom it is for.
OF_TODAY = {"intake", "ended"}

Scores = NDArray[np.float64]
Facts = dict[str, Any]


def evaluate_memberships(
    context: Context, questions: Questions, closed: bool = False, seed: int = 0
) -> Evaluation:
    """Rank the true networks among the catalogue, by the matcher and by each baseline."""
    found = Evaluation(questions)
    random = np.random.default_rng(seed)
    rosters = Rosters(context, questions)
    further = {name: _by_model(model) for name, model in models().items()}
    context = replace(context, catalogue=Informed(context.catalogue, rosters.members))
    for question, match, rows in membership_matches(context, questions, closed):
        by_row = np.arange(len(rows), dtype=float)
        shuffled = random.random(len(rows))
        add_ranks(found, OURS, question, rows, our_scores(match, rows), by_row)
        setting = Joining(context, match, rosters, question, rows)
        for name, score in {**MEMBERSHIP_BASELINES, **further}.items():
            add_ranks(found, name, question, rows, score(setting), shuffled)
    return found


def _by_model(model: Model) -> Callable[["Joining"], Scores]:
    """A model's scores of the networks judged; without a history, those most in use."""

    def score(joining: "Joining") -> Scores:
        known, count = joining.rosters.networks, len(joining.rosters.members)
        scores = model(known, joining.question.asker, joining.history(), count)
        return scores[joining.rows] + 1e-6 * _most_members(joining)

    return score


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
        self._known = company_of(catalogue.snapshot.places, members)

    def company(self, tenant: str) -> Company:  # noqa: ARG002
        return self._known


class Rosters:
    """Who is known to be in which network: the catalogue's ties and the rows of the file."""

    def __init__(self, context: Context, questions: Questions) -> None:
        self.members: dict[int, set[int]] = {}
        for row in range(len(context.snapshot.collaborations)):
            ties = context.snapshot.ties.of_collaboration(row)
            self.members[row] = {tie.place for tie in ties}
        for question in questions.asked:
            for network in question.truths:
                self.members[network].add(question.asker)
        self.networks: dict[int, set[int]] = {}
        for network, members in self.members.items():
            for member in members:
                self.networks.setdefault(member, set()).add(network)

    def others(self, network: int, place: int) -> list[int]:
        """The members of a network but for the place that asks."""
        return sorted(self.members[network] - {place})


@dataclass(frozen=True)
class Joining:
    """The asking place and the networks, as a baseline sees them."""

    context: Context
    match: CollaborationMatch
    rosters: Rosters
    question: Question
    rows: Rows

    def history(self) -> set[int]:
        """What the asking place is known to be in, but for what is asked."""
        known = self.rosters.networks.get(self.question.asker, set())
        return known - set(self.question.truths)

    def each(self, value: Callable[[int], float]) -> Scores:
        return np.array([value(int(row)) for row in self.rows])

    def column(self, name: str, members: list[int]) -> NDArray[np.float64]:
        column = self.context.snapshot.places.columns[name]
        return column.values[column.codes[members]].astype(np.float64)


def _random(joining: Joining) -> Scores:
    return np.zeros(len(joining.rows))


def _most_members(joining: Joining) -> Scores:
    return joining.each(lambda row: len(joining.rosters.others(row, joining.question.asker)))


def _stated_members(joining: Joining) -> Scores:
    records = joining.context.snapshot.collaborations
    return joining.each(lambda row: records[row].get("member_count") or 0)


def _nearest_population(joining: Joining) -> Scores:
    ours = np.log(residents(joining.match.profile.facts) or 1)

    def value(row: int) -> float:
        members = joining.rosters.others(row, joining.question.asker)
        sizes = joining.column("size", members)[:, 0] if members else np.array([np.nan])
        return -1e9 if np.isnan(sizes).all() else -abs(float(np.nanmedian(sizes)) - ours)

    return joining.each(value)


def _nearest_place(joining: Joining) -> Scores:
    ours = joining.match.profile.values["location"].astype(float)

    def value(row: int) -> float:
        members = joining.rosters.others(row, joining.question.asker)
        if not members:
            return -1e9
        apart = distance_km(ours, joining.column("location", members))
        return -1e9 if np.isnan(apart).all() else -float(np.nanmin(apart))

    return joining.each(value)


def _same_language(joining: Joining) -> Scores:
    ours = joining.match.profile.values["languages"]

    def value(row: int) -> float:
        members = joining.rosters.others(row, joining.question.asker)
        if not members:
            return 0.0
        return float(((joining.column("languages", members) * ours).sum(axis=1) > 0).mean())

    return joining.each(value)


def _text_only(joining: Joining) -> Scores:
    texts, queries = joining.context.snapshot.collaboration_texts, joining.match.profile.texts
    if not len(queries):
        return np.zeros(len(joining.rows))
    return np.nan_to_num(texts.likeness(joining.rows, queries), nan=-1.0)


def _sector_overlap(joining: Joining) -> Scores:
    ours = sectors_of(joining.match.profile.facts)
    records = joining.context.snapshot.collaborations

    def value(row: int) -> float:
        theirs = set(records[row].get("sectors", ()))
        return len(ours & theirs) / sqrt(max(len(ours) * len(theirs), 1))

    return joining.each(value)


def _collaborative(joining: Joining) -> Scores:
    """Networks whose members are in the same networks as the place (cosine of memberships).

    Without any history, the networks most in use.
    """
    asker = joining.question.asker
    members = {n: set(joining.rosters.others(n, asker)) for n in joining.history()}

    def value(row: int) -> float:
        theirs = set(joining.rosters.others(row, asker))
        alike = sum(
            len(known & theirs) / np.sqrt(len(known) * len(theirs))
            for known in members.values()
            if known and theirs
        )
        return float(alike) + 1e-6 * len(theirs)

    return joining.each(value)


MEMBERSHIP_BASELINES: Mapping[str, Callable[[Joining], Scores]] = {
    "random": _random,
    "largest first": _stated_members,
    "nearest population": _nearest_population,
    "nearest place": _nearest_place,
    "same language": _same_language,
    "text only": _text_only,
    "sector overlap only": _sector_overlap,
    "most members first": _most_members,
    "collaborative filtering": _collaborative,
}
