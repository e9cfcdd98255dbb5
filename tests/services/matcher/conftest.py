"""The published catalogue, for the tests of this folder."""

from tests.matcher_fixtures import client, key, published, snapshot

__all__ = ["client", "key", "published", "snapshot"]
