"""Golden cases as data: reading them, asking the API, and the few things they may check."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from models.taxonomy import Verdict

FOLDER = Path(__file__).parent
FIXTURES = "fixtures.yaml"
Json = Any


class Question(BaseModel):
    """One request: to `peers` or `collaborations` with a body, or any path read with GET."""

    model_config = ConfigDict(extra="forbid")

    ask: Literal["peers", "collaborations"] | None = None
    get: str | None = None
    as_made_up: bool = False
    as_stranger: bool = False
    body: dict[str, Any] = {}

    @property
    def path(self) -> str:
        return self.get or f"/v1/matches/{self.ask}"


class Case(BaseModel):
    """A golden case. `S`: the report alone decides it; `F`: its values are made up for it."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    id: str
    requirement: str = Field(pattern=r"^R\d\d$")
    lines: str | None = Field(default=None, pattern=r"^\d+(-\d+)?(, \d+(-\d+)?)*$")
    source: Literal["S", "F"]
    when: Question
    and_when: Question | None = None
    then: list[dict[str, Any]] = Field(min_length=1)
    because: str
    expects: Literal["pending"] | None = None
    pending_why: str | None = None


def cases() -> Iterator[Case]:
    """Every case of the YAML files of this folder."""
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.name != FIXTURES:
            for raw in yaml.safe_load(path.read_text(encoding="utf-8")):
                yield Case.model_validate(raw)


@dataclass(frozen=True)
class Answers:
    """The answers to a case's one or two questions."""

    status: int
    first: Json
    second: Json | None = None


def key_of(item: Json) -> str | None:
    """What a list's item is found by."""
    for name in ("place", "collaboration"):
        if isinstance(item.get(name), dict):
            return str(item[name]["id"])
    named = ("id", "feature", "rule_id", "code", "field", "kind")
    return next((str(item[name]) for name in named if name in item), None)


def at(answer: Json, path: str) -> Json:
    """What lies at a path such as `results/gn:1/cautions/level`; None where nothing does."""
    for step in path.split("/"):
        if isinstance(answer, dict):
            answer = answer.get(step)
        elif isinstance(answer, list) and step.isdigit():
            answer = answer[int(step)] if int(step) < len(answer) else None
        elif isinstance(answer, list):
            answer = next((i for i in answer if isinstance(i, dict) and key_of(i) == step), None)
        else:
            return None
    return answer


def ids(answer: Json) -> list[str]:
    return [str(key_of(result)) for result in answer["results"]]


def result(answer: Json, key: str) -> Json:
    """A result, or a refusal, by the id of its place or collaboration."""
    found = at(answer, f"results/{key}") or at(answer, f"refused/{key}")
    assert found is not None, f"{key} is in neither results nor refused: {ids(answer)}"
    return found


