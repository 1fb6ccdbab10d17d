"""A function of large arrays as one of few numbers, so that comparing its derivatives is quick.

A wrong derivative shows along any random direction, but for directions of measure zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import tensorlite as tl

Function = Callable[..., Any]
SPAN = 3  # random directions
MANY = 40  # elements of one input; more move along directions only


def along_directions(function: Function, tensors: list[Any]) -> tuple[Function, list[Any]]:
    """The function of few numbers: large inputs move along three random directions only."""
    free, spans = list(tensors), {}
    for i, x in enumerate(tensors):
        if x.requires_grad and x.numel() > MANY:
            spans[i] = _directions(x.shape, i)
            free[i] = tl.zeros(SPAN, dtype="float64", requires_grad=True)

    def moved(*values: Any) -> Any:
        full = [
            tensors[i].detach() + tl.tensordot(value, spans[i], dims=1) if i in spans else value
            for i, value in enumerate(values)
        ]
        return _seen(function(*full))

    return moved, free


def all_together(function: Function, tensors: list[Any]) -> tuple[Function, list[Any]]:
    """The function of three numbers, by which all inputs move at once."""
    spans = {i: _directions(x.shape, i) for i, x in enumerate(tensors) if x.requires_grad}

    def moved(shares: Any) -> Any:
        return _seen(
            function(
                *(
                    x.detach() + tl.tensordot(shares, spans[i], dims=1) if i in spans else x
                    for i, x in enumerate(tensors)
                )
            )
        )

    return moved, [tl.zeros(SPAN, dtype="float64", requires_grad=True)]


def _seen(result: Any) -> tuple[Any, ...]:
    """Results along three random directions.

    They are never taken as they are, so that a backward which ignores its incoming gradient is
    found even where there is one number only.
    """
    floats = [y for y in several(result) if y.dtype.kind == "f"]
    return tuple(
        (_directions(y.shape, i) * y).flatten(1).sum(1) if y.shape else y * 0.7
        for i, y in enumerate(floats)
    )


def _directions(shape: Sequence[int], number: int) -> Any:
    return tl.from_numpy(np.random.default_rng([5, number]).standard_normal((SPAN, *shape)))


def several(result: Any) -> list[Any]:
    """The results of a function that may return one, or a structure of them."""
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, (tuple, list)):
        return [leaf for part in result for leaf in several(part)]
    return [] if result is None else [result]
