"""The matcher's operations, as clients know them."""

from typing import Any

from services.events.kinds import EventKind
from services.matcher.answers import catalogue as c
from services.matcher.answers import cohorts as h
from services.matcher.answers import convening as v
from services.matcher.answers import decisions as d
from services.matcher.answers import events as e
from services.matcher.answers import matches as m
from services.matcher.answers import portfolio as p
from services.matcher.answers import reconciliation as r
from services.matcher.answers import screenings as s
from services.matcher.answers import sharing as t
from services.web.answers import JobAccepted
from services.web.contract.operation import NDJSON, XLSX, Event, Events, Operation, Operations

_LANGUAGE = ("Content-Language",)
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PAPERS = ("text/html", "application/pdf", _DOCX, "text/csv", XLSX, "application/geo+json")
_OF = "/v1/collaborations/{collaboration_id}"
_SCREENINGS = f"{_OF}/screenings"

MATCHING: Operations = {
    "POST /v1/matches/peers": Operation(
        "match_peers", m.PeersMatch, problems=(404,), headers=_LANGUAGE, table=True
    ),
    "POST /v1/matches/collaborations": Operation(
        "match_collaborations",
        m.CollaborationsMatch,
        problems=(404,),
        headers=_LANGUAGE,
        table=True,
    ),
    "POST /v1/matches/peers:batch": Operation(
        "match_peers_of_many", m.BatchLine, media=(NDJSON,), headers=_LANGUAGE
    ),
    "POST /v1/matches/peers:all": Operation(
        "match_peers_of_all", JobAccepted, (202,), headers=("Location",)
    ),
    "GET /v1/matches/jobs/{job_id}": Operation("get_match_job", m.WholeJob),
    "GET /v1/matches/jobs/{job_id}/answers": Operation(
        "get_match_job_answers", m.WholeLine, problems=(409,), media=(NDJSON,)
    ),
    "GET /v1/matches/{match_id}": Operation("get_match", m.RecordedMatch, headers=_LANGUAGE),
    "POST /v1/matches/{match_id}/replay": Operation(
        "replay_match", m.RecordedMatch, problems=(409,), headers=_LANGUAGE
    ),
    "GET /v1/matches/{match_id}/audit": Operation("audit_match", d.MatchAudit),
    "GET /v1/matches/{first}/diff/{second}": Operation(
        "compare_matches", d.MatchDifference, headers=_LANGUAGE
    ),
    "GET /v1/matches/{match_id}/briefing": Operation(
        "get_briefing", media=_PAPERS, headers=_LANGUAGE
    ),
    "POST /v1/matches/{match_id}/outcomes": Operation(
        "tell_outcome", d.Outcome, (201,), (409,), creates=True, needs_key=True
    ),
    "GET /v1/matches/{match_id}/outcomes": Operation(
        "list_outcomes", d.OutcomeList, needs_key=True, table=True
    ),
    "GET /v1/weights": Operation("get_weights", d.TunedWeights, needs_key=True),
    "POST /v1/weights/revert": Operation("revert_weights", d.TunedWeights, needs_key=True),
}
CATALOGUE: Operations = {
    "GET /v1/places": Operation("search_places", c.PlaceList, headers=("Link",), table=True),
    "GET /v1/places/{place_id}": Operation("get_place", c.PlaceRead),
    "GET /v1/collaborations": Operation(
        "search_collaborations", c.CollaborationList, headers=("Link",), table=True
    ),
    "GET /v1/collaborations/{collaboration_id}": Operation(
        "get_collaboration", c.CollaborationRead
    ),
    "GET /v1/features": Operation("list_features", c.Features),
    "GET /v1/taxonomy": Operation("get_taxonomy", c.Taxonomy),
}
PORTFOLIO: Operations = {
    "POST /v1/matches/{match_id}/shares": Operation(
        "offer_share", t.ShareOffer, (201,), (409,), creates=True, needs_key=True
    ),
    "POST /v1/shares/accept": Operation(
        "accept_share", t.Share, problems=(404, 409), needs_key=True
    ),
    "GET /v1/shares": Operation("list_shares", t.ShareList, needs_key=True, table=True),
    "GET /v1/shares/{share_id}": Operation("get_share", t.Share, needs_key=True),
    "DELETE /v1/shares/{share_id}": Operation("end_share", statuses=(204,), needs_key=True),
    "POST /v1/portfolios/review": Operation(
        "review_portfolio", p.PortfolioReview, problems=(404,), headers=_LANGUAGE
    ),
    "POST /v1/portfolios/invitation": Operation(
        "check_invitation", p.InvitationAnswer, problems=(404,), headers=_LANGUAGE
    ),
    "GET /v1/portfolios/checklist": Operation("get_checklist", p.ChecklistRead),
    "PUT /v1/portfolios/checklist": Operation("put_checklist", p.ChecklistRead, needs_key=True),
}
EVENTS: Operations = {
    "POST /v1/webhooks": Operation(
        "add_webhook", e.NewWebhook, (201,), (409,), creates=True, needs_key=True
    ),
    "GET /v1/webhooks": Operation("list_webhooks", e.WebhookList, needs_key=True, table=True),
    "DELETE /v1/webhooks/{webhook_id}": Operation(
        "remove_webhook", statuses=(204,), needs_key=True
    ),
    "GET /v1/webhooks/{webhook_id}/deliveries": Operation(
        "list_deliveries", e.DeliveryList, needs_key=True, table=True
    ),
    "POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay": Operation(
        "replay_delivery", e.Delivery, (202,), headers=("Location", "Retry-After"), needs_key=True
    ),
    "PUT /v1/matches/{match_id}/watch": Operation(
        "watch_match", e.Watch, problems=(409,), needs_key=True
    ),
    "DELETE /v1/matches/{match_id}/watch": Operation(
        "unwatch_match", statuses=(204,), needs_key=True
    ),
}
CONVENING: Operations = {
    f"PUT {_OF}/roster": Operation(
        "put_roster", v.Roster, headers=(*_LANGUAGE, "ETag"), needs_key=True, conditional=True
    ),
    f"GET {_OF}/roster": Operation("get_roster", v.Roster, headers=_LANGUAGE, needs_key=True),
    f"POST {_OF}/admissions/check": Operation(
        "check_admission", v.Admission, headers=_LANGUAGE, needs_key=True
    ),
    f"POST {_OF}/cohorts": Operation(
        "compose_cohort", h.CohortAnswer, headers=_LANGUAGE, needs_key=True
    ),
    "POST /v1/pairings": Operation(
        "pair_places", h.Pairings, problems=(404,), headers=_LANGUAGE, needs_key=True
    ),
    f"GET {_OF}/approach-list": Operation(
        "list_approaches", h.ApproachList, headers=_LANGUAGE, needs_key=True, table=True
    ),
    f"GET {_OF}/distinctiveness": Operation(
        "get_distinctiveness", h.Distinctiveness, headers=_LANGUAGE, needs_key=True
    ),
    f"POST {_SCREENINGS}": Operation(
        "screen_applicants",
        s.ScreeningAnswer,
        headers=_LANGUAGE,
        creates=True,
        needs_key=True,
        table=True,
    ),
    f"GET {_SCREENINGS}": Operation(
        "list_screenings", s.Screenings, headers=_LANGUAGE, needs_key=True, table=True
    ),
    f"GET {_SCREENINGS}/{{screening_id}}": Operation(
        "get_screening", s.ScreeningAnswer, headers=_LANGUAGE, needs_key=True, table=True
    ),
    f"POST {_SCREENINGS}/{{screening_id}}/entries": Operation(
        "add_screening_entry",
        s.NewJuryEntry,
        (201,),
        (409,),
        headers=_LANGUAGE,
        creates=True,
        needs_key=True,
    ),
    f"GET {_SCREENINGS}/{{screening_id}}/minutes": Operation(
        "get_minutes", s.ScreeningMinutes, headers=_LANGUAGE, needs_key=True
    ),
    f"GET {_SCREENINGS}/{{screening_id}}/applicants/{{number}}": Operation(
        "get_applicant_view", s.ApplicantView, headers=_LANGUAGE, needs_key=True
    ),
}


