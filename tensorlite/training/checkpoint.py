"""Weights on disk: safetensors with a description and a digest over all of it, never a pickle.

The arrays keep the model's own names and shapes, so other programs read the file too. The format
itself protects no value, hence the SHA-256 that is written into it and compared on loading.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.errors import DataError
from tensorlite.files import write_atomically
from tensorlite.serialization import canonical, damaged, digest, parse_safetensors, read_bytes
from tensorlite.training.inputs import Inputs
from tensorlite.training.packing import unpack
from tensorlite.training.provenance import is_provenance

FORMAT = 1  # raised when an older program could misread the file
_KEY = "tensorlite"

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Description:
    """What a checkpoint says about its weights; enough to rebuild the model and use it.

    Args:
        model: Registry name of the model.
        options: Arguments that the model's factory got beside classes, channels and size.
        task: Name of the task it was trained for.
        classes: Class names in the order of the outputs.
        inputs: Image shape and normalisation, see ``Inputs``.
        data: Name of the data it was trained on.
        epoch: Finished epochs.
        figures: Metrics of that epoch.
        version: The tensorlite that wrote the file.
        plugins: Which plugins provided what was used, see ``provenance``.
        format: Version of the file format.
    """

    model: str
    options: dict[str, Any]
    task: str
    classes: list[str]
    inputs: dict[str, Any]
    data: str
    epoch: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    version: str = ""
    plugins: list[dict[str, Any]] = field(default_factory=list)
    format: int = FORMAT


@dataclass(frozen=True)
class Snapshot:
    """Weights with their description."""

    description: Description
    arrays: Arrays


def save_checkpoint(path: Path, snapshot: Snapshot) -> None:
    """Write a checkpoint in one step; the same weights and description give the same bytes.

    Raises:
        DataError: If the file cannot be written; a checkpoint that was there stays whole.
    """
    from safetensors.numpy import save

    arrays = {name: np.asarray(array, order="C") for name, array in snapshot.arrays.items()}
    text = canonical(asdict(snapshot.description))
    # One metadata entry only: safetensors writes several of them in an order of its own.
    metadata = {_KEY: json.dumps({"digest": digest(arrays, text), "description": text})}
    write_atomically(path, save(arrays, metadata=metadata))


def describes_itself(metadata: Mapping[str, str]) -> bool:
    """Say whether a safetensors file with this metadata is a checkpoint of ours."""
    return _KEY in metadata


def load_checkpoint(path: Path) -> Snapshot:
    """Read a checkpoint and compare every name, shape, type and byte with its digest.

    Weights that were packed into fewer bytes come as float32, see ``packing``.

    Raises:
        DataError: If the file is not there, is no checkpoint, was damaged or comes from a newer
            version. Nothing in a file is ever executed.
    """
    where = os.fspath(path)
    arrays, metadata = parse_safetensors(read_bytes(path), where)
    if _KEY not in metadata:
        raise DataError("is not a checkpoint of tensorlite (no description in it).", where=where)
    try:
        stored = json.loads(metadata[_KEY])
        text = stored["description"]
        if stored["digest"] != digest(arrays, text):
            raise damaged(where)
        values = json.loads(text)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise damaged(where) from error
    try:
        return Snapshot(_described(values), unpack(arrays))
    except DataError as error:
        error.where = where
        raise


def _described(values: Any) -> Description:
    """Take a description over field by field; an edited one can hold anything at all."""
    values = {"plugins": [], **values} if isinstance(values, dict) else values  # of older files
    if not isinstance(values, dict) or values.keys() != _FORMS.keys():
        wanted = f"a description with {', '.join(_FORMS)}"
        raise DataError(f"expected {wanted}, got {_short(values)}.")
    if type(values["format"]) is int and values["format"] > FORMAT:
        raise DataError(
            f"was written by tensorlite {values['version']}, which is newer.",
            hint="pip install --upgrade tensorlite",
        )
    for name, (form, wanted) in _FORMS.items():
        if not form(values[name]):
            raise DataError(f"expected {wanted} as its {name}, got {_short(values[name])}.")
    Inputs.from_dict(values["inputs"])
    return Description(**values)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and value != [] and all(map(_is_text, value))


def _are_figures(value: Any) -> bool:
    return _is_table(value) and all(type(figure) in (int, float) for figure in value.values())


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


_FORMS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "model": (_is_name, "a name"),
    "options": (_is_table, "a table"),
    "task": (_is_name, "a name"),
    "classes": (_are_names, "a list of names"),
    "inputs": (_is_table, "a table"),
    "data": (_is_text, "text"),
    "epoch": (_is_count, "a number of epochs"),
    "figures": (_are_figures, "a table of numbers"),
    "version": (_is_text, "text"),
    "plugins": (is_provenance, "a list of plugins"),
    "format": (_is_count, "a number"),
}


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
