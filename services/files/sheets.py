"""Rows of users' files: CSV, NDJSON and XLSX, read strictly, a broken row apart from the rest."""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import orjson
from charset_normalizer import from_bytes

from models.errors import BadFile
from services.files import workbook
from services.files.headed import ROWS, by_header
from services.files.rows import RowError, Rows, SheetRow
from services.sent_json import loads

WORKBOOK = b"PK\x03\x04"
RECORD_LINES = 500
# Lines of a text: cells may hold several, and blank ones are passed over.
LINES = 10 * ROWS
BROKEN = 10_000
UNPACKED = 200_000_000
RATIO = 50
PARTS = 1_000
# What unpacks to less than this is no bomb whatever its ratio.
_PLAIN = 10_000_000
SMALL_TEXT = 1_000_000
_ENCODINGS = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("shift_jis", "gb18030", "big5", "euc_kr", "cp874"),
]
_SIGNS = set("“”‘’„–—…€°ºª«»¿¡·´\xa0")
_SEPARATOR_LINE = re.compile(r"^sep=(.)\r?\n", re.IGNORECASE)


def rows(source: Path | bytes, filename: str, sheet: str = "") -> Rows:
    """The rows of a file, whose kind is told by its content and its name.

    Of a workbook they are those of the sheet named, else of the first that holds something.
    """
    start = _beginning(source)
    name = filename.lower()
    if start.startswith(WORKBOOK):
        return by_header(_workbook(source, ROWS, sheet))
    if start.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")) or name.endswith(".xls"):
        raise BadFile("This is no CSV, XLSX or NDJSON file; save the sheet as XLSX or CSV.")
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > SMALL_TEXT:
        return _text_by_child(source, name)
    return text_rows(source if isinstance(source, bytes) else source.read_bytes(), name)


def text_rows(content: bytes, name: str) -> Rows:
    """The rows of a text; a large one is read by a process of its own."""
    text = decoded(content)
    if name.endswith((".ndjson", ".jsonl")) or text.lstrip()[:1] == "{":
        return _json_lines(text)
    if text.lstrip()[:1] == "[" and name.endswith(".json"):
        raise BadFile("A JSON file has one object a line (NDJSON), not one list.")
    return by_header(_csv(text))


def sheets_of(source: Path | bytes) -> list[str]:
    """The sheets of a workbook that hold something, that which is read first; else none."""
    if not _beginning(source).startswith(WORKBOOK):
        return []
    found: list[str] = []
    # Whatever is wrong with a sheet is told by reading it.
    with suppress(BadFile):
        found.extend(_workbook(source, 0))
    return found


