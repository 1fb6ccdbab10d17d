"""What a word in a list of layers says: ``name: layer(arguments)``, with a little arithmetic."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tensorlite.errors import ConfigError, close_names

_FORM = re.compile(
    r"(?:(?P<label>[A-Za-z_]\w*):\s+)?(?P<name>[A-Za-z][\w.:-]*)\s*(?P<args>\(.*\))?"
)
_CONSTANTS = {"true": True, "false": False, "none": None}
_OPERATORS: Mapping[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.USub: operator.neg,
}
LARGEST = 1 << 40  # no size is larger; a mistake must not fill the memory


@dataclass(frozen=True)
class Call:
    """A layer or block with its arguments.

    Args:
        name: Of the layer or block.
        label: What it is called in the model; empty for a number.
        args: Arguments by position.
        options: Arguments by name.
    """

    name: str
    label: str
    args: tuple[Any, ...]
    options: Mapping[str, Any]


def parse_call(text: str, known: Mapping[str, Any]) -> Call:
    """Read a word.

    Args:
        text: Such as ``"conv1: conv2d(2 * width, 3, padding=1)"``.
        known: The values of names.

    Raises:
        ConfigError: If it is no such call, or a name in it means nothing.

    Example:
        >>> call = parse_call("conv1: conv2d(2 * width, 3, bias=false)", {"width": 8})
        >>> call.label, call.name, call.args, call.options
        ('conv1', 'conv2d', (16, 3), {'bias': False})
    """
    found = _FORM.fullmatch(text.strip())
    try:
        tree = ast.parse(f"f{found['args'] or '()'}", mode="eval").body if found else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    if found is None or not isinstance(tree, ast.Call):
        hint = "Such as 'conv1: conv2d(64, 3, padding=1)' or 'relu'."
        raise ConfigError(f"expected a layer, got {text!r}.", hint=hint)
    args = tuple(_value(each, known) for each in tree.args)
    if any(keyword.arg is None for keyword in tree.keywords):
        raise ConfigError(f"expected arguments by name, got {text!r}.")
    options = {str(each.arg): _value(each.value, known) for each in tree.keywords}
    return Call(found["name"], found["label"] or "", args, options)


def evaluate(value: Any, known: Mapping[str, Any]) -> Any:
    """The value of a number, or of an expression in a string.

    Raises:
        ConfigError: If it is no expression, or a name in it means nothing.

    Example:
        >>> evaluate("depth - 1", {"depth": 3}), evaluate(4, {})
        (2, 4)
    """
    if not isinstance(value, str):
        return value
    try:
        return _value(ast.parse(value.strip(), mode="eval").body, known)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ConfigError(f"expected a number or an expression, got {value!r}.") from None


def _value(node: ast.expr, known: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Constant) and isinstance(
        node.value, (bool, int, float, str, type(None))
    ):
        return node.value
    if isinstance(node, ast.Name):
        return _named(node.id, known)
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(_value(each, known) for each in node.elts)
    if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
        return _calculated(node, [_value(node.operand, known)])
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _calculated(node, [_value(node.left, known), _value(node.right, known)])
    raise ConfigError(f"expected a value, got {ast.unparse(node)}.", hint="Numbers, + - * / // %.")


def _calculated(node: Any, values: list[Any]) -> Any:
    try:
        if all(isinstance(value, (int, float)) for value in values):
            result = _OPERATORS[type(node.op)](*values)
            if abs(result) <= LARGEST:
                return result
    except ArithmeticError:
        pass
    raise ConfigError(f"expected a number, got {ast.unparse(node)}.")


def _named(name: str, known: Mapping[str, Any]) -> Any:
    if name in known:
        return known[name]
    if name.lower() in _CONSTANTS:
        return _CONSTANTS[name.lower()]
    parts = [f"there is no {name!r} here.", close_names(name, known)]
    parts.append(f"There are {', '.join(known)}.")
    raise ConfigError(" ".join(filter(None, parts)))
