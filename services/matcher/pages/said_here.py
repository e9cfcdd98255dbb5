"""What its own people say of a place here: kept for their organisation, else in a signed cookie."""

from dataclasses import replace

import orjson
from fastapi import Response

from models.tables import TenantDocumentRow
from models.tenancy import limit
from services.matcher.decisions.audit import Entry
from services.matcher.decisions.decisions import Decisions
from services.matcher.decisions.digests import digests
from services.matcher.decisions.tuning import latest, next_version
from services.matcher.features import Facts
from services.matcher.pages.own_place import OwnPlace, keep_place
from services.matcher.pages.rendering import Page
from services.matcher.routes.actor import actor_of

KEPT = "own_places"
"""The kind of a tenant's document: what its people said, by the id of the place."""


def edits_of(page: Page, place_id: str) -> Facts:
    """What was said of a place: by the organisation that is signed in, else in this browser."""
    if page.signed_in is not None:
        with page.request.app.state.sessions() as session:
            kept = _said(latest(session, page.signed_in.tenant, KEPT))
        if place_id in kept:
            return kept[place_id]
    return dict(page.own.edits) if page.own and page.own.id == place_id else {}


def keep_edits(page: Page, response: Response, own: OwnPlace) -> bool:
    """Keep what was said; False where it is more than a cookie holds."""
    if page.signed_in is None:
        return keep_place(response, page.request, own)
    tenant = page.signed_in.tenant
    decisions: Decisions = page.request.app.state.decisions
    with decisions.ledger.writing() as writing:
        limit(writing.session, tenant)
        said = _said(latest(writing.session, tenant, KEPT)) | {own.id: own.edits}
        row = next_version(writing.session, tenant, KEPT, said)
        entry = Entry(tenant, KEPT, actor_of(page.request), {"rows": digests(row)})
        writing.append(entry)
    return keep_place(response, page.request, replace(own, edits={}))


def _said(row: TenantDocumentRow | None) -> dict[str, Facts]:
    said: dict[str, Facts] = orjson.loads(row.document) if row else {}
    return said
