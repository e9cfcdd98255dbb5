"""The enums of the domain: one word for one thing, in tables, API, pages and docs alike."""

from enum import StrEnum


class PlaceKind(StrEnum):
    """What kind of subnational government a place is; national governments are out of scope."""

    REGION = "region"
    METRO_AUTHORITY = "metro_authority"
    CITY = "city"
    RURAL_AREA = "rural_area"


class SizeClass(StrEnum):
    """Size by residents (metropolitan where known); the thresholds stand in SIZE_CLASS_LIMITS."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    VERY_LARGE = "very_large"


SIZE_CLASS_LIMITS: dict[SizeClass, float] = {
    SizeClass.SMALL: 50_000,
    SizeClass.MEDIUM: 250_000,
    SizeClass.LARGE: 1_000_000,
    SizeClass.VERY_LARGE: float("inf"),
}


def size_class(residents: float | None) -> SizeClass | None:
    """The size class of a number of residents, or None where it is not known."""
    if residents is None:
        return None
    return next(name for name, limit in SIZE_CLASS_LIMITS.items() if residents < limit)


class PopulationBasis(StrEnum):
    """What a population figure counts; a settlement is not a government."""

    SETTLEMENT = "settlement"
    MUNICIPALITY = "municipality"
    REGION = "region"


class CollaborationType(StrEnum):
    """The report's three types; none is better than another."""

    MANAGED_NETWORK = "managed_network"
    PEER_PARTNERSHIP = "peer_partnership"
    EXPERTISE_PLATFORM = "expertise_platform"


class Format(StrEnum):
    """How a collaboration works with its places."""

    STUDY_TOUR = "study_tour"
    STAFF_EXCHANGE = "staff_exchange"
    WORKING_GROUP = "working_group"
    PILOT = "pilot"
    TECHNICAL_ASSISTANCE = "technical_assistance"
    WEBINAR = "webinar"
    CONFERENCE = "conference"
    FUNDING = "funding"
    TRAINING = "training"
    TOOLKIT = "toolkit"
    BENCHMARKING = "benchmarking"
    ADVOCACY = "advocacy"
    AWARD = "award"


class Goal(StrEnum):
    """The report's three innovation goals; a collaboration may have several."""

    POLICY = "policy"
    SYSTEMS = "systems"
    PARTNERSHIPS = "partnerships"


class Stage(StrEnum):
    """The report's six stages of the innovation process, in order."""

    IDENTIFY = "identify"
    DISCOVER = "discover"
    APPLY = "apply"
    IMPLEMENT = "implement"
    OUTCOMES = "outcomes"
    INFLUENCE = "influence"


class Theme(StrEnum):
    """The four rows of the report's Table 1; `dedicated` is a bucket, never a likeness."""

    CROSS_SECTOR = "cross_sector"
    INNOVATION_TECHNOLOGY = "innovation_technology"
    CLIMATE_SUSTAINABILITY = "climate_sustainability"
    DEDICATED = "dedicated"


class Sector(StrEnum):
    """Policy sectors. Regeneration includes informal settlements, safety cybersecurity."""

    GOVERNANCE = "governance"
    PARTICIPATION = "participation"
    SERVICES = "services"
    REGULATION = "regulation"
    ECONOMY = "economy"
    TRADE = "trade"
    INNOVATION = "innovation"
    DIGITAL = "digital"
    FINANCE = "finance"
    CLIMATE = "climate"
    ENERGY = "energy"
    ENVIRONMENT = "environment"
    WATER = "water"
    CIRCULAR = "circular"
    RESILIENCE = "resilience"
    MOBILITY = "mobility"
    LAND_USE = "land_use"
    REGENERATION = "regeneration"
    HOUSING = "housing"
    HEALTH = "health"
    AGEING = "ageing"
    YOUTH = "youth"
    INCLUSION = "inclusion"
    GENDER = "gender"
    MIGRATION = "migration"
    CULTURE = "culture"
    EDUCATION = "education"
    SAFETY = "safety"
    PEACE = "peace"
    FOOD = "food"
    RURAL = "rural"
    BRAND = "brand"


# Which sectors a theme of Table 1 is about; the other sectors are spread over all of them.
THEME_SECTORS: dict[Theme, set[Sector]] = {
    Theme.INNOVATION_TECHNOLOGY: {Sector.INNOVATION, Sector.DIGITAL},
    Theme.CLIMATE_SUSTAINABILITY: {
        Sector.CLIMATE,
        Sector.ENERGY,
        Sector.ENVIRONMENT,
        Sector.WATER,
        Sector.CIRCULAR,
        Sector.RESILIENCE,
    },
}


class Power(StrEnum):
    """Dimensions of a place's power, each 0 to 1; all but `soft` are hard powers."""

    FISCAL = "fiscal"
    POLICY_SCOPE = "policy_scope"
    DISCRETION = "discretion"
    INSTITUTIONAL = "institutional"
    CONSENSUS = "consensus"
    INFLUENCE = "influence"
    SOFT = "soft"


class PowerBasis(StrEnum):
    """Where a power figure comes from; an average of the country counts at half weight."""

    DECLARED = "declared"
    SOURCED = "sourced"
    AVERAGE = "average"


