"""Rosters: who is in, how each cap stands, and every version there was."""

from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from sqlalchemy import select

from models.errors import NotFound
from models.tables import RosterRow
from services.matcher.convening.caps import CapStatus, Limit, Tally, limits, status
from services.matcher.convening.desk import Desk, refuse_doubles, shown
from services.matcher.convening.schemas import RosterRequest
from services.matcher.convening.standing import Assignments, key_of, value_of

Facts = dict[str, Any]
HISTORY = 50
# What is kept of a member: enough to count it under any cap, whatever is published later.
_KEPT = ("id", "name", "kind", "country", "region", "population", "metro_population", "aliases")


@dataclass(frozen=True)
class Roster:
    """The members at one time. `hidden` others are not known; None where nobody counted them."""

    members: list[Facts]
    hidden: int | None = 0
    assignments: Assignments = field(default_factory=dict)
    version: int = 0
    as_of: str | None = None
    caps: list[Facts] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many members there are, as far as anybody counted."""
        return len(self.members) + (self.hidden or 0)

    def without(self, leaving: set[str]) -> "Roster":
        stay = [m for m in self.members if key_of(m) not in leaving]
        return replace(self, members=stay)

    def tally(self, limit: Limit) -> Tally:
        return Tally.of((self.value(m, limit) for m in self.members), self.hidden)

    def value(self, facts: Facts, limit: Limit) -> str | None:
        return value_of(facts, limit.attribute, self.assignments)

    def holders(self, limit: Limit, value: str | None) -> list[Facts]:
        """The members that count under a value of a cap."""
        return [holder(m) for m in self.members if self.value(m, limit) == value]


def holder(facts: Facts) -> Facts:
    return {k: facts[k] for k in ("id", "name", "country") if k in facts}


def tag(desk: Desk) -> str | None:
    """The version in force, as If-Match names it."""
    last = _newest(desk)
    return str(last.version) if last else None


def put(desk: Desk, request: RosterRequest) -> Roster:
    """Store a roster as a new version; sent again as it is, it stays the same version."""
    members = desk.all_facts(request.members)
    refuse_doubles([key_of(m) for m in members], "/members")
    content = {
        "members": [{k: m[k] for k in _KEPT if k in m} for m in members],
        "complete": request.complete,
        "unknown_members": 0 if request.complete else request.unknown_members,
        "as_of": request.as_of.isoformat() if request.as_of else None,
        "caps": [c.facts() for c in request.caps],
        "assignments": {k: a.facts() for k, a in request.assignments.items()},
    }
    document = orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
    last = _newest(desk)
    if last is None or last.document != document:
        last = RosterRow(
            tenant_id=desk.tenant,
            collaboration_id=desk.record["id"],
            version=last.version + 1 if last else 1,
            document=document,
        )
        desk.session.add(last)
        desk.session.flush()
    return _read(last)


def in_force(desk: Desk) -> Roster | None:
    """The newest roster of the tenant, or None where it never stored one."""
    row = _newest(desk)
    return _read(row) if row else None


def required(desk: Desk) -> Roster:
    """The roster in force; 404 where there is none."""
    roster = in_force(desk)
    if roster is None:
        name = desk.record["id"]
        raise NotFound(f"No roster of {name!r} is stored: PUT /v1/collaborations/{name}/roster.")
    return roster


def version(desk: Desk, number: int) -> Roster:
    """One version of the roster, by its number."""
    row = desk.session.get(RosterRow, (desk.tenant, desk.record["id"], number))
    if row is None:
        raise NotFound(f"There is no version {number} of this roster.")
    return _read(row)


def _newest(desk: Desk) -> RosterRow | None:
    return desk.session.scalar(_rows(desk).limit(1))


def _rows(desk: Desk) -> Any:
    return (
        select(RosterRow)
        .where(
            RosterRow.tenant_id == desk.tenant,
            RosterRow.collaboration_id == desk.record["id"],
        )
        .order_by(RosterRow.version.desc())
    )


def _read(row: RosterRow) -> Roster:
    content = orjson.loads(row.document)
    return Roster(
        content["members"],
        content["unknown_members"],
        content["assignments"],
        row.version,
        content["as_of"],
        content["caps"],
    )


def show(desk: Desk, roster: Roster) -> Facts:
    """The roster with the state of every cap, and the versions before it."""
    history = [
        {"version": row.version, "stored_at": row.created_at}
        for row in desk.session.scalars(_rows(desk).limit(HISTORY))
    ]
    answer: Facts = {
        "collaboration": desk.named,
        "members": [shown(m) for m in roster.members],
        "total": roster.total,
        "complete": roster.hidden == 0,
        "unknown_members": roster.hidden,
        "caps": standing(roster, limits([*desk.record.get("caps", ()), *roster.caps])),
        "version": roster.version,
        "history": history,
    }
    if roster.as_of:
        answer["as_of"] = roster.as_of
    if roster.assignments:
        answer["assignments"] = roster.assignments
    return answer


def standing(roster: Roster, found: list[Limit]) -> list[Facts]:
    """How each value on the roster stands under each cap, and who holds it."""
    return [line for limit in found for line in _lines(roster, limit)]


def _lines(roster: Roster, limit: Limit) -> list[Facts]:
    tally = roster.tally(limit)
    total = tally.known + (tally.hidden or 0)
    head: Facts = {"rule_id": limit.rule_id, "attribute": limit.attribute}
    if limit.share is not None:
        head |= {"max_share": limit.fraction}
    lines = [
        head
        | {
            "value": value,
            "count": count,
            "total": total,
            "max": limit.at_most(total),
            "status": status(limit, tally, value),
            "holders": roster.holders(limit, value),
        }
        for value, count in sorted(tally.counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    if tally.unplaced:
        unknown = {"value": None, "count": tally.unplaced, "status": CapStatus.UNDETERMINED}
        holders = roster.holders(limit, None)
        lines.append(
            head | unknown | {"total": total, "max": limit.at_most(total), "holders": holders}
        )
    return lines
