"""A row of a sheet into a record: columns are the record's fields, nested ones dotted.

Lists are separated by `|`; needs and offers are written `sector:stage` or `sector:stage:text`,
stages of a collaboration `stage:status`. What looks blank is unknown and left out.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import orjson
from pydantic import BaseModel, ValidationError

from models.records import Commitment, Need, Offer, Record, StageClaim
from services.files.numbers import as_number
from services.files.rows import RowError, SheetRow
from services.inputs import InputError, record_errors, resembling
from services.sent_json import loads

R = TypeVar("R", bound=Record)
BLANK = {"", "-", "–", "—", "?", "..", "…", "n/a", "n.a.", "#n/a", "null"}
BLANK_NUMBER = BLANK | {"na", "nan", "none", "nil", "unknown"}
_PLACE_ID = re.compile(r"^(gn|iso|cp|x):")


def unknown_columns(columns: Iterable[str], model: type[Record], row: int = 1) -> list[RowError]:
    """One error for each column that is no field; a misspelt one must not be lost silently."""
    return [
        RowError.at(
            row,
            "unknown_column",
            f"no field {name!r}{resembling(name, model.model_fields)}",
            column=name,
        )
        for name in columns
        if column_type(model, name) is None
    ]


def column_type(model: type[BaseModel], column: str) -> Any:
    """The type of the field a column names, or None where there is no such field."""
    found: Any = model
    for step in column.split("."):
        found = _plain(found)
        if isinstance(found, type) and issubclass(found, BaseModel):
            field = found.model_fields.get(step)
            found = field.annotation if field else None
        elif get_origin(found) is dict:
            key, value = get_args(found)
            found = value if _takes(key, step) else None
        else:
            found = None
        if found is None:
            return None
    return _plain(found)


def _takes(key: Any, step: str) -> bool:
    if not step:
        return False
    return not issubclass(key, StrEnum) or step in list(key)


def _plain(annotation: Any) -> Any:
    """A type without `| None` and without its constraints."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _plain(get_args(annotation)[0])
    if origin in (Union, UnionType):
        known = [part for part in get_args(annotation) if part is not NoneType]
        return _plain(known[0])
    return annotation


class Unreadable(ValueError):
    """A cell that cannot be read, with what was expected."""


def to_record(row: SheetRow, model: type[R]) -> R | list[RowError]:
    """The record of a row, validated whole, or all that is wrong with it."""
    facts: dict[str, Any] = {}
    errors = [] if row.has_header else unknown_columns(row.cells, model, row.number)
    for column, cell in row.cells.items():
        try:
            value = _value(cell, column_type(model, column))
            if value is not None:
                _put(facts, column.split("."), value)
        except Unreadable as error:
            errors.append(RowError.at(row.number, "unreadable", str(error), column, cell))
    if errors:
        return errors
    try:
        return model.model_validate(facts)
    except ValidationError as error:
        return [_row_error(row, found) for found in record_errors(error.errors(), model)]


def _put(facts: dict[str, Any], steps: list[str], value: Any) -> None:
    *parents, last = steps
    for step in parents:
        facts = facts.setdefault(step, {})
        if not isinstance(facts, dict):
            raise Unreadable(f"{step!r} is given as a whole and in part")
    if last in facts:
        raise Unreadable(f"{last!r} is given as a whole and in part")
    facts[last] = value


def _row_error(row: SheetRow, found: InputError) -> RowError:
    """A validation error with the column that holds what it is about."""
    steps = found["pointer"].strip("/").split("/")
    names = [".".join(steps[:length]) for length in range(len(steps), 0, -1)]
    column = next((name for name in names if name in row.cells), names[-1] or None)
    value = row.cells.get(column) if column else None
    return RowError.at(row.number, found["code"], found["detail"], column, value)


def _value(cell: Any, kind: Any) -> Any:
    """A cell as its field wants it; values of NDJSON are taken as they are."""
    if not isinstance(cell, str):
        return cell
    text = cell.strip()
    number = kind in (int, float) or getattr(kind, "__name__", "") == "Decimal"
    if text.casefold() in (BLANK_NUMBER if number or kind is bool else BLANK):
        return None
    if number:
        return as_number(text, whole=kind is int, fail=Unreadable)
    origin = get_origin(kind)
    if text[0] in "[{" and (origin in (list, dict) or _is_model(kind)):
        return _json(text)
    if origin is list:
        return [_item(part.strip(), _plain(get_args(kind)[0])) for part in _parts(text)]
    if origin is dict or _is_model(kind):
        raise Unreadable("expected JSON here, or one column a part, such as capacity.officer_days")
    return _word(text, kind)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _json(text: str) -> Any:
    try:
        return loads(text)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"not valid JSON: {error}") from error


def _parts(text: str) -> list[str]:
    return [part for part in text.split("|") if part.strip()]


def _word(text: str, kind: Any) -> str:
    """A word of a vocabulary in any case and with spaces; other text as it stands."""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        folded = _folded(text)
        return folded if folded in list(kind) else text
    return text


def _folded(text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.strip().casefold())


def _item(text: str, kind: Any) -> Any:
    if kind in _SHORTHAND:
        return _SHORTHAND[kind](text)
    if _is_model(kind):
        raise Unreadable("expected a JSON list in this cell")
    return _word(text, kind)


def _need(text: str) -> dict[str, str]:
    sector, stage, *rest = [part.strip() for part in text.split(":", 2)] + [""]
    if not stage:
        raise Unreadable(f"expected sector:stage or sector:stage:text, got {text[:80]!r}")
    found = {"sector": _folded(sector), "stage": _folded(stage)}
    return {**found, "text": rest[0]} if rest[0] else found


def _stage(text: str) -> dict[str, str]:
    stage, _, status = text.partition(":")
    return {"stage": _folded(stage), "status": _folded(status) or "claim"}


def _commitment(text: str) -> dict[str, str]:
    return {"place_id" if _PLACE_ID.match(text) else "collaboration": text}


_SHORTHAND: Mapping[Any, Callable[[str], dict[str, str]]] = {
    Need: _need,
    Offer: _need,
    StageClaim: _stage,
    Commitment: _commitment,
}
