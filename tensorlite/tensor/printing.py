"""How tensors look in print: as NumPy's arrays, long ones cut."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorlite.autograd import Array
from tensorlite.errors import UnknownNameError
from tensorlite.ops.convert import default_float

_options: dict[str, Any] = {}
PROFILES: dict[str, dict[str, Any]] = {
    "default": {},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2},
    "full": {"threshold": 2**62},
}


def text_of(array: Array) -> str:
    """The numbers of an array, and the name of their type where it is not an everyday one."""
    text = np.array2string(array, separator=", ", prefix="tensor(", **_options)
    if array.size == 0 and array.shape != (0,):
        text += f", size={array.shape}"
    everyday = array.dtype == default_float() or array.dtype in (np.int64, np.bool_)
    return text if everyday else f"{text}, dtype={array.dtype}"


def set_printoptions(
    precision: int | None = None,
    threshold: int | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Choose how tensors are printed.

    Args:
        precision: Digits after the point.
        threshold: Tensors of more elements are cut.
        edgeitems: How many elements a cut dimension shows at each end.
        linewidth: Characters per line.
        profile: ``"default"``, ``"short"`` or ``"full"``, before the others apply.
        sci_mode: ``False`` never writes exponents.

    Raises:
        UnknownNameError: If there is no such profile.

    Example:
        >>> import tensorlite as tl
        >>> set_printoptions(precision=2)
        >>> tl.tensor([0.12345])
        tensor([0.12])
        >>> set_printoptions(profile="default")
    """
    if profile is not None:
        if profile not in PROFILES:
            raise UnknownNameError(f"expected one of {list(PROFILES)}, got {profile!r}.")
        _options.clear()
        _options.update(PROFILES[profile])
    given = {
        "precision": precision, "threshold": threshold, "edgeitems": edgeitems,
        "max_line_width": linewidth, "suppress_small": None if sci_mode is None else not sci_mode,
    }  # fmt: skip
    _options.update({name: value for name, value in given.items() if value is not None})
