"""Transports that wait and try again where the server asks for it, or a connection broke."""

import asyncio
import random
import time

import httpx

WAITING = {429, 503}
LONGEST = 60.0
_SAFE = {"GET", "HEAD", "PUT", "DELETE"}


def _may_repeat(request: httpx.Request) -> bool:
    """Whether doing it twice does no harm; matching and judging store nothing new."""
    return request.method in _SAFE or "idempotency-key" in request.headers


def _seconds(response: httpx.Response | None, attempt: int) -> float:
    """As long as the server says; else longer each time, and not all clients at once."""
    said = response.headers.get("retry-after", "") if response is not None else ""
    if said.isdecimal():
        return min(float(said), LONGEST)
    return min(0.5 * 2**attempt, LONGEST) * random.uniform(0.75, 1.25)


class Retrying(httpx.BaseTransport):
    """Tries a request up to some times more."""

    def __init__(self, inner: httpx.BaseTransport, retries: int) -> None:
        self._inner, self._retries = inner, retries

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for attempt in range(self._retries + 1):
            last = attempt == self._retries
            response = None
            try:
                response = self._inner.handle_request(request)
            except httpx.TransportError:
                if last or not _may_repeat(request):
                    raise
            if response is not None and (last or response.status_code not in WAITING):
                return response
            if response is not None:
                response.close()
            time.sleep(_seconds(response, attempt))
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        self._inner.close()


class AsyncRetrying(httpx.AsyncBaseTransport):
    """The same for asyncio."""

    def __init__(self, inner: httpx.AsyncBaseTransport, retries: int) -> None:
        self._inner, self._retries = inner, retries

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for attempt in range(self._retries + 1):
            last = attempt == self._retries
            response = None
            try:
                response = await self._inner.handle_async_request(request)
            except httpx.TransportError:
                if last or not _may_repeat(request):
                    raise
            if response is not None and (last or response.status_code not in WAITING):
                return response
            if response is not None:
                await response.aclose()
            await asyncio.sleep(_seconds(response, attempt))
        raise AssertionError("the last attempt returns or raises")

    async def aclose(self) -> None:
        await self._inner.aclose()
