"""Countries as data: codes, continents, languages, neighbours and the groups they belong to.

`country` is a data code and no position on any dispute. The tables stand in `data/`.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel.core import get_global

from models.data_tables import DATA, rows
from models.names import fold


@dataclass(frozen=True)
class Country:
    """One row of `data/countries.csv`."""

    code: str
    name: str
    continent: str
    currency: str
    languages: tuple[str, ...]
    neighbours: tuple[str, ...]
    income_group: str | None
    disputed: str | None


@dataclass(frozen=True)
class GroupMembership:
    """A country's membership in a group (a bloc or a macro-region), with its dates."""

    country: str
    since: date | None
    until: date | None


@lru_cache(maxsize=1)
def countries() -> dict[str, Country]:
    """All countries by ISO 3166-1 alpha-2 code."""
    return {
        row["code"]: Country(
            code=row["code"],
            name=row["name"],
            continent=row["continent"],
            currency=row["currency"],
            languages=tuple(row["languages"].split()),
            neighbours=tuple(row["neighbours"].split()),
            income_group=row["income_group"] or None,
            disputed=row["disputed"] or None,
        )
        for row in rows(DATA / "countries.csv")
    }


def is_country(code: str) -> bool:
    return code in countries()


def code_meant(text: str) -> str | None:
    """The code of a country by another code of it (UK, FRA, 250) or by its English name."""
    # CLDR lists codes of three letters and of three digits beside former ones.
    also = get_global("territory_aliases").get(text.strip().upper(), ())
    if len(also) == 1 and is_country(also[0]):
        return str(also[0])
    return _by_name().get(fold(text))


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    return {fold(country.name): code for code, country in countries().items()}


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(c.currency for c in countries().values())


def currency_code(code: str) -> bool:
    return code in _currencies()


@lru_cache(maxsize=1)
def country_groups() -> dict[str, list[GroupMembership]]:
    """Groups of countries (EU, ASEAN, Latin America and the Caribbean, ...) by group code."""
    groups: dict[str, list[GroupMembership]] = {}
    for row in rows(DATA / "country_groups.csv"):
        groups.setdefault(row["group"], []).append(
            GroupMembership(row["country"], _day(row["since"]), _day(row["until"]))
        )
    return groups


@lru_cache(maxsize=2_000)
def groups_of(country: str, as_of: date) -> frozenset[str]:
    """The groups a country belongs to on a day."""
    return frozenset(
        group
        for group, members in country_groups().items()
        for member in members
        if member.country == country
        and (member.since is None or member.since <= as_of)
        and (member.until is None or as_of <= member.until)
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
