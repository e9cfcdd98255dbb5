"""A question as the pages hold it: in the address, so that every step and answer is a link."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from models.residents import residents
from models.taxonomy import FactStatus, Mode
from services.matcher.decisions.asked import Kind
from services.matcher.features import Facts
from services.matcher.pages.described import described_facts
from services.matcher.pages.edits import SAID_HERE
from services.matcher.schemas import CollaborationsRequest, MatchRequest, PeersRequest

R = TypeVar("R", bound=BaseModel)
Want = Literal["peers", "networks"]
PEERS_SHOWN, NETWORKS_SHOWN = 12, 20
# Who asks for six good peers seldom wants more of one country; "any" in the address lifts it.
OF_A_COUNTRY, ANY = 2, "any"
WEIGHT = "w_"
# How many times as many residents still count as a similar size.
SIMILAR_TIMES = 2
EVEN = 1.0
_LISTS = ("sectors", "offers", "continents", "kinds")
_TEXTS = ("place", "text", "stage", "mode", "offer_stage", "ties", "size", "per_country")


@dataclass(frozen=True)
class Asked:
    """What is asked, for whom, and what matters."""

    want: Want = "peers"
    place: str = ""
    text: str = ""
    sectors: tuple[str, ...] = ()
    stage: str = ""
    mode: str = ""
    offers: tuple[str, ...] = ()
    offer_stage: str = ""
    ties: str = ""
    continents: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    size: str = ""
    per_country: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, request: Request) -> Self:
        """The question in an address; what is not understood is refused later, by its schema."""
        query = request.query_params
        want: Want = "networks" if query.get("want") == "networks" else "peers"
        given: dict[str, Any] = {name: query.get(name, "").strip()[:2000] for name in _TEXTS}
        given |= {name: tuple(dict.fromkeys(query.getlist(_short(name)))) for name in _LISTS}
        return cls(want=want, weights=_weights(query.items()), **given)

    def query(self) -> dict[str, Any]:
        """The address's parameters; the want is the path's or a parameter of its own."""
        weights = {f"{WEIGHT}{name}": f"{weight:g}" for name, weight in self.weights.items()}
        texts = {name: getattr(self, name) for name in _TEXTS}
        lists = {_short(name): list(getattr(self, name)) for name in _LISTS}
        return {**texts, **lists, **weights}

    def fields(self, without: tuple[str, ...] = ()) -> list[tuple[str, str]]:
        """The parameters as hidden fields of a form, but for those that the form asks itself."""
        pairs: list[tuple[str, str]] = [("want", self.want)]
        for name, value in self.query().items():
            if name in without or (name.startswith(WEIGHT) and "weights" in without):
                continue
            pairs += [(name, one) for one in (value if isinstance(value, list) else [value]) if one]
        return pairs

    def but(self, **changed: Any) -> Self:
        return replace(self, **changed)

    @property
    def most_of_a_country(self) -> int | str | None:
        """How many peers of one country are shown at most."""
        said = self.per_country or str(OF_A_COUNTRY)
        return None if said == ANY else int(said) if said.isdecimal() else said

    @property
    def kind(self) -> Kind:
        return "peers" if self.want == "peers" else "collaborations"


def _short(name: str) -> str:
    """A list's parameter: one value each."""
    return name.removesuffix("s")


def _weights(items: Any) -> dict[str, float]:
    """The weights among the parameters; an empty one leaves the default."""
    found = {}
    for name, value in items:
        if name.startswith(WEIGHT) and value.strip():
            try:
                found[name.removeprefix(WEIGHT)] = float(value.replace(",", "."))
            except ValueError:
                found[name.removeprefix(WEIGHT)] = float("nan")
    return found


def match_request(asked: Asked, facts: Facts, edits: Facts) -> MatchRequest:
    """The API's request for a question of the place with these facts."""
    body: dict[str, Any] = {
        "text": asked.text or None,
        "needs": [{"sector": sector, "stage": asked.stage} for sector in asked.sectors] or None,
        "weights": dict(asked.weights),
        "include": ["refused"],
        **_whose(asked, facts, edits),
    }
    model: type[MatchRequest] = PeersRequest
    if asked.want == "networks":
        model = CollaborationsRequest
        body |= {"limit": NETWORKS_SHOWN}
    else:
        body |= {
            "limit": PEERS_SHOWN,
            "mode": asked.mode or Mode.SUSTAINED_PAIRING,
            "ties": asked.ties or "any",
            "max_per_country": asked.most_of_a_country,
            "filters": _filters(asked, facts | edits),
        }
    return well_formed(model, {k: v for k, v in body.items() if v is not None})


def well_formed(model: type[R], body: Mapping[str, Any]) -> R:
    """A request of the API; what it refuses is a fault of the address, as it is of a body."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def _whose(asked: Asked, facts: Facts, edits: Facts) -> dict[str, Any]:
    """The stored place by its id; as a place of its own where the person knows better."""
    if not edits and not asked.offers and described_facts(asked.place) is None:
        return {"place_id": asked.place}
    said = dict(edits)
    if asked.offers:
        stage = asked.offer_stage or "implement"
        own = [{"sector": sector, "stage": stage} for sector in asked.offers]
        said["offers"] = [*facts.get("offers", ()), *edits.get("offers", ()), *own]
    mark = {"source": SAID_HERE, "status": FactStatus.CLAIM}
    provenance = facts.get("provenance", {}) | dict.fromkeys(said, mark)
    return {"place": facts | said | {"provenance": provenance}}


def _filters(asked: Asked, facts: Facts) -> dict[str, Any]:
    filters: dict[str, Any] = {}
    if asked.continents:
        filters["continents"] = list(asked.continents)
    if asked.kinds:
        filters["kinds"] = list(asked.kinds)
    count = residents(facts)
    if asked.size and count:
        least, most = count // SIMILAR_TIMES, count * SIMILAR_TIMES
        filters["population"] = {
            "similar": {"min": least, "max": most},
            "larger": {"min": most},
            "smaller": {"max": least},
        }.get(asked.size, {})
    return filters


def asked_of(kind: str, recorded: dict[str, Any]) -> Asked:
    """The question of a recorded request, to change it from its answer."""
    place = recorded.get("place") or {}
    needs = recorded.get("needs") or []
    filters = recorded.get("filters") or {}
    own = [
        o
        for o in place.get("offers", ())
        if place.get("provenance", {}).get("offers", {}).get("source") == SAID_HERE
    ]
    return Asked(
        want="peers" if kind == "peers" else "networks",
        place=recorded.get("place_id") or place.get("id") or "",
        text=recorded.get("text") or "",
        sectors=tuple(need["sector"] for need in needs),
        stage=needs[0]["stage"] if needs else "",
        mode=recorded.get("mode") or "",
        offers=tuple(o["sector"] for o in own if set(o) <= {"sector", "stage", "evidence"}),
        offer_stage=own[-1]["stage"] if own else "",
        ties=recorded.get("ties") or "",
        continents=tuple(filters.get("continents") or ()),
        kinds=tuple(filters.get("kinds") or ()),
        size=_size_of(filters.get("population")),
        per_country=_per_country(recorded.get("max_per_country")) if kind == "peers" else "",
        weights=recorded.get("weights") or {},
    )


def _size_of(population: dict[str, Any] | None) -> str:
    if not population:
        return ""
    if population.get("min") is not None and population.get("max") is not None:
        return "similar"
    return "larger" if population.get("min") is not None else "smaller"


def _per_country(most: int | None) -> str:
    if most is None:
        return ANY
    return "" if most == OF_A_COUNTRY else str(most)
