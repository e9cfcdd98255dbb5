"""What a rule asks, said in the page's language from what it is made of: field, operator, value."""

from typing import Any

from services.matcher.features import Facts
from services.matcher.pages.words import PageWording

# The words that the values of a field are written in.
SPECS = {
    "country": "country",
    "continent": "continent",
    "kind": "kind",
    "size_class": "size_class",
    "sectors": "sector",
    "goals": "goal",
    "languages": "language",
    "stakeholders": "stakeholder",
}


def asked_by(rule: Facts, words: PageWording) -> str:
    """A rule in words; an outcome holds the value asked for as its threshold."""
    field = words.term("rule_field", rule["field"])
    value = rule["threshold"] if "threshold" in rule else rule.get("value")
    operator = str(rule.get("operator") or "asked")
    if operator == "between" and isinstance(value, list | tuple) and len(value) == 2:
        low, high = (value_in_words(end, rule["field"], words) for end in value)
        return words.text("rule.between", {"field": field, "low": low, "high": high})
    if value is None:
        return words.text("rule.distinct", {"field": field})
    said = value_in_words(value, rule["field"], words)
    return words.text(f"rule.{operator}", {"field": field, "value": said})


def value_in_words(value: Any, name: str, words: PageWording) -> str:
    """A value of a rule in words; what is not known says so."""
    if value is None:
        return words.term("unknown", "value")
    if isinstance(value, bool):
        return words.term("yes_no", "yes" if value else "no")
    if isinstance(value, dict):
        return ", ".join(value_in_words(item, name, words) for item in value.values())
    if isinstance(value, list | tuple):
        return ", ".join(value_in_words(item, name, words) for item in value)
    if isinstance(value, int | float):
        return words.format_field(value, "number")
    spec = SPECS.get(name)
    if name == "country_group" and value in words.terms["country_group"]:
        return words.term("country_group", value)
    return words.format_field(value, spec) if spec else str(value)
