"""What comes from elsewhere: by hashes, without addresses, and without GOV.UK's own typeface."""

import json

import pytest

from services.matcher.pages.install import COPIES, own_font
from services.matcher.pages.third_party import INSTALLED, LOCK, PACKAGES, why_not


def test_the_lock_file_has_a_hash_for_each_package_and_no_address() -> None:
    lock = LOCK.read_text(encoding="utf-8")
    assert "http" not in lock
    assert "resolved" not in lock
    packages = json.loads(lock)["packages"]
    assert all("integrity" in about for name, about in packages.items() if name)


def test_all_that_is_copied_is_asked_for() -> None:
    wanted = json.loads(PACKAGES.read_text(encoding="utf-8"))
    asked = set(wanted["dependencies"]) | set(wanted["devDependencies"])
    assert {package for package, *_ in COPIES} == asked


def test_the_typeface_and_the_crest_of_gov_uk_are_left_out() -> None:
    css = (
        "a{b:c}@font-face{font-family:GDS Transport;src:url(x)}"
        ".d{font-family:GDS Transport,arial,sans-serif;"
        "background:url(/assets/images/govuk-crest.svg)}"
    )
    assert own_font(css) == "a{b:c}.d{font-family:var(--cp-font);background:none}"


def test_each_package_comes_with_its_licence() -> None:
    if why_not() is not None:
        pytest.skip("styles and scripts are missing (python -m services.matcher.pages.install)")
    css = (INSTALLED / "govuk-frontend.css").read_text(encoding="utf-8")
    assert "GDS" not in css
    assert "crest" not in css
    for package, _, name in COPIES:
        assert (INSTALLED / name).stat().st_size > 0
        assert "licence" in (INSTALLED / "licences" / package / "LICENCE.txt").read_text()
