"""The records of the contract, as both services take them in and hand them out."""

from models.records.collaboration import Call, Cap, Collaboration, Fee, Grant, StageClaim
from models.records.place import (
    Capacity,
    Commitment,
    Evidence,
    Executive,
    Holder,
    Need,
    NotSuggested,
    Offer,
    Place,
    Powers,
)
from models.records.rule import PLACE_FIELDS, Rule
from models.records.values import Fact, Money, Record

__all__ = [
    "PLACE_FIELDS",
    "Call",
    "Cap",
    "Capacity",
    "Collaboration",
    "Commitment",
    "Evidence",
    "Executive",
    "Fact",
    "Fee",
    "Grant",
    "Holder",
    "Money",
    "Need",
    "NotSuggested",
    "Offer",
    "Place",
    "Powers",
    "Record",
    "Rule",
    "StageClaim",
]
