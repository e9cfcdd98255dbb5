"""What both services store. Every table is imported here, so that migrations see all of them."""

from models.tables.access import ApiKey, SignIn, Tenant
from models.tables.base import Table, now
from models.tables.convening import RosterRow, ScreeningEntryRow, ScreeningRow
from models.tables.decisions import AuditRow, MatchRow, OutcomeRow, TenantDocumentRow
from models.tables.events import DeliveryRow, WatchRow, WebhookRow
from models.tables.idempotency import IdempotencyRow
from models.tables.records import PUBLIC, CollaborationRow, CommitmentRow, Origin, PlaceRow
from models.tables.sharing import ShareRow
from models.tables.work import Job, JobError, JobFile, SnapshotRow, TextVector

__all__ = [
    "PUBLIC",
    "ApiKey",
    "AuditRow",
    "CollaborationRow",
    "CommitmentRow",
    "DeliveryRow",
    "IdempotencyRow",
    "Job",
    "JobError",
    "JobFile",
    "MatchRow",
    "Origin",
    "OutcomeRow",
    "PlaceRow",
    "RosterRow",
    "ScreeningEntryRow",
    "ScreeningRow",
    "ShareRow",
    "SignIn",
    "SnapshotRow",
    "Table",
    "Tenant",
    "TenantDocumentRow",
    "TextVector",
    "WatchRow",
    "WebhookRow",
    "now",
]
