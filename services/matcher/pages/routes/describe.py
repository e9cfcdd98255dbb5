"""A place that is not on file, in its own words: its name, its country, how many live there."""

from fastapi import APIRouter, Response

from models.taxonomy import PlaceKind
from services.matcher.pages.described import Described
from services.matcher.pages.rendering import PageDep

router = APIRouter(include_in_schema=False)


@router.get("/describe")
def describe(page: PageDep, want: str = "peers") -> Response:
    """The form; filled in as it should be, it leads on as any place does."""
    query = page.request.query_params
    said = Described.of(query)
    faults = said.faults() if "answered" in query else {}
    if "answered" in query and not faults:
        return page.go("/go", place=said.id, want=want)
    errors = [
        {"text": page.t(f"describe.error_{code}"), "href": f"#{name}", "name": name}
        for name, code in faults.items()
    ]
    return page.show(
        "describe.html",
        422 if errors else 200,
        said=said,
        want=want,
        kinds=[str(kind) for kind in PlaceKind],
        errors=errors,
        faults={error["name"]: error["text"] for error in errors},
    )
