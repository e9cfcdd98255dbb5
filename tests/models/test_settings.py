"""Settings: what cannot be meant is refused in words."""

import pytest
from pydantic import ValidationError

from models.settings import Settings, misspelt


def test_the_smallest_city_is_one_that_the_source_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().smallest_city == 15_000
    monkeypatch.setenv("COUNTERPART_SMALLEST_CITY", "1000")
    assert Settings().smallest_city == 1_000
    monkeypatch.setenv("COUNTERPART_SMALLEST_CITY", "2000")
    with pytest.raises(ValidationError, match="one of 500, 1000, 5000, 15000"):
        Settings()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DATABASE_URL", "postgres://role@host/counterpart", "say postgresql://"),
        ("DATABASE_URL", "mysql://host/counterpart", "say postgresql://"),
        ("DATABASE_URL", "counterpart.db", "say postgresql://"),
        ("DATABASE_URL", "postgresql://role:a/b@host:port/counterpart", "%-coded"),
        ("PUBLIC_URL", "counterpart.example", "https://counterpart.example"),
        ("OIDC_ISSUER", "issuer", "https://"),
        ("RATE_PER_KEY", "many", "300/minute"),
        ("SNAPSHOTS_KEPT", "0", "greater than or equal to 1"),
        ("RECORD_RETENTION_DAYS", "-1", "greater than or equal to 1"),
        ("PORT", "80000", "65535"),
        ("SECRET", "a\udcff", "openssl rand"),
        ("SECRET_BEFORE", "two\nlines", "openssl rand"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(f"COUNTERPART_{name}", value)
    with pytest.raises(ValidationError, match=says):
        Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://role@/counterpart?host=/var/run/postgresql"),
        ("DATABASE_URL", "postgresql+psycopg://role:a%2Fb@host:5432/counterpart"),
        ("DATABASE_URL", "sqlite:////srv/counterpart.db"),
        ("PUBLIC_URL", "http://127.0.0.1:8000"),
        ("OIDC_ISSUER", "https://login.example/realms/cities"),
        ("RATE_PER_KEY", ""),
        ("RATE_PER_KEY", "10/5 second"),
    ],
)
def test_what_may_be_meant_is_taken(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"COUNTERPART_{name}", value)
    assert getattr(Settings(), name.lower()) == value


def test_a_misspelt_setting_is_told_and_others_names_are_not() -> None:
    names = ["COUNTERPART_PUBLICREAD", "COUNTERPART_WORKERS", "COUNTERPART_KEY"]
    of_others = ["COUNTERPART_MATCHER_PORT", "COUNTERPART_SERVICE_HOST", "PATH"]
    assert misspelt([*names, *of_others]) == {"COUNTERPART_PUBLICREAD": "COUNTERPART_PUBLIC_READ"}
