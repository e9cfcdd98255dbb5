"""Which questions are so brief that they are answered where they come in, without a thread's help.

Python runs one thread at a time and leaves the lock with it for 5 ms before it looks who waits: an
answer that takes less holds the loop up no longer in the loop itself than in a thread beside it,
and is spared the way there and back.
"""

from models.snapshot import Snapshot
from models.snapshot.crosswalk import OWN_SCHEMES
from models.tables import PUBLIC
from services.matcher.matching.question import Context
from services.matcher.schemas import MatchRequest, PeersRequest

# In a larger catalogue an answer may take as long as the lock is left with a thread: to search
# it, to multiply all texts out where they decide, to judge every collaboration.
MOST_PLACES, MOST_TEXTS, MOST_COLLABORATIONS = 100_000, 10_000, 1_000
MOST_RESULTS = 20
# What a brief question may say. What is not here has lists to go through, records to look up, or
# every place to score.
SAYS = {
    "place_id",
    "needs",
    "mode",
    "purpose",
    "stage_relation",
    "ties",
    "filters",
    "weights",
    "require_verified",
    "as_of",
    "limit",
}
# Filters with exact bounds look up records.
FILTERS_LOOKED_UP = {"population", "national_rank"}


def is_brief(context: Context, request: MatchRequest) -> bool:
    """Whether an answer takes a few milliseconds at most: no text to read, nothing to wait for.

    A tenant's own weights are in the database; what is derived from a snapshot once is derived at
    its first answers.
    """
    return (
        context.tenant == PUBLIC
        and request.model_fields_set <= SAYS
        and request.place_id is not None
        and request.place_id.partition(":")[0] in OWN_SCHEMES
        and request.limit <= MOST_RESULTS
        and not any(need.text for need in request.needs or ())
        and not (isinstance(request, PeersRequest) and _looked_up(request))
        and _is_small(context.snapshot)
        and context.catalogue.has_answered(type(request))
    )


def _is_small(snapshot: Snapshot) -> bool:
    return (
        len(snapshot.places) <= MOST_PLACES
        and len(snapshot.places.texts.owners) <= MOST_TEXTS
        and len(snapshot.collaborations) <= MOST_COLLABORATIONS
    )


def _looked_up(request: PeersRequest) -> bool:
    return not FILTERS_LOOKED_UP.isdisjoint(request.filters.model_fields_set)
