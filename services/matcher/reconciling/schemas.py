"""Questions of the reconciliation API v0.2, as they come in form fields and query strings."""

from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from models.errors import InvalidInput
from services.inputs import input_errors
from services.sent_json import loads

MOST_QUERIES = 200
MOST_IDS = 1_000
LIMIT = 5
T = TypeVar("T")


class Lenient(BaseModel):
    """Later versions of the protocol send more: what is not known here is passed over."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class PropertyValue(Lenient):
    """What the caller knows besides the name, such as the country."""

    pid: Annotated[str, Field(max_length=100)]
    v: Any


class Query(Lenient):
    """One name to look up."""

    query: Annotated[str, Field(min_length=1, max_length=300)]
    type: str | list[str] | None = None
    type_strict: Literal["any", "all", "should"] | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = LIMIT
    properties: Annotated[list[PropertyValue], Field(max_length=20)] = []

    def types(self) -> list[str]:
        """The types asked for; none where any will do."""
        return [self.type] if isinstance(self.type, str) else self.type or []


class ExtendProperty(Lenient):
    id: Annotated[str, Field(max_length=100)]


class Extend(Lenient):
    """Facts to fetch for records that have been found."""

    ids: Annotated[list[str], Field(max_length=MOST_IDS)]
    properties: Annotated[list[ExtendProperty], Field(min_length=1, max_length=50)]


_Name = Annotated[str, Field(max_length=100)]
Queries = Annotated[dict[_Name, Query], Field(min_length=1, max_length=MOST_QUERIES)]


def read(name: str, text: str, expected: Any) -> Any:
    """A JSON parameter as what it should be; what is wrong is told with where it stands."""
    try:
        content = loads(text)
    except orjson.JSONDecodeError as error:
        detail = f"expected JSON, {error.msg} at column {error.colno}"
        raise InvalidInput.at(f"?{name}", detail, "json_invalid") from None
    try:
        return TypeAdapter(expected).validate_python(content)
    except ValidationError as error:
        errors = input_errors([{**e, "loc": ("query", name, *e["loc"])} for e in error.errors()])
        first = errors[0]
        raise InvalidInput(f"{first['pointer']}: {first['detail']}", errors) from None
