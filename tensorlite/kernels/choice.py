"""Which way a convolution is computed, and why: the one table for the engine and for people.

``choose`` takes the first way of ``table`` that is good; ``tensorlite bench conv`` prints the whole
table with the time of each way. What the ways are is said where they are: ``conv.py`` (``direct``
and ``images``), ``conv_grad.py``, ``winograd.py``, ``depthwise.py`` and ``spread.py``.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tensorlite.kernels import winograd
from tensorlite.kernels.geometry import Pair
from tensorlite.kernels.windows import backward_axis, forward_axis

CACHE = 400_000  # bytes of framed copy that stay near the processor, with room for weights
WINOGRAD = {"winograd4": 4, "winograd2": 2}  # how many results a block is long
SCATTER = 3.0  # ticks for each product that is added to its pixel


class Problem(NamedTuple):
    """A convolution, or one of its gradients; all sizes are those of the convolution itself."""

    direction: str  # what is computed: forward, input or weights
    images: int
    channels: int
    filters: int
    groups: int
    size: Pair  # of the picture
    window: Pair
    out: Pair  # of the result
    stride: Pair
    padding: Pair
    dilation: Pair
    dtype: Any
    images_last: bool = False  # whether neighbours in memory are of different images

    @property
    def given(self) -> int:
        """Channels of a group that are summed over."""
        return (self.filters if self.direction == "input" else self.channels) // self.groups

    @property
    def wanted(self) -> int:
        """Filters of a group, or channels where the picture's gradient is computed."""
        return (self.channels if self.direction == "input" else self.filters) // self.groups

    @property
    def taps(self) -> int:
        """Pixels of the window."""
        return self.window[0] * self.window[1]

    @property
    def framed(self) -> tuple[int, int]:
        """Height and width of the framed copy that the loops read."""
        axis = backward_axis if self.direction == "input" else forward_axis
        high, wide = (
            axis(self.size[i], self.window[i], self.out[i],
                 self.stride[i], self.padding[i], self.dilation[i])[1]
            for i in (0, 1)
        )  # fmt: skip
        return high, wide

    @property
    def multiplications(self) -> int:
        """How many the formula asks for."""
        pixels = self.images * self.out[0] * self.out[1]
        return pixels * self.taps * self.filters * self.channels // self.groups


class Way(NamedTuple):
    """A row of the table."""

    name: str
    possible: bool  # whether it can compute this at all
    good: bool  # whether it is taken if no row above is
    why: str


def table(problem: Problem) -> list[Way]:
    """All ways for this problem, the best for what it is good at first; the last is always good."""
    rows = [(name, *judge(problem)) for name, judge in JUDGES.items()]
    return [Way(name, possible, possible and good, why) for name, possible, good, why in rows]


def choose(problem: Problem) -> str:
    """The name of the way to go."""
    return _choose(problem, winograd.get_precision(), _only)


@functools.lru_cache(maxsize=2048)
def _choose(problem: Problem, precision: str, wanted: str | None) -> str:
    return wanted or next(way.name for way in table(problem) if way.good)


_only: str | None = None


@contextlib.contextmanager
def only(name: str) -> Iterator[None]:
    """Let everything be computed in one way, to measure or to test it; it has to be possible."""
    global _only
    before, _only = _only, name
    try:
        yield
    finally:
        _only = before


# --- judges: possible, good, why ------------------------------------------------------------------

Verdict = tuple[bool, bool, str]


def _depthwise(p: Problem) -> Verdict:
    if p.groups == p.channels == p.filters:
        return True, p.groups > 1, "each channel has a filter of its own: vectors hold channels"
    return False, False, "only where each channel has a filter of its own"


def _winograd(m: int) -> Callable[[Problem], Verdict]:
    def judge(p: Problem) -> Verdict:
        r = p.window[0]
        plain = p.stride == p.dilation == (1, 1) and p.groups == 1 and max(p.padding) < r
        if not plain or p.window != (r, r) or (m, r) not in winograd.COMPILED:
            windows = " or ".join(f"{b}x{b}" for a, b in winograd.COMPILED if a == m)
            return False, False, f"only for {windows} windows, stride and dilation 1, one group"
        if p.dtype.itemsize != 4:
            return False, False, "float64 is computed directly"
        shape = p.images, p.given, p.wanted, p.groups
        out = p.size if p.direction == "input" else p.out
        steps = p.stride, p.padding, p.dilation
        taken = winograd.block(shape, p.window, out, steps, p.dtype)
        if taken == m:
            made = f"{(m + r - 1) ** 2} multiplications in place of {m * m * r * r}"
            return True, True, f"{made} for a block of {m}x{m}"
        if min(p.given, p.wanted) < winograd.FEW:
            return True, False, f"fewer than {winograd.FEW} channels or filters"
        if taken:
            return True, False, f"precision {winograd.get_precision()!r} takes blocks of {taken}"
        return True, False, "to turn the blocks costs more than it saves"

    return judge


def _images(p: Problem) -> Verdict:
    from tensorlite.kernels.compiled.processor import SHORT

    rows, panel = _tile(p.dtype)
    high, wide = p.framed
    numbers = high * wide * p.given
    if p.direction == "weights":
        numbers += p.out[0] * p.out[1] * p.wanted
    if numbers * p.dtype.itemsize * panel > 2 * CACHE:
        return False, False, f"{panel} images side by side do not fit near the processor"
    if not p.images_last and p.wanted * 2 >= panel:
        why = "whatever comes next would have to turn the result round, and half full is good"
        return True, False, why
    down = max(_share(p.wanted, height) for height in (rows, SHORT))
    filters, images = _share(p.wanted, panel), down * _share(p.images, panel)
    why = f"images would fill {images:.0%} of the vectors, filters {filters:.0%}"
    return True, filters < 0.7 * images, why


def _spread(p: Problem) -> Verdict:
    if p.direction != "input" or p.groups > 1:
        return False, False, "only for the gradient of a picture, one group"
    _, panel = _tile(p.dtype)
    products = p.given * -(-p.taps * p.wanted // panel) + SCATTER * p.taps * p.wanted
    pixels = p.size[0] * p.size[1] / (p.out[0] * p.out[1] * p.stride[0] * p.stride[1])
    panels = 0.5 if 2 * p.wanted <= panel else -(-p.wanted // panel)  # or tiles one vector wide
    direct = pixels * p.taps * p.given * panels
    why = f"{products / direct:.2f} of the direct way's ticks: few channels fill no vector"
    return True, products < 0.9 * direct, why


def _direct(p: Problem) -> Verdict:
    width = _tile(p.dtype)[1]
    filters = _share(p.wanted, width // 2 if 2 * p.wanted <= width else width)
    return True, True, f"vectors hold filters, which fill {filters:.0%} of them"


JUDGES: dict[str, Callable[[Problem], Verdict]] = {
    "depthwise": _depthwise,
    **{name: _winograd(m) for name, m in WINOGRAD.items()},
    "images": _images,
    "spread": _spread,
    "direct": _direct,
}


def _share(count: int, width: int) -> float:
    """How much of vectors, or rows, so many numbers fill."""
    return count / (-(-count // width) * width)


def _tile(dtype: Any) -> tuple[int, int]:
    from tensorlite.kernels.compiled.processor import ROWS, VECS, VECTOR_BYTES

    return ROWS, VECS * VECTOR_BYTES // dtype.itemsize
