"""PyTorch's names for mixed precision; here everything keeps its own precision.

Half precision saves time on processors that have units for it. Ours are float32, so ``autocast``
changes nothing and ``GradScaler`` multiplies by nothing, as PyTorch's does when it is disabled.
"""

from __future__ import annotations

import contextlib
from typing import Any, Self


class autocast(contextlib.ContextDecorator):  # noqa: N801 - PyTorch's name
    """A block or function in which nothing is different: float32 stays float32.

    Args:
        device_type: Accepted.
        dtype: Accepted.
        enabled: Accepted.
        cache_enabled: Accepted.

    Example:
        >>> import tensorlite as tl
        >>> with autocast("cpu"):
        ...     (tl.ones(2, 2) @ tl.ones(2, 2)).dtype == tl.float32
        True
    """

    def __init__(
        self,
        device_type: Any = "cpu",
        dtype: Any = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass


class GradScaler:
    """The scaler of PyTorch's loops, disabled: float32 gradients need no scaling.

    Args:
        device: Accepted, as are the others.

    Example:
        >>> import tensorlite as tl
        >>> scaler, w = GradScaler(), tl.ones(1, requires_grad=True)
        >>> sgd = tl.optim.SGD([w], lr=0.5)
        >>> scaler.scale((w * 2).sum()).backward()
        >>> scaler.step(sgd)
        >>> scaler.update()
        >>> w.item(), scaler.get_scale()
        (0.0, 1.0)
    """

    def __init__(
        self,
        device: str = "cpu",
        init_scale: float = 65536.0,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        pass

    def scale(self, outputs: Any) -> Any:
        """Return the loss as it is."""
        return outputs

    def unscale_(self, optimizer: Any) -> None:
        """Leave the gradients as they are."""

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """Call ``optimizer.step``."""
        return optimizer.step(*args, **kwargs)

    def update(self, new_scale: Any = None) -> None:
        """Keep the scale."""

    def get_scale(self) -> float:
        """1."""
        return 1.0

    def is_enabled(self) -> bool:
        """False."""
        return False

    def state_dict(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over nothing."""
