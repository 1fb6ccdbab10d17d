"""Augmentations as people write them on the command line: ``rotation(degrees=10), invert``."""

from __future__ import annotations

import ast
import re
from typing import Any

from tensorlite import registry
from tensorlite.errors import ConfigError

EXAMPLE = "For example: rotation(degrees=10), one_of(invert, solarize(0.5), p=0.3)"


def parse_augmentations(text: str, where: str = "augment") -> list[Any]:
    """Read a list of augmentations.

    A name alone, or a call with options as in Python: numbers, words, lists, and augmentations
    where one is expected. What has no name is given to the parameters in their order.

    Args:
        text: What was written.
        where: What to call the place in an error.

    Returns:
        Names, and tables with a name and options, as in a TOML file.

    Raises:
        ConfigError: If it is not such a list, or there are too many options.
        UnknownNameError: If there is no such augmentation.

    Example:
        >>> parse_augmentations("horizontal_flip, rotation(15, p=0.5)")
        ['horizontal_flip', {'name': 'rotation', 'degrees': 15, 'p': 0.5}]
        >>> parse_augmentations("one_of(invert, shift(pixels=2))")[0]["augmentations"]
        ['invert', {'name': 'shift', 'pixels': 2}]
    """
    # ``plugin:name`` is no Python: it is read as a word of its own.
    qualified: dict[str, str] = {}

    def keep(found: re.Match[str]) -> str:
        word = f"qualified_{len(qualified)}"
        qualified[word] = found[0]
        return word

    plain = re.sub(r"\b[A-Za-z][\w.-]*:[a-z]\w*", keep, text.strip())
    try:
        tree = ast.parse(f"[{plain}]", mode="eval").body
    except SyntaxError as error:
        raise ConfigError(
            f"expected augmentations, got {text!r}.", where=where, hint=EXAMPLE
        ) from (error)
    if not isinstance(tree, ast.List):
        raise ConfigError(f"expected augmentations, got {text!r}.", where=where, hint=EXAMPLE)
    reader = _Reader(where, qualified)
    return [reader.item(node) for node in tree.elts]


class _Reader:
    def __init__(self, where: str, qualified: dict[str, str]) -> None:
        self.where, self.qualified = where, qualified

    def item(self, node: ast.expr) -> Any:
        """A name, or a table of a call."""
        if isinstance(node, ast.Name):
            name = self.qualified.get(node.id, node.id)
            registry.augmentations.info(name)
            return name
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            raise self._wrong(f"expected an augmentation, got {ast.unparse(node)}.")
        name = self.qualified.get(node.func.id, node.func.id)
        options = self._by_position(name, node)
        for keyword in node.keywords:
            if keyword.arg is None or keyword.arg in options:
                raise self._wrong(f"expected each option of {name} once, got {ast.unparse(node)}.")
            options[keyword.arg] = self._option(keyword.arg, keyword.value)
        return {"name": name, **options} if options else name

    def _by_position(self, name: str, node: ast.Call) -> dict[str, Any]:
        signature = registry.augmentations.info(name).parameters
        known = list(signature.parameters) if signature else []
        if not node.args:
            return {}
        if known[:1] == ["augmentations"] and not isinstance(node.args[0], ast.List):
            return {"augmentations": [self.item(each) for each in node.args]}
        if len(node.args) > len(known):
            message = f"expected at most {len(known)} options of {name}, got {len(node.args)}."
            raise self._wrong(message)
        pairs = zip(known, node.args, strict=False)
        return {option: self._option(option, value) for option, value in pairs}

    def _option(self, option: str, node: ast.expr) -> Any:
        if option == "augmentation":
            return self.item(node)
        if option == "augmentations" and isinstance(node, ast.List | ast.Tuple):
            return [self.item(each) for each in node.elts]
        return self._value(node)

    def _value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            return {"true": True, "false": False}.get(node.id, node.id)
        if isinstance(node, ast.List | ast.Tuple):
            return [self._value(each) for each in node.elts]
        try:
            value = ast.literal_eval(node)
        except ValueError:
            value = None
        if not isinstance(value, bool | int | float | str):
            raise self._wrong(f"expected a number, a word or a list, got {ast.unparse(node)}.")
        return value

    def _wrong(self, message: str) -> ConfigError:
        return ConfigError(message, where=self.where, hint=EXAMPLE)
