"""The published catalogue, for the tests of this folder, and the search in both its forms."""

import os

import pytest
from filelock import FileLock

from services.matcher.searching import retrieval
from services.matcher.searching.compiled import Kernel
from tests.matcher_fixtures import client, key, published, snapshot

__all__ = ["client", "kernel", "key", "published", "search", "snapshot"]


@pytest.fixture(scope="session")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    """The search's kernel, compiled by whichever worker comes first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    made = Kernel()
    with FileLock(shared / "compiled.lock"):
        assert made.make(shared / "compiled")
    return made


@pytest.fixture(params=["compiled", "in steps"])
def search(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The search by the kernel, and without it."""
    if request.param == "compiled":
        monkeypatch.setattr(retrieval, "KERNEL", request.getfixturevalue("kernel"))
    else:
        monkeypatch.setattr(retrieval, "KERNEL", Kernel())
    return str(request.param)
