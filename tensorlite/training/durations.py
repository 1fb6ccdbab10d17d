"""Lengths of time as people type them: ``90s``, ``10m``, ``1h30m``."""

from __future__ import annotations

import re

from tensorlite.errors import ConfigError

DURATION = "a time such as 90s, 10m or 1h30m"
_FORM = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def is_duration(text: str) -> bool:
    """Whether ``seconds`` can read it."""
    return bool(text and _FORM.fullmatch(text))


def seconds(text: str, where: str | None = None) -> float:
    """Return a length of time in seconds.

    Args:
        text: Hours, minutes and seconds, each a whole number with its letter.
        where: What complains.

    Raises:
        ConfigError: If it has another form.

    Example:
        >>> seconds("1h30m"), seconds("90s")
        (5400.0, 90.0)
    """
    match = _FORM.fullmatch(text)
    if not text or match is None:
        raise ConfigError(f"expected {DURATION}, got '{text}'.", where=where)
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    return float(3600 * hours + 60 * minutes + rest)
