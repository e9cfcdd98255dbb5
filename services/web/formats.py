"""Lists as CSV, XLSX, NDJSON and GeoJSON, by `?format=` or `Accept`; JSON stays the default.

An answer is made as JSON whatever was asked for, and written anew here, so that a table can say
nothing else than the answer does. Which operations have tables stands in the contract.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import orjson
from fastapi import FastAPI, Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import InvalidInput, NotAcceptable, Problem
from services.files.tables import Cell, as_csv, as_xlsx
from services.web.contract.operation import TABLE_MEDIA, Those

JSON = "json"
LISTS = ("items", "results", "pairs")
_MEDIA = {medium: name for name, medium in TABLE_MEDIA.items()}
Row = dict[str, Any]
Refuse = Callable[[Request, Problem], Response]


class Formats:
    """Writes the lists of some operations in the format asked for."""

    def __init__(self, app: ASGIApp, api: FastAPI, refuse: Refuse) -> None:
        self.app = app
        self.refuse = refuse
        self._tables = Those(api, lambda operation: operation.table)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._tables.of(scope) is None:
            await self.app(scope, receive, send)
            return
        try:
            wanted = _wanted(scope)
        except Problem as problem:
            await self.refuse(Request(scope), problem)(scope, receive, send)
            return
        if wanted == JSON:
            await self.app(scope, receive, send)
            return
        writing = _Writing(wanted, Request(scope), send, self.refuse)
        await self.app(scope, receive, writing.send)


def _wanted(scope: Scope) -> str:
    """The format asked for: by name, or else the first in `Accept` that there is."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("format")
    if asked:
        if asked[0] in (JSON, *TABLE_MEDIA):
            return asked[0]
        detail = f"expected one of json, {', '.join(TABLE_MEDIA)}, got {asked[0][:80]!r}"
        raise InvalidInput.at("?format", detail, "unknown_value")
    for one in Headers(scope=scope).get("accept", "").split(","):
        medium = one.partition(";")[0].strip().lower()
        if medium in ("application/json", "*/*"):
            return JSON
        if medium in _MEDIA:
            return _MEDIA[medium]
    return JSON


class _Writing:
    """Keeps a JSON answer back until it is whole, and sends it as a table."""

    def __init__(self, wanted: str, request: Request, send: Send, refuse: Refuse) -> None:
        self._wanted, self._request, self._send, self._refuse = wanted, request, send, refuse
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if message["status"] < 300 and kind.startswith("application/json"):
                self._start = message
                return
        if self._start is None:
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if not message.get("more_body", False):
            await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        answer = orjson.loads(self._body)
        try:
            body = write(self._wanted, answer)
        except Problem as problem:
            refused = self._refuse(self._request, problem)
            start = {**start, "status": refused.status_code, "headers": refused.raw_headers}
            body = bytes(refused.body)
        else:
            headers = MutableHeaders(scope=start)
            headers["Content-Type"] = TABLE_MEDIA[self._wanted] + (
                "; charset=utf-8" if self._wanted == "csv" else ""
            )
            headers["Content-Length"] = str(len(body))
            headers.add_vary_header("Accept")
            if answer.get("next"):
                after = self._request.url.include_query_params(cursor=answer["next"])
                headers["Link"] = f'<{after.path}?{after.query}>; rel="next"'
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def write(wanted: str, answer: Any) -> bytes:
    """The list of an answer in one of the formats."""
    name = next((n for n in LISTS if isinstance(answer, dict) and n in answer), None)
    if name is None:
        raise NotAcceptable("This answer is no list: ask for JSON.")
    rows: list[Row] = answer[name]
    match wanted:
        case "ndjson":
            return b"".join(orjson.dumps(row) + b"\n" for row in rows)
        case "geojson":
            return _geojson(rows)
    flat = [flattened(row) for row in rows]
    columns = list(dict.fromkeys(column for row in flat for column in row))
    cells = [[row.get(column) for column in columns] for row in flat]
    return as_csv(columns, cells) if wanted == "csv" else as_xlsx(name.title(), columns, cells)


def flattened(row: Row, above: str = "") -> dict[str, Cell]:
    """One row of a table: inner fields by their path, lists of words joined, sentences joined."""
    found: dict[str, Cell] = {}
    for name, value in row.items():
        key = f"{above}{name}"
        if isinstance(value, dict):
            found |= flattened(value, f"{key}.")
        elif isinstance(value, list):
            found[key] = "; ".join(_told(one) for one in value)
        elif isinstance(value, bool):
            found[key] = str(value).lower()
        else:
            found[key] = value
    return found


def _told(value: Any) -> str:
    """One entry of a list in a cell: its sentence, its name, or as it is."""
    if isinstance(value, dict):
        for name in ("text", "name", "id"):
            if isinstance(value.get(name), str):
                return str(value[name])
        return orjson.dumps(value).decode()
    return str(value)


def _geojson(rows: list[Row]) -> bytes:
    """The rows as points (RFC 7946); a row without coordinates on file has no geometry."""
    features = [_feature(row) for row in rows]
    if rows and not any(feature["geometry"] for feature in features):
        raise NotAcceptable("Nothing in this list has a place on the map: ask for csv or xlsx.")
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def _feature(row: Row) -> Row:
    place = row["place"] if isinstance(row.get("place"), dict) else row
    geometry = None
    if place.get("lat") is not None and place.get("lon") is not None:
        geometry = {"type": "Point", "coordinates": [place["lon"], place["lat"]]}
    feature = {"type": "Feature", "geometry": geometry, "properties": flattened(row)}
    return feature | ({"id": place["id"]} if place.get("id") else {})
