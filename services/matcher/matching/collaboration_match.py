"""A question about collaborations: which are judged, what each would say, and how it is ranked."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np
import orjson

from models.errors import CollaborationNotFound
from models.residents import residents, size_class
from services.matcher.askers import Askers, alike_in
from services.matcher.comparing import Asked
from services.matcher.doors import Heard
from services.matcher.features import PEERS_INSIDE, SIMILAR_TEXT
from services.matcher.matching.company import company_term
from services.matcher.matching.considered import LeftOut
from services.matcher.matching.question import Context, asking_profile, chosen_weights
from services.matcher.profile import Profile
from services.matcher.schemas import CollaborationsRequest
from services.matcher.scoring import Ranking, scored
from services.matcher.terms import ColumnTerm, Parts, Rows, Term, TextTerm

TEXT_ALONE_WEIGHT = 4.0
# What the company of like places weighs where nothing says what is sought.
COMPANY_ALONE_WEIGHT = 15.0
# And where the question says what is sought: no more than that the need is served, as the company
# of like places is no answer to it.
COMPANY_BESIDE_A_NEED = 4.0

Found = TypeVar("Found")


class CollaborationMatch:
    """One question about collaborations on its way to its answer."""

    def __init__(self, context: Context, request: CollaborationsRequest) -> None:
        self.context = context
        self.request = request
        self.as_of = request.as_of or context.today
        self.records = context.snapshot.collaborations
        self.profile: Profile = asking_profile(context, request)
        self.weights = chosen_weights(self._default_weights(), request.weights)
        unwanted = {d["id"] for d in self.profile.facts.get("do_not_suggest", ())}
        left_out = LeftOut(request, self._memberships(), unwanted)
        seen = context.catalogue.collaborations_of(context.tenant)
        self.rows, self.removed = left_out.considered(self.records, seen)
        self._all_are_considered = self.rows is seen
        self.doors = context.catalogue.doors(self.as_of, context.words)
        self.figures = self.doors.figures(self.profile.facts, request.require_verified)
        self.askers = context.catalogue.askers(self._shared(), self._askers)
        self.company = self._company()

    def _default_weights(self) -> dict[str, float]:
        """Likeness of texts counts only where nothing else says what is sought.

        Networks describe themselves alike, and a description is easily written to please.
        """
        weights = dict(self.context.catalogue.weights["collaborations"])
        needs, text = self.profile.facts.get("needs"), self.request.text
        if needs and (text or self.request.needs):
            weights[PEERS_INSIDE] = COMPANY_BESIDE_A_NEED
        elif text:
            weights[SIMILAR_TEXT] = TEXT_ALONE_WEIGHT
        elif not needs:
            weights[PEERS_INSIDE] = COMPANY_ALONE_WEIGHT
        return weights

    @cached_property
    def judged(self) -> Heard:
        """What every door says, whether it is considered or not."""
        return self.doors.judge(self.profile.facts, self.request.require_verified)

    def _shared(self) -> Hashable | None:
        """All that the answer rests on and places alike share; None where they share too little."""
        catalogue, weights = self.context.catalogue, self.weights
        of_text = weights[SIMILAR_TEXT] and len(self.profile.texts)
        alike = alike_in(self.profile.facts, self.doors.words)
        if alike is None or of_text or catalogue.says_of_one:
            return None
        asked = (self.context.tenant, self.doors.day, self.request.require_verified)
        # As they are written: a weight of 2 is told as it was given, and is no 2.0.
        return alike, *asked, orjson.dumps(weights)

    @cached_property
    def effects(self) -> dict[int, Hashable]:
        """What tells places alike apart, by the row of the collaboration that looks at it."""
        size = size_class(residents(self.profile.facts))
        found: dict[int, Hashable] = dict.fromkeys(self.doors.on_size, size)
        for row, outcomes in self.figures.items():
            told = [(outcome.effect, outcome.missing) for outcome in outcomes]
            found[row] = (*told, found.get(row))
        return found

    def _askers(self) -> Askers:
        """What is scored alike for all places alike: everything but their company."""
        values, catalogue = self.profile.values, self.context.catalogue
        terms = Asked(self.weights, values, catalogue.columns).terms(catalogue.telling(values))
        return Askers([*terms, *self._text_terms()], len(self.records))

    def _text_terms(self) -> list[Term]:
        weight, texts = self.weights[SIMILAR_TEXT], self.context.snapshot.collaboration_texts
        if not weight or not len(self.profile.texts):
            return []
        floor = self.context.catalogue.text_floors[1]
        return [TextTerm(SIMILAR_TEXT, weight, texts, self.profile.texts, floor)]

    def _company(self) -> ColumnTerm | None:
        """The company that the place would keep; None where nothing is known or asked of it."""
        weight = self.weights[PEERS_INSIDE]
        if not weight:
            return None
        snapshot, profile = self.context.snapshot, self.profile
        # A place sent along under its own id is not its own company.
        row = profile.row if profile.row is not None else snapshot.places.row(profile.id or "")
        company = self.context.catalogue.company(self.context.tenant)
        return company_term(profile.values, row, weight, company)

    def _memberships(self) -> set[int]:
        """Rows of the collaborations the place is in: never suggested to it as new."""
        return {
            self.row_of(commitment["collaboration"])
            for commitment in self.profile.facts.get("commitments", ())
            if commitment.get("collaboration")
        }

    def row_of(self, name: str) -> int:
        """The row of a collaboration by any name it has or had; -1 where there is none."""
        try:
            return self.context.catalogue.collaboration(name, self.context.tenant)
        except CollaborationNotFound:
            return -1

    def refused_rows(self) -> list[int]:
        """The rows of those that do not let the place in."""
        return [row for row in self.rows if row in self.judged.refused]

    def open_rows(self) -> Rows:
        """The rows that may be suggested: no refusal, and no network at home."""
        return self._once("open_rows", self._open_rows)

    def _open_rows(self) -> Rows:
        shut = self.judged.refused | self.context.catalogue.domestic
        return np.array([row for row in self.rows if row not in shut], np.intp)

    def missing(self) -> dict[str, int]:
        """How many undetermined verdicts rest on each field that is missing."""
        return self._once("missing", self._missing)

    def _missing(self) -> dict[str, int]:
        unsettled = self.judged.unsettled.intersection(self.rows)
        return Counter(field for row in unsettled for field in self.judged[row].missing)

    def _once(self, name: str, find: Callable[[], Found]) -> Found:
        """What is the same for all places alike, as far as nothing is left out for this one."""
        if not self._all_are_considered:
            return find()
        key, known = (name, *self.effects.values()), self.askers.found
        if key not in known:
            known[key] = find()
        found: Found = known[key]
        return found

    def rows_at_home(self) -> list[int]:
        """The rows of the networks at home that let the place in."""
        return self._once("rows_at_home", self._rows_at_home)

    def _rows_at_home(self) -> list[int]:
        let_in = self.context.catalogue.domestic - self.judged.refused
        return [row for row in self.rows if row in let_in] if let_in else []

    def rank(self, rows: Sequence[int] | Rows) -> Ranking:
        """Rows scored by what the question makes count."""
        gamma, (told, worth, _) = self.context.catalogue.weights["gamma"], self.askers.sums
        terms, rows = self.askers.terms, np.asarray(rows, np.intp)
        if self.company is not None:
            terms = [*terms, self.company]
            told, worth = told + self.company.table.told, worth + self.company.table.worth
        sums = Parts(told.take(rows), worth.take(rows))
        return Ranking(rows, *scored(sums, self.weights, gamma), terms)
