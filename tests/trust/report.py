"""Counts of the trust checks: kept in docs/trust.json, shown as the table of docs/trust.md."""

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE, DATA = DOCS / "trust.md", DOCS / "trust.json"
BEGIN, END = "<!-- counts -->", "<!-- end of counts -->"
_SHOWN = 12


@dataclass
class Tried:
    """What a check tried, and what failed."""

    count: int = 0
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_told: bool = False

    def __call__(self, ok: bool, what: object = "") -> None:
        """Count one try; what failed is told at the end, all together."""
        self.count += 1
        if not ok:
            self.failures.append(str(what)[:500])

    def note(self, text: str) -> None:
        """Something measured that the report should tell."""
        self.notes.append(text)

    def done(self) -> None:
        """Fail where anything failed."""
        self.is_told = True
        assert not self.failures, (
            f"{len(self.failures)} of {self.count} failed, such as "
            + "; ".join(self.failures[:_SHOWN])
        )


@dataclass(frozen=True)
class Result:
    """How one check, or one planted fault, went."""

    check: int
    says: str
    is_planted: bool
    passed: bool
    tried: int
    failed: int
    seconds: float
    notes: list[str]


def write(results: dict[str, Result]) -> None:
    """Put results into the data and the page; those of tests that did not run stay."""
    found = json.loads(DATA.read_text()) if DATA.exists() else {}
    kept = {name: result for name, result in found.items() if is_there(name)}
    today = datetime.now(UTC).date().isoformat()
    kept |= {name: {**asdict(result), "on": today} for name, result in results.items()}
    DATA.write_text(json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{table(kept)}\n{END}{after}", encoding="utf-8")


def is_there(name: str) -> bool:
    """Whether there still is a test of this name."""
    file, _, test = name.partition("::")
    path = Path(__file__).parent / file
    return path.is_file() and f"def {test.partition('[')[0]}(" in path.read_text(encoding="utf-8")


def table(results: dict[str, dict[str, Any]]) -> str:
    """The results as a table, one line a check of a test, planted faults beneath."""
    rows = sorted(results.items(), key=lambda item: (item[1]["check"], item[0]))
    lines = [
        "| # | what was tried | tries | failures | seconds | on |",
        "|---|---|---|---|---|---|",
    ]
    for _, group in groupby(rows, key=lambda item: item[1]["check"]):
        for _, row in sorted(group, key=lambda item: (item[1]["is_planted"], item[0])):
            lines.append(_line(row))
    return "\n".join(lines)


def _line(row: dict[str, Any]) -> str:
    what = f"*planted: {row['says']}*" if row["is_planted"] else row["says"]
    notes = "".join(f" ({note})" for note in row["notes"])
    if row["is_planted"]:
        result = "caught" if row["passed"] else "**not caught**"
    else:
        result = f"{row['failed']:,}" if row["passed"] else f"**{max(1, row['failed']):,}**"
    cells = (row["check"], what + notes, f"{row['tried']:,}", result, row["seconds"], row["on"])
    return "| " + " | ".join(map(str, cells)) + " |"
