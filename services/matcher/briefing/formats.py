"""The paper as HTML for print and as DOCX."""

from html import escape
from io import BytesIO

from services.matcher.briefing.paper import Paper, Section

STYLE = """
body { font: 11pt/1.45 Georgia, "Times New Roman", serif; max-width: 42rem; margin: 2rem auto;
  padding: 0 1rem; color: #1a1a1a; }
h1, h2, h3 { font-family: Arial, Helvetica, sans-serif; line-height: 1.2; }
h1 { font-size: 1.6em; } h2 { font-size: 1.25em; margin-top: 2em; } h3 { font-size: 1.05em; }
h2, h3 { break-after: avoid; } li, p { orphans: 3; widows: 3; overflow-wrap: anywhere; }
@page { size: A4; margin: 22mm; }
@media print { body { margin: 0; max-width: none; padding: 0; } .page { break-before: page; } }
"""


def as_html(paper: Paper) -> bytes:
    """A page without scripts or anything from elsewhere; a browser prints it, also to PDF."""
    body = "".join(_html(section) for section in paper.sections)
    title = escape(paper.title)
    return (
        f'<!doctype html>\n<html lang="{paper.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>\n"
    ).encode()


def _html(section: Section) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in section.paragraphs)
    points = "".join(f"<li>{escape(point)}</li>" for point in section.points)
    heading = f"<h{section.level}>{escape(section.heading)}</h{section.level}>"
    page = ' class="page"' if section.own_page else ""
    return f"<section{page}>{heading}{lines}{f'<ul>{points}</ul>' if points else ''}</section>"


def as_docx(paper: Paper) -> bytes:
    """A document to go on writing in."""
    from docx import Document

    document = Document()
    document.core_properties.title = paper.title
    document.core_properties.author = ""
    document.core_properties.language = paper.language
    document.add_heading(paper.title, 0)
    for section in paper.sections:
        if section.own_page:
            document.add_page_break()  # type: ignore[no-untyped-call]
        document.add_heading(section.heading, section.level - 1)
        for line in section.paragraphs:
            document.add_paragraph(line)
        for point in section.points:
            document.add_paragraph(point, "List Bullet")
    written = BytesIO()
    document.save(written)
    return written.getvalue()
