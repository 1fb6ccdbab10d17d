"""Calls of PyTorch's that scripts make and that have nothing to do here."""

from __future__ import annotations

from typing import Any

from tensorlite.errors import ConfigError

_PRECISIONS = ("highest", "high", "medium")


def compile(model: Any = None, **options: Any) -> Any:
    """Return the model or function unchanged; the kernels are compiled already.

    Example:
        >>> compile(len) is len
        True
        >>> @compile(mode="max-autotune")
        ... def double(x):
        ...     return x * 2
    """
    return model if model is not None else lambda function: function


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Accept either: every kernel gives the same result each time for one number of threads."""


def are_deterministic_algorithms_enabled() -> bool:
    """True."""
    return True


def set_float32_matmul_precision(precision: str) -> None:
    """Accept a precision; products are always computed in full float32.

    Raises:
        ConfigError: If PyTorch has no such precision.
    """
    if precision not in _PRECISIONS:
        raise ConfigError(
            f"expected one of {', '.join(_PRECISIONS)}, got {precision!r}.",
            where="set_float32_matmul_precision",
        )


def get_float32_matmul_precision() -> str:
    """``"highest"``."""
    return "highest"
