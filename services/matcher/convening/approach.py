"""Whom to approach: places outside the network that fit it (the report, lines 3155-3166)."""

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.snapshot.codes import SECTORS
from models.taxonomy import Verdict
from services.matcher.convening.cap_outcomes import judge_caps
from services.matcher.convening.caps import Limit, limits
from services.matcher.convening.desk import Desk, shown
from services.matcher.convening.entry_rules import judge_alone, not_to_be_mended
from services.matcher.convening.fit import Scorer, sub_scores
from services.matcher.convening.roster import Roster, holder, in_force
from services.matcher.convening.standing import key_of
from services.matcher.convening.universe import governments, not_refused
from services.matcher.eligibility import Judgement

Facts = dict[str, Any]
# How many places are looked at closely, whatever the size of the catalogue.
LOOKED_AT = 600
_LEVELS = {"high": 2, "medium": 1, None: 0, "low": -2}


def approach_list(desk: Desk, as_of: date | None, limit: int) -> Facts:
    """Places that are no members and that no fixed rule refuses, the best worth a visit first."""
    day = as_of or desk.context.today
    stored = in_force(desk)
    roster = stored or Roster([])
    caps = limits([*desk.record.get("caps", ()), *roster.caps]) if stored else []
    inside = {key_of(m) for m in roster.members} | _known_members(desk)
    snapshot = desk.context.snapshot
    among = not_refused(snapshot, desk.record, day, governments(snapshot, desk.tenant))
    rows = _shortlist(desk, among)
    scorer = Scorer(desk.context, desk.row)
    found = []
    ids = dict.fromkeys([*(snapshot.places.id(row) for row in rows), *desk.own_places()])
    for place_id in ids:
        if place_id in inside:
            continue
        entry = _entry(desk, scorer, desk.stored(place_id), roster, caps, day)
        if entry is not None:
            found.append(entry)
    found.sort(key=lambda e: (-e["approach"], -e["rank_score"], e["place"]["id"]))
    return {
        "collaboration": desk.named,
        "as_of": day.isoformat(),
        "looked_at": len(ids),
        "of": int(among.sum()),
        "items": [{k: v for k, v in e.items() if k != "approach"} for e in found[:limit]],
    }


def _known_members(desk: Desk) -> set[str]:
    places = desk.context.snapshot.places
    ties = desk.context.snapshot.ties.of_collaboration(desk.row)
    return {places.id(t.place) for t in ties if t.tenant in ("public", desk.tenant)}


def _shortlist(desk: Desk, among: NDArray[np.bool_]) -> list[int]:
    """Those whose facts on file say most for the network, by the columns alone.

    What a place needs, offers and works on in the network's sectors counts; then its own powers.
    """
    places = desk.context.snapshot.places
    table = np.zeros(len(places))
    sectors = set(desk.record.get("sectors", ()))
    for name in ("needs", "offers", "sectors"):
        column = places.columns[name]
        wanted = _wanted(column.values.shape[1], sectors)
        touching = (column.values[:, wanted].sum(axis=1) > 0).astype(float)
        any_at_all = (column.values.sum(axis=1) > 0) * 0.25
        table += (touching + any_at_all)[column.codes]
    powers = places.columns["powers"]
    own = powers.values[:, -1] == 1.0
    with np.errstate(invalid="ignore"):
        known = ~np.isnan(powers.values[:, :-1]).all(axis=1)
    table += (0.5 * (own & known))[powers.codes]
    rows = np.flatnonzero(among)
    size = places.columns["size"]
    residents = np.nan_to_num(size.values[:, 0])[size.codes[rows]]
    order = np.lexsort((rows, -residents, -table[rows]))
    return [int(row) for row in rows[order[:LOOKED_AT]]]


def _wanted(width: int, sectors: set[str]) -> list[int]:
    """Which positions of a column of sectors, or of sectors by stage, are the network's."""
    names = [str(s) for s in SECTORS]
    return [at for at in range(width) if not sectors or names[at % len(names)] in sectors]


def _entry(
    desk: Desk, scorer: Scorer, facts: Facts, roster: Roster, caps: list[Limit], day: date
) -> Facts | None:
    outcomes = judge_alone(desk.record, facts, day)
    if not_to_be_mended(outcomes):
        return None
    ruled = judge_caps(roster, caps, [facts], desk.words)
    verdict = Judgement([*outcomes, *(o for o, _ in ruled)]).verdict
    if verdict is Verdict.REFUSED:
        return None
    subs = sub_scores(facts, desk.record)
    fit = scorer.fit(facts)
    approach = sum(_LEVELS[sub["level"]] for sub in subs.values())
    return {
        "place": shown(facts),
        "verdict": verdict,
        **fit.as_json(),
        "approach": approach,
        "all_four_high": all(sub["level"] == "high" for sub in subs.values()),
        "sub_scores": subs,
        "rules": [o.as_json() for o in outcomes] + [o.as_json() | more for o, more in ruled],
        "reasons": scorer.reasons(facts, fit),
        "members_at_home": [holder(m) for m in roster.members if m["country"] == facts["country"]],
        "not_known": [name for name, sub in subs.items() if sub["value"] is None],
    }
