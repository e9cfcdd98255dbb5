"""The default catalogue: complete, valid, sourced, and the same when loaded again."""

from collections.abc import Iterable
from itertools import islice

import pytest
from sqlalchemy import select, update

from models.data_tables import DATA
from models.data_tables import rows as rows_of
from models.database import Sessions
from models.records import Commitment, Place
from models.tables import PUBLIC, CollaborationRow, CommitmentRow, Origin, PlaceRow
from models.taxonomy import FactStatus, PlaceKind, PopulationBasis, PowerBasis
from services.ingest import default
from services.ingest.default import load_default
from services.ingest.sources import own_tables
from services.ingest.sources.collaborations import collaborations, memberships
from services.ingest.upsert import (
    Counts,
    ensure_tenant,
    upsert_collaborations,
    upsert_places,
)


@pytest.fixture(scope="module")
def places() -> dict[str, Place]:
    found = list(default.places())
    by_id = {place.id or "": place for place in found}
    assert len(by_id) == len(found)
    return by_id


def test_every_kind_of_place_is_there(places: dict[str, Place]) -> None:
    assert {place.kind for place in places.values()} == set(PlaceKind)


def test_every_place_is_valid_and_every_link_has_its_other_end(places: dict[str, Place]) -> None:
    for place in places.values():
        Place.model_validate(place.facts())
        assert set(place.part_of) <= places.keys(), place.id


def test_members_and_figures_are_of_known_places(places: dict[str, Place]) -> None:
    members = {m.place_id for m in memberships(DATA / "memberships.csv") if m.place_id}
    figures = {f.place_id for f in own_tables.figures(DATA / "places" / "figures.csv")}
    assert members | figures <= places.keys()


def test_a_sourced_figure_stands_with_its_source(places: dict[str, Place]) -> None:
    for figure in own_tables.figures(DATA / "places" / "figures.csv"):
        place = places[figure.place_id]
        if getattr(place, figure.field) != figure.value:  # a later source was laid over it
            continue
        assert place.provenance[figure.field].source == figure.source
        if figure.field == "population":
            assert place.population_basis is PopulationBasis.MUNICIPALITY


def test_averages_are_said_to_be_averages(places: dict[str, Place]) -> None:
    averages = [
        place
        for place in places.values()
        if place.powers is not None and place.powers.basis is PowerBasis.AVERAGE
    ]
    assert len(averages) > 1_000
    assert {place.provenance["powers"].status for place in averages} == {FactStatus.AVERAGE}


def test_a_country_without_an_index_has_unknown_powers(places: dict[str, Place]) -> None:
    assert places["gn:184745"].country == "KE"
    assert places["gn:184745"].powers is None


def test_a_member_city_is_part_of_its_authority(places: dict[str, Place]) -> None:
    table = DATA / "places" / "metropolitan_authorities.csv"
    districts = {row["id"] for row in rows_of(DATA / "districts.csv")}
    for city, authority in own_tables.metropolitan_parts(table):
        if city not in districts:
            assert authority in places[city].part_of


