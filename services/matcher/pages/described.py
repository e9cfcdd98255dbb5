"""A place that is not on file, as its own people describe it: whole in its id, stored nowhere."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.countries import is_country
from models.taxonomy import FactStatus, PlaceKind, PopulationBasis
from services.matcher.features import Facts
from services.matcher.pages.edits import SAID_HERE
from services.matcher.reconciling.countries import read_country

PREFIX = "x:here"
# What an id has room for besides.
NAME_BYTES = 40
_LETTERS = {
    PlaceKind.REGION: "r",
    PlaceKind.METRO_AUTHORITY: "m",
    PlaceKind.CITY: "c",
    PlaceKind.RURAL_AREA: "a",
}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}
# Tenths of a degree: as near as the middle of another place tells.
_TENTHS = re.compile(r"-?\d{1,4}", re.ASCII)
# People are whole, so that whatever parts three digits parts thousands.
_COUNT = re.compile(r"\d{1,3}([.,\s'’]?\d{3}){0,2}", re.ASCII)


@dataclass(frozen=True)
class Described:
    """What is asked of somebody whose place is not on file; any of it may still be missing."""

    name: str = ""
    country: str = ""
    kind: str = PlaceKind.CITY
    residents: str = ""
    near: str = ""
    at: tuple[float, float] | None = None

    @classmethod
    def of(cls, sent: Mapping[str, Any]) -> "Described":
        """What a form or an address says, cut to what can be looked at."""

        def said(name: str, most: int = 200) -> str:
            return str(sent.get(name, "")).strip()[:most]

        kind = str(sent.get("kind", PlaceKind.CITY))
        return cls(said("name"), said("country", 80), kind, said("residents"), said("near"))

    def faults(self) -> dict[str, str]:
        """What is wrong, by field."""
        wrong = {
            "name": "name" if not self.name else "long" if len(self._packed) > NAME_BYTES else "",
            "country": "" if read_country(self.country) else "country",
            "kind": "" if self.kind in set(PlaceKind) else "kind",
            "near": "near" if self.near and self.at is None else "",
            "residents": "residents" if self.residents and not self._count else "",
        }
        return {field: code for field, code in wrong.items() if code}

    @property
    def id(self) -> str:
        """All of it as an id that a link can carry and the API takes."""
        name = urlsafe_b64encode(self._packed).decode().rstrip("=")
        kind = _LETTERS[PlaceKind(self.kind)]
        tenths = "_".join(str(round(10 * degrees)) for degrees in self.at) if self.at else "_"
        return f"{PREFIX}.{read_country(self.country)}.{kind}.{self._count}.{tenths}.{name}"

    @property
    def _count(self) -> int:
        """The residents; 0 where they are not said, or not as a number."""
        if not _COUNT.fullmatch(self.residents):
            return 0
        return int(re.sub(r"\D", "", self.residents))

    @property
    def _packed(self) -> bytes:
        return self.name.encode()


def described_facts(place_id: str) -> Facts | None:
    """The facts that such an id holds; None where it is another id."""
    parts = place_id.split(".")
    if len(parts) != 6 or parts[0] != PREFIX or parts[2] not in _KINDS:
        return None
    _, country, letter, residents, tenths, packed = parts
    name = _unpacked(packed)
    if not (is_country(country) and residents.isascii() and residents.isdecimal() and name):
        return None
    kind = _KINDS[letter]
    facts: Facts = {"id": place_id, "name": name, "kind": str(kind), "country": country}
    facts["has_government"] = True
    lat, _, lon = tenths.partition("_")
    if _TENTHS.fullmatch(lat) and _TENTHS.fullmatch(lon):
        facts |= {"lat": int(lat) / 10, "lon": int(lon) / 10}
    if int(residents):
        is_region = kind is PlaceKind.REGION
        facts["population"] = int(residents)
        basis = PopulationBasis.REGION if is_region else PopulationBasis.MUNICIPALITY
        facts["population_basis"] = str(basis)
    mark = {"source": SAID_HERE, "status": str(FactStatus.CLAIM)}
    told = ("kind", "country", "has_government", "population", "lat", "lon")
    return facts | {"provenance": {name: mark for name in told if name in facts}}


def _unpacked(text: str) -> str:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()[:NAME_BYTES]
    except ValueError:
        return ""
