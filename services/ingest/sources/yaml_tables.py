"""YAML tables of the catalogue: a list of records at the top, errors with file and record."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from models.errors import BadFile

# libyaml reads about ten times faster; not every build of PyYAML has it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def records(path: Path, what: str) -> list[Any]:
    """The records of a file; `what` they are is said where there is no list of them."""
    try:
        with path.open(encoding="utf-8") as file:
            content = yaml.load(file, Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadFile(f"{path.name}: no valid YAML: {error}") from error
    if not isinstance(content, list):
        raise BadFile(f"{path.name}: expected a list of {what} at the top")
    return content


def said(error: ValidationError) -> str:
    """What is wrong and where, without the values and the links of pydantic."""
    return "; ".join(
        f"{'.'.join(map(str, item['loc'])) or 'record'}: {item['msg']}" for item in error.errors()
    )
