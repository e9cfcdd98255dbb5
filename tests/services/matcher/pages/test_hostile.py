"""Words of others are shown as words: in names, questions, corrections and the paper."""

from html.parser import HTMLParser
from itertools import product
from urllib.parse import quote

from fastapi.testclient import TestClient

HTML = {"Accept": "text/html"}
_PARTS = (
    ("<script>{}</script>", "<img src=x onerror={}>", "\"><svg onload={}>", "'-{}-'", "{{{{{}}}}}",
     "{{% {} %}}", "<a href=javascript:{}>x</a>", "</textarea><b>{}</b>", "<!-- {} -->",
     "&lt;{}&gt;",
     "<style>*{{{}}}</style>", "<iframe srcdoc='{}'>"),
    ("alert(1)", "fetch('//example.org')", "document.cookie", "1/0", "config.items()"),
    ("", " ", "\u202e", "é", "=1+1"),
)  # fmt: skip
HOSTILE = [f"{tail}{form.format(code)}" for form, code, tail in product(*_PARTS)]


class Reader(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.dangers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("iframe", "object", "embed", "style", "base"):
            self.dangers.append(tag)
        if tag == "script" and not (given.get("src") or "").startswith("/assets/"):
            self.dangers.append("a script of its own")
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.dangers.append(f"{tag} {name}={value}")
            self.text.append(value or "")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def words(text: str) -> str:
    return "".join(text.split())


def test_there_are_three_hundred_of_them() -> None:
    assert len(set(HOSTILE)) == 300


def test_what_is_typed_is_shown_as_text(client: TestClient) -> None:
    client.cookies.clear()
    for text in HOSTILE:
        found = read(client.get(f"/?missing=yes&q={quote(text)}", headers=HTML).text)
        assert found.dangers == []
        assert words(text) in words("".join(found.text))


def test_names_and_texts_of_places_are_shown_as_text(client: TestClient) -> None:
    client.cookies.clear()
    for start in range(0, len(HOSTILE), 50):
        name, *texts = HOSTILE[start : start + 50]
        place = {
            "name": name.strip(),
            "kind": "city",
            "country": "ES",
            "population": 300_000,
            "needs": [{"sector": "housing", "stage": "apply", "text": texts[0].strip()}],
            "offers": [
                {"sector": "regeneration", "stage": "apply", "text": text.strip()} for text in texts
            ],
        }
        asked = {"place": place, "limit": 12}
        match = client.post("/v1/matches/peers", json=asked).json()["match_id"]
        for path in ("", "?view=table", "?view=map", "/compare", "/brief"):
            answer = client.get(f"/matches/{match}{path}", headers=HTML)
            assert answer.status_code == 200
            found = read(answer.text)
            assert found.dangers == [], path
            assert words(name) in words("".join(found.text)), path
