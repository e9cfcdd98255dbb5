"""The questions that a truth file asks: who asks, what is true, and what is out of the question."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.matcher.learning.resolving import Resolver, Unresolved
from services.matcher.learning.truth import GroupRow, MemberRow, Named, PairRow, PeerRow

Facts = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """One place asks; `truths` are the rows it should find, `ignored` are not judged."""

    asker: int
    truths: tuple[int, ...]
    ignored: tuple[int, ...] = ()
    theme: str = ""
    side: str = ""
    year: int | None = None
    source: str = ""
    countries: tuple[str, ...] = ()
    """Where partners are asked for; abroad where none is named."""


@dataclass
class Questions:
    """All questions of a file, and what of it could not be resolved."""

    rows: int
    resolved: int = 0
    unresolved: list[Facts] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    sides: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    unasked: int = 0

    def two_places(
        self, resolver: Resolver, line: int, one: Named, other: Named
    ) -> tuple[int, int] | None:
        """Both ends of a row as places, counted as resolved; None, and told why, where not."""
        a, b = resolver.place(one), resolver.place(other)
        if isinstance(a, Unresolved) or isinstance(b, Unresolved) or a == b:
            missing = [end for end in (a, b) if isinstance(end, Unresolved)]
            self.lost(line, *(missing or [Unresolved(str(one), "both are one place")]))
            return None
        self.resolved += 1
        return a, b

    def lost(self, line: int, *names: Unresolved) -> None:
        self.unresolved += [{"row": line, "name": n.name, "why": n.why} for n in names]


def pair_questions(resolver: Resolver, rows: Sequence[PairRow]) -> Questions:
    """Each pair asked in both directions; other partners of the asker are not judged."""
    found = Questions(len(rows))
    ends = []
    for row in rows:
        pair = found.two_places(resolver, row.line, row.a, row.b)
        if pair is None:
            continue
        a, b = pair
        ends += [(a, b, row, "b"), (b, a, row, "a")]
    partners = defaultdict(set)
    for asker, other, _, side in ends:
        partners[asker].add(other)
        found.sides[side].add(other)
    for asker, other, row, side in ends:
        ignored = tuple(sorted(partners[asker] - {other}))
        found.asked.append(
            Question(asker, (other,), ignored, row.theme, side, source=row.programme)
        )
    return found


def group_questions(resolver: Resolver, rows: Sequence[GroupRow]) -> Questions:
    """Each place of a group asks for the others in other countries."""
    found = Questions(len(rows))
    members: dict[str, dict[int, str]] = defaultdict(dict)
    for row in rows:
        place = resolver.place(row.place)
        if isinstance(place, Unresolved):
            found.lost(row.line, place)
        else:
            found.resolved += 1
            members[row.group][place] = row.theme
            found.sides["all"].add(place)
    country = resolver.country
    together = _together(members.values())
    for name, group in members.items():
        for asker, theme in group.items():
            truths = tuple(o for o in sorted(group) if country(o) != country(asker))
            if truths:
                ignored = tuple(sorted(together[asker] - set(truths)))
                found.asked.append(Question(asker, truths, ignored, theme, "all", source=name))
            else:
                found.unasked += 1
    return found


def _together(groups: Iterable[dict[int, str]]) -> dict[int, set[int]]:
    """All that each place worked with, in any group."""
    found: dict[int, set[int]] = defaultdict(set)
    for group in groups:
        for place in group:
            found[place] |= set(group) - {place}
    return found


def peer_questions(resolver: Resolver, rows: Sequence[PeerRow]) -> Questions:
    """Each place of an official table asks for its peers at home, as the table names them."""
    found = Questions(len(rows))
    named: dict[tuple[str, int, str], set[int]] = defaultdict(set)
    for row in rows:
        pair = found.two_places(resolver, row.line, row.place, row.peer)
        if pair is None:
            continue
        place, peer = pair
        found.sides[row.table] |= {place, peer}
        named[row.table, place, row.place.country].add(peer)
    for (table, place, country), peers in named.items():
        truths, home = tuple(sorted(peers)), (country,)
        question = Question(place, truths, side=table, source=table, countries=home)
        found.asked.append(question)
    return found


def membership_questions(
    resolver: Resolver, rows: Sequence[MemberRow], history: bool = False
) -> Questions:
    """Each place asks for its networks: all at once, or one by one with the others known."""
    found = Questions(len(rows))
    networks: dict[int, dict[int, MemberRow]] = defaultdict(dict)
    for row in rows:
        network, place = resolver.network(row.network), resolver.place(row.place)
        missing = [end for end in (network, place) if isinstance(end, Unresolved)]
        if isinstance(network, Unresolved) or isinstance(place, Unresolved):
            found.lost(row.line, *missing)
            continue
        found.resolved += 1
        networks[place].setdefault(network, row)
        found.sides["all"].add(network)
    for place, known in networks.items():
        if history:
            for network, row in known.items():
                ignored = tuple(sorted(set(known) - {network}))
                found.asked.append(Question(place, (network,), ignored, row.theme, "all", row.year))
        else:
            themes = dict.fromkeys(row.theme for row in known.values() if row.theme)
            years = [row.year for row in known.values() if row.year]
            found.asked.append(
                Question(
                    place,
                    tuple(sorted(known)),
                    theme="; ".join(themes),
                    side="all",
                    year=min(years, default=None),
                )
            )
    return found
