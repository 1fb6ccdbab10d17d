"""What all losses do with their arguments and with the losses of single elements."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.errors import ConfigError, DTypeError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.reduce import mean, sum

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def check_reduction(
    reduction: str, where: str, size_average: Any = None, reduce: Any = None, *more: str
) -> None:
    """Refuse a reduction that there is not, and the two arguments it has replaced.

    Raises:
        ConfigError: If one of them is used.
    """
    if size_average is not None or reduce is not None:
        old = "reduce" if size_average is None else "size_average"
        whole = False not in (size_average, reduce)
        name = "mean" if whole else "sum" if reduce is not False else "none"
        raise ConfigError(
            f"expected reduction in place of {old}, which PyTorch has given up.",
            where=where,
            hint=f"Write reduction={name!r}.",
        )
    if reduction not in ("mean", "sum", "none", *more):
        names = ", ".join(map(repr, ("mean", "sum", *more)))
        raise ConfigError(f"expected reduction {names} or 'none', got {reduction!r}.", where=where)


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """The mean, the sum, or the losses as they are."""
    if reduction == "none":
        return losses
    return mean(losses) if reduction == "mean" else sum(losses)


def floating(value: Any, where: str, what: str = "input") -> Tensor:
    """A tensor of floating point numbers.

    Raises:
        DTypeError: If it holds others.
    """
    tensor = as_tensor(value)
    if tensor.dtype.kind != "f":
        raise DTypeError(
            f"expected a floating point {what}, got {tensor.dtype}.",
            where=where,
            hint="Use x.float().",
        )
    return tensor


def same_shape(x: Tensor, y: Tensor, where: str) -> None:
    """Raise a ``ShapeError`` if two shapes differ."""
    if x.shape != y.shape:
        raise ShapeError(f"expected a target of shape {x.shape}, got {y.shape}.", where=where)


def pair(input: Any, target: Any, where: str, warn: bool = True) -> tuple[Tensor, Tensor]:
    """Input and target, which may broadcast; with a warning, since it hides mistakes.

    Raises:
        ShapeError: If they do not.
        DTypeError: If neither is floating.
    """
    x, y = as_tensor(input), as_tensor(target)
    if x.dtype.kind != "f":
        floating(y if y.dtype.kind == "f" else x, where)
    if x.shape != y.shape:
        try:
            np.broadcast_shapes(x.shape, y.shape)
        except ValueError:
            same_shape(x, y, where)
        if warn:
            warnings.warn(
                f"{where}: a target of shape {y.shape} is broadcast to meet an input of "
                f"{x.shape}, which is seldom meant.",
                stacklevel=4,
            )
    return x, y
