"""Letters to take away: Word documents to go on writing in, and a table for a mail merge."""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from models.names import fold
from services.files.tables import Cell, as_csv
from services.matcher.pages.views.letter import Letter
from services.matcher.pages.words import PageWording
from services.matcher.routes.papers import MEDIA, BriefingFormat

if TYPE_CHECKING:
    from docx.document import Document as Docx

Write = Callable[[Sequence[Letter], PageWording], bytes]


def as_document(letters: Sequence[Letter], words: PageWording) -> bytes:
    """Every letter in one document, each on a page of its own."""
    from docx import Document

    document = Document()
    document.core_properties.author = ""
    document.core_properties.language = words.language
    for at, letter in enumerate(letters):
        if at:
            document.add_page_break()  # type: ignore[no-untyped-call]
        _write(document, letter)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _write(document: "Docx", letter: Letter) -> None:
    document.add_heading(_plain(letter.name), 1)
    for part in letter.parts:
        document.add_paragraph().add_run(_plain(part.text)).bold = part.strong
        for point in part.points:
            document.add_paragraph(_plain(point), style="List Bullet")


def _plain(text: str) -> str:
    """A text without the signs that no document holds."""
    return "".join(sign for sign in text if sign in "\n\t" or sign.isprintable())


def as_archive(letters: Sequence[Letter], words: PageWording) -> bytes:
    """A document for each letter, in one archive."""
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        for letter in letters:
            name = f"{letter.number:04d}-{_file_name(letter.name)}.docx"
            archive.writestr(name, as_document([letter], words))
    return written.getvalue()


def _file_name(name: str) -> str:
    """A name as every file system can hold it."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in fold(name))
    return "-".join(part for part in plain.split("-") if part)[:60] or "letter"


def as_merge(letters: Sequence[Letter], words: PageWording) -> bytes:
    """A row for each letter, with its whole text in one cell."""
    heads = [
        words.text("screening.applicant", {}),
        words.term("sheet_field", "country"),
        words.text("screening.verdict", {}),
        words.text("screening.letters", {}),
    ]
    rows: list[list[Cell]] = [[n.name, n.country, n.word, _text(n)] for n in letters]
    return as_csv(heads, rows)


def _text(letter: Letter) -> str:
    return "\n".join(
        "\n".join([part.text, *(f"- {point}" for point in part.points)]) for part in letter.parts
    )


LETTERS_OUT: dict[str, tuple[str, Write]] = {
    "docx": (MEDIA[BriefingFormat.DOCX], as_document),
    "zip": ("application/zip", as_archive),
    "csv": (MEDIA[BriefingFormat.CSV], as_merge),
}
