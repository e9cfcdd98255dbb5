"""What a question asks for, and how good an answer is."""

from enum import StrEnum


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


class StageRelation(StrEnum):
    """Whether a peer should stand at the same stage or one or two stages ahead."""

    PEER = "peer"
    TEACHER = "teacher"


class Ties(StrEnum):
    """What existing ties do: leave them out, prefer them, or neither."""

    NEW = "new"
    DEEPEN = "deepen"
    ANY = "any"


class Band(StrEnum):
    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"
