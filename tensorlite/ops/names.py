"""NumPy's names for arguments, which PyTorch understands beside its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def numpy_names(function: F) -> F:
    """Let a function with ``dim`` and ``keepdim`` be called with ``axis`` and ``keepdims`` too."""

    @functools.wraps(function)
    def renamed(*args: Any, **options: Any) -> Any:
        if options:
            if "axis" in options:
                options["dim"] = options.pop("axis")
            if "keepdims" in options:
                options["keepdim"] = options.pop("keepdims")
        return function(*args, **options)

    return renamed  # type: ignore[return-value]
