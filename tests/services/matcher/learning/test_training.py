"""Learning: tables score as the matcher does, steps must pay, and nothing leaks."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from models.errors import BadFile
from models.taxonomy import Mode
from services.asking import Asking
from services.matcher.catalogue import misfits
from services.matcher.learning import training
from services.matcher.learning.asking import Question, Questions
from services.matcher.learning.evaluating import Sample, TruthKind
from services.matcher.learning.evaluation import peer_matches
from services.matcher.learning.tables import Fit, QuestionTable, tables
from services.matcher.learning.teaching import Refitted, train
from services.matcher.matching import Context
from tests.matcher_fixtures import Published
from tests.services.matcher.asking import BILBAO, BRISTOL, HAMBURG, MANCHESTER

MODE = Mode.SUSTAINED_PAIRING
NAMES = ("size", "rank", "existing_tie")


@pytest.fixture(scope="module")
def context(published: Published) -> Context:
    return Asking(published.settings).context


def _questions(context: Context) -> Questions:
    rows = [context.snapshot.places.row(i) for i in (BILBAO, BRISTOL, HAMBURG, MANCHESTER)]
    one, two, three, four = (row for row in rows if row is not None)
    asked = [Question(one, (two,), source="A"), Question(three, (four,), source="B")]
    return Questions(2, 2, asked=asked)


def test_a_table_scores_as_the_matcher_does(context: Context) -> None:
    asked = _questions(context)
    fit = training.hand_set(context, MODE)
    for table, (question, match, rows) in zip(
        tables(context, asked, MODE), peer_matches(context, asked, MODE, False), strict=True
    ):
        scores = table.scores(fit, match.gamma)
        truths = np.intersect1d(rows, question.truths)
        known = match.rank(truths).ranking.rank_score
        assert scores[: table.true] == pytest.approx(known, abs=1e-9)


def _made_up(true_rank: float) -> QuestionTable:
    """Size says nothing here, and rank tells the true candidate from the others."""
    trust = np.ones((2, 21))
    value = np.array([[0.0, *np.linspace(0, 1, 20)], [true_rank, *np.full(20, 0.2)]])
    return QuestionTable(Question(0, (1,)), NAMES[:2], ((trust, value),), 1, 0, 10.0)


def test_steps_are_kept_that_bring_the_true_ones_up_within_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training, "tables", lambda *_: [_made_up(0.9), _made_up(0.8)])
    monkeypatch.setattr(training, "hand_set", lambda *_: Fit({"size": 4.0, "rank": 1.0}, {}))
    context = type("Any", (), {"catalogue": type("Any", (), {"weights": {"gamma": 1.0}})})()
    before = training.hand_set(context, MODE)
    found = training.learned(context, Questions(0), MODE)
    assert found.weights["rank"] / found.weights["size"] > 0.25
    assert all(
        1 / training.BOUND <= found.weights[n] / before.weights[n] <= training.BOUND
        for n in before.weights
    )
    assert not found.shapes, "made-up features have no shape"


def test_no_programme_is_on_both_sides(context: Context) -> None:
    asked = [Question(i, (i + 1,), source=f"programme {i % 5}") for i in range(40)]
    learn, test = training.held_out(Questions(40, 40, asked=asked), context)
    sources = [{q.source for q in part.asked} for part in (learn, test)]
    assert all(sources)
    assert not sources[0] & sources[1]


def test_without_programmes_no_country_is_on_both_sides(context: Context) -> None:
    total = len(context.snapshot.places)
    asked = [Question(i, ((i * 7) % total,)) for i in range(0, total, 5)]
    learn, test = training.held_out(Questions(len(asked), asked=asked), context)
    country = context.snapshot.places.columns["country"]
    ends = {country.codes[row] for q in learn.asked for row in (q.asker, *q.truths)}
    assert learn.asked
    assert test.asked
    assert not ends & {country.codes[q.asker] for q in test.asked}


def test_an_artefact_says_what_it_was_learned_from(context: Context, tmp_path: Path) -> None:
    data = tmp_path / "pairs.csv"
    data.write_text("one")
    fit = Fit({**training.hand_set(context, MODE).weights, "nearness": 2.5}, {"nearness": 0.7})
    found = training.artefact(context.catalogue.weights, MODE, fit, data, {"held_out": 3})
    assert not misfits(found)
    assert found["peers"][MODE]["nearness"] == 2.5
    assert found["shapes"][MODE] == {"nearness": 0.7}
    assert found["learned"]["date"] == date.today().isoformat()
    assert len(found["learned"]["data"]["sha256"]) == 64
    assert found["peers"]["look_up"] == context.catalogue.weights["peers"]["look_up"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("peers", "cohort", "fame"), 1.0),
        (("shapes", "cohort"), {"similar_text": 2.0}),
        (("shapes", "cohort"), {"nearness": 0.0}),
        (("shapes", "friendship"), {"nearness": 1.0}),
    ],
)
def test_weights_for_other_features_are_refused(
    context: Context, path: tuple[str, ...], value: object
) -> None:
    fit = training.hand_set(context, MODE)
    weights = Refitted(context.catalogue, MODE, fit).weights
    weights = {**weights, "peers": {m: dict(t) for m, t in weights["peers"].items()}}
    at = weights
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    assert misfits(weights)


def test_a_shape_changes_worth_and_no_word(context: Context) -> None:
    fit = Fit(training.hand_set(context, MODE).weights, {"similar_size": 0.25})
    assert Refitted(context.catalogue, MODE, fit).shapes(MODE) == {"similar_size": 0.25}


def test_a_sample_is_drawn_the_same_again() -> None:
    asked = Questions(50, asked=[Question(i, (i + 1,)) for i in range(50)])
    one, again, other = (Sample(10, seed).of(asked).asked for seed in (1, 1, 2))
    assert one == again != other
    assert len(one) == 10
    assert Sample(100).of(asked) is asked


def test_memberships_teach_no_weights(context: Context, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="pairs or groups"):
        train(context, TruthKind.MEMBERSHIPS, tmp_path / "m.csv", tmp_path / "out.json")
