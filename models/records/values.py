"""Small values that every record shares: text, money, countries, and what a fact rests on."""

from datetime import date as CalendarDay  # a field may be called `date`
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

from models.countries import code_meant, currency_code, is_country
from models.taxonomy import FactStatus

TEXT_LIMIT = 20_000


class Record(BaseModel):
    """A value of the contract: an unknown field, NaN and infinity are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    def facts(self) -> dict[str, Any]:
        """The fields somebody gave, as plain JSON values; what is not known is left out."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


def _country(code: str) -> str:
    if not is_country(code):
        meant = code.upper() if is_country(code.upper()) else code_meant(code)
        hint = f"; did you mean {meant!r}?" if meant else ""
        raise ValueError(
            f"unknown country {code!r}: expected an ISO 3166-1 alpha-2 code such as ES{hint}"
        )
    return code


def _currency(code: str) -> str:
    if not currency_code(code):
        raise ValueError(f"unknown currency {code!r}: expected an ISO 4217 code such as EUR")
    return code


def _no_control_characters(text: str) -> str:
    if any(ord(c) < 32 and c not in "\n\t\r" for c in text):
        raise ValueError("control characters are not allowed")
    return text


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(_no_control_characters),
]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LIMIT),
    AfterValidator(_no_control_characters),
]
CountryCode = Annotated[str, AfterValidator(_country)]
CurrencyCode = Annotated[str, AfterValidator(_currency)]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]
RoleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]
PlaceId = Annotated[
    str, StringConstraints(pattern=r"^(gn|iso|cp|x):[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")
]
CollaborationId = Annotated[
    str, StringConstraints(pattern=r"^(x:)?[A-Za-z0-9][A-Za-z0-9._-]{0,119}$")
]


def _no_truth_value(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("true and false are no numbers")
    return value


NotBoolean = BeforeValidator(_no_truth_value)
"""JSON's true would be read as 1. It stands after a Field: before one it hides its limits."""


def _written_out(value: Any) -> Any:
    """A number would be read as seconds since 1970: 0, or a year, as a day of that time."""
    is_number = isinstance(value, int | float)
    if is_number or (isinstance(value, str) and value.strip().lstrip("+-").isdigit()):
        raise ValueError(f"date_parsing: expected a date such as 2026-01-31, got {value!r}")
    return value


Day = Annotated[CalendarDay, BeforeValidator(_written_out)]
Share = Annotated[float, Field(ge=0, le=1), NotBoolean]
Days = Annotated[float, Field(ge=0, le=100_000), NotBoolean]
Amount = Annotated[
    Decimal,
    Field(ge=0, max_digits=18, decimal_places=2),
    NotBoolean,
    PlainSerializer(float, return_type=float, when_used="json"),
]
Sdg = Annotated[int, Field(ge=1, le=17), NotBoolean]
Count = Annotated[int, Field(ge=0, le=20_000_000_000), NotBoolean]


class Money(Record):
    """An amount in a currency (ISO 4217); zero is a fact, unknown is the absence of the value."""

    amount: Amount
    currency: CurrencyCode


class Fact(Record):
    """What a field's value rests on."""

    source: Text
    date: Day | None = None
    status: FactStatus
    last_confirmed: Day | None = None
    documented: bool | None = None
    """False where no document stands behind it: whoever keeps the record entered it."""
