"""What moved between two answers and why, in words.

Only what the answers themselves say is compared, so that it holds even where a snapshot is gone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from models.errors import InvalidInput
from models.tables import MatchRow
from services.matcher.decisions.replay import stored_answer
from services.matcher.evidence import COMPARED, in_brief
from services.matcher.features import SIMILAR_TEXT
from services.matcher.wording import Wording

Json = dict[str, Any]
# What two requests differ in and the matches themselves tell already.
TOLD_ABOVE = {("request", "weights"), ("request", "as_of")}
SHOWN = 80


@dataclass(frozen=True)
class Side:
    """One of the two answers: its results in order, and what it refused."""

    row: MatchRow
    order: list[str]
    results: dict[str, Json]
    refused: Mapping[str, Json]

    def above(self, key: str) -> set[str]:
        return set(self.order[: self.order.index(key)])


def side_of(row: MatchRow, refused: Iterable[Json] = ()) -> Side:
    """An answer ready to compare; `refused` adds to the refusals it holds itself."""
    answer: Json = orjson.loads(stored_answer(row))
    results = {key_of(result): result for result in answer["results"]}
    refusals = {key_of(r): r for r in (*refused, *answer.get("refused", ()))}
    return Side(row, list(results), results, refusals)


def key_of(result: Json) -> str:
    return str(_thing(result)["id"])


def _thing(result: Json) -> Json:
    thing: Json = result.get("place") or result["collaboration"]
    return thing


def difference(before: Side, after: Side, words: Wording) -> Json:
    """Every result that moved, came or went, with the causes that the answers show."""
    if before.row.kind != after.row.kind:
        detail = "a match of peers and one of collaborations cannot be compared"
        raise InvalidInput.at("{second}", detail, "different_kinds")
    tell = _Teller(before, after, words)
    asked = tell.question()
    moved = [tell.moved(key) for key in after.order if tell.has_moved(key)]
    left = [tell.left(key) for key in before.order if key not in after.results]
    return {
        "a": before.row.id,
        "b": after.row.id,
        "same": not (asked or moved or left),
        "question": asked,
        "moved": moved,
        "left": left,
        "text": [item["text"] for item in (*asked, *moved, *left)],
    }


@dataclass(frozen=True)
class _Teller:
    before: Side
    after: Side
    words: Wording

    def question(self) -> list[Json]:
        """What differs in the question itself."""
        found = []
        one, other = self.before.row, self.after.row
        for field in ("as_of", "language", "snapshot_id"):
            if getattr(one, field) != getattr(other, field):
                found.append(self._asked(field, getattr(one, field), getattr(other, field)))
        for name, a, b in (
            ("weights", orjson.loads(one.weights), orjson.loads(other.weights)),
            ("request", orjson.loads(one.request), orjson.loads(other.request)),
        ):
            for key in sorted(a.keys() | b.keys()):
                if a.get(key) != b.get(key) and (name, key) not in TOLD_ABOVE:
                    found.append(self._differs(key, a.get(key), b.get(key), name))
        return found

    def _differs(self, field: str, before: Any, after: Any, of: str) -> Json:
        """A difference in the question; of two descriptions of a place, where they differ."""
        if not (isinstance(before, dict) and isinstance(after, dict)):
            return self._asked(field, before, after, of)
        fields = sorted(k for k in before.keys() | after.keys() if before.get(k) != after.get(k))
        args = {"field": field, "fields": fields}
        text = self.words.text("diff.described", args)
        return {"of": of, "field": field, "fields": fields, "text": text}

    def _asked(self, field: str, before: Any, after: Any, of: str = "match") -> Json:
        args = {"field": field, "before": self._short(before), "after": self._short(after)}
        text = self.words.text(f"diff.{of}", args)
        return {"of": of, "field": field, "before": args["before"], "after": args["after"]} | {
            "text": text
        }

    def _short(self, value: Any) -> str:
        """A value of a question as people write it, cut where it is long."""
        if value is None:
            return "–"
        if isinstance(value, date):
            return self.words.exact_day(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.words.format_field(value, "number")
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
        return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"

    def has_moved(self, key: str) -> bool:
        if key not in self.before.results:
            return True
        same_place = self.before.order.index(key) == self.after.order.index(key)
        verdicts = {side.results[key].get("verdict") for side in (self.before, self.after)}
        return not same_place or len(verdicts) > 1

    def moved(self, key: str) -> Json:
        """A result that stands elsewhere than before, or that is new."""
        result = self.after.results[key]
        place = self.after.order.index(key) + 1
        if key not in self.before.results:
            causes = self._returned(key)
            text = self._sentence("diff.entered", result, causes, after=place)
            return _item(key, result, None, place, causes, text)
        was = self.before.order.index(key) + 1
        causes = [*self._own(key), *self._others(key)] or [self._cause("diff.relative", {})]
        code = "diff.stayed" if was == place else "diff.moved"
        text = self._sentence(code, result, causes, before=was, after=place)
        return _item(key, result, was, place, causes, text)

    def left(self, key: str) -> Json:
        """A result that is not among the results any more."""
        result, was = self.before.results[key], self.before.order.index(key) + 1
        rules = _failed(self.after.refused.get(key))
        causes = [self._cause("diff.refused", {"rule": rule}) for rule in rules]
        causes = causes or [self._cause("diff.beyond", {"count": len(self.after.order)})]
        text = self._sentence("diff.left", result, causes, before=was)
        return _item(key, result, was, None, causes, text)

    def _returned(self, key: str) -> list[Json]:
        rules = _failed(self.before.refused.get(key))
        return [self._cause("diff.no_longer_refused", {"rule": rule}) for rule in rules]

    def _own(self, key: str) -> list[Json]:
        """What the two answers say differently of the result itself."""
        one, other = self.before.results[key], self.after.results[key]
        old, new = _facts(one), _facts(other)
        causes = []
        before, after = ({field for field, _ in facts} for facts in (old, new))
        for field in sorted(after - before | _settled(one, other)):
            causes.append(self._cause("diff.now_known", {"field": field}))
        for field in sorted(before - after):
            causes.append(self._cause("diff.now_unknown", {"field": field}))
        for field in sorted({k[0] for k in old.keys() & new.keys() if old[k] != new[k]}):
            causes.append(self._cause("diff.changed", {"field": field}))
        if one.get("verdict") != other.get("verdict"):
            args = {"before": one.get("verdict"), "after": other.get("verdict")}
            causes.append(self._cause("diff.verdict", args))
        return causes

    def _others(self, key: str) -> list[Json]:
        """Who stood above it and does not now, or the other way round."""
        before, after = self.before.above(key), self.after.above(key)
        gone = Counter(
            rule
            for other in before - set(self.after.order)
            for rule in _failed(self.after.refused.get(other))[:1]
        )
        causes = [
            self._cause("diff.rule_for_above", {"rule": rule, "count": count})
            for rule, count in sorted(gone.items())
        ]
        passed = len((before - after) & set(self.after.order))
        fell_behind = len((after - before) & set(self.before.order))
        new = len(after - set(self.before.order))
        if passed:
            causes.append(self._cause("diff.passed", {"count": passed}))
        if fell_behind:
            causes.append(self._cause("diff.overtaken", {"count": fell_behind}))
        if new:
            causes.append(self._cause("diff.new_above", {"count": new}))
        return causes

    def _cause(self, code: str, args: Json) -> Json:
        return {"code": code, "args": args, "text": self.words.text(code, args)}

    def _sentence(self, code: str, result: Json, causes: list[Json], **places: int) -> str:
        args: Json = {name: self.ordinal(place) for name, place in places.items()}
        head = self.words.text(code, {**args, "name": _thing(result)["name"]})
        why = "; ".join(cause["text"] for cause in causes)
        return f"{head}: {why}" if why else head

    def ordinal(self, number: int) -> str:
        """A place in an order, as the language writes it in figures."""
        if self.words.language != "en":
            first = "er" if number == 1 else "e"
            return f"{number}{first if self.words.language == 'fr' else '.º'}"
        teen = 10 <= number % 100 <= 20
        return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _item(
    key: str, result: Json, before: int | None, after: int | None, causes: list[Json], text: str
) -> Json:
    item = {"id": key, "name": _thing(result)["name"], "before": before, "after": after}
    return item | {"causes": causes, "text": text}


def _facts(result: Json) -> dict[tuple[str, str], Any]:
    """The facts of its own that a result's reasons rest on, as each feature looks at them.

    Ours differ with the question.
    """
    return {
        (item["field"], reason["feature"]): _compared(item, reason["feature"])
        for reason in result.get("reasons", ())
        for item in reason["evidence"]
        if item["side"] == "theirs"
    }


def _compared(item: Json, feature: str) -> Any:
    """What a feature looked at; answers of before tell needs and offers whole."""
    whole = item["field"] in COMPARED and feature != SIMILAR_TEXT
    return in_brief(item["value"]) if whole else item["value"]


def _settled(before: Json, after: Json) -> set[str]:
    """Fields that were missing for the verdict and are not now."""
    return set(before.get("missing", ())) - set(after.get("missing", ()))


def _failed(refusal: Json | None) -> list[str]:
    rules = refusal["rules"] if refusal else ()
    return [rule["rule_id"] for rule in rules if rule["outcome"] == "fail"]
