"""From a question to an answer: candidates, scores, verdicts, reasons."""

from services.matcher.matching.collaborations import match_collaborations, matching_collaborations
from services.matcher.matching.peers import match_peers, matching_peers
from services.matcher.matching.question import Context

__all__ = [
    "Context",
    "match_collaborations",
    "match_peers",
    "matching_collaborations",
    "matching_peers",
]
