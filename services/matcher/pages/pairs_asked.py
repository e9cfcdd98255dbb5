"""Pairs as their address asks for them: of one pool, with the members, or of two sides."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.matcher.convening.schemas import SIDE, PairingsRequest
from services.matcher.convening.standing import key_of
from services.matcher.pages.asked import well_formed
from services.matcher.pages.cohort_asked import SECONDS, Numbers, ref_of, standing

Json = dict[str, Any]
Key = Annotated[str, Field(pattern=r"^m?\d{1,4}-m?\d{1,4}$")]
With = Literal["", "members", "marked"]


class PairsAsked(BaseModel):
    """Who goes with whom; `apart` are pairs that are locked out, as "3-7", a member as "m2".

    `sides` is empty for one pool of all applicants, `members` for applicants with members of the
    roster, and `marked` for the applicants named in `right` with the others.
    """

    model_config = ConfigDict(extra="ignore")

    sides: With = ""
    right: Numbers = []
    apart: Annotated[list[Key], Field(max_length=100)] = []

    def query(self, **changed: Any) -> Json:
        """The address of this question with something changed."""
        return self.model_dump(mode="json") | changed


class Pools:
    """The two sides of a question, each place under its key; one pool has no right side."""

    def __init__(self, asked: PairsAsked, results: Sequence[Json], members: Sequence[Json]) -> None:
        self.asked = asked
        pool = {str(r["applicant"]["number"]): r["applicant"] for r in standing(results)}
        self.own = set(pool)
        chosen = {str(number) for number in asked.right}
        self.left: Mapping[str, Json] = pool
        self.right: Mapping[str, Json] = {}
        if asked.sides == "members":
            inside = {key_of(member) for member in members}
            self.left = {k: one for k, one in pool.items() if key_of(one) not in inside}
            self.right = {f"m{at}": member for at, member in enumerate(members[:SIDE])}
        elif asked.sides == "marked":
            self.right = {key: one for key, one in pool.items() if key in chosen}
            self.left = {key: one for key, one in pool.items() if key not in chosen}

    @property
    def solvable(self) -> bool:
        """Whether there is a pair to make at all."""
        return bool(self.left and self.right) if self.asked.sides else len(self.left) > 1

    @property
    def names(self) -> dict[str, str]:
        return {key: str(one["name"]) for key, one in {**self.left, **self.right}.items()}

    @property
    def keys(self) -> dict[str, str]:
        """The key of each place by its place."""
        return {key_of(one): key for key, one in {**self.left, **self.right}.items()}

    def request(self, collaboration: str) -> PairingsRequest:
        body: Json = {
            "left": [ref_of(one) for one in self.left.values()],
            "collaboration": collaboration,
            "time_limit_s": SECONDS,
        }
        if self.asked.sides:
            body["right"] = [ref_of(one) for one in self.right.values()]
        return well_formed(PairingsRequest, body)

    def kept_apart(self) -> list[tuple[int, int]]:
        """The pairs that are locked out, as positions in their pools."""
        first = {key: at for at, key in enumerate(self.left)}
        second = {key: at for at, key in enumerate(self.right)} if self.asked.sides else first
        pairs = [text.split("-") for text in self.asked.apart]
        return [(first[a], second[b]) for a, b in pairs if a in first and b in second]


PairsQuery = Annotated[PairsAsked, Query()]
