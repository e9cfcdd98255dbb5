"""What of a released contract a new one breaks, in words; additions break nothing.

Requests may take more and answers may say more: what a request must have may not grow, what an
answer always has may not shrink, and no value changes its type.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.contract.calling import Facts, operations

DEEPEST = 12


def breaking(old: Facts, new: Facts) -> list[str]:
    """Every break, with where it is; none where whoever used the old contract can go on."""
    after = {(method, path): operation for method, path, operation in operations(new)}
    found = []
    for method, path, operation in operations(old):
        where = f"{method} {path}"
        if (method, path) not in after:
            found.append(f"{where}: the operation is gone")
            continue
        found += _Comparison(old, new, where).operation(operation, after[method, path])
    for name, event in old.get("webhooks", {}).items():
        now = new.get("webhooks", {}).get(name)
        if now is None:
            found.append(f"the event {name} is gone")
            continue
        found += _Comparison(old, new, f"event {name}").event(event["post"], now["post"])
    return found


@dataclass(frozen=True)
class _Comparison:
    """Two versions of one operation, with the documents that their references lead into."""

    old: Facts
    new: Facts
    where: str

    def operation(self, before: Facts, after: Facts) -> Iterator[str]:
        if before["operationId"] != after["operationId"]:
            yield f"{self.where}: it is called {after['operationId']} now"
        yield from self._parameters(before, after)
        yield from self._body(before, after)
        yield from self._answers(before, after)

    def event(self, before: Facts, after: Facts) -> Iterator[str]:
        """What is told is for its receiver what an answer is."""
        was, now = (one["requestBody"]["content"]["application/json"] for one in (before, after))
        yield from self._answer(was["schema"], now["schema"], "body")

    def _parameters(self, before: Facts, after: Facts) -> Iterator[str]:
        was, now = _by_name(before, self.old), _by_name(after, self.new)
        for name, parameter in was.items():
            if name not in now:
                yield f"{self.where}: the parameter {name[1]} is gone"
            else:
                place = f"parameter {name[1]}"
                yield from self._request(
                    parameter.get("schema", {}), now[name].get("schema", {}), place
                )
        for name, parameter in now.items():
            if parameter.get("required") and not was.get(name, {}).get("required"):
                yield f"{self.where}: the parameter {name[1]} has become necessary"

    def _body(self, before: Facts, after: Facts) -> Iterator[str]:
        was, now = before.get("requestBody", {}), after.get("requestBody", {})
        if now.get("required") and not was.get("required"):
            yield f"{self.where}: a body has become necessary"
        for medium, content in was.get("content", {}).items():
            if medium not in now.get("content", {}):
                yield f"{self.where}: it takes no {medium} any more"
            else:
                schema = now["content"][medium].get("schema", {})
                yield from self._request(content.get("schema", {}), schema, "body")

    def _answers(self, before: Facts, after: Facts) -> Iterator[str]:
        for status, response in before["responses"].items():
            if status not in after["responses"]:
                if status.startswith("2"):
                    yield f"{self.where}: it does not answer {status} any more"
                continue
            was = _resolved(response, self.old).get("content", {})
            now = _resolved(after["responses"][status], self.new).get("content", {})
            for medium, content in was.items():
                if medium not in now:
                    yield f"{self.where}: {status} is not given as {medium} any more"
                elif status.startswith("2"):
                    schema = now[medium].get("schema", {})
                    yield from self._answer(content.get("schema", {}), schema, f"answer {status}")

    def _request(self, before: Any, after: Any, place: str, depth: int = 0) -> Iterator[str]:
        """What was taken must still be taken."""
        was, now = _resolved(before, self.old), _resolved(after, self.new)
        if depth > DEEPEST:
            return
        if _types(was, self.old) - _types(now, self.new):
            gone = ", ".join(sorted(_types(was, self.old) - _types(now, self.new)))
            yield f"{self.where}: {place} does not take {gone} any more"
        if "enum" in now and set(map(str, was.get("enum", ["anything"]))) - set(
            map(str, now["enum"])
        ):
            yield f"{self.where}: {place} takes fewer values"
        for limit, smaller in _LIMITS.items():
            if limit in now and (limit not in was or smaller(now[limit], was[limit])):
                yield f"{self.where}: {place} has a tighter {limit}"
        for name in set(now.get("required", ())) - set(was.get("required", ())):
            yield f"{self.where}: {place}/{name} has become necessary"
        for name, inner in was.get("properties", {}).items():
            if name not in now.get("properties", {}):
                yield f"{self.where}: {place}/{name} is gone"
            else:
                yield from self._request(
                    inner, now["properties"][name], f"{place}/{name}", depth + 1
                )
        yield from self._inner(was, now, place, depth, self._request)

    def _answer(self, before: Any, after: Any, place: str, depth: int = 0) -> Iterator[str]:
        """What was always said must still be said, and be of the same type."""
        was, now = _resolved(before, self.old), _resolved(after, self.new)
        if depth > DEEPEST:
            return
        more = _types(now, self.new) - _types(was, self.old)
        if more and _types(was, self.old):
            yield f"{self.where}: {place} may be {', '.join(sorted(more))} now"
        for name in set(was.get("required", ())) - set(now.get("required", ())):
            yield f"{self.where}: {place}/{name} is not always there any more"
        for name, inner in was.get("properties", {}).items():
            if name not in now.get("properties", {}):
                yield f"{self.where}: {place}/{name} is gone"
            else:
                yield from self._answer(
                    inner, now["properties"][name], f"{place}/{name}", depth + 1
                )
        yield from self._inner(was, now, place, depth, self._answer)

    def _inner(
        self, was: Facts, now: Facts, place: str, depth: int, compare: Callable[..., Iterator[str]]
    ) -> Iterator[str]:
        """The items of a list, the values of a mapping, and alternatives that pair up."""
        for key in ("items", "additionalProperties"):
            if isinstance(was.get(key), dict) and isinstance(now.get(key), dict):
                yield from compare(was[key], now[key], f"{place}/*", depth + 1)
        one, other = _only(was, self.old), _only(now, self.new)
        if one is not None and other is not None:
            yield from compare(one, other, place, depth + 1)


_LIMITS: dict[str, Callable[[Any, Any], bool]] = {
    "maximum": lambda now, was: now < was,
    "maxLength": lambda now, was: now < was,
    "maxItems": lambda now, was: now < was,
    "minimum": lambda now, was: now > was,
    "minLength": lambda now, was: now > was,
    "minItems": lambda now, was: now > was,
    "pattern": lambda now, was: now != was,
}


def _resolved(value: Any, document: Facts) -> Facts:
    while isinstance(value, dict) and "$ref" in value:
        found: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value if isinstance(value, dict) else {}


def _types(schema: Facts, document: Facts) -> set[str]:
    """The JSON types a schema allows; none where it says nothing."""
    found = schema.get("type")
    if found is not None:
        return {found} if isinstance(found, str) else set(found)
    alternatives = schema.get("anyOf") or schema.get("oneOf") or ()
    return {kind for one in alternatives for kind in _types(_resolved(one, document), document)}


def _only(schema: Facts, document: Facts) -> Facts | None:
    """The one alternative of a schema that is not null, where there is one."""
    alternatives = [_resolved(one, document) for one in schema.get("anyOf", ())]
    real = [one for one in alternatives if one.get("type") != "null"]
    return real[0] if len(real) == 1 else None


def _by_name(operation: Facts, document: Facts) -> dict[tuple[str, str], Facts]:
    listed = (_resolved(one, document) for one in operation.get("parameters", ()))
    return {(one["in"], one["name"]): one for one in listed}
