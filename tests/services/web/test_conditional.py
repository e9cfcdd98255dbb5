"""What a caller already has is not sent again; what is sent is compressed where asked."""

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from models.errors import PreconditionFailed
from services.web.app import answer, install
from services.web.conditional import unchanged_since


def client_of(words: dict[str, str]) -> TestClient:
    app = FastAPI(docs_url=None, redoc_url=None)

    @app.get("/v1/words")
    def read() -> Response:
        return answer(words)

    @app.post("/v1/words")
    def write() -> Response:
        return answer(words)

    install(app, list)
    return TestClient(app)


def test_what_has_not_changed_is_not_sent_again() -> None:
    words = {"a": "one"}
    client = client_of(words)
    first = client.get("/v1/words")
    again = client.get("/v1/words", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    words["a"] = "two"
    changed = client.get("/v1/words", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.json() == {"a": "two"}


def test_a_tag_is_found_in_a_list_and_without_its_weakness() -> None:
    client = client_of({"a": "one"})
    tag = client.get("/v1/words").headers["etag"].removeprefix("W/")
    assert client.get("/v1/words", headers={"If-None-Match": f'"x", {tag}'}).status_code == 304
    assert client.get("/v1/words", headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_question_and_an_error_have_no_tag() -> None:
    client = client_of({"a": "one"})
    assert "etag" not in client.post("/v1/words").headers
    missing = client.get("/v1/none", headers={"If-None-Match": "*"})
    assert missing.status_code == 404
    assert "etag" not in missing.headers


def test_long_answers_are_compressed_where_the_caller_takes_it() -> None:
    client = client_of({str(i): "the same words" for i in range(500)})
    packed = client.post("/v1/words", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    plain = client.post("/v1/words", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < len(plain.content) / 5


@pytest.mark.parametrize(
    ("header", "value", "tag", "passes"),
    [
        ("if-match", '"a1"', "a1", True),
        ("if-match", 'W/"a1", "b2"', "b2", True),
        ("if-match", "*", "a1", True),
        ("if-match", '"a1"', "b2", False),
        ("if-match", "*", None, False),
        ("if-none-match", "*", "a1", False),
        ("if-none-match", "*", None, True),
        ("x-none", "", "a1", True),
    ],
)
def test_a_write_is_refused_where_somebody_else_wrote(
    header: str, value: str, tag: str | None, passes: bool
) -> None:
    headers = [(header.encode(), value.encode())]
    request = Request({"type": "http", "method": "PUT", "path": "/", "headers": headers})
    if passes:
        unchanged_since(request, tag)
        return
    with pytest.raises(PreconditionFailed):
        unchanged_since(request, tag)
