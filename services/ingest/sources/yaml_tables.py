"""YAML tables of the catalogue: a list of records at the top, errors with file and record."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from yaml import YAMLError

from models.errors import BadFile
from models.yaml_files import read_yaml

R = TypeVar("R", bound=BaseModel)


def records(folder: Path, what: str, model: type[R]) -> Iterator[tuple[Path, str, R]]:
    """The records of a folder's files, with the file and the place of each in it.

    `what` they are is said where there is no list of them.
    """
    for path in sorted(folder.glob("*.yaml")):
        for number, raw in enumerate(_list(path, what), start=1):
            where = f"{path.name}, record {number}"
            name = f" ({raw['id']})" if isinstance(raw, dict) and raw.get("id") else ""
            try:
                record = model.model_validate(raw)
            except ValidationError as error:
                raise BadFile(f"{where}{name}: {said(error)}") from error
            yield path, where, record


def _list(path: Path, what: str) -> list[Any]:
    try:
        content = read_yaml(path)
    except (YAMLError, UnicodeDecodeError) as error:
        raise BadFile(f"{path.name}: no valid YAML: {error}") from error
    if not isinstance(content, list):
        raise BadFile(f"{path.name}: expected a list of {what} at the top")
    return content


def said(error: ValidationError) -> str:
    """What is wrong and where, without the values and the links of pydantic."""
    return "; ".join(
        f"{'.'.join(map(str, item['loc'])) or 'record'}: {item['msg']}" for item in error.errors()
    )