def _reconciliation() -> Operations:
    found: Operations = {}
    for noun in ("places", "collaborations"):
        path = f"/reconcile/{noun}"
        found |= {
            f"GET {path}": Operation(f"reconcile_{noun}", r.Reconciled, media=_CALLABLE),
            f"POST {path}": Operation(f"reconcile_{noun}_form", r.Reconciled),
            f"GET {path}/extend/propose": Operation(
                f"propose_{noun}_properties", r.Proposed, media=_CALLABLE
            ),
            f"GET {path}/preview": Operation(
                f"preview_{noun}", media=("text/html",), problems=(404,)
            ),
        }
        for what in ("entity", "type", "property"):
            found[f"GET {path}/suggest/{what}"] = Operation(
                f"suggest_{noun}_{what}", r.Suggestions, media=_CALLABLE
            )
    return found


_CALLABLE = ("application/json", "text/javascript")
OPERATIONS: Operations = MATCHING | CATALOGUE | PORTFOLIO | EVENTS | CONVENING | _reconciliation()

_AT = "2026-11-26T09:30:00+00:00"
_SNAPSHOT = "1a6ad4ba4af9d867f52f21df"


def _told(kind: EventKind, body: Any, /, **data: Any) -> Events:
    return {str(kind): Event(body, {"type": str(kind), "timestamp": _AT, "data": data})}


TOLD: Events = {
    **_told(
        EventKind.SNAPSHOT_PUBLISHED,
        e.SnapshotPublishedEvent,
        snapshot_id=_SNAPSHOT,
        data_revision="9d1c0f4e",
    ),
    **_told(
        EventKind.JOB_FINISHED,
        e.JobFinishedEvent,
        job_id="4f0c",
        kind="places",
        state="done",
        revision=None,
    ),
    **_told(
        EventKind.VERDICT_CHANGED,
        e.VerdictChangedEvent,
        match_id="m_6691167e1e3be1b7b668990ba63755a1",
        snapshot_id=_SNAPSHOT,
        changes=[{"id": "c40", "before": "refused", "after": "eligible"}],
    ),
}
