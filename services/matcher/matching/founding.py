"""No fit is an answer: places that share the need, to found a group of two to five with."""

from typing import Any

import numpy as np

from models.snapshot.codes import SECTORS
from models.taxonomy import Sector
from services.matcher.comparing import Asked
from services.matcher.features import PEER_FEATURES
from services.matcher.matching.question import Context
from services.matcher.profile import Profile
from services.matcher.reasons import Explainer
from services.matcher.scoring import rank, shares

# Two to five places found a group that moves fast (the report, lines 3859-3861).
PARTNERS = 4


def founding_group(context: Context, profile: Profile, sectors: list[str]) -> dict[str, Any]:
    """Candidates abroad or at home that need, or offer, something in the sectors unserved."""
    places = context.snapshot.places
    column = places.columns["sectors"]
    wanted = [SECTORS.index(Sector(sector)) for sector in sectors]
    shares_need = (column.values[:, wanted].sum(axis=1) > 0)[column.codes]
    kind = places.columns["kind"]
    same_kind = (kind.values[:, 0] == profile.values["kind"][0, 0])[kind.codes]
    met = shares_need & same_kind & places.visible_to(context.tenant)
    if profile.row is not None:
        met[profile.row] = False
    weights = context.catalogue.weights["peers"]["cohort"]
    shapes = context.catalogue.shapes("cohort")
    terms = Asked(weights, profile.values, places.columns, shapes).terms(PEER_FEATURES)
    ranking = rank(terms, weights, context.catalogue.weights["gamma"], np.flatnonzero(met))
    best = ranking.best(PARTNERS)
    rows = ranking.rows[best].tolist()
    explainer = Explainer(profile.facts, [*map(places.facts, rows)], context.words, shapes)
    told = explainer.reasons(shares(ranking, best))
    found = [
        {**places.shown(row), "reasons": reasons} for row, reasons in zip(rows, told, strict=True)
    ]
    text = context.words.text("founding_group", {"sectors": sectors})
    return {"sectors": sectors, "text": text, "places": found}
