"""Names as they are said, and the other names of a place."""

import pytest

from services.ingest.sources.aliases import as_said, other_names


@pytest.mark.parametrize(
    ("indexed", "said"),
    [
        ("Murcia, Región de", "Región de Murcia"),
        ("wallonne, Région", "Région wallonne"),
        ("Valenciana, Comunidad", "Comunidad Valenciana"),
        ("Adygeya, Respublika", "Respublika Adygeya"),
        ("Stînga Nistrului, unitatea teritorială din", "unitatea teritorială din Stînga Nistrului"),
        ("San Andrés, Providencia y Santa Catalina", "San Andrés, Providencia y Santa Catalina"),
        ("Southern Nations, Nationalities and Peoples",
         "Southern Nations, Nationalities and Peoples"),
    ],
)  # fmt: skip
def test_a_name_of_an_index_is_put_in_the_order_of_speech(indexed: str, said: str) -> None:
    assert as_said(indexed) == said
    assert (indexed in other_names(said, [indexed])) == (indexed != said)