def test_loading_again_changes_nothing(
    sessions: Sessions, places: dict[str, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = list(islice(places.values(), 30))
    monkeypatch.setattr(default, "places", lambda *_: iter(few))
    seen: list[tuple[int, int]] = []
    with sessions.begin() as session:
        first = load_default(session, lambda done, total: seen.append((done, total)))
    with sessions.begin() as session:
        second = load_default(session)
        members = session.query(CommitmentRow).filter_by(origin=default.ORIGIN).count()
        rows = [session.query(t).count() for t in (PlaceRow, CollaborationRow)] + [members]
    assert seen[-1] == (30, 30)
    assert first.written == sum(rows)
    assert (second.written, second.unchanged) == (0, first.written)
    assert min(rows) > 0


def test_what_the_catalogue_leaves_out_by_now_is_forgotten_and_what_others_sent_stays(
    sessions: Sessions, places: dict[str, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    few, more = list(islice(places.values(), 3)), list(islice(places.values(), 3, 6))
    tie = Commitment(collaboration="c40")
    gone = more[0].model_copy(update={"commitments": [tie]})
    confirmed, corrected = more[1], more[2].model_copy(update={"name": "As its council says"})
    own = Place(id="gn:999999999", name="A town", kind=PlaceKind.CITY, country="ES")
    # Whoever copies the catalogue's words says where they are from as it does.
    own.provenance = confirmed.provenance
    _load(sessions, monkeypatch, [*few, gone, *more[1:]])
    with sessions.begin() as session:
        counts = upsert_places(session, [confirmed, corrected, own])
        assert (counts.written, counts.unchanged) == (2, 1)
    _load(sessions, monkeypatch, few)
    with sessions() as session:
        kept = {row.id for row in session.query(PlaceRow)}
        ties = session.query(CommitmentRow).filter_by(place_id=gone.id, origin="record").count()
    assert kept == {place.id for place in [*few, confirmed, corrected, own]}
    assert ties == 0


def test_what_was_sent_stays_as_it_is_until_it_is_to_be_written_over(
    sessions: Sessions, places: dict[str, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = islice(places.values(), 2)
    newer = [p.model_copy(update={"name": f"{p.name} by now"}) for p in (mine, theirs)]
    sent = mine.model_copy(update={"name": "As its council says"})
    networks = list(islice(collaborations(DATA / "collaborations"), 1))
    monkeypatch.setattr(default, "collaborations", lambda _: iter(networks))
    _load(sessions, monkeypatch, [mine, theirs])
    with sessions.begin() as session:
        upsert_places(session, [sent])
        upsert_collaborations(session, [networks[0].model_copy(update={"name": "Ours"})])

    assert _load(sessions, monkeypatch, newer).kept == 2
    assert _names(sessions) == {sent.name, newer[1].name, "Ours"}

    assert _load(sessions, monkeypatch, newer, over_sent=True).kept == 0
    assert _names(sessions) == {newer[0].name, newer[1].name, networks[0].name}
    with sessions() as session:
        assert set(session.scalars(select(PlaceRow.origin))) == {Origin.CATALOGUE}


def test_a_network_that_is_left_out_goes_and_one_that_was_sent_stays(
    sessions: Sessions, places: dict[str, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    some = list(islice(collaborations(DATA / "collaborations"), 3))
    sent = some[1].model_copy(update={"name": "As its secretariat says"})
    few = list(islice(places.values(), 1))
    monkeypatch.setattr(default, "collaborations", lambda _: iter(some))
    _load(sessions, monkeypatch, few)
    with sessions.begin() as session:
        upsert_collaborations(session, [sent])
    monkeypatch.setattr(default, "collaborations", lambda _: iter(some[:1]))
    _load(sessions, monkeypatch, few)
    with sessions() as session:
        assert {row.id for row in session.query(CollaborationRow)} == {some[0].id, sent.id}


def test_a_record_of_whom_nobody_knows_is_the_catalogues_once_it_says_the_same(
    sessions: Sessions, places: dict[str, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    same, other = islice(places.values(), 2)
    with sessions.begin() as session:
        ensure_tenant(session, PUBLIC)
        upsert_places(session, [same, other.model_copy(update={"name": "Another"})])
        session.execute(update(PlaceRow).values(origin=None))
    _load(sessions, monkeypatch, [same])
    with sessions() as session:
        known = {row.id: row.origin for row in session.query(PlaceRow)}
    assert known == {same.id: Origin.CATALOGUE, other.id: None}


def _names(sessions: Sessions) -> set[str]:
    with sessions() as session:
        return {n for t in (PlaceRow, CollaborationRow) for n in session.scalars(select(t.name))}


def _load(
    sessions: Sessions,
    monkeypatch: pytest.MonkeyPatch,
    catalogue: Iterable[Place],
    over_sent: bool = False,
) -> Counts:
    monkeypatch.setattr(default, "places", lambda *_: iter(catalogue))
    with sessions.begin() as session:
        return load_default(session, over_sent=over_sent)
