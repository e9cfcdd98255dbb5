"""Files made to break their reader, and rows that are wrong in every way, among good ones."""

import csv
import io
import random
import resource
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import pytest

from models.errors import BadFile
from models.records import Place
from services.files import sheets, tables, workbook
from services.files.checks import to_record
from services.files.rows import RowError, SheetRow
from services.files.sheets import rows
from tests.services.files.test_sheets import workbook as sheet_with
from tests.trust.report import Tried

# Of processor time, reader and child together: a busy machine makes no check fail.
SECONDS = 5
XML = '<?xml version="1.0"?>'
SPREAD = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A workbook that is right but for one part."""
    with zipfile.ZipFile(io.BytesIO(sheet_with("A1", "A2"))) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    return zipped(parts | {name: content})


def lying(content: bytes) -> bytes:
    """The directory says that parts are small; they are not."""
    at, changed = 0, bytearray(content)
    while (at := changed.find(b"PK\x01\x02", at)) >= 0:
        changed[at + 24 : at + 28] = (10).to_bytes(4, "little")
        at += 4
    return bytes(changed)


def overlapping() -> bytes:
    """Many entries of the directory that lead to the same packed bytes."""
    one = zipped({"xl/worksheets/sheet1.xml": b"0" * 5_000_000})
    start = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    entry, count = one[start:end], 500
    tail = bytearray(one[end:])
    tail[8:12] = count.to_bytes(2, "little") * 2
    tail[12:16] = (len(entry) * count).to_bytes(4, "little")
    return one[:start] + entry * count + bytes(tail)


def bombs() -> Iterator[tuple[str, bytes, str]]:
    """Each bomb by name, with the name of its file."""
    strings = (
        f"{XML}<sst xmlns='{SPREAD}'><si><t>".encode() + b"a" * 400 * 2**20 + b"</t></si></sst>"
    )
    entity = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'{XML}<!DOCTYPE x [<!ENTITY e0 "ha">{entity}]><worksheet>&e9;</worksheet>'
    outside = (
        f'{XML}<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>'
    )
    sheet = "xl/worksheets/sheet1.xml"
    yield "the last cell", sheet_with("A1", "XFD1048576"), "a.xlsx"
    yield "the last row", sheet_with("A1", "A1048576"), "a.xlsx"
    yield "a string of 220 MiB", with_part("xl/sharedStrings.xml", strings), "a.xlsx"
    yield (
        "a string of 220 MiB, lied about",
        lying(with_part("xl/sharedStrings.xml", strings)),
        "a.xlsx",
    )
    yield "zip in zip", zipped({"a.xlsx": zipped({"b": b"0" * 10**7})}), "a.xlsx"
    yield "5,000 parts", zipped({f"xl/{n}.xml": b"" for n in range(5_000)}), "a.xlsx"
    yield "overlapping entries", overlapping(), "a.xlsx"
    yield "entities in entities", with_part(sheet, laughs.encode()), "a.xlsx"
    yield "an entity of this machine", with_part(sheet, outside.encode()), "a.xlsx"
    yield "macros by another name", zipped({"xl/vbaProject.bin": b"MZ" * 10}), "a.xlsx"
    yield "a path that climbs out", zipped({"../../../tmp/climbed": b"x"}), "a.xlsx"
    yield "gzip", b"\x1f\x8b\x08" + b"0" * 100, "a.csv"
    yield "a binary sheet of before", b"\xd0\xcf\x11\xe0" + b"0" * 100, "a.xls"
    yield "ten million columns", b"a," * 10_000_000 + b"\n1\n", "a.csv"
    yield "a cell of 40 MB", b'name\n"' + b"a" * 40_000_000, "a.csv"
    yield "a line of 49 MB", b'{"name": "' + b"a" * 49_000_000, "a.ndjson"
    yield "JSON without end", b'{"a":' * 5_000_000, "a.ndjson"
    yield "20 million empty lines", b"name\n" + b"\n" * 20_000_000, "a.csv"
    yield "20 million rows", b"a\n" * 20_000_000, "a.csv"
    yield "open quotes", b"name\n" + b'"\n' * 3_000_000, "a.csv"
    yield "bytes of no encoding", b"name\n" + random.Random(1).randbytes(3_000_000), "a.csv"


def processor_time() -> float:
    """What this process and its children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def temporary() -> set[Path]:
    return set(Path(gettempdir()).glob("tmp*.xlsx")) | set(Path(gettempdir()).glob("tmp*.txt"))


@pytest.mark.check(27, "Bombs as workbooks and texts", few=1, full=1)
def test_a_bomb_is_refused_in_time_and_leaves_nothing(tried: Tried) -> None:
    before = temporary()
    for name, content, file in bombs():
        started = processor_time()
        good, bad = 0, ""
        try:
            for row in rows(content, file):
                good += isinstance(row, SheetRow) and any(
                    map(str.strip, map(str, row.cells.values()))
                )
                bad = bad or (row.code if isinstance(row, RowError) else "")
        except BadFile as refused:
            bad = refused.detail
        took = processor_time() - started
        tried(bool(bad) and good == 0 and took < SECONDS, f"{name}: {bad} {good} {took:.1f} s")
        tried("root:" not in bad, name)
    assert temporary() <= before
    assert workbook.MEMORY <= 512 * 2**20
    tried.done()


