"""What is worked on, to what end and how far: sectors and themes, goals, stages."""

from enum import StrEnum


class Goal(StrEnum):
    """The report's three innovation goals; a collaboration may have several."""

    POLICY = "policy"
    SYSTEMS = "systems"
    PARTNERSHIPS = "partnerships"


class Stage(StrEnum):
    """The report's six stages of the innovation process, in order."""

    IDENTIFY = "identify"
    DISCOVER = "discover"
    APPLY = "apply"
    IMPLEMENT = "implement"
    OUTCOMES = "outcomes"
    INFLUENCE = "influence"


class Sector(StrEnum):
    """Policy sectors. Regeneration includes informal settlements, safety cybersecurity."""

    GOVERNANCE = "governance"
    PARTICIPATION = "participation"
    SERVICES = "services"
    REGULATION = "regulation"
    ECONOMY = "economy"
    TRADE = "trade"
    INNOVATION = "innovation"
    DIGITAL = "digital"
    FINANCE = "finance"
    CLIMATE = "climate"
    ENERGY = "energy"
    ENVIRONMENT = "environment"
    WATER = "water"
    CIRCULAR = "circular"
    RESILIENCE = "resilience"
    MOBILITY = "mobility"
    LAND_USE = "land_use"
    REGENERATION = "regeneration"
    HOUSING = "housing"
    HEALTH = "health"
    AGEING = "ageing"
    YOUTH = "youth"
    INCLUSION = "inclusion"
    GENDER = "gender"
    MIGRATION = "migration"
    CULTURE = "culture"
    EDUCATION = "education"
    SAFETY = "safety"
    PEACE = "peace"
    FOOD = "food"
    RURAL = "rural"
    BRAND = "brand"


class Theme(StrEnum):
    """The four rows of the report's Table 1; `dedicated` is a bucket, never a likeness."""

    CROSS_SECTOR = "cross_sector"
    INNOVATION_TECHNOLOGY = "innovation_technology"
    CLIMATE_SUSTAINABILITY = "climate_sustainability"
    DEDICATED = "dedicated"


# Which sectors a theme of Table 1 is about; the other sectors are spread over all of them.
THEME_SECTORS: dict[Theme, set[Sector]] = {
    Theme.INNOVATION_TECHNOLOGY: {Sector.INNOVATION, Sector.DIGITAL},
    Theme.CLIMATE_SUSTAINABILITY: {
        Sector.CLIMATE,
        Sector.ENERGY,
        Sector.ENVIRONMENT,
        Sector.WATER,
        Sector.CIRCULAR,
        Sector.RESILIENCE,
    },
}
