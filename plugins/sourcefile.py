"""Importing a plugin from a single file."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from tensorlite.errors import PluginError


def read(path: Path) -> tuple[bytes, str]:
    """The bytes of a file and their SHA-256.

    Raises:
        PluginError: If it cannot be read.
    """
    try:
        source = path.read_bytes()
    except OSError as error:
        what = "is a folder" if path.is_dir() else "is not there"
        message = f"the plugin file {path} {what if not path.is_file() else error.strerror}."
        raise PluginError(message, hint="--plugin FILE.py") from None
    return source, hashlib.sha256(source).hexdigest()


def run(path: Path, source: bytes) -> ModuleType:
    """Import a file under a name that nobody else uses, once for each path.

    What runs is ``source``, never a compiled file that lies beside it.
    """
    name = f"_tensorlite_plugin_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    loader = _Bytes(name, str(path), source)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None:
        raise PluginError(f"the plugin file {path} is not a Python file.", hint="--plugin FILE.py")
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


class _Bytes(SourceFileLoader):
    """Runs the bytes that it was given."""

    def __init__(self, name: str, path: str, source: bytes) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self._source, self.path)
