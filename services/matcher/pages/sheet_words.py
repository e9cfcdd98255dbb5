"""What people write over and into the columns of their sheets, and the field or value it means."""

from functools import lru_cache

from models.names import fold
from models.records import Place
from models.taxonomy import PlaceKind
from services.files.checks import column_type
from services.matcher.pages.words import page_wording
from services.matcher.reconciling.countries import read_country
from services.matcher.wording import LANGUAGES

FIELDS = ("name", "country", "kind", "region", "population", "metro_population", "national_rank",
          "id")  # fmt: skip
# Headers that people write over their columns, folded, in the four languages.
_HEADERS = {
    "name": "name place city municipality applicant town nombre lugar ciudad municipio solicitante "
    "nom lieu ville commune candidat nome cidade candidato local organisation",
    "country": "country country_code pais pays",
    "kind": "kind type tipo clase genre",
    "region": "region regiao state province provincia estado",
    "population": "population residents inhabitants poblacion habitantes habitants populacao",
    "id": "id place_id",
}
# Words that do not tell what a column holds: "Official name of the applicant", "Type of place".
_FILLING = (
    "name names of the number total no nombre nombres del de la el numero nom noms du des le d l "
    "nome nomes do da o a official oficial officiel your our "
    "place places lugar lugares lieu territoire territorio local"
)
# What countries call their regions and municipalities, beside our own words.
_KINDS = {
    PlaceKind.REGION: "state province land bundesland oblast prefecture nation regione "
    "estado provincia departamento departement etat comunidad comunidad_autonoma comunidade",
    PlaceKind.CITY: "town municipality ville commune ciudad municipio cidade vila stadt gemeinde "
    "comune citta",
}


def guessed(column: str) -> str:
    """The field of a header, or "" for a column that is not used."""
    words = fold(column).split()
    field = _labels().get(" ".join(words)) or _headers().get("_".join(words))
    if field:
        return field
    telling = [word for word in words if word not in _FILLING.split() and not word.isdigit()]
    if telling and len(telling) < len(words):
        return guessed(" ".join(telling))
    return column if column_type(Place, column) is not None else ""


@lru_cache(maxsize=1)
def _headers() -> dict[str, str]:
    return {header: name for name, headers in _HEADERS.items() for header in headers.split()}


@lru_cache(maxsize=1)
def _labels() -> dict[str, str]:
    """What the pages themselves call a field, in each language."""
    return {
        fold(page_wording(language).term("sheet_field", field)): field
        for language in LANGUAGES
        for field in FIELDS
    }


def country_code(text: str) -> str:
    """A country's code by its code or its name in one of many languages; else what was written."""
    return read_country(text) or text


def kind_of(text: str) -> str:
    """A kind of place by its id or a word for it in one of the languages; else what was written."""
    return _kinds().get(fold(text), text)


@lru_cache(maxsize=1)
def _kinds() -> dict[str, str]:
    found = {fold(str(kind)): str(kind) for kind in PlaceKind}
    for kind in PlaceKind:
        for language in LANGUAGES:
            found.setdefault(fold(page_wording(language).term("kind", kind)), str(kind))
    for kind, words in _KINDS.items():
        for word in words.split():
            found.setdefault(word.replace("_", " "), str(kind))
    return found
