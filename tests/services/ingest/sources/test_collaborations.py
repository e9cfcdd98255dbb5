"""Reading the catalogue: a bad file is refused by name and record."""

from pathlib import Path

import pytest

from models.errors import BadFile
from services.ingest.sources.collaborations import collaborations, memberships

GOOD = "- {id: a, name: A, type: managed_network, theme: dedicated, description: One. Two.}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "- {id: b, name: B}", r"bad\.yaml, record 2 \(b\): type: Field required"),
        (GOOD + GOOD, r"bad\.yaml, record 2: the id 'a' is already taken in bad\.yaml"),
        (GOOD.replace("One", "One', extra: '"), r"bad\.yaml"),
        ("id: a", r"bad\.yaml: expected a list"),
        ("- {id: [", r"bad\.yaml: no valid YAML"),
        ("- word", r"bad\.yaml, record 1: record: "),
    ],
)
def test_a_bad_file_is_named_with_its_record(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=said):
        list(collaborations(tmp_path))


HEADER = "collaboration,place_id,place_name,role,since,as_of,status,source\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEADER + "c40,gn:1,Oslo,guest,,,verified,x\n", r"m\.csv, line 2: role"),
        (HEADER + "c40,Oslo,Oslo,member,,,verified,x\n", r"m\.csv, line 2: place_id"),
        (HEADER + "c40,gn:1,Oslo,member,,,,x\n", r"m\.csv, line 2: status"),
        ("collaboration,place\n", r"m\.csv: expected the columns"),
    ],
)
def test_a_bad_membership_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "m.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=said):
        list(memberships(path))