class Lever(StrEnum):
    """Which level of government holds the legal lever in a sector."""

    OWN = "own"
    SHARED = "shared"
    REGIONAL = "regional"
    NATIONAL = "national"


class Mode(StrEnum):
    """What a peer query is for; the sign of likeness depends on it."""

    SUSTAINED_PAIRING = "sustained_pairing"
    LEARN_FROM_CONTRAST = "learn_from_contrast"
    COHORT = "cohort"
    LOOK_UP = "look_up"


class Purpose(StrEnum):
    INNOVATION = "innovation"
    TECHNICAL_COOPERATION = "technical_cooperation"
    TRANSACTION = "transaction"
    DIPLOMACY = "diplomacy"


class TieKind(StrEnum):
    """What ties two places together (the report, lines 3293-3304)."""

    NEIGHBOUR = "neighbour"
    ECONOMIC = "economic"
    CULTURAL = "cultural"


class StageRelation(StrEnum):
    """Whether a peer should stand at the same stage or one or two stages ahead."""

    PEER = "peer"
    TEACHER = "teacher"


class Ties(StrEnum):
    """What existing ties do: leave them out, prefer them, or neither."""

    NEW = "new"
    DEEPEN = "deepen"
    ANY = "any"


class Verdict(StrEnum):
    """May this place join? Best first."""

    ELIGIBLE = "eligible"
    CONDITIONAL = "conditional"
    UNDETERMINED = "undetermined"
    WAITLISTED = "waitlisted"
    REFUSED = "refused"


class Outcome(StrEnum):
    """What one rule says of one place."""

    PASS = "pass"
    FAIL = "fail"
    UNDETERMINED = "undetermined"


class Band(StrEnum):
    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


class RuleScope(StrEnum):
    PLACE = "place"
    PAIR = "pair"
    ROSTER = "roster"


class Operator(StrEnum):
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"
    EQ = "eq"
    IN = "in"
    NOT_IN = "not_in"
    BETWEEN = "between"
    HAS = "has"
    DISTINCT = "distinct"


class RemedyKind(StrEnum):
    """What it takes to pass a failed rule: an act, only a declaration, or nothing can."""

    ACT = "act"
    DECLARE = "declare"
    FIXED = "fixed"


class FactStatus(StrEnum):
    """How far a fact may be trusted, best first."""

    VERIFIED = "verified"
    CLAIM = "claim"
    INFERRED = "inferred"
    AVERAGE = "average"


class Intake(StrEnum):
    OPEN = "open"
    INVITATION = "invitation"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class LedBy(StrEnum):
    SNG = "sng"
    INTERGOVERNMENTAL = "intergovernmental"
    NGO = "ngo"
    BUSINESS = "business"
    PHILANTHROPY = "philanthropy"
    NATIONAL = "national"


class Degree(StrEnum):
    """Low, medium or high: executive capacity, facilitation, support need."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Hurdle(StrEnum):
    BIG_TENT = "big_tent"
    HIGH_HURDLE = "high_hurdle"


class NationalConsent(StrEnum):
    REQUIRED = "required"
    HELPFUL = "helpful"
    NONE = "none"
    UNKNOWN = "unknown"


class ExecutiveForm(StrEnum):
    MAYOR_ELECTED = "mayor_elected"
    MAYOR_APPOINTED = "mayor_appointed"
    COUNCIL = "council"
    GOVERNOR = "governor"
    OTHER = "other"


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


class CommitmentLevel(StrEnum):
    MAYOR = "mayor"
    OFFICER = "officer"


class CommitmentRole(StrEnum):
    FOLLOWER = "follower"
    PARTICIPANT = "participant"
    MEMBER = "member"
    LEAD = "lead"
    HOST = "host"
    TWIN = "twin"
    SIGNATORY = "signatory"
    EXTERNAL_PARTNER = "external_partner"


class HolderKind(StrEnum):
    GOVERNMENT = "government"
    AGENCY = "agency"
    UNIVERSITY = "university"
    BUSINESS = "business"
    NGO = "ngo"


class EvidenceKind(StrEnum):
    """Kinds of evidence behind an offer, strongest first."""

    METRIC = "metric"
    ENDORSEMENT = "endorsement"
    STORY = "story"


class EvidenceResult(StrEnum):
    WORKED = "worked"
    FAILED = "failed"
    MIXED = "mixed"


class Stakeholder(StrEnum):
    UNIVERSITY = "university"
    BUSINESS = "business"
    NGO = "ngo"
    CITIZENS = "citizens"
    INVESTORS = "investors"
    AGENCY = "agency"
    PHILANTHROPY = "philanthropy"


class Continent(StrEnum):
    """GeoNames' continent codes."""

    AFRICA = "AF"
    ANTARCTICA = "AN"
    ASIA = "AS"
    EUROPE = "EU"
    NORTH_AMERICA = "NA"
    OCEANIA = "OC"
    SOUTH_AMERICA = "SA"


class CapAttribute(StrEnum):
    COUNTRY = "country"
    CONTINENT = "continent"
    KIND = "kind"
    SIZE_CLASS = "size_class"
    REGION = "region"
