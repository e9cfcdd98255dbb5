"""What a fact rests on, and how far it may be trusted."""

from enum import StrEnum


class FactStatus(StrEnum):
    """How far a fact may be trusted, best first."""

    VERIFIED = "verified"
    CLAIM = "claim"
    INFERRED = "inferred"
    AVERAGE = "average"


class PopulationBasis(StrEnum):
    """What a population figure counts; a settlement is not a government."""

    SETTLEMENT = "settlement"
    MUNICIPALITY = "municipality"
    REGION = "region"


class PowerBasis(StrEnum):
    """Where a power figure comes from; an average of the country counts at half weight."""

    DECLARED = "declared"
    SOURCED = "sourced"
    AVERAGE = "average"


class Degree(StrEnum):
    """Low, medium or high: executive capacity, facilitation, support need."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class EvidenceKind(StrEnum):
    """Kinds of evidence behind an offer, strongest first."""

    METRIC = "metric"
    ENDORSEMENT = "endorsement"
    STORY = "story"


class EvidenceResult(StrEnum):
    WORKED = "worked"
    FAILED = "failed"
    MIXED = "mixed"
