"""A page for one request: its language, what every page shows, and a template filled in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from models.errors import Problem
from services.access.sessions import CSRF_FIELD
from services.access.signing_in import SignedIn, signed_in
from services.matcher.pages import security
from services.matcher.pages.assets import asset
from services.matcher.pages.components import Components
from services.matcher.pages.own_place import OwnPlace, own_place
from services.matcher.pages.third_party import why_not
from services.matcher.pages.views.weights import even_weights
from services.matcher.pages.words import (
    COOKIE,
    NAMES,
    PageWording,
    language_of,
    page_wording,
    sentence,
)
from services.matcher.wording import Wording, wording

TEMPLATES = Path(__file__).parent / "templates"
# Of the service's own navigation: where each part starts, and its text.
PARTS = (
    ("peers", "/ask?want=peers"),
    ("networks", "/ask?want=networks"),
    ("portfolio", "/portfolio"),
    ("calls", "/calls"),
    ("developers", "/developers"),
)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates; a name that is not given is an error, and every text is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"govuk": Components(), "even_weights": even_weights}
    return made


@dataclass(frozen=True)
class Page:
    """What a route shows its answer with."""

    request: Request
    words: PageWording
    own: OwnPlace | None
    signed_in: SignedIn | None

    @property
    def sentences(self) -> Wording:
        """The wording that answers are made with: that of the API."""
        return wording(self.words.language)

    @property
    def person(self) -> str | None:
        """Who is signed in, by name."""
        return self.signed_in.person if self.signed_in else None

    def t(self, code: str, **args: Any) -> str:
        """A text of the pages."""
        return self.words.text(code, args)

    def words_of_sector(self, sector: str) -> str:
        """A sector's word, to put sectors in order by."""
        return self.words.term("sector", sector)

    def link(self, path: str, **query: Any) -> str:
        """An address of this service; parameters that are None or empty are left out."""
        root = self.request.scope.get("root_path", "").rstrip("/")
        given = {k: v for k, v in query.items() if v not in (None, "", [], ())}
        return f"{root}{path}{'?' + urlencode(given, doseq=True) if given else ''}"

    def show(self, template: str, status: int = 200, **view: Any) -> Response:
        """A template filled in, with what keeps it safe and the language remembered."""
        text = environment().get_template(template).render(self._always() | view)
        response = HTMLResponse(text, status, headers=security.HEADERS)
        response.headers["Content-Language"] = self.words.language
        response.headers["Vary"] = "Accept-Language, Cookie"
        return self.kept(response)

    def file(self, content: bytes, media: str, name: str) -> Response:
        """A file to keep, in the page's language."""
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Language": self.words.language,
            "X-Content-Type-Options": "nosniff",
        }
        return Response(content, headers=headers, media_type=media)

    def go(self, path: str, **query: Any) -> Response:
        """On to another page, also after a form was sent."""
        return self.kept(RedirectResponse(self.link(path, **query), 303))

    def kept(self, response: Response) -> Response:
        """A response with the cookies that changed while the page was made."""
        if self.request.query_params.get("lang") == self.words.language:
            year = security.YEAR
            security.set_cookie(response, self.request, COOKIE, self.words.language, year)
        return response

    def _always(self) -> dict[str, Any]:
        """What every template may use."""
        words = self.words
        return {
            "page": self,
            "t": self.t,
            "link": self.link,
            "asset": asset,
            "term": words.term,
            "say": words.format_field,
            "language": words.language,
            "languages": [(code, name, self._in(code)) for code, name in NAMES.items()],
            "form_token": self._form_field,
            "sentence": sentence,
            "own": self.own,
            "signed_in": self.signed_in,
            "parts": PARTS,
            "part": "",
            "bare": why_not() is not None,
            "errors": [],
            "catalogue": self._catalogue(),
        }

    def _in(self, language: str) -> str:
        """The same page in another language."""
        query = [(k, v) for k, v in self.request.query_params.multi_items() if k != "lang"]
        path = self.request.url.path if self.request.method == "GET" else "/"
        return f"{path}?{urlencode([*query, ('lang', language)])}"

    def _form_field(self) -> Markup:
        """The hidden field of a form; only a session has a token to tie it to."""
        if self.signed_in is None:
            return Markup("")
        field = '<input type="hidden" name="{}" value="{}">'
        return Markup(field).format(CSRF_FIELD, self.signed_in.csrf_token)

    def _catalogue(self) -> dict[str, str] | None:
        """Which catalogue answers, of which day; None where there is none."""
        current = self.request.app.state.matcher.current
        try:
            snapshot = current.get().snapshot
        except Problem:
            return None
        folder = current.store.path(snapshot.id)
        made = datetime.fromtimestamp((folder / "manifest.json").stat().st_mtime, UTC)
        return {"id": snapshot.id, "day": made.date().isoformat()}


def page_of(request: Request) -> Page:
    """The page of a request, in its language."""
    return Page(request, page_wording(language_of(request)), own_place(request), signed_in(request))


def problem_page(request: Request, error: Problem) -> Response | None:
    """An error as a page for a person; None where a program asked."""
    if request.url.path.startswith(_PROGRAMS) or "text/html" not in _accepts(request):
        return None
    known = _SAID.get(error.status, 500)
    page = page_of(request)
    return page.show("problem.html", error.status, code=known, problem=error)


# The statuses that have a page, and what other ones are told as.
_SAID = {status: status for status in (401, 403, 404, 413, 422, 429, 503)}
_SAID |= {405: 404, 410: 404, 409: 422}
_PROGRAMS = ("/v1/", "/reconcile", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics")
PageDep = Annotated[Page, Depends(page_of)]


def _accepts(request: Request) -> str:
    return request.headers.get("accept", "")
