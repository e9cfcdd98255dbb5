"""Rate limits: so many requests a minute by key or session, else by address.

Nothing a client writes into a header names its address, and only what this server signed or
what has the form of a key counts as a credential; wrong ones are counted by address as well.
"""

import hashlib
import ipaddress
import logging
import math
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from time import time

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from limits import RateLimitItem, parse
from limits.errors import ConfigurationError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter, RateLimiter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import Problem, TooManyRequests
from models.settings import Settings
from services.access.callers import is_local
from services.access.keys import PREFIX, is_wellformed
from services.access.sessions import token_of
from services.load.rate_file import SCHEME
from services.load.shedding import ALWAYS

log = logging.getLogger(__name__)

# What one request counts for, where it does the work of many.
COSTS = {
    "/v1/matches/peers:batch": 20,
    "/v1/matches/peers:all": 100,
    "/v1/pairings": 5,
    "/v1/ingest/files": 10,
    "/v1/ingest/publish": 20,
}
COSTS_BY_END = {"/cohorts": 5, "/screenings": 2, "/approach-list": 2}
ASSETS = "/assets/"


@dataclass(frozen=True)
class Bucket:
    """Whose requests are counted together, and how many there may be."""

    policy: str
    item: RateLimitItem
    name: str


@dataclass(frozen=True)
class Room:
    """How a bucket stands after a request."""

    bucket: Bucket
    has_room: bool
    left: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """As in the IETF's draft on RateLimit header fields."""
        policy, item = self.bucket.policy, self.bucket.item
        return {
            "RateLimit-Policy": f'"{policy}";q={item.amount};w={item.get_expiry()}',
            "RateLimit": f'"{policy}";r={self.left};t={self.seconds}',
        }


class Rates:
    """The counters in force."""

    def __init__(self, settings: Settings) -> None:
        self.by_key = _item(settings.rate_per_key)
        self.by_address = _item(settings.rate_per_address)
        self.of_wrong_keys = _item(settings.rate_of_wrong_keys)
        self.storage = _opened(settings.rate_storage or _storage(settings))
        self.limiter = FixedWindowRateLimiter(self.storage)
        self.alone = FixedWindowRateLimiter(MemoryStorage())
        # Counting in memory takes no longer than finding a thread for it.
        self.is_quick = isinstance(self.storage, MemoryStorage)

    def bucket(self, request: Request) -> Bucket | None:
        """Where a request is counted; None where it is not."""
        credential = _credential(request)
        if credential is not None:
            return Bucket("key", self.by_key, credential) if self.by_key else None
        if self.by_address is None or is_local(request):
            return None
        return Bucket("address", self.by_address, _address(request))

    def wrong(self, request: Request) -> Bucket | None:
        """Where wrong keys of an address are counted."""
        if self.of_wrong_keys is None or "authorization" not in request.headers:
            return None
        return Bucket("wrong-keys", self.of_wrong_keys, _address(request))

    def take(self, bucket: Bucket, cost: int) -> Room:
        """Count a request."""
        return self._counted(bucket, lambda by: by.hit(bucket.item, bucket.name, cost=cost))

    def look(self, bucket: Bucket) -> Room:
        """How a bucket stands, without counting."""
        return self._counted(bucket, lambda by: by.test(bucket.item, bucket.name))

    def _counted(self, bucket: Bucket, done: Callable[[RateLimiter], bool]) -> Room:
        """By what is shared; where that fails, by this process alone: nobody is refused for it."""
        try:
            return self._room(self.limiter, bucket, done(self.limiter))
        except self.storage.base_exceptions as error:
            log.warning("requests are counted by this process alone: %s", type(error).__name__)
            return self._room(self.alone, bucket, done(self.alone))

    def _room(self, limiter: RateLimiter, bucket: Bucket, has_room: bool) -> Room:
        stats = limiter.get_window_stats(bucket.item, bucket.name)
        seconds = max(1, math.ceil(stats.reset_time - time()))
        return Room(bucket, has_room, max(0, stats.remaining), seconds)


