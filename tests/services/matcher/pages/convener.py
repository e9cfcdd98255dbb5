"""A convener on the pages: signed in, with the token of its forms."""

import re
from typing import Any

from fastapi.testclient import TestClient

HTML = {"Accept": "text/html"}
DC = "districts-of-creativity"
FIELD = re.compile(r'name="(csrf_token|sheet)" value="([^"]*)"')
MEMBERS = """name,country,kind
Flanders,Belgium,region
Scotland,United Kingdom,region
Catalonia,Spain,region
Oklahoma,United States,region
Karnataka,India,region
"""


class Convener:
    """Reads pages and sends their forms."""

    def __init__(self, client: TestClient, key: str, language: str = "en") -> None:
        self.client = client
        self.headers = HTML | {"Accept-Language": language}
        client.cookies.clear()
        sent = {"key": key}
        assert client.post("/sign-in", data=sent, headers=HTML).status_code == 200
        self.fields: dict[str, str] = {}

    def get(self, path: str, status: int = 200) -> str:
        return self._kept(self.client.get(path, headers=self.headers), status)

    def post(self, path: str, status: int = 200, **sent: Any) -> str:
        """Send a form with the hidden fields of the page seen last."""
        answer = self.client.post(path, data={**self.fields, **sent}, headers=self.headers)
        return self._kept(answer, status)

    def raw(self, path: str, **sent: Any) -> Any:
        return self.client.post(path, data={**self.fields, **sent}, headers=self.headers)

    def raw_get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)

    def upload(
        self, content: bytes, name: str, target: str = "applicants", status: int = 200
    ) -> str:
        """Send a file from the desk."""
        self.get(f"/calls/{DC}")
        answer = self.client.post(
            f"/calls/{DC}/sheet",
            data={**self.fields, "target": target},
            files={"file": (name, content)},
            headers=self.headers,
        )
        return self._kept(answer, status)

    def at(self, page: str, pattern: str) -> str:
        """What a pattern finds in a page."""
        found = re.search(pattern, page)
        assert found is not None, page[-3000:]
        return found.group(1)

    def _kept(self, answer: Any, status: int) -> str:
        assert answer.status_code == status, answer.text[-3000:]
        for name, value in FIELD.findall(answer.text):
            self.fields[name] = value
        return answer.text
