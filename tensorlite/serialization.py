"""``save`` and ``load``: state dicts and whatever is built like them, as safetensors.

The tensors lie in the file under readable names, and one metadata entry tells, as JSON, how they
sit in dicts, lists and tuples. Nothing in a file is ever executed; other programs read it too.
The format protects no value, hence the SHA-256 that is written into it and compared on loading.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import struct
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.autograd import TensorBase
from tensorlite.errors import DataError, DTypeError
from tensorlite.files import write_atomically
from tensorlite.tensor import Parameter, from_numpy

FORMAT = 1  # raised when an older program could misread the file
_KEY, _SEAL = "structure", '{"format":'
_PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def save(
    obj: Any,
    f: Any,
    pickle_module: Any = None,
    pickle_protocol: int | None = None,
    _use_new_zipfile_serialization: bool = True,
) -> None:
    """Write tensors, numbers and text, in nested dicts, lists and tuples, to a file.

    A file by path appears whole or not at all. A flat dict of tensors, such as the state dict of
    a model, becomes a plain safetensors file.

    Args:
        obj: What to write; also of optimizers and schedules the ``state_dict()``.
        f: A path, or a file that is open for writing bytes.
        pickle_module: Accepted; nothing is pickled.
        pickle_protocol: Accepted.

    Raises:
        DTypeError: If something in it is none of these, such as a whole module.
        DataError: If the file cannot be written.

    Example:
        >>> import io, tensorlite as tl
        >>> file = io.BytesIO()
        >>> save({"epoch": 3, "weights": [tl.ones(2)]}, file)
        >>> _ = file.seek(0)
        >>> load(file)
        {'epoch': 3, 'weights': [tensor([1., 1.])]}
    """
    content = packed(obj)
    if hasattr(f, "write"):
        f.write(content)
    else:
        write_atomically(Path(f), content)


def load(
    f: Any,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """Read what ``save`` wrote; any other safetensors file gives a dict of its tensors.

    Args:
        f: A path, or a file that is open for reading bytes.
        map_location: Accepted; everything is in the memory of the processor.
        pickle_module: Accepted; nothing is unpickled.
        weights_only: Accepted; a file can hold nothing that is executed.
        mmap: Accepted; the file is read at once.

    Raises:
        DataError: If there is no such file, it was damaged, or it is a pickle of PyTorch.
    """
    where = getattr(f, "name", "load") if hasattr(f, "read") else os.fspath(f)
    content = f.read() if hasattr(f, "read") else read_bytes(Path(f))
    if content[:4].startswith(_PICKLES):
        raise DataError(
            "is a pickle, as torch.save writes it; opening one can run any program.",
            where=str(where),
            hint="Where torch is installed, convert it: safetensors.torch.save_file("
            "torch.load(old, weights_only=True), new).",
        )
    return unpacked(content, str(where))


def packed(obj: Any) -> bytes:
    """The content of the file that ``save`` writes; the same values give the same bytes."""
    from safetensors.numpy import save as to_bytes

    writer = _Writer()
    text = json.dumps(writer.tree(obj, ()))
    sealed = {"format": FORMAT, "digest": digest(writer.arrays, text), "value": text}
    # One metadata entry only: safetensors writes several of them in an order of its own.
    return to_bytes(writer.arrays, metadata={_KEY: json.dumps(sealed)})


def unpacked(content: bytes, where: str) -> Any:
    """What is in the content of a file.

    Raises:
        DataError: If it is damaged, or was written by a newer version.
    """
    arrays, metadata = parse_safetensors(content, where)
    if _KEY not in metadata:
        if any(entry.startswith(_SEAL) for entry in metadata.values()):
            raise damaged(where)  # it is there under a name that is not ours
        return {name: from_numpy(_writable(array)) for name, array in arrays.items()}
    try:
        sealed = json.loads(metadata[_KEY])
        if sealed["format"] > FORMAT:
            raise DataError(
                "was written by a newer tensorlite.",
                where=where,
                hint="pip install --upgrade tensorlite",
            )
        if sealed["digest"] != digest(arrays, sealed["value"]):
            raise damaged(where)
        return _Reader(arrays).value(json.loads(sealed["value"]))
    except DataError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise damaged(where) from error


def digest(arrays: Mapping[str, NDArray[Any]], text: str) -> str:
    """SHA-256 over a text and every array's name, type, shape and bytes.

    Example:
        >>> digest({}, "")[:8]
        'e3b0c442'
    """
    result = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        array = arrays[name]
        result.update(canonical([name, array.dtype.str, array.shape]).encode())
        result.update(np.ascontiguousarray(array).data.cast("B") if array.size else b"")
    return result.hexdigest()


def canonical(value: Any) -> str:
    """A value as JSON, always in the same form."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def damaged(where: str) -> DataError:
    """The error of a file whose content is not what was written."""
    return DataError("is damaged: its content does not match its own digest.", where=where)


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises:
        DataError: If it cannot be read.
    """
    where = os.fspath(path)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DataError("there is no such file.", where=where) from error
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror}).", where=where) from error


def parse_safetensors(content: bytes, where: str) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """The arrays and the text entries of a safetensors file.

    Raises:
        DataError: If it is none, or not whole.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    try:
        (length,) = struct.unpack("<Q", content[:8])
        arrays = from_bytes(content)
        metadata = json.loads(content[8 : 8 + length]).get("__metadata__") or {}
        return arrays, dict(metadata)
    except (SafetensorError, ValueError, TypeError, KeyError, struct.error) as error:
        raise DataError(
            f"is not a whole safetensors file ({len(content):,} bytes).", where=where
        ) from error


