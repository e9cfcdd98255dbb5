"""Rows written as the driver takes them read as those that SQLAlchemy writes, on every database."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, cast

from sqlalchemy import Table, select

from models.database import Sessions
from models.many_rows import AT_ONCE, insert_new
from models.tables import MatchRow

RECORDS = cast("Table", MatchRow.__table__)
EAST = timezone(timedelta(hours=3))


def record(number: int) -> dict[str, Any]:
    return {
        "tenant_id": "a",
        "id": f"m_{number}",
        "kind": "peers",
        "request": '{"text": "Ñuñoa 100%s ?"}',
        "as_of": date(2026, 11, 27),
        "language": "es",
        "snapshot_id": "s",
        "weights": "{}",
        "answer": bytes(range(256)),
        "answer_hash": "",
        "software": "counterpart",
        "recorded_at": datetime(2026, 11, 27, 2, 0, 0, number, tzinfo=EAST),
        "digest_key": None if number % 2 else "key",
    }


def test_rows_that_are_there_stay_and_all_others_are_written(sessions: Sessions) -> None:
    before = {**record(0), "kind": "collaborations"}
    rows = [record(number) for number in range(2 * AT_ONCE + 1)]
    with sessions.begin() as session:
        connection = session.connection()
        assert insert_new(connection, RECORDS, []) == 0
        assert insert_new(connection, RECORDS, [before]) == 1
        assert insert_new(connection, RECORDS, rows) == len(rows) - 1
        read = {row.id: row._asdict() for row in connection.execute(select(RECORDS))}
    written = {row["id"]: row for row in [*rows, before]}
    assert read == {
        key: {**row, "recorded_at": row["recorded_at"].astimezone(UTC)}
        for key, row in written.items()
    }