@pytest.mark.planted(27, "a child without limits of memory")
def test_without_limits_the_bomb_goes_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    strings = (
        f"{XML}<sst xmlns='{SPREAD}'><si><t>".encode() + b"a" * 150 * 2**20 + b"</t></si></sst>"
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(with_part("xl/sharedStrings.xml", strings))
    unlimited = tmp_path / "unlimited.py"
    source = Path(workbook.__file__).read_text().replace("    confine()\n", "")
    unlimited.write_text(source)
    monkeypatch.setattr(sheets, "RATIO", 10**9)
    with pytest.raises(BadFile, match="limits"):
        list(rows(path, "a.xlsx"))
    monkeypatch.setattr(workbook, "__file__", str(unlimited))
    assert list(rows(path, "a.xlsx"))


WRONG = [
    '"x:{n}"x,City {n},city,ES,1',
    'x:{n},"open',
    "x:{n},City,city,ES,1e400",
    "x:{n},City,village,ES,1",
    "x:{n},City,city,XX,1",
    "x:{n},City,city,ES,-5",
    "x:{n},City,city,ES,many",
    "x:{n},,city,ES,1",
    "x:{n},City,city,ES,1,too many",
    "not an id {n},City,city,ES,1",
    "x:{n}," + "a" * 40_000 + ",city,ES,1",
    "x:{n},City,city,ES,44197.5.3",
]


def judged(text: str) -> tuple[set[str], list[RowError]]:
    """Ids that would land, and what is wrong with the rest."""
    good, bad = set(), []
    for row in rows(text.encode(), "a.csv"):
        found = row if isinstance(row, RowError) else to_record(row, Place)
        if isinstance(found, Place):
            good.add(found.id or "")
        else:
            bad += [found] if isinstance(found, RowError) else found
    return good, bad


@pytest.mark.check(26, "Wrong rows among as many good ones", few=400, full=10_000)
def test_each_wrong_row_is_told_and_each_good_one_kept(
    count: int, chance: random.Random, tried: Tried
) -> None:
    lines, expected = ["id,name,kind,country,population"], set()
    wrong: dict[int, str] = {}
    for n in range(count):
        expected.add(f"x:good-{n}")
        lines.append(f'x:good-{n},"City, {n}",city,ES,{n + 1}')
        wrong[len(lines) + 1] = chance.choice(WRONG).format(n=n)
        lines.append(wrong[len(lines) + 1])
    good, bad = judged("\n".join(lines) + "\n")
    told = {error.row for error in bad}
    for number, line in wrong.items():
        tried(number in told, f"row {number}: {line[:60]}")
    for error in bad:
        assert error.code
        assert error.detail
    assert good == expected
    assert told == set(wrong)
    tried.done()


@pytest.mark.planted(26, "a reader that skips what it cannot read")
def test_a_reader_that_skips_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "id,name,kind,country\nx:1,A,city,ES\n" + 'x:2,"open\n'
    whole = sheets._csv
    assert [error.row for error in judged(text)[1]] == [3]
    monkeypatch.setattr(sheets, "_csv", lambda t: (r for r in whole(t) if isinstance(r, list)))
    assert judged(text)[1] == []


def test_a_large_text_is_read_as_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    text = ("id,name\n" + "x:1,São Paulo\n" * 10 + '"broken"x,1\n' + "x:2,B\n" * 10).encode()
    small = list(rows(text, "a.csv"))
    monkeypatch.setattr(sheets, "SMALL_TEXT", 10)
    assert list(rows(text, "a.csv")) == small
    with pytest.raises(BadFile, match="same name"):
        list(rows(b"name,name\nA,B,and more\n", "a.csv"))


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "=A()", "\0=1"]
STARTS = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")


def dangerous(table: bytes) -> list[str]:
    """Cells of a CSV that a spreadsheet could take for a formula."""
    cells = [cell for row in csv.reader(io.StringIO(table.decode("utf-8-sig"))) for cell in row]
    return [cell for cell in cells if cell.startswith(STARTS)]


@pytest.mark.check(28, "Hostile names through the exports", few=50, full=500)
def test_no_export_holds_a_formula(count: int, chance: random.Random, tried: Tried) -> None:
    ends = ["", ",x", '"', "\n2", " é"]
    names = [chance.choice(HOSTILE) + chance.choice(ends) for _ in range(count)]
    found = dangerous(tables.as_csv(["name"], [[name] for name in names]))
    book = tables.as_xlsx("Names", ["name"], [[name] for name in names])
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
    for name in names:
        tried(name not in found, repr(name))
    tried(b"<f" not in sheet and sheet.count(b't="s"') > count, "a formula in the workbook")
    tried.done()


@pytest.mark.planted(28, "a table written without a guard")
def test_an_unguarded_table_is_caught() -> None:
    plain = io.StringIO()
    csv.writer(plain).writerows([[name] for name in HOSTILE])
    assert dangerous(plain.getvalue().encode())
