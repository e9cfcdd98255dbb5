"""The features, in the order they are shown.

A new one: a line here, a weight in `data/weights.json`, its sentences in `wording/`, its name on
the pages (terms of `pages/wording/<language>/results.yaml`) and a test; then
`python -m tests.test_feature_docs`.
"""

from services.matcher.features import geography, joining, needs, powers, size, stance
from services.matcher.features.feature import (
    Because,
    Beside,
    Between,
    Facts,
    Feature,
    Scores,
    Seen,
    Values,
    fully,
)

PEER_FEATURES: tuple[Feature, ...] = (
    needs.NEEDS_MET,
    needs.GIVES_BACK,
    needs.SHARED_SECTORS,
    needs.SHARED_GOALS,
    needs.SAME_STAGE,
    needs.STAGE_AHEAD,
    size.SIZE,
    size.RANK,
    powers.SIMILAR_POWERS,
    powers.CONTRASTING_POWERS,
    powers.LEVERS,
    stance.STAKEHOLDERS_SHARED,
    stance.WORKS_ABROAD,
    geography.LANGUAGE,
    geography.NEARNESS,
    geography.NEIGHBOUR,
    geography.HOURS,
    geography.INCOME,
)

COLLABORATION_FEATURES: tuple[Feature, ...] = (
    joining.NEEDS_SERVED,
    joining.FOCUS,
    joining.THEME,
    needs.SHARED_GOALS,
    joining.AUDIENCE,
    joining.SIZE_BAND,
    joining.LEVEL,
    joining.EFFORT,
    joining.FEE,
    joining.SUPPORT,
    stance.WITHIN_POWERS,
    stance.READINESS_FITS,
    stance.ANCHOR,
    stance.SDG,
    stance.TEST_BED,
)

# Two features are not read from columns: likeness of texts comes from the text index, and an
# existing tie from the list of ties.
SIMILAR_TEXT = "similar_text"
EXISTING_TIE = "existing_tie"
# So is who of a network's known members is like the place.
PEERS_INSIDE = "peers_inside"

GIVEN: dict[str, str] = {
    SIMILAR_TEXT: "What the two wrote about themselves says like things.",
    EXISTING_TIE: "The two already have a tie (counts only where the caller asks to deepen ties).",
}

GIVEN_OF_COLLABORATIONS: dict[str, str] = {
    SIMILAR_TEXT: GIVEN[SIMILAR_TEXT],
    PEERS_INSIDE: "Places like this one, and near it, are known to be members.",
}

__all__ = [
    "COLLABORATION_FEATURES",
    "EXISTING_TIE",
    "GIVEN",
    "GIVEN_OF_COLLABORATIONS",
    "PEERS_INSIDE",
    "PEER_FEATURES",
    "SIMILAR_TEXT",
    "Because",
    "Beside",
    "Between",
    "Facts",
    "Feature",
    "Scores",
    "Seen",
    "Values",
    "fully",
]
