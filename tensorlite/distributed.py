"""What scripts ask before they share the work with other processes: there are none."""

from __future__ import annotations

from typing import Any

from tensorlite.errors import ConfigError


def is_available() -> bool:
    """Whether processes can talk to each other: never."""
    return False


def is_initialized() -> bool:
    """Whether processes talk to each other: never."""
    return False


def get_rank(group: Any = None) -> int:
    """The number of this process: 0."""
    return 0


def get_world_size(group: Any = None) -> int:
    """How many processes there are: 1."""
    return 1


def barrier(*args: Any, **options: Any) -> None:
    """Nobody to wait for."""


def init_process_group(*args: Any, **options: Any) -> None:
    """Refuse to look for other processes.

    Raises:
        ConfigError: Always.
    """
    raise ConfigError(
        "expected one process, got a group.",
        where="distributed.init_process_group",
        hint="Leave it out; tl.set_num_threads says how many threads the process has.",
    )
