"""The convener's desk, for the golden cases of this folder."""

from tests.services.matcher.convening.conftest import app_client, desk, desks

__all__ = ["app_client", "desk", "desks"]
