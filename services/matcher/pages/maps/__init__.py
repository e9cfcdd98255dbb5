"""The outline of the land on one projection, and where a place stands on it."""

from services.matcher.pages.maps.land import land_svg
from services.matcher.pages.maps.projection import HEIGHT, WIDTH, project

__all__ = ["HEIGHT", "WIDTH", "land_svg", "project"]