def _beginning(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source[:8]
    with source.open("rb") as file:
        return file.read(8)


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or an encoding that can be told."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in content:
        raise BadFile("This is no text file: it holds NUL bytes.")
    else:
        encoding = "utf-8-sig"
    with suppress(UnicodeDecodeError):
        return content.decode(encoding)
    if encoding == "utf-16":
        raise BadFile("The file begins as UTF-16 but is not valid UTF-16.")
    found = from_bytes(content, cp_isolation=_ENCODINGS)
    best = found.best()
    if best is None:
        raise BadFile("The text encoding cannot be told; save the file as UTF-8.")
    # Of encodings that read equally well, the most common one, unless it makes odd signs.
    for match in found:
        usual = match.encoding == "cp1252" and match.chaos <= best.chaos
        if usual and all(c.isalpha() or c in _SIGNS for c in str(match) if c > "\x7f"):
            return str(match)
    return str(best)


def _csv(text: str) -> Iterator[list[str] | RowError]:
    """Records one by one; after a broken one, reading goes on at the next line of the text."""
    said = _SEPARATOR_LINE.match(text)
    delimiter = said.group(1) if said else _delimiter(text)
    if text.count("\n") + text.count("\r") > 2 * LINES:
        raise BadFile(f"The file has more than {LINES:,} lines; split it.")
    lines = list(io.StringIO(text, newline=""))
    position, number, broken = 0, 0, 0
    if said:
        position, number = 1, 1
        yield []
    while position < len(lines):
        number += 1
        # A record goes on in the next line only where a quote stays open.
        ends_here = lines[position].count('"') % 2 == 0
        ahead = lines[position : position + (1 if ends_here else RECORD_LINES)]
        reader = csv.reader(ahead, delimiter=delimiter, strict=True)
        try:
            yield next(reader)
            position += reader.line_num
        except csv.Error as error:
            position, broken = position + 1, broken + 1
            # Each one costs a look at the lines behind it.
            if broken > BROKEN:
                raise BadFile(f"More than {BROKEN:,} rows cannot be read as CSV.") from error
            detail = f"not readable as CSV at line {position} of the text: {error}"
            yield RowError.at(number, "broken_row", detail)


def _delimiter(text: str) -> str:
    """What separates the header's cells; text in quotes does not count."""
    header = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").partition("\n")[0])
    return max(",;\t", key=header.count)


def _json_lines(text: str) -> Rows:
    number = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        if number > ROWS:
            raise BadFile(f"The file has more than {ROWS:,} rows; split it.")
        try:
            value = loads(line)
        except orjson.JSONDecodeError as error:
            detail = f"not valid JSON: {error.msg} at column {error.colno}"
            yield RowError.at(number, "broken_row", detail, value=line)
            continue
        if isinstance(value, dict):
            yield SheetRow(number, value, has_header=False)
        else:
            yield RowError.at(number, "broken_row", "a line holds one JSON object", value=line)


def _workbook(source: Path | bytes, most_rows: int, sheet: str = "") -> Iterator[Any]:
    """The rows of a sheet, or with no rows the names of all sheets, read by another process."""
    _check_unpacked(source)
    with _on_disk(source, ".xlsx") as path:
        command = [sys.executable, "-I", workbook.__file__, path, str(most_rows), sheet]
        yield from (json.loads(line) for line in _said_by(command, "workbook"))


def _text_by_child(source: Path | bytes, name: str) -> Rows:
    """The rows of a large text, read within limits by another process."""
    with _on_disk(source, ".txt") as path:
        command = [sys.executable, "-I", "-m", "services.files.large_text", path, name]
        for line in _said_by(command, "file"):
            kind, content = orjson.loads(line)
            if kind == "bad":
                raise BadFile(content)
            yield SheetRow(*content) if kind == "row" else RowError(**content)


@contextmanager
def _on_disk(source: Path | bytes, suffix: str) -> Iterator[str]:
    """Where another process finds what is read, for as long as it reads."""
    if isinstance(source, Path):
        yield str(source)
        return
    with NamedTemporaryFile(suffix=suffix) as file:
        file.write(source)
        file.flush()
        yield file.name


def _said_by(command: list[str], what: str) -> Iterator[bytes]:
    """The lines of a process that reads a file; it ends where its limits are, and we go on."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield from process.stdout
        except BaseException:
            process.kill()
            raise
        _, said = process.communicate()
    if process.returncode == workbook.CANNOT_READ:
        raise BadFile(f"The {what} cannot be read: {said.decode(errors='replace')}")
    if process.returncode != 0:
        raise BadFile(f"The {what} cannot be read within the limits of memory and time.")


def _check_unpacked(source: Path | bytes) -> None:
    """Refuse what says itself that it is too much; what lies about it meets the child's limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as file:
            parts = file.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadFile(f"The workbook cannot be read: {error}") from error
    size, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if size > UNPACKED:
        raise BadFile(f"The workbook unpacks to {size:,} bytes; at most {UNPACKED:,} are read.")
    if size > _PLAIN and size > RATIO * packed:
        raise BadFile(f"The workbook unpacks to more than {RATIO} times its size.")
    if len(parts) > PARTS:
        raise BadFile(f"The workbook has {len(parts):,} parts; at most {PARTS:,} are read.")
