"""Numbers as people type them: 1,620,343 or 1 620 343 or 41,38; a doubtful one is refused."""

import re
from collections.abc import Iterable, Set

_SPACES = re.compile(r"(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(\D|$))")
_GROUPED = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")
# No number has two decimal points.
_DOTTED = re.compile(r"^-?\d{1,3}(\.\d{3}){2,}$")
_DECIMAL_COMMA = re.compile(r"^-?\d+,\d+$")
_PLAIN = re.compile(r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$")
_DOUBTFUL = re.compile(r"^-?\d{1,3}[.,]\d{3}$")
LONGEST = 40


def as_number(text: str, whole: bool, fail: type[ValueError]) -> str:
    """The number in plain digits, for the field to check; `fail` says what was expected."""
    number = _SPACES.sub("", text)
    if len(number) > LONGEST:
        raise fail("expected a number, this has too many digits")
    if _DOTTED.match(number):
        return number.replace(".", "")
    if whole:
        if _GROUPED.match(number) and "." not in number:
            return number.replace(",", "")
        if _DOUBTFUL.match(number):
            raise fail("is this a thousands separator? Write a whole number in digits only")
    elif "," in number:
        if _DOUBTFUL.match(number):
            raise fail("does the comma part decimals or thousands? Write 41.385 or 41385")
        if _DECIMAL_COMMA.match(number):
            return number.replace(",", ".")
        if _GROUPED.match(number):
            return number.replace(",", "")
    if not _PLAIN.match(number):
        raise fail("expected a number" if not whole else "expected a whole number")
    return number


def thousands_marks(column: Iterable[str]) -> set[str]:
    """What parts thousands in a column of whole numbers: what stands twice in one of them."""
    return {
        mark
        for text in column
        for mark in ".,"
        if re.fullmatch(rf"\d{{1,3}}(\{mark}\d{{3}}){{2,}}", text.strip())
    }


def without_thousands(text: str, marks: Set[str]) -> str:
    """A whole number without these marks, where they part thousands; else the text as it is."""
    for mark in marks:
        if re.fullmatch(rf"\d{{1,3}}(\{mark}\d{{3}})+", text.strip()):
            return text.replace(mark, "")
    return text