def rates_of(app: FastAPI) -> Rates:
    """The counters of an app, opened at its first request: each worker has its own."""
    if not hasattr(app.state, "rates"):
        app.state.rates = Rates(getattr(app.state, "settings", None) or Settings())
    rates: Rates = app.state.rates
    return rates


class RateLimit:
    """Counts requests, tells what is left, and refuses what is over."""

    def __init__(self, app: ASGIApp, refuse: Callable[[Request, Problem], Response]) -> None:
        self.app = app
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _uncounted(scope["path"]):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        rates = rates_of(request.app)
        room = await self._count(rates, request)
        if room is not None and not room.has_room:
            await self.refuse(request, _refusal(room))(scope, receive, send)
            return
        if room is None and "authorization" not in request.headers:
            await self.app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                if room is not None:
                    MutableHeaders(scope=message).update(room.headers)
                if message["status"] == 401:
                    await self._count_wrong(rates, request)
            await send(message)

        await self.app(scope, receive, told)

    async def _count(self, rates: Rates, request: Request) -> Room | None:
        """How the request stands: what is over by wrong keys is over at all."""
        wrong = rates.wrong(request)
        if wrong is not None:
            room = await self._do(rates, rates.look, wrong)
            if not room.has_room:
                return room
        bucket = rates.bucket(request)
        if bucket is None:
            return None
        return await self._do(rates, rates.take, bucket, cost_of(request.url.path))

    async def _count_wrong(self, rates: Rates, request: Request) -> None:
        wrong = rates.wrong(request)
        if wrong is not None:
            await self._do(rates, rates.take, wrong, 1)

    async def _do(self, rates: Rates, work: Callable[..., Room], *args: object) -> Room:
        return work(*args) if rates.is_quick else await run_in_threadpool(work, *args)


def _uncounted(path: str) -> bool:
    """Health, and the styles and scripts of the pages: one page loads several of them."""
    return path in ALWAYS or path.startswith(ASSETS)


def cost_of(path: str) -> int:
    """What a request counts for."""
    if path in COSTS:
        return COSTS[path]
    return next((cost for end, cost in COSTS_BY_END.items() if path.endswith(end)), 1)


def _item(limit: str) -> RateLimitItem | None:
    return parse(limit) if limit else None


def check(settings: Settings) -> None:
    """A storage that cannot be used at all is told before anything is served."""
    if settings.rate_storage:
        _opened(settings.rate_storage)


def _opened(uri: str) -> Storage:
    try:
        return storage_from_string(uri)  # type: ignore[return-value]
    except ConfigurationError as error:
        kind = uri.partition("://")[0]
        # The library quotes the whole URI, and with it a password.
        why = str(error).replace(uri, kind)
        raise Problem(f"COUNTERPART_RATE_STORAGE cannot be used ({kind}://…): {why}") from None
    except (OSError, sqlite3.Error) as error:
        log.warning("requests are counted by this process alone: %s", type(error).__name__)
        return MemoryStorage()


def _storage(settings: Settings) -> str:
    """In memory for one process; several on a machine count in one file."""
    if settings.workers <= 1:
        return "memory://"
    settings.var.mkdir(parents=True, exist_ok=True)
    return f"{SCHEME}://{settings.var.resolve() / 'rates.db'}"


def _credential(request: Request) -> str | None:
    """A name for the key or session that was sent; None for what cannot be one."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    key = key.strip()
    if kind.lower() == "bearer" and key.startswith(PREFIX) and is_wellformed(key):
        return _hash(key)
    token = token_of(request) if "authorization" not in request.headers else None
    return _hash(token) if token is not None else None


def _address(request: Request) -> str:
    """The peer's address; of IPv6 the network of 64 bits, which one household or machine has."""
    host = request.client.host if request.client else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()[:32]


def _refusal(room: Room) -> TooManyRequests:
    error = TooManyRequests(room.bucket.policy, room.bucket.item.amount, room.seconds)
    error.headers |= room.headers
    return error
