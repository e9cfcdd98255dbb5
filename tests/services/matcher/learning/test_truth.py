"""Truth files: what is read, and what is refused in words."""

import gzip
from pathlib import Path

import pytest

from models.errors import BadFile, InvalidInput
from services.matcher.learning.truth import read_groups, read_memberships, read_pairs, read_peers

PAIRS = "place_a,country_a,place_b,country_b,programme,theme\n"


def _file(folder: Path, text: str, name: str = "truth.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_pairs_with_theme_and_programme(tmp_path: Path) -> None:
    (pair,) = read_pairs(_file(tmp_path, PAIRS + "Porto,PT,Durban,ZA,Some,waste\n"))
    assert (pair.a.name, pair.b.country, pair.programme, pair.theme) == (
        "Porto", "ZA", "Some", "waste",
    )  # fmt: skip
    assert pair.a.lat is None


def test_a_gzipped_file_with_coordinates(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv.gz"
    head = "place_a,country_a,lat_a,lon_a,place_b,country_b,lat_b,lon_b\n"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(head + "Linz,AT,48.3,14.3,Brno,CZ,49.2,16.6\n")
    assert read_pairs(path)[0].b.lat == 49.2


def test_groups_and_memberships(tmp_path: Path) -> None:
    (row,) = read_groups(_file(tmp_path, "group,theme,place,country\nG,water,Graz,AT\n"))
    assert (row.group, row.place.name) == ("G", "Graz")
    text = "network,place_name,country_iso2,as_of_year\nC40,Lagos,NG,2020\n"
    assert read_memberships(_file(tmp_path, text))[0].year == 2020


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (PAIRS, "no rows"),
        ("place_a,country_a,place_b\nA,PT,B\n", "country_b"),
        (PAIRS + "Porto,XX,Durban,ZA,,\n", "unknown country 'XX'"),
        (PAIRS + ",PT,Durban,ZA,,\n", "place_a is empty"),
        (PAIRS + "Porto,PT,Durban,ZA,P,\nDurban,ZA,Porto,PT,P,\n", "the same as line 2"),
    ],
)
def test_a_bad_file_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises((BadFile, InvalidInput)) as refused:
        read_pairs(_file(tmp_path, text))
    assert said in refused.value.detail


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        read_pairs(tmp_path / "nowhere.csv")


PEERS = "tool,place,country,peer,rank,as_of\n"


def test_tables_of_peers(tmp_path: Path) -> None:
    text = PEERS + "T,Ale,SE,Mark,,2025\nU,Ale,SE,Mark,1,\n"
    first, second = read_peers(_file(tmp_path, text))
    assert (first.table, first.place.name, first.peer.name, first.peer.country) == (
        "T", "Ale", "Mark", "SE",
    )  # fmt: skip
    assert second.table == "U"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tool,place,country\nT,Ale,SE\n", "peer"),
        (PEERS + "T,Ale,SE,,,\n", "peer is empty"),
        (PEERS + "T,Ale,ZZ,Mark,,\n", "unknown country 'ZZ'"),
        (PEERS + "T,Ale,SE,Mark,1,\nT,Ale,SE,mark,2,\n", "the same as line 2"),
    ],
)
def test_a_bad_table_of_peers_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises((BadFile, InvalidInput)) as refused:
        read_peers(_file(tmp_path, text))
    assert said in refused.value.detail
