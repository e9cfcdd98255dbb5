"""Data and API: a first request, how a match is made in plain words, sources and licences."""

from typing import Any

from fastapi import APIRouter, Response

from models.errors import Problem
from models.taxonomy import Mode
from services.access.callers import Matching
from services.matcher.pages.rendering import PageDep
from services.matcher.pages.third_party import INSTALLED
from services.matcher.pages.views.weights import weight_lines
from services.matcher.routes.dependencies import CatalogueDep
from services.matcher.routes.reference import CREDITS

router = APIRouter(prefix="/developers", include_in_schema=False)
QUESTION = (
    '{"place_id": "gn:3128026", "limit": 3, '
    '"needs": [{"sector": "regeneration", "stage": "implement"}]}'
)
# Tables that the catalogue's figures on powers and sectors come from, besides the credits.
SOURCES = (
    ("Network Effects: International City-to-City and Subnational Collaboration (2020)", ""),
    ("Ladner, Keuffer and Baldersheim, Local Autonomy Index, release 1.0 (2015)", ""),
    ("Hooghe, Marks, Schakel et al., Regional Authority Index (2018)", ""),
    ("Net Zero Tracker (2022)", "CC BY 4.0"),
    ("CDP-ICLEI Unified Reporting System (2021)", ""),
    ("Natural Earth (world-atlas)", "public domain"),
)
METHOD = ("place", "rules", "score", "unknown", "order", "two_sides", "text", "frozen", "not_done")


@router.get("")
def start(page: PageDep) -> Response:
    """A first request to copy, and where everything else is."""
    base = str(page.request.base_url).rstrip("/") + page.link("")
    return page.show("developers.html", base=base, question=QUESTION, part="developers")


@router.get("/method")
def method(page: PageDep, _: Matching, catalogue: CatalogueDep) -> Response:
    """How a match is made, with the weights in force."""
    weights = catalogue.weights
    tables: list[tuple[str, Any]] = [
        (page.words.term("mode", mode), weight_lines(weights["peers"][mode], page.words))
        for mode in Mode
    ]
    tables.append(
        (page.t("start.door_networks"), weight_lines(weights["collaborations"], page.words))
    )
    return page.show(
        "method.html",
        paragraphs=METHOD,
        tables=tables,
        gamma=page.words.format_field(weights["gamma"], "number"),
        bands=weights["bands"],
        part="developers",
    )


@router.get("/sources")
def sources(page: PageDep) -> Response:
    """What the data and the pages are made from, under which licences, and of which day."""
    counts = []
    try:
        snapshot = page.request.app.state.matcher.current.get().snapshot
        counts = [
            (page.t(f"developers.count_{name}"), page.words.format_field(count, "number"))
            for name, count in snapshot.manifest.counts.items()
            if name in ("places", "collaborations", "ties")
        ]
    except Problem:
        pass
    software = sorted(
        path.read_text(encoding="utf-8").strip()
        for path in INSTALLED.glob("licences/*/LICENCE.txt")
        if path.parent.name != "axe-core"
    )
    credits = [(c["source"], c["licence"], c["url"]) for c in CREDITS]
    return page.show(
        "sources.html",
        counts=counts,
        credits=credits,
        tables=SOURCES,
        software=software,
        part="developers",
    )
