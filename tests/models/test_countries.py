"""Countries by their codes, and by what people write in place of one."""

import pytest
from pydantic import ValidationError

from models.countries import code_meant
from models.records import Place


@pytest.mark.parametrize(
    ("written", "code"),
    [("Spain", "ES"), ("UK", "GB"), ("fra", "FR"), ("250", "FR"), ("Narnia", None), ("", None)],
)
def test_what_country_somebody_meant(written: str, code: str | None) -> None:
    assert code_meant(written) == code


@pytest.mark.parametrize(("written", "meant"), [("Kenya", "'KE'"), ("es", "'ES'"), ("UK", "'GB'")])
def test_an_unknown_code_is_told_the_one_that_was_meant(written: str, meant: str) -> None:
    with pytest.raises(ValidationError, match=f"did you mean {meant}"):
        Place.model_validate({"name": "Bilbao", "kind": "city", "country": written})
