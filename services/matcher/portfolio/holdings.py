"""A place's commitments as holdings: departments' duplicates merged, their owners kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.errors import CollaborationNotFound
from models.months import months_later
from models.taxonomy import CollaborationType, CommitmentLevel
from services.matcher.judging import ended
from services.matcher.matching import Context

Facts = dict[str, Any]
REVIEW_MONTHS = 12
TERM_MONTHS = 6


@dataclass(frozen=True)
class Holding:
    """One commitment of the whole place; `record` is the collaboration or place it is with."""

    key: str
    record: Facts
    with_place: bool
    entries: tuple[Facts, ...]
    over: bool = False
    """Whether it has ended: it covers nothing, and holds its slot until it is let go."""

    @property
    def name(self) -> str:
        return str(self.record.get("name", self.key))

    @property
    def level(self) -> str:
        """The highest level at which any department keeps it."""
        levels = [e.get("level", CommitmentLevel.OFFICER) for e in self.entries]
        return "mayor" if CommitmentLevel.MAYOR in levels else "officer"

    @property
    def owners(self) -> list[str]:
        """Who keeps it, as the entries say: departments, else the role of the owner."""
        named = (e.get("department") or e.get("owner_role") for e in self.entries)
        return sorted({name for name in named if name})

    @property
    def days(self) -> float | None:
        """Days a year: those of all departments, else what the collaboration asks for."""
        said = [e["officer_days"] for e in self.entries if "officer_days" in e]
        days: float | None = sum(said) if said else self.record.get("effort_days")
        return days

    @property
    def fee(self) -> Facts | None:
        """The fee a year; departments that each note it pay it once."""
        said = [e["fee"] for e in self.entries if "fee" in e]
        fee: Facts | None = (
            max(said, key=lambda f: f["amount"]) if said else yearly(self.record.get("fee"))
        )
        return fee

    @property
    def types(self) -> list[str]:
        if self.with_place:
            return [str(CollaborationType.PEER_PARTNERSHIP)]
        return [self.record["type"], *self.record.get("labels", ())] if self.record else []

    def earliest(self, field: str) -> date | None:
        days = [date.fromisoformat(e[field]) for e in self.entries if e.get(field)]
        return min(days, default=None)

    def shown(self) -> Facts:
        """How an answer names it."""
        return {"place" if self.with_place else "collaboration": self.named()}

    def named(self) -> Facts:
        return named(self.key, self.name, self.record)


def named(key: str, name: str, record: Facts) -> Facts:
    """A partner as an answer names it."""
    shown = ("type", "kind", "country")
    return {"id": key, "name": name} | {k: record[k] for k in shown if k in record}


def yearly(fee: Facts | None) -> Facts | None:
    """A fee as an amount a year."""
    if fee is None:
        return None
    times = 12 if fee.get("period") == "month" else 1
    return {"amount": fee["amount"] * times, "currency": fee["currency"]}


def holdings(context: Context, facts: Facts) -> list[Holding]:
    """The commitments of a place, one for each collaboration or place, in order of their ids."""
    found: dict[tuple[bool, str], list[Facts]] = {}
    records: dict[tuple[bool, str], Facts] = {}
    for entry in facts.get("commitments", ()):
        with_place = "place_id" in entry
        record = _place(context, entry) if with_place else _collaboration(context, entry)
        key = (with_place, str(record.get("id") or entry.get("place_id") or entry["collaboration"]))
        found.setdefault(key, []).append(entry)
        records[key] = record
    return [
        Holding(key[1], records[key], key[0], tuple(found[key]), _over(context, key, records[key]))
        for key in sorted(found)
    ]


def _over(context: Context, key: tuple[bool, str], record: Facts) -> bool:
    return not key[0] and ended(record, context.today)


def live(found: Iterable[Holding]) -> list[Holding]:
    """Those that have not ended: only they cover anything."""
    return [holding for holding in found if not holding.over]


def _place(context: Context, entry: Facts) -> Facts:
    snapshot = context.snapshot
    row = snapshot.places.row(entry["place_id"], context.tenant)
    return {} if row is None else {**snapshot.places.facts(row), "id": entry["place_id"]}


def _collaboration(context: Context, entry: Facts) -> Facts:
    """The collaboration meant, by whatever name it has or had."""
    try:
        row = context.catalogue.collaboration(entry["collaboration"], context.tenant)
    except CollaborationNotFound:
        return {}
    return context.snapshot.collaborations[row]


def why_reassess(holding: Holding, as_of: date) -> list[tuple[str, Facts]]:
    """Why a commitment should be looked at again, as codes with arguments."""
    found: list[tuple[str, Facts]] = []
    due, since = holding.earliest("review_due"), holding.earliest("since")
    if due is not None and due <= as_of:
        found.append(("portfolio.review.due", {"when": due.isoformat()}))
    elif due is None and since is not None and months_later(since, REVIEW_MONTHS) < as_of:
        found.append(("portfolio.review.old", {"when": since.isoformat()}))
    terms = holding.earliest("term_ends")
    if terms is not None and terms <= months_later(as_of, TERM_MONTHS):
        roles = sorted({e["owner_role"] for e in holding.entries if e.get("owner_role")})
        code = "term" if terms > as_of else "term_over"
        code = code if roles else f"{code}_nobody"
        args = {"when": terms.isoformat(), "owner": roles or None}
        found.append((f"portfolio.review.{code}", args))
    if holding.over:
        found.append(("portfolio.review.ended", {"when": holding.record["ends"]}))
    return found


def spent(found: Iterable[Holding], level: str) -> int:
    return sum(holding.level == level for holding in found)
