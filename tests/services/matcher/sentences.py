"""What no sentence of an answer may show."""

import re

# Min Nan is a language.
_WORDS = r"\bNone\b|(?<!min )\bnan\b|\binf\b|\bnull\b"
_BROKEN = re.compile(r"\{|\}|  | [,.]|\(\)|: [.;)]|[ \u00a0]$|_|" + _WORDS)
_PAIRS = ("“”", "«»", "()")


def faults(text: str, written_by_us: bool = True) -> list[str]:
    """Holes left open, unknowns in the machine's words, gaps and unbalanced marks.

    Words that others wrote are held to less: only what a template would have broken.
    """
    found = _BROKEN.findall(text) if written_by_us else []
    return found + [pair for pair in _PAIRS if text.count(pair[0]) != text.count(pair[1])]
