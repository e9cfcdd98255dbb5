"""Dot strips: where the asking place (ring) and a peer (diamond) stand on one line, and a word."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.residents import residents
from models.snapshot import Places
from models.snapshot.codes import KINDS
from models.taxonomy import PlaceKind, Power
from services.matcher.features import Facts
from services.matcher.pages.words import PageWording

# Ratios of residents, and gaps of powers, that still count as close.
CLOSE_RATIO, CLOSE_POWER = 1.25, 0.1
LEFT, WIDTH = 8, 104
POWERS = (Power.FISCAL, Power.POLICY_SCOPE, Power.DISCRETION, Power.INSTITUTIONAL)


@dataclass(frozen=True)
class Strip:
    """One line: positions in the drawing, both values in real units, and how they compare."""

    label: str
    ours_at: float
    theirs_at: float
    ours: str
    theirs: str
    word: str

    @property
    def diamond(self) -> str:
        """The diamond's corners."""
        x = self.theirs_at
        return f"{x - 6:.1f},9 {x:.1f},3 {x + 6:.1f},9 {x:.1f},15"


class Strips:
    """Draws the strips of one question: positions are among all places of the same kind."""

    def __init__(self, places: Places, ours: Facts, words: PageWording) -> None:
        self.ours, self.words = ours, words
        self.sizes = kind_sizes(places, ours["kind"])

    @property
    def among(self) -> int:
        """How many places of that kind have a known size."""
        return len(self.sizes)

    def of(self, theirs: Facts) -> list[Strip]:
        """The strips of one peer; what is not known on either side has none."""
        found = [self._residents(theirs), self._rank(theirs)]
        found += [self._power(power, theirs) for power in POWERS]
        return [strip for strip in found if strip is not None]

    def _residents(self, theirs: Facts) -> Strip | None:
        ours, other = residents(self.ours), residents(theirs)
        if not ours or not other or not len(self.sizes):
            return None
        at = (self._position(ours), self._position(other))
        return self._strip(self._label("residents"), at, (ours, other), self._times(ours, other))

    def _position(self, count: float) -> float:
        """The share of places of the kind that have fewer residents."""
        below = np.searchsorted(self.sizes, np.log(count))
        return float(below) / len(self.sizes)

    def _strip(
        self, label: str, at: tuple[float, float], values: tuple[float, float], word: str
    ) -> Strip:
        ours, theirs = (self.words.format_field(round(n, 2), "number") for n in values)
        return Strip(label, _at(at[0]), _at(at[1]), ours, theirs, word)

    def _times(self, ours: float, theirs: float) -> str:
        ratio = max(ours, theirs) / min(ours, theirs)
        if ratio <= CLOSE_RATIO:
            return self.words.text("results.strip_close", {})
        code = "results.strip_times_more" if theirs > ours else "results.strip_times_fewer"
        return self.words.text(code, {"times": round(ratio, 1)})

    def _rank(self, theirs: Facts) -> Strip | None:
        ours, other = self.ours.get("national_rank"), theirs.get("national_rank")
        if not ours or not other:
            return None
        at = (1 - float(np.log10(ours)) / 3, 1 - float(np.log10(other)) / 3)
        word = "close" if 0.5 <= ours / other <= 2 else "higher" if other < ours else "lower"
        return self._strip(self._label("rank"), at, (ours, other), self._word(word))

    def _power(self, power: str, theirs: Facts) -> Strip | None:
        ours, other = ((f.get("powers") or {}).get(power) for f in (self.ours, theirs))
        if ours is None or other is None:
            return None
        gap = other - ours
        word = "close" if abs(gap) <= CLOSE_POWER else "higher" if gap > 0 else "lower"
        label = self.words.term("power", power)
        return self._strip(label, (ours, other), (ours, other), self._word(word))

    def _label(self, name: str) -> str:
        return self.words.text(f"results.strip_{name}", {})

    def _word(self, name: str) -> str:
        return self.words.text(f"results.strip_{name}", {})


def _at(share: float) -> float:
    return round(LEFT + WIDTH * float(min(max(share, 0), 1)), 1)


def kind_sizes(places: Places, kind: str) -> NDArray[np.float64]:
    """The (natural) logarithms of residents of all places of a kind, in order."""
    kinds, sizes = places.columns["kind"], places.columns["size"]
    wanted = kinds.values[:, 0] == list(KINDS).index(PlaceKind(kind))
    of_kind = np.asarray(wanted)[kinds.codes]
    found = sizes.values[:, 0][sizes.codes[of_kind]].astype(np.float64)
    return np.sort(found[~np.isnan(found)])
