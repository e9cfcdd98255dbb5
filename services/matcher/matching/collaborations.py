"""POST /v1/matches/collaborations: what fits, would it let the place in, and what is in the way."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from models.taxonomy import Stage, Verdict
from services.matcher.features.needs import sectors_of
from services.matcher.matching.collaboration_cautions import stretched
from services.matcher.matching.collaboration_match import CollaborationMatch
from services.matcher.matching.collaboration_results import CollaborationResults
from services.matcher.matching.founding import founding_group
from services.matcher.matching.peer_results import not_on_file
from services.matcher.matching.question import Context
from services.matcher.matching.told_to_all import summary
from services.matcher.schemas import CollaborationsRequest
from services.matcher.scoring import Ranking
from services.matcher.terms import Rows
from services.stepwise import Stepwise, in_one_go

_STAGES = [str(stage) for stage in Stage]


def match_collaborations(context: Context, request: CollaborationsRequest) -> dict[str, Any]:
    """The collaborations that fit a place, best first, with a verdict each."""
    return in_one_go(matching_collaborations(context, request))


def matching_collaborations(
    context: Context, request: CollaborationsRequest
) -> Stepwise[dict[str, Any]]:
    """The same, step by step."""
    match = CollaborationMatch(context, request)
    yield
    ranking = match.rank(match.open_rows())
    yield
    return _answer(match, ranking)


def _answer(match: CollaborationMatch, ranking: Ranking) -> dict[str, Any]:
    request, context, writes = match.request, match.context, CollaborationResults(match)
    best = ranking.best(request.limit)
    shown = ranking.rows[best].tolist()
    answer: dict[str, Any] = {
        "mode": "collaborations",
        "weights": match.weights,
        "results": writes.all(ranking, best),
        "supply": context.catalogue.supply,
        "uncovered_stages": _uncovered(match, shown),
    }
    stretch = stretched(match.profile.facts, (match.records[row] for row in shown))
    if stretch:
        answer["stretch"] = [record["id"] for record in stretch]
    answer |= _covering_set(match, ranking) | _founding_group(match, ranking.rows)
    if len(shown) < request.limit:
        answer["fewer_because"] = _fewer_because(match)
    if match.profile.inferred:
        answer["inferred"] = match.profile.inferred
    answer |= _domestic(match) | _next_question(match)
    if "refused" in request.include:
        answer["refused"] = [writes.refusal(row) for row in match.refused_rows()]
    return answer


def _uncovered(match: CollaborationMatch, shown: Sequence[int]) -> list[str]:
    """Stages that no result works at on record; a network's own claim covers none."""
    on_record = match.context.catalogue.on_record
    covered = frozenset().union(*(on_record[row] for row in shown))
    asked = _stages_asked(match)
    return [stage for stage in _STAGES if stage not in covered and (not asked or stage in asked)]


def _covering_set(match: CollaborationMatch, ranking: Ranking) -> dict[str, Any]:
    """A small set that together works at every stage asked for, the best first.

    No collaboration covers all stages; a network's own claim covers none.
    """
    asked = _stages_asked(match)
    chosen: list[dict[str, Any]] = []
    sought = sectors_of(match.profile.facts)
    for at in ranking.best(len(ranking.rows)) if asked else ():
        row = int(ranking.rows[at])
        record, adds = match.records[row], asked & match.context.catalogue.on_record[row]
        useful = sought.intersection(record.get("sectors", ()))
        if adds and useful:
            asked -= adds
            stages = [str(stage) for stage in Stage if stage in adds]
            chosen.append({"id": record["id"], "name": record["name"], "stages": stages})
    return {"covering_set": chosen} if chosen else {}


def _founding_group(match: CollaborationMatch, open_rows: Rows) -> dict[str, Any]:
    """Where nothing serves a need: places that share it, to found a group with."""
    needed = {need["sector"] for need in match.profile.facts.get("needs", ())}
    if not needed or match.request.among is not None:
        return {}
    served = {s for row in open_rows.tolist() for s in match.records[row].get("sectors", ())}
    unserved = sorted(needed - served)
    if not unserved:
        return {}
    return {"founding_group": founding_group(match.context, match.profile, unserved)}


def _fewer_because(match: CollaborationMatch) -> list[dict[str, Any]]:
    refused = Counter(
        outcome.rule_id
        for row in match.refused_rows()
        for outcome in match.judged[row].outcomes
        if outcome.effect is Verdict.REFUSED
    )
    words = match.context.words
    told = [
        {"rule_id": rule, "removed": count, "text": words.text(f"removed.{rule}", {})}
        for rule, count in match.removed.most_common()
    ]
    told += [
        {"rule_id": rule, "removed": count, "text": words.text("removed.rule", {"rule": rule})}
        for rule, count in refused.most_common()
    ]
    known = {record["id"] for record in match.records}
    unknown = [name for name in match.request.among or () if name not in known]
    return told + not_on_file(unknown, words)


def _domestic(match: CollaborationMatch) -> dict[str, Any]:
    """Networks at home: a first step for newcomers, never an international match."""
    steps = [summary(match.records[row]) for row in match.rows_at_home()]
    return {"step_0": steps} if steps else {}


def _next_question(match: CollaborationMatch) -> dict[str, Any]:
    """The missing field that would settle most of what is undetermined."""
    missing = match.missing()
    if not missing:
        return {}
    field, settles = max(missing.items(), key=lambda item: (item[1], item[0]))
    return {"next_question": {"field": field, "would_settle": settles}}


def _stages_asked(match: CollaborationMatch) -> set[str]:
    return {n["stage"] for n in match.profile.facts.get("needs", ()) if n.get("stage")}
