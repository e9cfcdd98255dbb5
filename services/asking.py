"""Questions put to the matcher in this process, as the command line does."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from models.errors import InvalidInput, Problem
from models.names import fold
from models.settings import Settings
from models.snapshot import SnapshotStore
from models.tables import PUBLIC
from services.inputs import record_errors
from services.matcher.matcher import Matcher
from services.matcher.matching import match_collaborations, match_peers
from services.matcher.profile import stored_facts
from services.matcher.reconciling.finding import find_places, offered_places
from services.matcher.schemas import (
    CollaborationsRequest,
    MatchRequest,
    PeerFilters,
    PeersRequest,
)
from services.matcher.whole import Everyone, ask_everyone, asking_rows
from services.matcher.wording import wording
from services.written_json import read_back

R = TypeVar("R", bound=MatchRequest)
Facts = dict[str, Any]
Told = Callable[[int, int], None]
_ID = re.compile(r"^[a-z]{1,4}:\S+$")
_IN_COUNTRY = re.compile(r"^(.+),\s*([A-Za-z]{2})$")


class NameNotFound(Problem):
    status, title, type = 404, "Place not found", "place-not-found"

    def __init__(self, name: str) -> None:
        super().__init__(f"No place has a name that starts with {name!r}.")


class AmbiguousName(Problem):
    """A name of several places: `places` are those it may mean."""

    status, title, type = 409, "Ambiguous name", "ambiguous-name"

    def __init__(self, name: str, places: list[Facts]) -> None:
        super().__init__(f"Places that may be meant by {name!r}: {len(places)}.")
        self.name = name
        self.places = places


class Asking:
    """The matcher on the current snapshot, asked as somebody without a key."""

    def __init__(self, settings: Settings) -> None:
        # What goes wrong here is said as an error; it need not be logged too.
        logging.getLogger("services.matcher").addHandler(logging.NullHandler())
        self.settings = settings
        matcher = Matcher(settings)
        today = datetime.now(UTC).date()
        self.context = matcher.context(matcher.current.get(), PUBLIC, wording("en"), today)

    def place(self, name: str) -> Facts:
        """The place of an id or a name; "Barcelona, ES" says in which country."""
        snapshot = self.context.snapshot
        if _ID.match(name):
            return stored_facts(snapshot, name, PUBLIC)[1] | {"id": name}
        inside = _IN_COUNTRY.match(name)
        wanted, country = (inside[1], inside[2].upper()) if inside else (name, None)
        found = [self.context.snapshot.places.shown(row) for row in self._named(wanted, country)]
        if not found:
            found = self._offered(name)
        # Who says "Bilbao" means no place that is merely also called so.
        main = [place for place in found if fold(place["name"]) == fold(wanted)]
        meant = main or found
        if len(meant) > 1:
            raise AmbiguousName(name, found)
        return meant[0]

    def _named(self, name: str, country: str | None) -> list[int]:
        try:
            return find_places(self.context.snapshot, name, PUBLIC, country, None)
        except ValueError:  # a code of no country
            return []

    def _offered(self, name: str) -> list[Facts]:
        """The one place that a text can only mean; a misspelling is offered, never taken."""
        offered = offered_places(self.context.snapshot, name, PUBLIC)
        found = [self.context.snapshot.places.shown(one.row) for one in offered]
        if not found:
            raise NameNotFound(name)
        if not offered[0].match:
            raise AmbiguousName(name, found)
        return found[:1]

    def peers(self, place: Facts, **asked: Any) -> Facts:
        return self._headed(match_peers(self.context, _request(PeersRequest, place, asked)))

    def collaborations(self, place: Facts, **asked: Any) -> Facts:
        request = _request(CollaborationsRequest, place, asked)
        return self._headed(match_collaborations(self.context, request))

    def everyone(self, asking: PeerFilters, told: Told, **asked: Any) -> Iterator[bytes]:
        """The peers of every place that the filters let ask, as lines of JSON."""
        snapshot, settings = self.context.snapshot, self.settings
        rows = asking_rows(snapshot, PUBLIC, asking)
        if not rows:
            raise NameNotFound("any of those asked for")
        # Checked once with one of the places; each line is checked again with its own.
        question = _request(PeersRequest, {"id": snapshot.places.id(rows[0])}, asked)
        given = question.model_dump(mode="json", exclude_unset=True, exclude={"place_id"})
        everyone = Everyone(
            snapshot=SnapshotStore(settings.snapshots).path(snapshot.id).resolve(),
            tenant=PUBLIC,
            as_of=self.context.today,
            question=orjson.dumps(given),
            embedding_model=settings.embedding_model,
        )
        total = len(rows)
        return ask_everyone(everyone, rows, settings.executor, lambda done: told(done, total))

    def _headed(self, content: Facts) -> Facts:
        return {
            "snapshot_id": self.context.snapshot.id,
            "as_of": self.context.today.isoformat(),
            **read_back(content),
        }


def _request(model: type[R], place: Facts, asked: Facts) -> R:
    """A request of the match API, checked as there; what was not said is left out."""
    said = {name: value for name, value in asked.items() if value not in (None, [], {})}
    try:
        return model.model_validate({"place_id": place["id"], **said})
    except ValidationError as error:
        raise InvalidInput(
            "The question is not valid:", record_errors(error.errors(), model)
        ) from (error)


def needs(written: Sequence[str]) -> list[Facts]:
    """Needs written as sector:stage, or sector:stage:text."""
    found = []
    for need in written:
        sector, _, rest = need.partition(":")
        stage, _, text = rest.partition(":")
        if not stage.strip():
            detail = f"expected sector:stage or sector:stage:text, got {need!r}"
            raise InvalidInput(f"--need: {detail}", [])
        found.append({"sector": sector.strip(), "stage": stage.strip()})
        if text.strip():
            found[-1]["text"] = text.strip()
    return found
