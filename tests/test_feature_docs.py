"""docs/features.md and docs/verdicts.md say what the code does.

`python -m tests.test_feature_docs` writes the tables of features.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from models.snapshot.place_columns import TRUST_IN_AVERAGES
from models.taxonomy import Mode, Outcome, RemedyKind, Verdict
from services.matcher.collaboration_columns import STAGE_WORTH, UNKNOWN_STAGE
from services.matcher.eligibility import STALE_AFTER
from services.matcher.features import (
    COLLABORATION_FEATURES,
    GIVEN,
    GIVEN_OF_COLLABORATIONS,
    PEER_FEATURES,
    Feature,
)
from services.matcher.features.geography import TRUST_IN_COUNTRY
from services.matcher.matching.collaboration_match import TEXT_ALONE_WEIGHT
from services.matcher.matching.peers import DEEPEN_WEIGHT
from services.matcher.wording import wording

ROOT = Path(__file__).resolve().parent.parent
FEATURES = ROOT / "docs" / "features.md"
EXAMPLE = ROOT / "docs" / "how-a-match-is-made.md"
VERDICTS = ROOT / "docs" / "verdicts.md"
WEIGHTS: dict[str, Any] = json.loads((ROOT / "data" / "weights.json").read_text())
_CODE = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


def _columns(feature: Feature | None) -> str:
    if feature is None:
        return "see below"
    return " ".join(dict.fromkeys((f"`{feature.asks}`", f"`{feature.answers}`")))


def _row(name: str, feature: Feature | None, weights: list[float]) -> str:
    says = feature.says if feature else (GIVEN | GIVEN_OF_COLLABORATIONS)[name]
    cells = [f"`{name}`", says, _columns(feature), *(f"{weight:g}" for weight in weights)]
    return f"| {' | '.join(cells)} |"


def _table(head: list[str], rows: list[str]) -> str:
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows])


def peers_table() -> str:
    """Every feature of peers with its weight in each mode."""
    given: dict[str, Feature | None] = {f.name: f for f in PEER_FEATURES}
    given |= dict.fromkeys(GIVEN)
    rows = [_row(n, f, [WEIGHTS["peers"][m][n] for m in Mode]) for n, f in given.items()]
    return _table(["feature", "what it says", "columns", *(f"`{m}`" for m in Mode)], rows)


def collaborations_table() -> str:
    """Every feature of collaborations with its weight."""
    given: dict[str, Feature | None] = {f.name: f for f in COLLABORATION_FEATURES}
    given |= dict.fromkeys(GIVEN_OF_COLLABORATIONS)
    rows = [_row(n, f, [WEIGHTS["collaborations"][n]]) for n, f in given.items()]
    return _table(["feature", "what it says", "columns", "weight"], rows)


def cautions_table() -> str:
    """Every caution with its English text."""
    rows = []
    for name, template in sorted(wording("en").templates.items()):
        family, _, code = name.partition(".")
        if family == "caution":
            text = template if isinstance(template, str) else template["other"]
            plain = re.sub(r":[a-z_]+}", "}", text)
            rows.append(f"| `{code.split('.')[0]}` | {plain} |")
    return _table(["code", "text"], rows)


TABLES = {
    "peers": (FEATURES, peers_table),
    "collaborations": (FEATURES, collaborations_table),
    "cautions": (VERDICTS, cautions_table),
}


def written(text: str, name: str, table: str) -> str:
    """A page with one of its tables in place."""
    return re.sub(
        rf"(<!-- {name} -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}{table}\n{found[2]}",
        text,
        count=1,
        flags=re.DOTALL,
    )


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_that_of_the_code(name: str) -> None:
    page, table = TABLES[name]
    text = page.read_text(encoding="utf-8")
    assert written(text, name, table()) == text, "run python -m tests.test_feature_docs"


def test_every_column_that_a_feature_reads_is_explained() -> None:
    facts = FEATURES.read_text(encoding="utf-8").split("## The facts behind")[1]
    read = {c for f in (*PEER_FEATURES, *COLLABORATION_FEATURES) for c in (f.asks, f.answers)}
    assert set(_CODE.findall(facts)) == read


def test_every_feature_has_a_weight_and_every_weight_a_feature() -> None:
    peers = {f.name for f in PEER_FEATURES} | set(GIVEN)
    assert {mode: set(table) for mode, table in WEIGHTS["peers"].items()} == dict.fromkeys(
        map(str, Mode), peers
    )
    joins = {f.name for f in COLLABORATION_FEATURES} | set(GIVEN_OF_COLLABORATIONS)
    assert set(WEIGHTS["collaborations"]) == joins


def test_the_numbers_in_the_text_are_those_of_the_code() -> None:
    text = FEATURES.read_text(encoding="utf-8")
    assert f"`existing_tie` weighs {DEEPEN_WEIGHT:g} where" in text
    assert f"`similar_text` weighs {TEXT_ALONE_WEIGHT:g} where" in text
    assert TRUST_IN_AVERAGES == TRUST_IN_COUNTRY == 0.5, "the text says half"
    verified, inferred, claim = STAGE_WORTH.values()
    assert claim == UNKNOWN_STAGE, "the text gives one number for both"
    assert f"{verified:g} where verified, {inferred:g} where inferred, {claim:g} where" in text


def _sources() -> str:
    files = sorted((ROOT / "services" / "matcher").rglob("*.py"))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def _section(title: str) -> str:
    """A part of the page of verdicts, by its heading."""
    return VERDICTS.read_text(encoding="utf-8").split(f"## {title}\n")[1].split("\n## ")[0]


def test_every_verdict_outcome_and_remedy_is_explained_and_no_other() -> None:
    assert _CODE.findall(_section("Outcomes of a rule")) == [str(o) for o in Outcome]
    assert _CODE.findall(_section("Verdicts")) == [str(v) for v in Verdict]
    kinds = _CODE.findall(_section("What would change a failure"))
    assert kinds == [str(k) for k in RemedyKind]


def test_every_built_in_rule_is_explained_and_no_other() -> None:
    code = _sources()
    found = set(re.findall(r'rule_id=f?"([^"]+)"', code))
    found |= {f"peer-{n.replace('_', '-')}" for n in _conditions()} - {"peer-visible"}
    explained = _CODE.findall(_section("Rules that are built in"))
    assert len(explained) == len(set(explained))
    assert {re.sub(r"\{.*\}", "*", rule) for rule in found} == set(explained)


def _conditions() -> set[str]:
    """The conditions on peers; each has a text of its own."""
    named = {n.removeprefix("peer.") for n in wording("en").templates if n.startswith("peer.")}
    folder = ROOT / "services/matcher/matching"
    files = ("candidates.py", "by_country.py")
    code = "".join((folder / name).read_text(encoding="utf-8") for name in files)
    quoted = set(re.findall(r'"([a-z_]+)"', code))
    assert named <= quoted, "a text of a condition that there is not"
    assert set(re.findall(r'Condition\(\s*"([a-z_]+)"', code)) <= named | {"visible"}
    return named


def test_a_caution_said_by_the_code_is_in_the_table() -> None:
    said = set(re.findall(r'\bcaution\(\s*"([a-z_.]+)"', _sources()))
    assert len(said) > 15
    assert {code.split(".")[0] for code in said} <= set(_CODE.findall(_section("Cautions")))


def test_the_numbers_of_the_verdicts_are_those_of_the_code() -> None:
    assert STALE_AFTER.days // 365 == 2, "the text says two years"


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def test_the_worked_example_can_be_redone() -> None:
    """The sum, the coverage and the rank score follow from the weights and values it shows.

    It is of a day: the weights of today may be others.
    """
    text = EXAMPLE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)`:.* \| (.+) \| (.+) \| (.+) \| (.+) \|$", text, re.MULTILINE)
    assert {name for name, *_ in rows} <= {f.name for f in PEER_FEATURES} | set(GIVEN)
    figures = [[_number(cell) for cell in cells] for _, *cells in rows]
    told = sum(weight for weight, *_ in figures)
    for weight, value, product, contribution in figures:
        assert weight * value == pytest.approx(product, abs=2e-4)
        assert product / told == pytest.approx(contribution, abs=1e-4)
    total = sum(product for *_, product, _ in figures)
    every, gamma = map(
        float, re.findall(r"add up to ([\d.]+);", text) + re.findall(r"\^([\d.]+) =", text)
    )
    score, coverage = total / told, told / every
    lowest, best = total / every, (total + every - told) / every
    for shown in (score, coverage, score * coverage**gamma, lowest, best):
        assert f"{shown:.4f}" in text
    assert f"{total:.4f} / {told:g} =" in text
    assert f"{told:g} / {every:g} =" in text


if __name__ == "__main__":
    for table_name, (path, make) in TABLES.items():
        page = path.read_text(encoding="utf-8")
        path.write_text(written(page, table_name, make()), encoding="utf-8")
