"""The sources of a paper: numbered in the order they are met, each once."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from services.matcher.wording.officer import OfficerWording

# "Some report (2020), lines 5-7 (derived from the name); Another list" are two works.
ASKED = {"the question", "the text of the question"}
_LINES = re.compile(r"^(?P<work>.+?), lines? (?P<where>\d.*)$")


class Sources:
    """The works that were cited, with all the lines of each."""

    def __init__(self) -> None:
        self._lines: dict[str, dict[str, None]] = {}

    def cite(self, sources: Iterable[str]) -> tuple[int, ...]:
        """Take sources in; answers with their numbers, in order."""
        numbers = set()
        for source in sources:
            for part in _works(source):
                found = _LINES.match(part)
                work, where = (found["work"], found["where"]) if found else (part, None)
                lines = self._lines.setdefault(work, {})
                if where:
                    lines[where] = None
                numbers.add(list(self._lines).index(work) + 1)
        return tuple(sorted(numbers))

    def listed(self, words: OfficerWording) -> list[str]:
        """Every work with the lines that were cited of it."""
        return [_listed(work, lines, words) for work, lines in self._lines.items()]


def sources_of(evidence: Iterable[Mapping[str, Any]]) -> list[str]:
    """The works that facts are from; what was asked is no source of its own answer."""
    sources = (str(item["source"]) for item in evidence if item.get("source"))
    return [source for source in sources if source not in ASKED]


def every_source(result: Mapping[str, Any]) -> list[str]:
    """All that the reasons and rules of a result rest on, once."""
    found = [s for reason in result["reasons"] for s in sources_of(reason["evidence"])]
    return sorted({*found, *sources_of(result.get("rules", ()))})


def _works(source: str) -> list[str]:
    """The works that a source names; a semicolon inside brackets parts nothing."""
    return [part.strip() for part in re.split(r";\s+(?![^()]*\))", source) if part.strip()]


def _listed(work: str, lines: Collection[str], words: OfficerWording) -> str:
    if not lines:
        return work
    word = words.term("cited", "many" if _several(lines) else "one")
    return f"{work}, {word} {'; '.join(lines)}"


def _several(lines: Collection[str]) -> bool:
    return len(lines) > 1 or any(re.match(r"\d+\D+\d", where) for where in lines)
