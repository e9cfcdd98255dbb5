"""Which collaborations are judged at all, and why others are not."""

from collections import Counter
from collections.abc import Collection, Sequence

from services.matcher.features import Facts
from services.matcher.schemas import CollaborationsRequest


class LeftOut:
    """What keeps a collaboration from being judged: that the place is in it, or its own wish."""

    def __init__(
        self, request: CollaborationsRequest, members: Collection[int], unwanted: Collection[str]
    ) -> None:
        self.request, self.members, self.unwanted = request, members, unwanted
        self._all_are_judged = not (
            members
            or unwanted
            or request.exclude
            or request.among is not None
            or request.filters.model_fields_set
        )

    def considered(
        self, records: Sequence[Facts], seen: Sequence[int]
    ) -> tuple[Sequence[int], Counter[str]]:
        """The rows of those seen that are judged, and how many are not by why."""
        if self._all_are_judged:
            return seen, Counter()
        why = {row: self._why(row, records[row]) for row in seen}
        return [row for row in seen if why[row] is None], Counter(filter(None, why.values()))

    def _why(self, row: int, record: Facts) -> str | None:
        request = self.request
        sectors, types = request.filters.sectors, request.filters.types
        return (
            "member" if row in self.members
            else "exclude" if record["id"] in request.exclude
            else "do_not_suggest" if record["id"] in self.unwanted
            else "among" if request.among is not None and record["id"] not in request.among
            else "sectors" if sectors and not set(sectors) & set(record.get("sectors", ()))
            else "types" if types and not set(types) & {record["type"], *record.get("labels", ())}
            else None
        )  # fmt: skip
