"""Bad input in plain words: where it stands, what was expected, what was seen."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

SEEN_LIMIT = 80
ERRORS_LIMIT = 100
_CODED = re.compile(r"^(?:Value error, )?([a-z]+(?:_[a-z]+)+): (.+)$", re.DOTALL)
_MACHINERY = re.compile(r"^(function-|list\[|dict\[|nullable|constrained-|\[key\])")
_CODES = {
    "extra_forbidden": "unknown_field",
    "missing": "missing_field",
    "enum": "unknown_value",
    "literal_error": "unknown_value",
    "value_error": "invalid_value",
}
InputError = dict[str, Any]


@dataclass(frozen=True)
class Expected:
    """What an operation takes as its body: the model of it, and a body that is accepted."""

    model: Any = None
    example: Any = None

    def fields(self, location: Sequence[str | int]) -> list[str]:
        """The fields that an object in the body may have."""
        found = [self.model]
        for step in location[1:]:
            found = [inner for model in found for inner in _inside(model, step)]
        return [name for model in _models(found) for name in model.model_fields]

    def sample(self, location: Sequence[str | int]) -> Any:
        """What stands there in the accepted body; None where nothing does."""
        found = self.example
        for step in location[1:]:
            if isinstance(found, list) and found and isinstance(step, int):
                found = found[0]
            elif isinstance(found, dict) and step in found:
                found = found[step]
            else:
                return None
        return found


def _inside(annotation: Any, step: str | int) -> Iterator[Any]:
    """The types of a field, whatever it is wrapped in; an item of a list is of its own type."""
    if isinstance(step, int):
        yield annotation
    for model in _models([annotation]):
        if step in model.model_fields:
            yield model.model_fields[str(step)].annotation


def _models(annotations: Iterable[Any]) -> Iterator[type[BaseModel]]:
    for annotation in annotations:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield annotation
        yield from _models(get_args(annotation))


def seen(value: Any) -> str:
    """A value as it may be shown: short, in the words of JSON, and safe to encode."""
    try:
        text = (
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)
        )
    except ValueError:  # an integer of more digits than Python prints
        text = "a number with very many digits"
    except RecursionError:  # what is no body, such as a cell, may be nested as deeply as it likes
        text = "something nested very deeply"
    if len(text) > SEEN_LIMIT:
        text = f"{text[:SEEN_LIMIT]}… ({len(text):,} characters)"
    text = text.encode("utf-8", "replace").decode()
    return repr(text) if isinstance(value, str) else text


def pointer(location: Sequence[str | int]) -> str:
    """Where an error stands: a JSON pointer into the body, `?name` in a query."""
    source, *rest = location or ("body",)
    steps = [str(step) for step in rest if not _MACHINERY.match(str(step))]
    name = "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)
    name = name.encode("utf-8", "replace").decode()
    match source:
        case "query":
            return f"?{name}"
        case "path":
            return f"{{{name}}}"
        case "header":
            return f"header {name}"
        case _:
            return f"/{name}" if name else ""


def input_errors(
    raw: Sequence[Any], content_type: str = "application/json", expected: Expected | None = None
) -> list[InputError]:
    """The framework's validation errors as entries of a problem's `errors`."""
    expected = expected or Expected()
    errors = [
        _with_what_is_expected(_entry(error), error, expected) for error in raw[:ERRORS_LIMIT]
    ]
    whole_body = len(raw) == 1 and tuple(raw[0]["loc"]) == ("body",)
    if whole_body and raw[0]["type"] != "missing" and "json" not in content_type:
        errors[0]["detail"] = (
            f"expected JSON with Content-Type: application/json, got {seen(content_type)}"
        )
        errors[0]["code"] = "not_json"
    return errors


def record_errors(raw: Sequence[Any], model: type[BaseModel]) -> list[InputError]:
    """The errors of one record, an unknown field with the known one it resembles."""
    return input_errors(
        [{**error, "loc": ("body", *error["loc"])} for error in raw], expected=Expected(model)
    )


def resembling(name: str, known: Iterable[str]) -> str:
    """A hint at what somebody may have meant."""
    close = get_close_matches(name, list(known), 1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _with_what_is_expected(entry: InputError, error: Any, expected: Expected) -> InputError:
    """An entry with what the operation takes there."""
    location = error["loc"]
    if not location or location[0] != "body":
        return entry
    if entry["code"] == "unknown_field":
        known = expected.fields(location[:-1])
        entry["detail"] += resembling(str(location[-1]), known)
        return entry | ({"expected": f"one of {', '.join(known)}"} if known else {})
    if location == ("body",) and error["type"] == "missing":
        entry["detail"] = "a body is missing: send JSON"
    sample = expected.sample(location)
    if sample is None:
        return entry
    # One value where a list is expected: a list of what was sent is no better than one that does.
    return (
        entry | {"example": sample} if error["type"] == "list_type" else {"example": sample} | entry
    )


def _entry(error: Any) -> InputError:
    kind, message = error["type"], error["msg"]
    code = _CODES.get(kind, kind)
    match kind:
        case "extra_forbidden":
            detail = f"unknown field {seen(str(error['loc'][-1]))}"
        case "missing":
            detail = "this field is required"
        case "value_error":
            coded = _CODED.match(message)
            code, detail = coded.groups() if coded else (code, message)
            detail = detail.removeprefix("Value error, ")
        case "union_tag_invalid" | "union_tag_not_found":
            return _of_tag(error)
        case _:
            message = _AFTERWARDS.sub("", _PLAIN.get(kind, message))
            detail = f"{message}, got {seen(error.get('input'))}"
            detail += _meant(error)
    detail = detail.encode("utf-8", "replace").decode()
    if len(detail) > 1_000:
        detail = f"{detail[:1_000]}…"
    entry = {"pointer": pointer(error["loc"]), "detail": detail, "code": code}
    return entry | _accepted(error)


def _of_tag(error: Any) -> InputError:
    """An object whose kind is not told, or is none there is: a fault of the field that tells it."""
    context, given = error["ctx"], error.get("input")
    tag = context["discriminator"].strip("'")
    where, values = pointer((*error["loc"], tag)), context.get("expected_tags", "")
    if error["type"] == "union_tag_not_found":
        return {"pointer": where, "detail": "this field is required", "code": "missing_field"}
    detail = f"expected one of {values}, got {seen(given[tag])}"
    known = _QUOTED.findall(values)
    told = {"pointer": where, "detail": detail, "code": "unknown_value"}
    return told | {"expected": f"one of {', '.join(known)}", "example": known[0]}


# What the framework says in words of its own machinery.
_PLAIN = {
    "model_type": "expected an object",
    "model_attributes_type": "expected an object",
    "dict_type": "expected an object",
    "list_type": "expected a list",
}


def _meant(error: Any) -> str:
    """A hint at the value of a list of words that somebody may have meant."""
    given = error.get("input")
    if error["type"] not in ("enum", "literal_error") or not isinstance(given, str):
        return ""
    return resembling(given, _values(error))


def _values(error: Any) -> list[str]:
    return _QUOTED.findall(str((error.get("ctx") or {}).get("expected", "")))


# Kinds of errors whose message does not say which value would do.
_EXAMPLES: dict[str, Any] = {
    "int_parsing": 1,
    "int_type": 1,
    "float_parsing": 0.5,
    "float_type": 0.5,
    "bool_parsing": True,
    "bool_type": True,
    "string_type": "text",
    "list_type": [],
    "dict_type": {},
    "date_parsing": "2026-01-31",
    "date_from_datetime_parsing": "2026-01-31",
}
_LIMITS = ("le", "ge")
_QUOTED = re.compile(r"'([^']+)'")
# "List should have at most 3 items after validation, not 4": how long it is, and no more.
_AFTERWARDS = re.compile(r" after validation(?=, not )")


def _accepted(error: Any) -> dict[str, Any]:
    """What was expected and a value that would do, where the error says or implies it."""
    kind, context = error["type"], error.get("ctx") or {}
    if kind in ("enum", "literal_error"):
        values = _values(error)
        close = get_close_matches(str(error.get("input")), values, 1) or values
        return {"expected": f"one of {', '.join(values)}", "example": close[0]} if values else {}
    for limit in _LIMITS:
        if isinstance(context.get(limit), int | float):
            sign = "at most" if limit == "le" else "at least"
            return {"expected": f"{sign} {context[limit]}", "example": context[limit]}
    given = error.get("input")
    if kind == "list_type" and isinstance(given, str) and len(given) <= SEEN_LIMIT:
        return {"example": [given]}
    return {"example": _EXAMPLES[kind]} if kind in _EXAMPLES else {}
