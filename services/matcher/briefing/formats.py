"""The paper as HTML for print and as DOCX."""

from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

from services.matcher.briefing.paper import Paper, Point, Section

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
ul { padding-left: 1.2em; margin-top: .3em; } i { color: #1d4f6e; } sup { color: #5b6670; }
.summary { background: #eef3f6; padding: .8em 1em; } .summary h2 { margin: 0; font-size: 1em; }
.checklist ul { list-style: none; padding-left: 0; } .checklist li::before { content: "☐ "; }
.sources { font-size: .8em; color: #5b6670; }
@page { size: A4; margin: 22mm; }
@media print { body { margin: 0; max-width: none; padding: 0; }
  .residents, .letter { break-before: page; } }
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
    lines = "".join(f"<p>{escape(line)}</p>" for line in section.paragraphs)
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
    label = f"<i>{escape(point.label)}:</i> " if point.label else ""
    refs = f"<sup>{', '.join(map(str, point.refs))}</sup>" if point.refs else ""
    return f"{label}{escape(point.text)}{refs}"


def as_docx(paper: Paper) -> bytes:
    """A document to go on writing in."""
    from docx import Document

    document = Document()
    document.core_properties.title = paper.title
    document.core_properties.author = ""
    document.core_properties.language = paper.language
    document.add_heading(paper.title, 0)
    for section in paper.sections:
        if section.kind in ("residents", "letter"):
            document.add_page_break()  # type: ignore[no-untyped-call]
        document.add_heading(section.heading, LEVEL.get(section.kind, 2) - 1)
        for line in section.paragraphs:
            document.add_paragraph(line)
        for point in section.points:
            _write(document, section, point)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _write(document: "Docx", section: Section, point: Point) -> None:
    """A line of a list: with its label, and the numbers of its sources raised."""
    numbered = section.kind == "sources"
    line = document.add_paragraph(style="List Number" if numbered else "List Bullet")
    if section.kind == "checklist":
        line.add_run("☐ ")
    if point.label:
        line.add_run(f"{point.label}: ").italic = True
    line.add_run(point.text)
    if point.refs and not numbered:
        line.add_run(f" {', '.join(map(str, point.refs))}").font.superscript = True
