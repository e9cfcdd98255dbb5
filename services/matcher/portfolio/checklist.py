"""The checklist before joining: the default one or the tenant's own, answered where known."""

from collections.abc import Mapping
from typing import Any

import orjson

from models.tables import TenantDocumentRow
from models.taxonomy import Verdict
from services.matcher.matching.routes_in import insiders
from services.matcher.portfolio.situation import Candidate, Situation
from services.matcher.wording import Wording

CHECKLIST = "checklist"
CODES = (
    "serves-a-need",
    "adds-something",
    "may-join",
    "capacity",
    "terms-stated",
    "peers-inside",
    "owner-named",
    "review-date",
)
_ANSWERS = {True: "yes", False: "no", None: "unknown"}


def lines_of(row: TenantDocumentRow | None, words: Wording) -> dict[str, Any]:
    """The checklist in force: version 0 is the default one, in the language asked for."""
    if row is None:
        lines = [{"code": c, "text": words.text(f"checklist.{c}", {})} for c in CODES]
        return {"version": 0, "lines": lines}
    return {"version": row.version, **orjson.loads(row.document)}


def answered(checklist: Mapping[str, Any], known: Mapping[str, bool | None]) -> dict[str, Any]:
    """Every line with yes, no or unknown; what the service cannot tell is for people."""
    lines = [{**line, "answer": _ANSWERS[known.get(line["code"])]} for line in checklist["lines"]]
    return {**checklist, "lines": lines}


def known_answers(
    situation: Situation, candidate: Candidate, new: bool | None, room: bool
) -> dict[str, bool | None]:
    """What the service can tell of the lines it knows."""
    needs = [e for e in situation.weights if e[0] == "need"]
    serves = any(e[0] == "need" for e in situation.covers(candidate))
    verdicts = {Verdict.ELIGIBLE: True, Verdict.REFUSED: False}
    clear = candidate.record.get("obligations_clear")
    return {
        "serves-a-need": serves if needs and candidate.record.get("sectors") else None,
        "adds-something": new,
        "may-join": verdicts.get(candidate.verdict) if candidate.judgement else None,
        "capacity": room if _capacity_known(situation) else None,
        "terms-stated": all(clear.values()) if clear else None,
        "peers-inside": _inside(situation, candidate),
    }


def _capacity_known(situation: Situation) -> bool:
    return any(limit is not None for limit in situation.budgets.limits().values())


def _inside(situation: Situation, candidate: Candidate) -> bool | None:
    """Known members say yes; none on file says nothing."""
    row = situation.match.row_of(candidate.key)
    found = row >= 0 and insiders(situation.context, situation.match.profile, row).written
    return True if found else None
