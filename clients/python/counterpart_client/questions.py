"""Questions as one would say them, made into requests of the contract."""

from collections.abc import Mapping, Sequence
from typing import Any

from counterpart_client.generated.models import CollaborationsRequest, PeersRequest

Need = str | Mapping[str, Any]
PlaceLike = str | Mapping[str, Any]


def need(said: Need) -> dict[str, Any]:
    """A need written as "sector:stage" or "sector:stage:text", or as a mapping."""
    if not isinstance(said, str):
        return dict(said)
    parts = said.split(":", 2)
    names = ("sector", "stage", "text")
    return {name: part for name, part in zip(names, parts, strict=False) if part}


def _body(
    place: PlaceLike, needs: Sequence[Need] | None, more: Mapping[str, Any]
) -> dict[str, Any]:
    asked: dict[str, Any] = {k: v for k, v in more.items() if v is not None}
    asked["place_id" if isinstance(place, str) else "place"] = place
    if needs is not None:
        asked["needs"] = [need(one) for one in needs]
    return asked


def peers_request(
    place: PlaceLike, needs: Sequence[Need] | None, more: Mapping[str, Any]
) -> PeersRequest:
    return PeersRequest.from_dict(_body(place, needs, more))


def collaborations_request(
    place: PlaceLike, needs: Sequence[Need] | None, more: Mapping[str, Any]
) -> CollaborationsRequest:
    return CollaborationsRequest.from_dict(_body(place, needs, more))
