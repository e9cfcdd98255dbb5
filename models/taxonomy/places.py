"""What a place is, what it can do, and how it stands towards others."""

from enum import StrEnum


class PlaceKind(StrEnum):
    """What kind of subnational government a place is; national governments are out of scope."""

    REGION = "region"
    METRO_AUTHORITY = "metro_authority"
    CITY = "city"
    RURAL_AREA = "rural_area"


class SizeClass(StrEnum):
    """Size by residents (metropolitan where known); `/v1/taxonomy` tells the limits."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    VERY_LARGE = "very_large"


class Continent(StrEnum):
    """GeoNames' continent codes."""

    AFRICA = "AF"
    ANTARCTICA = "AN"
    ASIA = "AS"
    EUROPE = "EU"
    NORTH_AMERICA = "NA"
    OCEANIA = "OC"
    SOUTH_AMERICA = "SA"


class ExecutiveForm(StrEnum):
    MAYOR_ELECTED = "mayor_elected"
    MAYOR_APPOINTED = "mayor_appointed"
    COUNCIL = "council"
    GOVERNOR = "governor"
    OTHER = "other"


class Power(StrEnum):
    """Dimensions of a place's power, each 0 to 1; all but `soft` are hard powers."""

    FISCAL = "fiscal"
    POLICY_SCOPE = "policy_scope"
    DISCRETION = "discretion"
    INSTITUTIONAL = "institutional"
    CONSENSUS = "consensus"
    INFLUENCE = "influence"
    SOFT = "soft"


class Lever(StrEnum):
    """Which level of government holds the legal lever in a sector."""

    OWN = "own"
    SHARED = "shared"
    REGIONAL = "regional"
    NATIONAL = "national"


class Readiness(StrEnum):
    """The report's four stances towards collaboration; self-declared, private, never inferred."""

    PROACTIVE = "proactive"
    EAGER = "eager"
    PROCEDURALIST = "proceduralist"
    CASUAL = "casual"


class NeedLevel(StrEnum):
    """Who sits at the table."""

    MAYOR = "mayor"
    DIRECTOR = "director"
    OFFICER = "officer"
    TECHNICAL = "technical"


class Stakeholder(StrEnum):
    UNIVERSITY = "university"
    BUSINESS = "business"
    NGO = "ngo"
    CITIZENS = "citizens"
    INVESTORS = "investors"
    AGENCY = "agency"
    PHILANTHROPY = "philanthropy"


class TieKind(StrEnum):
    """What ties two places together (the report, lines 3293-3304)."""

    NEIGHBOUR = "neighbour"
    ECONOMIC = "economic"
    CULTURAL = "cultural"
