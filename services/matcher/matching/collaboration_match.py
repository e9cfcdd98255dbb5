"""A question about collaborations: which are judged, what each would say, and how it is ranked."""

from collections.abc import Sequence

import numpy as np

from models.errors import CollaborationNotFound
from services.matcher.comparing import Asked
from services.matcher.features import PEERS_INSIDE, SIMILAR_TEXT
from services.matcher.matching.company import company_term
from services.matcher.matching.considered import LeftOut
from services.matcher.matching.question import Context, asking_profile, chosen_weights
from services.matcher.profile import Profile
from services.matcher.schemas import CollaborationsRequest
from services.matcher.scoring import Ranking, rank
from services.matcher.terms import Rows, Term, TextTerm

TEXT_ALONE_WEIGHT = 4.0
# What the company of like places weighs where nothing says what is sought.
COMPANY_ALONE_WEIGHT = 15.0
# And where the question says what is sought: no more than that the need is served, as the company
# of like places is no answer to it.
COMPANY_BESIDE_A_NEED = 4.0


class CollaborationMatch:
    """One question about collaborations on its way to its answer."""

    def __init__(self, context: Context, request: CollaborationsRequest) -> None:
        self.context = context
        self.request = request
        self.as_of = request.as_of or context.today
        self.records = context.snapshot.collaborations
        self.profile: Profile = asking_profile(context, request)
        self.weights = chosen_weights(self._default_weights(), request.weights)
        values, catalogue = self.profile.values, context.catalogue
        features = catalogue.telling(values)
        self.terms = Asked(self.weights, values, catalogue.columns).terms(features)
        self.terms += [*self._text_terms(), *self._company_terms()]
        unwanted = {d["id"] for d in self.profile.facts.get("do_not_suggest", ())}
        left_out = LeftOut(request, self._memberships(), unwanted)
        seen = context.catalogue.collaborations_of(context.tenant)
        self.rows, self.removed = left_out.considered(self.records, seen)
        self.doors = context.catalogue.doors(self.as_of, context.words)
        # By every door, whether it is considered or not.
        self.judged = self.doors.judge(self.profile.facts, request.require_verified)

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

    def _text_terms(self) -> list[Term]:
        weight, texts = self.weights[SIMILAR_TEXT], self.context.snapshot.collaboration_texts
        if not weight or not len(self.profile.texts):
            return []
        floor = self.context.catalogue.text_floors[1]
        return [TextTerm(SIMILAR_TEXT, weight, texts, self.profile.texts, floor)]

    def _company_terms(self) -> list[Term]:
        weight = self.weights[PEERS_INSIDE]
        if not weight:
            return []
        snapshot, profile = self.context.snapshot, self.profile
        # A place sent along under its own id is not its own company.
        row = profile.row if profile.row is not None else snapshot.places.row(profile.id or "")
        company = self.context.catalogue.company(self.context.tenant)
        term = company_term(profile.values, row, weight, company)
        return [] if term is None else [term]

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

    def open_rows(self) -> list[int]:
        """The rows that may be suggested: no refusal, and no network at home."""
        shut = self.judged.refused | self.context.catalogue.domestic
        return [row for row in self.rows if row not in shut]

    def rows_at_home(self) -> list[int]:
        """The rows of the networks at home that let the place in."""
        let_in = self.context.catalogue.domestic - self.judged.refused
        return [row for row in self.rows if row in let_in] if let_in else []

    def rank(self, rows: Sequence[int] | Rows) -> Ranking:
        """Rows scored by what the question makes count."""
        gamma = self.context.catalogue.weights["gamma"]
        return rank(self.terms, self.weights, gamma, np.array(rows, np.intp))
