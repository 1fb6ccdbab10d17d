"""Frames around the input: of one value, or continued from what is inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite.autograd import Array
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.placing import GetItem, IndexSelect, Pad

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

Width = tuple[int, int]


def pad(
    input: Any, pad: Sequence[int], mode: str = "constant", value: float | None = None
) -> Tensor:
    """Frame the last dimensions, as ``(left, right, top, bottom, ...)``; negative widths cut off.

    Args:
        input: Any tensor.
        pad: Two widths in elements per dimension, the last dimension first.
        mode: ``"constant"``, ``"reflect"`` (without the edge itself), ``"replicate"`` (the edge)
            or ``"circular"`` (from the other side).
        value: What a constant frame is filled with; 0 unless given.

    Raises:
        ShapeError: If the widths do not fit the dimensions.

    Example:
        >>> pad([1.0, 2.0], (1, 0))
        tensor([0., 1., 2.])
        >>> pad([[1.0, 2.0, 3.0]], (2, 1), mode="reflect")
        tensor([[3., 2., 1., 2., 3., 2.]])
    """
    x = as_tensor(input)
    widths = [int(n) for n in pad]
    if len(widths) % 2 or len(widths) > 2 * len(x.shape):
        raise ShapeError(
            f"expected at most {len(x.shape)} pairs of widths, got {tuple(widths)}.", where="pad"
        )
    pairs = [(widths[i], widths[i + 1]) for i in range(0, len(widths), 2)][::-1]
    if mode == "constant":
        return _constant(x, [(0, 0)] * (len(x.shape) - len(pairs)) + pairs, value or 0.0)
    if mode not in _CONTINUED:
        known = ", ".join(("constant", *_CONTINUED))
        raise ConfigError(f"expected one of the modes {known}, got {mode!r}.", where="pad")
    if value:
        raise ConfigError(f"expected no value for mode {mode!r}, got {value}.", where="pad")
    if len(pairs) not in (1, 2, 3) or len(x.shape) - len(pairs) not in (1, 2):
        raise ShapeError(
            f"expected 1 or 2 dimensions in front of the {len(pairs)} framed ones for mode "
            f"{mode!r}, got shape {x.shape}.",
            where="pad",
        )
    for dim, width in enumerate(pairs, len(x.shape) - len(pairs)):
        if width != (0, 0):
            x = IndexSelect.apply(x, dim, _continued(x.shape[dim], width, mode))
    return x


def _constant(x: Any, widths: list[Width], value: float) -> Tensor:
    sizes = [n + a + b for n, (a, b) in zip(x.shape, widths, strict=True)]
    if any(n < 0 for n in sizes):
        raise ShapeError(f"expected to cut less than there is, got {sizes}.", where="pad")
    if any(n < 0 for width in widths for n in width):
        inside = ((max(-a, 0), n - max(-b, 0)) for n, (a, b) in zip(x.shape, widths, strict=True))
        x = GetItem.apply(x, tuple(slice(*span) for span in inside))
    return Pad.apply(x, tuple((max(a, 0), max(b, 0)) for a, b in widths), value)


def _continued(n: int, width: Width, mode: str) -> Array:
    """Where each element of a framed dimension comes from."""
    most = {"reflect": n - 1, "circular": n}.get(mode)
    if most is not None and max(width) > most or n < 1 or n + sum(width) < 1:
        raise ShapeError(
            f"expected widths of at most {n if most is None else most} for a dimension of size {n} "
            f"in mode {mode!r}, got {width}.",
            where="pad",
        )
    if mode == "circular":  # what is cut off is not there to go on with
        cut = max(-width[0], 0), max(-width[1], 0)
        kept = n - sum(cut)
        return np.arange(-max(width[0], 0), kept + max(width[1], 0)) % kept + cut[0]
    return _CONTINUED[mode](np.arange(-width[0], n + width[1]), n)


_CONTINUED: dict[str, Any] = {
    "reflect": lambda i, n: n - 1 - np.abs(n - 1 - np.abs(i)),
    "replicate": lambda i, n: np.clip(i, 0, n - 1),
    "circular": None,
}
