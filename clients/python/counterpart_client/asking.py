"""The face of the client: the questions most programs ask, and a way to every other operation."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from types import ModuleType, TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from counterpart_client.generated.api.catalogue import (
    get_collaboration,
    get_place,
    search_collaborations,
    search_places,
)
from counterpart_client.generated.api.decisions import get_match, replay_match
from counterpart_client.generated.api.matching import match_collaborations, match_peers
from counterpart_client.generated.client import AuthenticatedClient
from counterpart_client.generated.models import (
    CollaborationRead,
    CollaborationsMatch,
    CollaborationSummary,
    PeersMatch,
    PlaceRead,
    PlaceSummary,
    Problem,
    RecordedMatch,
)
from counterpart_client.problems import CounterpartProblem
from counterpart_client.questions import (
    Need,
    PlaceLike,
    collaborations_request,
    peers_request,
)
from counterpart_client.retries import AsyncRetrying, Retrying

LOCAL = "http://127.0.0.1:8000"
PAGE = 100


def _headers(key: str | None, language: str | None) -> dict[str, str]:
    found = {"Authorization": f"Bearer {key}"} if key else {}
    return found | ({"Accept-Language": language} if language else {})


def _client(base_url: str, headers: Mapping[str, str], timeout: float) -> AuthenticatedClient:
    # The key is among the headers, where there is one: the class takes one always.
    made = AuthenticatedClient(base_url=base_url, token="", headers=dict(headers))
    return made.with_timeout(httpx.Timeout(timeout))


def _once(operation: ModuleType, given: dict[str, Any]) -> dict[str, Any]:
    """A key of its own for each call that creates something, so that it may be sent again."""
    takes = operation.sync_detailed.__annotations__
    if "idempotency_key" in takes and "idempotency_key" not in given:
        return {**given, "idempotency_key": str(uuid4())}
    return given


def _answer(response: Any) -> Any:
    """What an operation answered; a problem is raised."""
    if isinstance(response.parsed, Problem):
        raise CounterpartProblem(response.parsed)
    if response.status_code >= 400:
        detail = response.content.decode("utf-8", "replace")[:500]
        status = int(response.status_code)
        raise CounterpartProblem(Problem("about:blank", "Unexpected answer", status, detail))
    return response.parsed if response.parsed is not None else response.content


class Counterpart:
    """A server, asked and waited for."""

    def __init__(
        self,
        base_url: str = LOCAL,
        key: str | None = None,
        *,
        language: str | None = None,
        timeout: float = 30,
        retries: int = 3,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = _headers(key, language)
        self._client = _client(base_url, headers, timeout)
        inner = transport or httpx.HTTPTransport()
        self._http = httpx.Client(
            base_url=base_url, headers=headers, timeout=timeout, transport=Retrying(inner, retries)
        )
        self._client.set_httpx_client(self._http)

    def call(self, operation: ModuleType, **given: Any) -> Any:
        """Any operation of `counterpart_client.generated.api`, by its module."""
        return _answer(operation.sync_detailed(client=self._client, **_once(operation, given)))

    def peers(
        self, place: PlaceLike, *, needs: Sequence[Need] | None = None, **more: Any
    ) -> PeersMatch:
        """Which places are this one's peers, and why?"""
        found: PeersMatch = self.call(match_peers, body=peers_request(place, needs, more))
        return found

    def collaborations(
        self, place: PlaceLike, *, needs: Sequence[Need] | None = None, **more: Any
    ) -> CollaborationsMatch:
        """Which collaborations fit this place, why, and would they let it in?"""
        body = collaborations_request(place, needs, more)
        found: CollaborationsMatch = self.call(match_collaborations, body=body)
        return found

    def place(self, place_id: str) -> PlaceRead:
        found: PlaceRead = self.call(get_place, place_id=place_id)
        return found

    def collaboration(self, collaboration_id: str) -> CollaborationRead:
        found: CollaborationRead = self.call(get_collaboration, collaboration_id=collaboration_id)
        return found

    def places(self, q: str | None = None, **more: Any) -> Iterator[PlaceSummary]:
        """Places by the beginning of any name, page after page."""
        yield from self._pages(search_places, _asked(q, more))

    def collaborations_on_file(
        self, q: str | None = None, **more: Any
    ) -> Iterator[CollaborationSummary]:
        """Collaborations by name, page after page."""
        yield from self._pages(search_collaborations, _asked(q, more))

    def match(self, match_id: str) -> RecordedMatch:
        found: RecordedMatch = self.call(get_match, match_id=match_id)
        return found

    def replay(self, match_id: str) -> RecordedMatch:
        found: RecordedMatch = self.call(replay_match, match_id=match_id)
        return found

    def _pages(self, operation: ModuleType, asked: dict[str, Any]) -> Iterator[Any]:
        page = self.call(operation, **asked)
        yield from page.items
        while page.next_:
            page = self.call(operation, **asked, cursor=page.next_)
            yield from page.items

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncCounterpart:
    """The same server, asked without blocking."""

    def __init__(
        self,
        base_url: str = LOCAL,
        key: str | None = None,
        *,
        language: str | None = None,
        timeout: float = 30,
        retries: int = 3,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        headers = _headers(key, language)
        self._client = _client(base_url, headers, timeout)
        inner = transport or httpx.AsyncHTTPTransport()
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers=headers,
            timeout=timeout,
            transport=AsyncRetrying(inner, retries),
        )
        self._client.set_async_httpx_client(self._http)

    async def call(self, operation: ModuleType, **given: Any) -> Any:
        """Any operation of `counterpart_client.generated.api`, by its module."""
        sent = _once(operation, given)
        return _answer(await operation.asyncio_detailed(client=self._client, **sent))

    async def peers(
        self, place: PlaceLike, *, needs: Sequence[Need] | None = None, **more: Any
    ) -> PeersMatch:
        """Which places are this one's peers, and why?"""
        found: PeersMatch = await self.call(match_peers, body=peers_request(place, needs, more))
        return found

    async def collaborations(
        self, place: PlaceLike, *, needs: Sequence[Need] | None = None, **more: Any
    ) -> CollaborationsMatch:
        """Which collaborations fit this place, why, and would they let it in?"""
        body = collaborations_request(place, needs, more)
        found: CollaborationsMatch = await self.call(match_collaborations, body=body)
        return found

    async def place(self, place_id: str) -> PlaceRead:
        found: PlaceRead = await self.call(get_place, place_id=place_id)
        return found

    async def collaboration(self, collaboration_id: str) -> CollaborationRead:
        found: CollaborationRead = await self.call(
            get_collaboration, collaboration_id=collaboration_id
        )
        return found

    def places(self, q: str | None = None, **more: Any) -> AsyncIterator[PlaceSummary]:
        """Places by the beginning of any name, page after page."""
        return self._pages(search_places, _asked(q, more))

    def collaborations_on_file(
        self, q: str | None = None, **more: Any
    ) -> AsyncIterator[CollaborationSummary]:
        """Collaborations by name, page after page."""
        return self._pages(search_collaborations, _asked(q, more))

    async def match(self, match_id: str) -> RecordedMatch:
        found: RecordedMatch = await self.call(get_match, match_id=match_id)
        return found

    async def replay(self, match_id: str) -> RecordedMatch:
        found: RecordedMatch = await self.call(replay_match, match_id=match_id)
        return found

    async def _pages(self, operation: ModuleType, asked: dict[str, Any]) -> AsyncIterator[Any]:
        page = await self.call(operation, **asked)
        while True:
            for item in page.items:
                yield item
            if not page.next_:
                return
            page = await self.call(operation, **asked, cursor=page.next_)

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def _asked(q: str | None, more: Mapping[str, Any]) -> dict[str, Any]:
    return {"limit": PAGE, **({"q": q} if q is not None else {}), **more}
