"""YAML files: what they hold is data, and nothing in them is run."""

from pathlib import Path
from typing import Any

import yaml

# libyaml reads about ten times faster; not every build of PyYAML has it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:
    """What a file holds."""
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=_Loader)
