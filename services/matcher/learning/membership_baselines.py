"""What a match of networks has to beat: baselines that see who is known to be in which network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from models.residents import residents
from services.matcher.features.geography import distance_km
from services.matcher.features.needs import sectors_of
from services.matcher.learning.asking import Question, Questions
from services.matcher.learning.collaborative import Model
from services.matcher.matching import Context
from services.matcher.matching.collaboration_match import CollaborationMatch
from services.matcher.terms import Rows

Scores = NDArray[np.float64]


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


def by_model(model: Model) -> Callable[[Joining], Scores]:
    """A model's scores of the networks judged; without a history, those most in use."""

    def score(joining: Joining) -> Scores:
        known, count = joining.rosters.networks, len(joining.rosters.members)
        scores = model(known, joining.question.asker, joining.history(), count)
        return scores[joining.rows] + 1e-6 * _most_members(joining)

    return score


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