class _Writer:
    """Collects the arrays of a value and describes the rest; one memory is written once."""

    def __init__(self) -> None:
        self.arrays: dict[str, NDArray[Any]] = {}
        self._names: dict[Any, str] = {}

    def tree(self, value: Any, path: tuple[str, ...]) -> Any:
        if isinstance(value, TensorBase):
            entry: dict[str, Any] = {"tensor": self._store(value.array, path)}
            if value.requires_grad:
                entry["requires_grad"] = True
            if isinstance(value, Parameter):
                entry["parameter"] = True
            return entry
        if isinstance(value, np.ndarray):
            return {"array": self._store(value, path)}
        if isinstance(value, np.dtype):
            return {"dtype": value.name}
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        return self._container(value, path)

    def _container(self, value: Any, path: tuple[str, ...]) -> Any:
        if isinstance(value, Mapping) and not hasattr(value, "state_dict"):
            kind = "OrderedDict" if isinstance(value, OrderedDict) else "dict"
            return {kind: [[self._key(k), self.tree(v, (*path, str(k)))] for k, v in value.items()]}
        if isinstance(value, list):
            return self._list(value, path)
        if isinstance(value, tuple):
            return {"tuple": self._list(value, path)}
        if isinstance(value, (set, frozenset)):
            return {"set": self._list(sorted(value, key=repr), path)}
        raise _refused(value, path)

    def _list(self, values: Iterable[Any], path: tuple[str, ...]) -> list[Any]:
        return [self.tree(value, (*path, str(i))) for i, value in enumerate(values)]

    def _key(self, key: Any) -> Any:
        """A key is text, a number, or a tuple of them."""
        return self.tree(key, ("key",))

    def _store(self, array: NDArray[Any], path: tuple[str, ...]) -> str:
        if array.dtype.kind not in "fiub":
            raise _refused(array.dtype, path)
        place = (array.ctypes.data, array.shape, array.strides, array.dtype.str)
        if array.size and place in self._names:
            return self._names[place]
        name = wanted = ".".join(path) or "value"
        count = 1
        while name in self.arrays:
            count += 1
            name = f"{wanted}~{count}"
        self.arrays[name] = np.asarray(array, order="C")
        self._names[place] = name
        return name


class _Reader:
    """Builds a value from its description; what was written once is one memory again."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        self._arrays = {name: _writable(array) for name, array in arrays.items()}
        self._tensors: dict[str, Any] = {}

    def value(self, entry: Any) -> Any:
        if isinstance(entry, list):
            return [self.value(item) for item in entry]
        if not isinstance(entry, dict):
            return entry
        if "tensor" in entry:
            return self._tensor(entry)
        ((kind, content),) = entry.items()
        if kind in ("dict", "OrderedDict"):
            pairs = [(self.value(key), self.value(item)) for key, item in content]
            return OrderedDict(pairs) if kind == "OrderedDict" else dict(pairs)
        if kind == "array":
            return self._arrays[content]
        return _MAKERS[kind](content if kind in ("float", "dtype") else self.value(content))

    def _tensor(self, entry: dict[str, Any]) -> Any:
        name = entry["tensor"]
        if name not in self._tensors:
            self._tensors[name] = from_numpy(self._arrays[name])
        wants = bool(entry.get("requires_grad"))
        if entry.get("parameter"):
            return Parameter(self._tensors[name], requires_grad=wants)
        shared = self._tensors[name].detach()
        return shared.requires_grad_() if wants else shared


_MAKERS: dict[str, Any] = {"tuple": tuple, "set": set, "float": float, "dtype": np.dtype}


def _writable(array: NDArray[Any]) -> NDArray[Any]:
    return array if array.flags.writeable else array.copy()


def _refused(value: Any, path: tuple[str, ...]) -> DTypeError:
    place = f" at {'.'.join(path)!r}" if path else ""
    kind = value if isinstance(value, np.dtype) else type(value).__name__
    hint = "Turn it into numbers or text first."
    if hasattr(value, "state_dict"):
        hint = "Save its state_dict(), build it anew, and use load_state_dict()."
    return DTypeError(
        f"expected tensors, numbers, text, dicts, lists and tuples, got {kind}{place}.",
        where="save",
        hint=hint,
    )
