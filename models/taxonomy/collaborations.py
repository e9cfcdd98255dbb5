"""What a collaboration is, how one gets in, and what a place is in it."""

from enum import StrEnum


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


class LedBy(StrEnum):
    SNG = "sng"
    INTERGOVERNMENTAL = "intergovernmental"
    NGO = "ngo"
    BUSINESS = "business"
    PHILANTHROPY = "philanthropy"
    NATIONAL = "national"


class Hurdle(StrEnum):
    BIG_TENT = "big_tent"
    HIGH_HURDLE = "high_hurdle"


class Intake(StrEnum):
    OPEN = "open"
    INVITATION = "invitation"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class NationalConsent(StrEnum):
    REQUIRED = "required"
    HELPFUL = "helpful"
    NONE = "none"
    UNKNOWN = "unknown"


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
