"""Reasons: a feature's share of the score, in words, with the facts it rests on."""

from collections.abc import Iterable, Mapping
from typing import Any

from models.taxonomy import FactStatus
from services.matcher.features import (
    COLLABORATION_FEATURES,
    EXISTING_TIE,
    PEER_FEATURES,
    SIMILAR_TEXT,
    Because,
    Facts,
    Feature,
)
from services.matcher.scoring import Share
from services.matcher.wording import Wording

FEATURES: dict[str, Feature] = {f.name: f for f in (*PEER_FEATURES, *COLLABORATION_FEATURES)}
_STATUS = {status: i for i, status in enumerate(FactStatus)}


def reasons(
    found: Iterable[Share], ours: Facts, theirs: Facts, words: Wording, mirrored: bool = False
) -> list[dict[str, Any]]:
    """A reason for each feature that told, the largest contribution first.

    All are told to the asking place; `mirrored` ones say why the other side has its score.
    """
    ordered = sorted(found, key=lambda s: (-s.contribution, s.feature))
    return [_reason(share, ours, theirs, words, mirrored) for share in ordered]


def _reason(
    share: Share, ours: Facts, theirs: Facts, words: Wording, mirrored: bool
) -> dict[str, Any]:
    because = _because(share, ours, theirs, mirrored)
    return {
        "feature": share.feature,
        "weight": share.weight,
        "value": share.value,
        "contribution": share.contribution,
        "code": because.code,
        "args": because.args,
        "text": words.text(because.code, because.args),
        "evidence": evidence(because, ours, theirs),
    }


def _because(share: Share, ours: Facts, theirs: Facts, mirrored: bool) -> Because:
    if share.feature == SIMILAR_TEXT:
        word = "alike" if share.value >= 0.5 else "apart"
        return Because(f"similar_text.{word}", {}, text_fields(ours), text_fields(theirs))
    if share.feature == EXISTING_TIE:
        return Because("existing_tie", {}, ("commitments",), ())
    feature = FEATURES[share.feature]
    because = feature.mirrored if mirrored and feature.mirrored else feature.because
    return because(ours, theirs, share.value)


def text_fields(facts: Facts) -> tuple[str, ...]:
    """The fields of a record that hold written texts."""
    return tuple(f for f in ("description", "needs", "offers", "strategic_goals") if facts.get(f))


def evidence(because: Because, ours: Facts, theirs: Facts) -> list[dict[str, Any]]:
    """The facts behind a reason, the best proven first."""
    items = [fact(ours, name, "ours") for name in because.ours if name in ours]
    items += [fact(theirs, name, "theirs") for name in because.theirs if name in theirs]
    return sorted(items, key=lambda item: _STATUS[FactStatus(item["status"])])


def fact(facts: Facts, field: str, side: str) -> dict[str, Any]:
    """One field as evidence; what came without a source is a claim of whoever sent it."""
    provenance: Mapping[str, Any] = facts.get("provenance") or {}
    rests_on = provenance.get(field) or provenance.get("*") or {}
    item = {"field": field, "side": side, "value": facts[field]}
    item |= {k: rests_on[k] for k in ("source", "date") if k in rests_on}
    return item | {"status": rests_on.get("status", FactStatus.CLAIM)}
