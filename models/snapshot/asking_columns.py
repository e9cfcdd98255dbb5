"""What only the asking place is read for: never stored, as no place is scored by it."""

from math import nan

from models.residents import residents, size_class
from models.snapshot.codes import (
    COUNTRY_CODES,
    CURRENCIES,
    DEGREE_CODES,
    KIND_CODES,
    LEVELS,
    POWERS,
    READINESS,
    SDGS,
    SECTOR_CODES,
    SECTORS,
    THEMES,
)
from models.snapshot.place_columns import Facts, Kind, Row, sectors
from models.taxonomy import THEME_SECTORS, Power, PowerBasis, SizeClass


def _place_type(facts: Facts) -> Row:
    return (KIND_CODES[facts["kind"]], COUNTRY_CODES[facts["country"]])


def _capacity(facts: Facts) -> Facts:
    return facts.get("capacity") or {}


def _officer_days(facts: Facts) -> Row:
    return (_capacity(facts).get("officer_days", nan),)


def money(value: Facts | None) -> Row:
    """An amount and the code of its currency; amounts in two currencies are not compared."""
    if value is None:
        return (nan, nan)
    return (value["amount"], CURRENCIES.index(value["currency"]))


def _budget(facts: Facts) -> Row:
    return money(_capacity(facts).get("budget"))


def _support_need(facts: Facts) -> Row:
    need = facts.get("support_need")
    return (nan if need is None else float(DEGREE_CODES[need]),)


def _level(facts: Facts) -> Row:
    """Who would sit at the table: the highest level that any need names."""
    levels = [LEVELS.index(n["level"]) for n in facts.get("needs", ()) if n.get("level")]
    return (float(min(levels)) if levels else nan,)


def _readiness(facts: Facts) -> Row:
    stance = facts.get("readiness")
    return (nan if stance is None else float(READINESS.index(stance)),)


def _sdgs(facts: Facts) -> Row:
    return tuple(sorted(goal - 1 for goal in facts.get("sdgs", ())))


def _sought(facts: Facts) -> Row:
    """The sectors of what a place needs; of all it works on, where it names no need."""
    needs = facts.get("needs", ())
    return tuple(sorted({SECTOR_CODES[n["sector"]] for n in needs})) or sectors(facts)


def _themes(facts: Facts) -> Row:
    """The themes of the sectors a place needs something in; `dedicated` is never one."""
    named = {need["sector"] for need in facts.get("needs", ())}
    return tuple(i for i, theme in enumerate(THEMES) if named & THEME_SECTORS.get(theme, set()))


def _own_powers(facts: Facts) -> Row:
    """The mean of the hard powers declared by or sourced for the place itself."""
    powers = facts.get("powers") or {}
    hard = [v for p, v in powers.items() if p in POWERS and p != Power.SOFT]
    average = powers.get("basis") == PowerBasis.AVERAGE
    return (sum(hard) / len(hard) if hard and not average else nan,)


def _test_bed(facts: Facts) -> Row:
    """Whether a whole small place can be a test bed: small, with one door to knock at."""
    small = size_class(residents(facts)) is SizeClass.SMALL
    return (1.0 if small and "single_contact" in facts.get("roles", ()) else nan,)


ASKING_COLUMNS: dict[str, Kind] = {
    "place_type": Kind(_place_type, 2),
    "officer_days": Kind(_officer_days, found_in=("capacity",)),
    "budget": Kind(_budget, 2, found_in=("capacity",)),
    "support_need": Kind(_support_need, found_in=("support_need",)),
    "level": Kind(_level, found_in=("needs",)),
    "readiness": Kind(_readiness, found_in=("readiness",)),
    "sdgs": Kind(_sdgs, len(SDGS), hot=True, found_in=("sdgs",)),
    "sought": Kind(_sought, len(SECTORS), hot=True, found_in=("needs", "offers", "sectors")),
    "themes": Kind(_themes, len(THEMES), hot=True, found_in=("needs",)),
    "own_powers": Kind(_own_powers, found_in=("powers",)),
    "test_bed": Kind(_test_bed, found_in=("roles",)),
}
