"""Words as codes: a word's code is its place in these lists, in every column that holds it."""

from models.countries import countries
from models.taxonomy import (
    Degree,
    Goal,
    NeedLevel,
    PlaceKind,
    Power,
    Readiness,
    Sector,
    Stage,
    Stakeholder,
    Theme,
)

KINDS = list(PlaceKind)
SECTORS = list(Sector)
STAGES = list(Stage)
GOALS = list(Goal)
POWERS = list(Power)
DEGREES = list(Degree)
LEVELS = list(NeedLevel)
READINESS = list(Readiness)
STAKEHOLDERS = list(Stakeholder)
SDGS = range(1, 18)
THEMES = list(Theme)
CURRENCIES = sorted({c.currency for c in countries().values()})
COUNTRIES = sorted(countries())
LANGUAGES = sorted({code for c in countries().values() for code in c.languages})

SECTOR_CODES = {name: i for i, name in enumerate(SECTORS)}
STAGE_CODES = {name: i for i, name in enumerate(STAGES)}
GOAL_CODES = {name: i for i, name in enumerate(GOALS)}
COUNTRY_CODES = {code: i for i, code in enumerate(COUNTRIES)}
KIND_CODES = {name: i for i, name in enumerate(KINDS)}
LANGUAGE_CODES = {code: i for i, code in enumerate(LANGUAGES)}
STAKEHOLDER_CODES = {name: i for i, name in enumerate(STAKEHOLDERS)}
DEGREE_CODES = {name: i for i, name in enumerate(DEGREES)}
