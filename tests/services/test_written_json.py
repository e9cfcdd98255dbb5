"""JSON of answers: pieces that are written already are read as what they say."""

import numpy as np
import orjson

from models.taxonomy import Lever, Sector
from services.written_json import as_json, read_back


def test_an_answer_is_read_back_with_its_pieces() -> None:
    piece = orjson.Fragment(as_json([{"code": "alike"}]))
    answer = {"score": np.float64(0.5), "reasons": piece, "again": [piece]}
    reasons = [{"code": "alike"}]
    assert read_back(answer) == {"score": 0.5, "reasons": reasons, "again": [reasons]}


def test_keys_may_be_words_of_a_vocabulary() -> None:
    assert as_json({"levers": {Sector.HOUSING: Lever.OWN}}) == b'{"levers":{"housing":"own"}}'
