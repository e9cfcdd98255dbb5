"""What a person may say of their own place on the pages: a form, checked as the API checks it."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from models.records import Place
from models.taxonomy import PlaceKind, PopulationBasis
from services.matcher.features import Facts

SAID_HERE = "the place itself, on these pages"
LISTS = ("sectors", "goals", "stakeholders")
CHOICES = ("support_need", "readiness")
NUMBERS = ("population", "officer_days", "mayor_slots", "officer_slots")
MONEY = ("own_budget", "budget")
CAPACITY = ("officer_days", "mayor_slots", "officer_slots", "budget")
_SPACES = str.maketrans("", "", " \u00a0\u202f'’")


def read_edits(form: FormData, stored: Facts) -> tuple[Facts, dict[str, str]]:
    """The facts that differ from what is held, and what is wrong, by field."""
    said: Facts = {}
    errors: dict[str, str] = {}
    for name in LISTS:
        said[name] = [str(v) for v in form.getlist(name)]
    for name in CHOICES:
        said[name] = str(form.get(name) or "") or None
    for name in NUMBERS:
        said[name] = _number(str(form.get(name) or ""), name, errors)
    for name in MONEY:
        said[name] = _money(form, name, errors)
    capacity = {name: said.pop(name) for name in CAPACITY}
    known = {k: v for k, v in capacity.items() if v is not None}
    said["capacity"] = {**stored.get("capacity", {}), **known} or None
    edits = {k: v for k, v in said.items() if v not in (None, []) and v != stored.get(k)}
    if "population" in edits:
        # Who speaks for a government counts its own residents, not those of a settlement.
        region = stored["kind"] == PlaceKind.REGION
        basis = PopulationBasis.REGION if region else PopulationBasis.MUNICIPALITY
        edits["population_basis"] = str(basis)
    if not errors:
        errors = _checked(stored, edits)
    return edits, errors


def _number(text: str, name: str, errors: dict[str, str]) -> float | int | None:
    text = text.translate(_SPACES)
    if not text:
        return None
    if not text.isascii() or not text.replace(".", "", 1).isdigit() or len(text) > 15:
        errors[name] = "number"
        return None
    value = float(text)
    return int(value) if value.is_integer() else value


def _money(form: FormData, name: str, errors: dict[str, str]) -> Mapping[str, Any] | None:
    amount = _number(str(form.get(name) or ""), name, errors)
    if amount is None:
        return None
    currency = str(form.get(f"{name}_currency") or "").strip().upper()
    if len(currency) != 3 or not currency.isalpha():
        errors[name] = "currency"
    return {"amount": amount, "currency": currency}


def _checked(stored: Facts, edits: Facts) -> dict[str, str]:
    """What the schema of places refuses, by the field of the form."""
    try:
        Place.model_validate(stored | edits)
    except ValidationError as error:
        found = {}
        for fault in error.errors():
            parts = [str(part) for part in fault["loc"]]
            name = (
                parts[1]
                if parts[:1] == ["capacity"] and len(parts) > 1
                else parts[0]
                if parts
                else ""
            )
            found[name or "population"] = "number" if name in (*NUMBERS, *MONEY) else "value"
        return found
    return {}
