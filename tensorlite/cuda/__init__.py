"""What scripts ask of a graphics card before they use one: there is none."""

from __future__ import annotations

from typing import Any

from tensorlite.cuda import amp as amp


def is_available() -> bool:
    """Whether there is a graphics card to use: never."""
    return False


def device_count() -> int:
    """How many graphics cards there are: 0."""
    return 0


def manual_seed(seed: int) -> None:
    """Nothing to seed."""


def manual_seed_all(seed: int) -> None:
    """Nothing to seed."""


def empty_cache() -> None:
    """Nothing to empty."""


def synchronize(device: Any = None) -> None:
    """Nothing to wait for."""


def is_bf16_supported() -> bool:
    """Whether there is half precision: never."""
    return False


def memory_allocated(device: Any = None) -> int:
    """Bytes on the card: 0."""
    return 0


def max_memory_allocated(device: Any = None) -> int:
    """Bytes on the card at most: 0."""
    return 0


def reset_peak_memory_stats(device: Any = None) -> None:
    """Nothing to reset."""