def texts(answer: Json) -> Iterator[str]:
    """Every sentence of an answer, wherever it stands."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            if name == "text" and isinstance(value, str):
                yield value
            else:
                yield from texts(value)
    elif isinstance(answer, list):
        for item in answer:
            yield from texts(item)


def first(answers: Answers, wanted: str) -> None:
    assert ids(answers.first)[:1] == [wanted]


def in_top(answers: Answers, wanted: dict[str, Any]) -> None:
    top = ids(answers.first)[: wanted["n"]]
    assert set(wanted["ids"]) <= set(top), top


def not_in_top(answers: Answers, wanted: dict[str, Any]) -> None:
    top = ids(answers.first)[: wanted["n"]]
    assert top, "an empty list proves nothing"
    assert not set(wanted["ids"]) & set(top), top


def above(answers: Answers, wanted: list[str]) -> None:
    order = ids(answers.first)
    places = [order.index(key) for key in wanted]
    assert places == sorted(places), order
    scores = [result(answers.first, key)["rank_score"] for key in wanted]
    assert all(a > b for a, b in pairwise(scores)), scores


def next_to(answers: Answers, wanted: list[str]) -> None:
    order = ids(answers.first)
    one, other = (order.index(key) for key in wanted)
    assert abs(one - other) == 1, order


def absent(answers: Answers, wanted: list[str]) -> None:
    refused = [str(key_of(refusal)) for refusal in answers.first.get("refused", ())]
    assert not set(wanted) & {*ids(answers.first), *refused}


def verdict(answers: Answers, wanted: dict[str, str]) -> None:
    assert {key: result(answers.first, key)["verdict"] for key in wanted} == wanted


def refused_by(answers: Answers, wanted: dict[str, str]) -> None:
    for key, rule_id in wanted.items():
        refusal = at(answers.first, f"refused/{key}")
        assert refusal is not None, f"{key} is not refused"
        assert refusal["verdict"] in (Verdict.REFUSED, Verdict.WAITLISTED)
        failed = [r["rule_id"] for r in refusal["rules"] if r["outcome"] == "fail"]
        assert rule_id in failed


def reason(answers: Answers, wanted: dict[str, Any]) -> None:
    """A reason by feature or code; `moves` says that it adds to the score."""
    reasons = result(answers.first, wanted["id"])["reasons"]
    found = [
        r
        for r in reasons
        if wanted.get("feature") in (None, r["feature"]) and wanted.get("code") in (None, r["code"])
    ]
    assert found, [(r["feature"], r["code"]) for r in reasons]
    assert not wanted.get("moves") or any(r["contribution"] > 0 for r in found)
    assert wanted.get("says", "") in " ".join(r["text"] for r in found)


def no_reason(answers: Answers, wanted: dict[str, Any]) -> None:
    reasons = result(answers.first, wanted["id"])["reasons"]
    assert wanted["feature"] not in [r["feature"] for r in reasons]


def _cautions(answers: Answers, key: str) -> dict[str, str]:
    found = result(answers.first, key).get("cautions", [])
    return {caution["code"]: caution["text"] for caution in found}


def caution(answers: Answers, wanted: dict[str, Any]) -> None:
    found = _cautions(answers, wanted["id"])
    assert wanted["code"] in found
    assert wanted.get("says", "").casefold() in found[wanted["code"]].casefold()


def no_caution(answers: Answers, wanted: dict[str, Any]) -> None:
    assert wanted["code"] not in _cautions(answers, wanted["id"])


def missing(answers: Answers, wanted: dict[str, list[str]]) -> None:
    for key, fields in wanted.items():
        assert set(fields) <= set(result(answers.first, key).get("missing", ()))


def route_in(answers: Answers, wanted: dict[str, Any]) -> None:
    ways = result(answers.first, wanted["id"]).get("route_in", [])
    found = [way for way in ways if way["code"] == wanted["code"]]
    assert found, ways
    names = {place["name"] for way in found for place in way.get("places", ())}
    assert set(wanted.get("places", ())) <= names


def _compare(how: str, seen: Json, value: Json) -> bool:
    tests: dict[str, Callable[[], bool]] = {
        "is": lambda: bool(seen == value),
        "is_not": lambda: bool(seen != value),
        "has": lambda: bool(seen is not None and value in seen),
        "lacks": lambda: bool(seen is None or value not in seen),
        "above": lambda: bool(seen > value),
        "below": lambda: bool(seen < value),
        "count": lambda: bool(len(seen) == value),
        "present": lambda: (seen is not None) is value,
    }
    return tests[how]()


def field(answers: Answers, wanted: dict[str, Any]) -> None:
    """What lies at `path`, compared in one of the ways of `_compare`."""
    seen = at(answers.first, wanted["path"])
    for how in wanted.keys() - {"path"}:
        assert _compare(how, seen, wanted[how]), f"{wanted['path']}: {seen!r}"


def text_lacks(answers: Answers, wanted: str) -> None:
    said = list(texts(answers.first))
    assert said
    assert not [text for text in said if wanted.casefold() in text.casefold()]


def text_has(answers: Answers, wanted: str) -> None:
    assert any(wanted.casefold() in text.casefold() for text in texts(answers.first))


def alike(answers: Answers, wanted: dict[str, Any]) -> None:
    """Two results of one answer have the same values in the fields named."""
    one, other = (result(answers.first, key) for key in wanted["ids"])
    for name in wanted["fields"]:
        assert one[name] == other[name], name


def unchanged(answers: Answers, paths: list[str]) -> None:
    """The second answer says the same at these paths as the first."""
    for path in paths:
        assert at(answers.first, path) is not None, path
        assert at(answers.second, path) == at(answers.first, path), path


def changed(answers: Answers, paths: list[str]) -> None:
    for path in paths:
        assert at(answers.second, path) != at(answers.first, path), path


def then_first(answers: Answers, wanted: str) -> None:
    assert ids(answers.second)[:1] == [wanted]


def then_absent(answers: Answers, wanted: list[str]) -> None:
    assert not set(wanted) & set(ids(answers.second))


def then_present(answers: Answers, wanted: list[str]) -> None:
    assert set(wanted) <= set(ids(answers.second))


def then_above(answers: Answers, wanted: list[str]) -> None:
    above(Answers(answers.status, answers.second), wanted)


def status(answers: Answers, wanted: int) -> None:
    assert answers.status == wanted


CHECKS: dict[str, Callable[[Answers, Any], None]] = {
    check.__name__: check
    for check in (
        first, in_top, not_in_top, above, next_to, absent, verdict, refused_by, reason, no_reason,
        caution, no_caution, missing, route_in, field, text_lacks, text_has, alike, unchanged,
        changed, then_first, then_absent, then_present, then_above, status,
    )
}  # fmt: skip
