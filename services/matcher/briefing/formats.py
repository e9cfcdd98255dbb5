"""The paper as HTML for print and as DOCX; on paper either has two pages."""

from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

from services.matcher.briefing.parts import Paper, Point, Section

if TYPE_CHECKING:
    from docx.document import Document as Docx

STYLE = """
body { font: 11pt/1.45 Georgia, "Times New Roman", serif; max-width: 42rem; margin: 2rem auto;
  padding: 0 1rem; color: #1a1a1a; }
h1, h2, h3 { line-height: 1.2; color: #1d4f6e; font-weight: normal; }
h1 { font-size: 1.9em; border-bottom: 1px solid; padding-bottom: .4em; }
h2 { font-size: 1.3em; margin-top: 2em; }
h3 { font-size: 1.05em; font-weight: bold; color: inherit; margin-bottom: .3em; }
h2, h3 { break-after: avoid; } li, p { orphans: 3; widows: 3; overflow-wrap: anywhere; }
ul { padding-left: 1.2em; margin-top: .3em; } i { color: #1d4f6e; }
sup { color: #5b6670; line-height: 0; font-size: .75em; }
.summary { background: #eef3f6; padding: .8em 1em; } .summary h2 { margin: 0; font-size: 1em; }
.letter { border: 1px solid #5b6670; padding: .2em 1em .6em; margin-top: 2em; }
.letter h2 { margin-top: .5em; } .sources { font-size: .8em; color: #5b6670; }
.checklist ul { list-style: none; padding-left: 0; } .checklist li::before { content: "☐ "; }
@page { size: A4; margin: 12mm 15mm; }
@media print {
  body { margin: 0; max-width: none; padding: 0; font-size: 9pt; line-height: 1.25; }
  h1 { font-size: 16pt; margin: 0 0 6pt; padding-bottom: 4pt; }
  h2 { font-size: 11.5pt; margin: 8pt 0 2pt; } h3 { font-size: 9.8pt; margin: 5pt 0 1pt; }
  p, ul, ol { margin: 0 0 3pt; } .letter p { margin-bottom: 4pt; }
  .letter { break-inside: avoid; } .sources { font-size: 7.5pt; }
  .checklist ul, .sources ol { columns: 2; }
}
"""
LEVEL = {"suggestion": 3}


def as_html(paper: Paper) -> bytes:
    """A page without scripts or anything from elsewhere; a browser prints it."""
    body = "".join(_html(section) for section in paper.sections)
    title = escape(paper.title)
    return (
        f'<!doctype html>\n<html lang="{paper.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>\n"
    ).encode()


def _html(section: Section) -> str:
    spoken = f' lang="{section.language}"' if section.language else ""
    lines = "".join(f"<p{spoken}>{escape(line)}</p>" for line in section.paragraphs)
    level = LEVEL.get(section.kind, 2)
    heading = f"<h{level}>{escape(section.heading)}</h{level}>"
    numbered = section.kind == "sources"
    kind, item = ("ol", _text) if numbered else ("ul", _point)
    points = "".join(f"<li>{item(point)}</li>" for point in section.points)
    listed = f"<{kind}>{points}</{kind}>" if points else ""
    before, after = (listed, lines) if numbered else (lines, listed)
    return f'<section class="{section.kind}">{heading}{before}{after}</section>'


def _text(point: Point) -> str:
    return escape(point.text)


def _point(point: Point) -> str:
    label = f"<i>{escape(point.label)}</i> " if point.label else ""
    refs = f"<sup>{', '.join(map(str, point.refs))}</sup>" if point.refs else ""
    return f"{label}{escape(point.text)}{refs}"


def as_docx(paper: Paper) -> bytes:
    """A document to go on writing in."""
    from docx import Document

    document = Document()
    document.core_properties.title = paper.title
    document.core_properties.author = ""
    document.core_properties.language = paper.language
    _set_close(document)
    document.add_heading(paper.title, 0)
    for section in paper.sections:
        document.add_heading(section.heading, LEVEL.get(section.kind, 2) - 1)
        for line in section.paragraphs:
            document.add_paragraph(line)
        for point in section.points:
            _write(document, section, point)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _set_close(document: "Docx") -> None:
    """Margins and sizes that leave a paper of six suggestions on two pages."""
    from docx.shared import Mm, Pt

    for part in document.sections:
        part.page_width, part.page_height = Mm(210), Mm(297)
        part.left_margin = part.right_margin = Mm(20)
        part.top_margin = part.bottom_margin = Mm(15)
    for name, size, after in (("Normal", 9.5, 3), ("List Bullet", 9.5, 1), ("List Number", 8, 1)):
        style = document.styles[name]
        style.font.size, style.paragraph_format.space_after = Pt(size), Pt(after)


def _write(document: "Docx", section: Section, point: Point) -> None:
    """A line of a list: with its label, and the numbers of its sources raised."""
    numbered = section.kind == "sources"
    line = document.add_paragraph(style="List Number" if numbered else "List Bullet")
    if section.kind == "checklist":
        line.add_run("☐ ")
    if point.label:
        line.add_run(f"{point.label} ").italic = True
    line.add_run(point.text)
    if point.refs and not numbered:
        line.add_run(f" {', '.join(map(str, point.refs))}").font.superscript = True
