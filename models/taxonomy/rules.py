"""What a rule of entry looks at, and what it makes of a place."""

from enum import StrEnum


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


class CapAttribute(StrEnum):
    COUNTRY = "country"
    CONTINENT = "continent"
    KIND = "kind"
    SIZE_CLASS = "size_class"
    REGION = "region"


class RemedyKind(StrEnum):
    """What it takes to pass a failed rule: an act, only a declaration, or nothing can."""

    ACT = "act"
    DECLARE = "declare"
    FIXED = "fixed"


class Outcome(StrEnum):
    """What one rule says of one place."""

    PASS = "pass"
    FAIL = "fail"
    UNDETERMINED = "undetermined"


class Verdict(StrEnum):
    """May this place join? Best first."""

    ELIGIBLE = "eligible"
    CONDITIONAL = "conditional"
    UNDETERMINED = "undetermined"
    WAITLISTED = "waitlisted"
    REFUSED = "refused"
