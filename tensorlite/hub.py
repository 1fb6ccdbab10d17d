"""PyTorch's names for downloads of weights; nothing is downloaded here."""

from __future__ import annotations

from typing import Any, NoReturn

from tensorlite.errors import RequirementError


def load_state_dict_from_url(url: str, *args: Any, **options: Any) -> NoReturn:
    """Refuse a download.

    Raises:
        RequirementError: Always; it says how to read weights from a file.
    """
    raise RequirementError(
        f"expected weights in a file, got {url!r}; nothing is downloaded.",
        where="load_state_dict_from_url",
        hint="Convert the file to safetensors, then model.load_state_dict(tl.load(path)).",
    )
