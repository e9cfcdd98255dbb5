"""Sentences as JSON, with holes where their arguments stand: for who says the same of many."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

Hole = tuple[str, Callable[[Any], bytes]]
"""An argument, and how it is written there: as JSON, or as the sentence says it."""


class Pattern(NamedTuple):
    """JSON with "%s" where arguments stand, and which these are, in order."""

    json: bytes
    holes: Sequence[Hole]

    def begun(self, args: dict[str, Any]) -> "Pattern":
        """The same with these arguments filled in; others are left."""
        if not args:
            return self
        filled = [
            write(args[name]).replace(b"%", b"%%") if name in args else b"%s"
            for name, write in self.holes
        ]
        # What is a sign of its own here is one again when the others are filled in.
        json = self.json.replace(b"%%", b"%%%%") % tuple(filled)
        return Pattern(json, [hole for hole in self.holes if hole[0] not in args])

    def filled(self, args: dict[str, Any]) -> bytes:
        """The JSON with all arguments that are left."""
        return self.json % tuple([write(args[name]) for name, write in self.holes])
