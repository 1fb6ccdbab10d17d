"""PyTorch's older path of ``tensorlite.amp``; its ``autocast`` takes ``enabled`` first."""

from __future__ import annotations

from typing import Any

from tensorlite import amp
from tensorlite.amp import GradScaler

__all__ = ["GradScaler", "autocast"]


class autocast(amp.autocast):  # noqa: N801 - PyTorch's name
    """A block or function in which nothing is different: float32 stays float32."""

    def __init__(
        self, enabled: bool = True, dtype: Any = None, cache_enabled: bool | None = None
    ) -> None:
        super().__init__("cuda", dtype, enabled, cache_enabled)
