"""Bad input in plain words: where it stands, what was expected, what was seen."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

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


def seen(value: Any) -> str:
    """A value as it may be shown: short, and safe to encode whatever was sent."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except ValueError:  # an integer of more digits than Python prints
        text = "a number with very many digits"
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


def input_errors(raw: Sequence[Any], content_type: str = "application/json") -> list[InputError]:
    """The framework's validation errors as entries of a problem's `errors`."""
    errors = [_entry(error) for error in raw[:ERRORS_LIMIT]]
    whole_body = len(raw) == 1 and tuple(raw[0]["loc"]) == ("body",)
    if whole_body and raw[0]["type"] != "missing" and "json" not in content_type:
        errors[0]["detail"] = (
            f"expected JSON with Content-Type: application/json, got {seen(content_type)}"
        )
        errors[0]["code"] = "not_json"
    return errors


def record_errors(raw: Sequence[Any], model: type[BaseModel]) -> list[InputError]:
    """The errors of one record, an unknown field with the known one it resembles."""
    errors = input_errors([{**error, "loc": ("body", *error["loc"])} for error in raw])
    for error in errors:
        if error["code"] == "unknown_field":
            error["detail"] += resembling(error["pointer"].rpartition("/")[2], model)
    return errors


def resembling(name: str, model: type[BaseModel]) -> str:
    """A hint at the field somebody may have meant."""
    close = get_close_matches(name, list(model.model_fields), 1)
    return f"; did you mean {close[0]!r}?" if close else ""


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
        case _:
            detail = f"{message}, got {seen(error.get('input'))}"
    detail = detail.encode("utf-8", "replace").decode()
    if len(detail) > 1_000:
        detail = f"{detail[:1_000]}…"
    entry = {"pointer": pointer(error["loc"]), "detail": detail, "code": code}
    return entry | _accepted(kind, error.get("ctx") or {})


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


def _accepted(kind: str, context: dict[str, Any]) -> dict[str, Any]:
    """What was expected and a value that would do, where the error says or implies it."""
    if kind in ("enum", "literal_error"):
        values = _QUOTED.findall(str(context.get("expected", "")))
        told = {"expected": f"one of {', '.join(values)}"} if values else {}
        return told | ({"example": values[0]} if values else {})
    for limit in _LIMITS:
        if isinstance(context.get(limit), int | float):
            sign = "at most" if limit == "le" else "at least"
            return {"expected": f"{sign} {context[limit]}", "example": context[limit]}
    return {"example": _EXAMPLES[kind]} if kind in _EXAMPLES else {}
