"""Anomaly mode: a gradient that is not a number names the op and the user's line that made it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from tensorlite.autograd import walk
from tensorlite.autograd.op import Op, TensorBase
from tensorlite.errors import GraphError

_PACKAGE = str(Path(__file__).resolve().parent.parent)
_record = Op._record


class set_detect_anomaly:  # noqa: N801 - PyTorch's name
    """Switch anomaly mode from here on, or for a block.

    It costs time: the line of every op is noted, and every gradient is looked at. Switched off it
    costs nothing.

    Args:
        mode: On or off.
        check_nan: Whether gradients are looked at.
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = is_anomaly_enabled(), walk.watch is not None
        _switch(mode, check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        _switch(*self._before)


class detect_anomaly(set_detect_anomaly):  # noqa: N801 - PyTorch's name
    """Anomaly mode for a block.

    Example:
        >>> import tensorlite as tl
        >>> x = tl.zeros(1, requires_grad=True)
        >>> with detect_anomaly():  # doctest: +ELLIPSIS
        ...     (x.sqrt() * 0.0).backward()
        Traceback (most recent call last):
        ...
        tensorlite.errors.GraphError: Sqrt: its gradient is not a number; ...
    """

    def __init__(self, check_nan: bool = True) -> None:
        self._check = check_nan

    def __enter__(self) -> None:
        super().__init__(True, self._check)


def is_anomaly_enabled() -> bool:
    """Whether anomaly mode is on."""
    return Op._record is not _record


def _switch(mode: bool, check_nan: bool) -> None:
    Op._record = _noting if mode else _record  # type: ignore[method-assign,assignment]
    walk.watch = _check if mode and check_nan else None


def _noting(self: Op, *args: Any) -> None:
    """As ``Op._record``, and note who called."""
    _record(self, *args)
    self._line = _users_line()  # type: ignore[attr-defined]


def _users_line() -> str:
    frame: Any = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}, line {frame.f_lineno}, in {frame.f_code.co_name}"


def _check(node: Op, grads: tuple[Any, ...]) -> None:
    for grad in grads:
        array = grad.array if isinstance(grad, TensorBase) else grad
        if array is not None and np.isnan(array).any():
            line = getattr(node, "_line", "a line before anomaly mode was switched on")
            raise GraphError(
                f"its gradient is not a number; it was called by {line}.",
                where=node.title,
            )
