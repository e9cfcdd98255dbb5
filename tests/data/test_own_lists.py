"""Lists of members, sectors and registers: the project's own tables hold together."""

from collections import Counter

from models.data_tables import DATA, rows
from services.ingest.sources.collaborations import collaborations, memberships

NETWORKS = {c.id for c in collaborations(DATA / "collaborations")}
MEMBERS = [m for name in ("memberships.csv", "member_lists.csv") for m in memberships(DATA / name)]
TIES = {(m.collaboration, m.place_id) for m in MEMBERS}
SECTORS = list(rows(DATA / "sector_facts.csv"))


def test_a_place_is_listed_once_in_a_network_of_the_catalogue() -> None:
    listed = Counter((r["collaboration"], r["place_id"]) for r in rows(DATA / "member_lists.csv"))
    assert max(listed.values()) == 1
    assert {collaboration for collaboration, _ in listed} <= NETWORKS


def test_a_sector_that_follows_from_a_network_follows_from_a_tie_on_file() -> None:
    """Else evaluation could not hide it, and a convener would see a sector without its reason."""
    follows = {(row["network"], row["place_id"]) for row in SECTORS if row["network"]}
    assert follows <= TIES


def test_a_row_says_a_thing_once() -> None:
    told = Counter((r["place_id"], r["sector"], r["source"]) for r in SECTORS)
    assert max(told.values()) == 1
    assert all(row["source"] for row in SECTORS)


def test_every_register_has_rows() -> None:
    sources = [row["source"] for row in SECTORS]
    for register in rows(DATA / "registers.csv"):
        assert any(source.startswith(register["source_starts_with"]) for source in sources), (
            register
        )


def test_a_recognition_makes_no_track_record() -> None:
    """Being honoured is not working with others; such rows tell a sector alone."""
    starts = tuple(r["source_starts_with"] for r in rows(DATA / "registers.csv"))
    honours = ("UNESCO World Book Capital", "European Green Capital", "Sustainable Transport Award")
    honoured = [row for row in SECTORS if row["source"].startswith(honours)]
    assert honoured
    assert not any(row["source"].startswith(starts) for row in honoured)
