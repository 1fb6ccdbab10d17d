"""A TOML file whose words know the line that they stand in."""

from __future__ import annotations

import os
import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from tensorlite.errors import ConfigError, DataError, close_names

# A comment, or a string on one line; what stands in a comment is no string.
_TOKEN = re.compile(r"""\#.*|"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'""")


class Word(str):
    """A string of the file.

    Attributes:
        line: Where it stands, counted from 1.
    """

    line: int = 0


class Source:
    """What a TOML file says.

    Args:
        path: The file.

    Raises:
        DataError: If it cannot be read, or is no TOML.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        try:
            self.text = self.path.read_text("utf-8")
            content = tomllib.loads(self.text)
        except FileNotFoundError:
            raise DataError("there is no such file.", where=str(path)) from None
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"cannot be read ({error}).", where=str(path)) from error
        except tomllib.TOMLDecodeError as error:
            raise DataError(f"expected TOML, got {error}.", where=str(path)) from error
        lines = self._lines_of_strings()
        self.content: dict[str, Any] = _placed(content, lines)

    def error(self, message: str, at: Any, hint: str | None = None) -> ConfigError:
        """An error that names file and line.

        Args:
            message: What was expected and what came.
            at: A word of the file, or whatever holds one; the first that is found counts.
            hint: What to write.
        """
        line = next((word.line for word in _words(at) if word.line), 0)
        where = f"{self.path.name}:{line}" if line else self.path.name
        return ConfigError(message, where=where, hint=hint)

    def table(self, value: Any, what: str, keys: Collection[str]) -> Mapping[str, Any]:
        """A table of which all keys are known.

        Raises:
            ConfigError: If it is none, or has another key.
        """
        if not isinstance(value, Mapping):
            raise self.error(f"expected {what} as a table, got {value!r}.", value)
        unknown = [key for key in value if key not in keys]
        if unknown:
            parts = [f"there is no key {unknown[0]!r} in {what}.", close_names(unknown[0], keys)]
            parts.append(f"All {len(keys)}: {', '.join(keys)}.")
            raise self.error(" ".join(filter(None, parts)), self._key(unknown[0]))
        return value

    def _key(self, name: str) -> Word:
        """A key, as a word: at the first line that assigns to it."""
        word = Word(name)
        found = re.search(
            rf"(^|[\s{{,.\[]){re.escape(name)}['\"]?\s*[=\].]", self.text, re.MULTILINE
        )
        word.line = self.text.count("\n", 0, found.end()) + 1 if found else 0
        return word

    def _lines_of_strings(self) -> dict[str, list[int]]:
        found = defaultdict(list)
        for number, line in enumerate(self.text.splitlines(), start=1):
            for token in _TOKEN.finditer(line):
                text = token[1] if token[1] is not None else token[2]
                if text is not None:
                    found[text].append(number)
        return found


def _placed(value: Any, lines: dict[str, list[int]]) -> Any:
    """The same content with words in place of strings, met in the order of the file."""
    if isinstance(value, dict):
        return {key: _placed(each, lines) for key, each in value.items()}
    if isinstance(value, list):
        return [_placed(each, lines) for each in value]
    if not isinstance(value, str):
        return value
    word, places = Word(value), lines.get(value, [0])
    word.line = places.pop(0) if len(places) > 1 else places[0]
    return word


def _words(value: Any) -> Iterator[Word]:
    if isinstance(value, Word):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _words(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _words(each)
