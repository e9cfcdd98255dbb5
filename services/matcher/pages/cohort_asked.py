"""A cohort as its address asks for it, and the applicants of a screening as requests name them."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from models.taxonomy import CapAttribute
from services.matcher.convening.schemas import (
    Applicant,
    CohortPurpose,
    CohortRequest,
)
from services.matcher.convening.together import verdict_of
from services.matcher.pages.asked import well_formed

Json = dict[str, Any]
_DESCRIBES = ("name", "kind", "country", "region", "population", "metro_population")
Numbers = Annotated[list[Annotated[int, Field(ge=0, le=2000)]], Field(max_length=300)]
SECONDS = 5


class CohortAsked(BaseModel):
    """Size or purpose, who is locked in or out, and one cap more."""

    model_config = ConfigDict(extra="ignore")

    purpose: CohortPurpose | Literal[""] = ""
    low: Annotated[int, Field(ge=1, le=2000)] | Literal[""] = ""
    high: Annotated[int, Field(ge=1, le=2000)] | Literal[""] = ""
    cap: CapAttribute | Literal[""] = ""
    cap_most: Annotated[str, Field(max_length=12, pattern=r"^(\d{1,4}(/\d{1,4})?)?$")] = ""
    roster: Literal["", "yes"] = ""
    lock: Numbers = []
    out: Numbers = []

    def query(self, **changed: Any) -> Json:
        """The address of this question with something changed."""
        return self.model_dump(mode="json") | changed

    def body(self, results: Sequence[Json]) -> Json:
        """What the API is asked; who may not join does not stand for the cohort."""
        refs = {r["applicant"]["number"]: ref_of(r["applicant"]) for r in results}
        body: Json = {
            "applicants": [applicant_of(r["applicant"]) for r in standing(results)],
            "with_roster": bool(self.roster),
            "must_include": [refs[n] for n in self.lock if n in refs],
            "must_exclude": [refs[n] for n in self.out if n in refs],
            "time_limit_s": SECONDS,
        }
        if self.low and self.high:
            body["size"] = {"min": self.low, "max": self.high}
        else:
            body["purpose"] = self.purpose or CohortPurpose.PROJECT
        if self.cap and self.cap_most:
            limit = "max_share" if "/" in self.cap_most else "max"
            most = self.cap_most if "/" in self.cap_most else int(self.cap_most)
            body["caps"] = [{"attribute": self.cap, limit: most}]
        return body

    def request(self, results: Sequence[Json]) -> CohortRequest:
        return well_formed(CohortRequest, self.body(results))


def standing(results: Sequence[Json]) -> list[Json]:
    """Who is not refused."""
    return [result for result in results if verdict_of(result) != "refused"]


def ref_of(applicant: Json) -> str | Json:
    """An applicant by its id, else as the screening names it."""
    return applicant.get("id") or {k: applicant[k] for k in _DESCRIBES if k in applicant}


def applicant_of(applicant: Json) -> Applicant:
    ref = ref_of(applicant)
    sent = {"place_id": ref} if isinstance(ref, str) else {"place": ref}
    return Applicant.model_validate(sent)


CohortQuery = Annotated[CohortAsked, Query()]
