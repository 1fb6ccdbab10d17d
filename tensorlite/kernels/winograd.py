"""Convolution with fewer multiplications: Winograd's way, for 3x3 and 5x5 windows that step by one.

A row of ``m`` results of a window ``r`` long needs ``m * r`` multiplications if each is computed by
itself, and only ``m + r - 1`` if they are computed together (``docs/kernels.md`` derives it)::

    y = A' [(G g) * (B' d)]          d: m + r - 1 numbers, g: the window, y: m results

Both ways round, for a block of m x m results of a picture::

    Y = A' [(G g G') * (B' d B)] A

With many channels the product in the middle becomes, for each of the ``(m + r - 1)**2`` places, a
matrix product of blocks by channels and channels by filters: 36 small products in place of 144 for
4 x 4 results of a 3 x 3 window. ``compiled/winograd.py`` has the loops.

Source: Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural Networks"; the matrices are
those of Cook and Toom: polynomials are multiplied by their values at a few points.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.kernels import threads
from tensorlite.kernels.cache import announce, jit_enabled
from tensorlite.kernels.geometry import Pair

Array = NDArray[Any]
Matrix = tuple[tuple[float, ...], ...]

POINTS = [0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5]  # and infinity
INPUT, FILTER, OUTPUT, BLOCK, WEIGHTS = range(5)  # what a matrix turns into what


@functools.cache
def matrix(which: int, m: int, r: int) -> Matrix:
    """One of the matrices for ``m`` results of a window ``r`` long.

    ``INPUT`` is B' and turns a piece of the picture, ``FILTER`` is G and turns the window,
    ``OUTPUT`` is A' and gives results. For the gradient of the weights a block of ``m`` gradients
    is slid over the picture and gives ``r`` results: ``BLOCK`` is its G and ``WEIGHTS`` its A'.
    """
    if which in (BLOCK, WEIGHTS):
        return matrix(FILTER if which == BLOCK else OUTPUT, r, m)
    finite = POINTS[: m + r - 2]
    others = [[q for q in finite if q != p] for p in finite]
    if which == OUTPUT:
        rows = [[p**i for p in finite] + [float(i == m - 1)] for i in range(m)]
    elif which == FILTER:
        scales = [math.prod(p - q for q in rest) for p, rest in zip(finite, others, strict=True)]
        rows = [[p**k / scale for k in range(r)] for p, scale in zip(finite, scales, strict=True)]
        rows.append([float(k == r - 1) for k in range(r)])
    else:
        rows = [[*_polynomial(rest), 0.0] for rest in others]
        rows.append(_polynomial(finite))
    return tuple(map(tuple, rows))


def _polynomial(roots: list[float]) -> list[float]:
    """The coefficients, lowest first, of the product of ``x - root``."""
    found = [1.0]
    for root in roots:
        found = [a - root * b for a, b in zip([0.0, *found], [*found, 0.0], strict=True)]
    return found


# --- whether it pays ------------------------------------------------------------------------------

PRECISIONS = "fast", "high"
_precision = PRECISIONS[0]


def get_precision() -> str:
    """``fast`` or ``high``; see ``set_precision``."""
    return _precision


def set_precision(precision: str) -> None:
    """Choose how float32 convolutions are computed; float64 is always computed directly.

    Args:
        precision: ``fast`` takes Winograd's blocks of 4 x 4 where they are quicker: the relative
            error of one convolution is about 1e-5. ``high`` takes blocks of 2 x 2 or none: 1e-6.

    Raises:
        ValueError: If it is neither.
    """
    global _precision
    if precision not in PRECISIONS:
        raise ValueError(f"set_precision: expected fast or high, got {precision!r}.")
    _precision = precision


COMPILED = (4, 3), (2, 3), (4, 5)  # block and window
FEW = 16  # channels or filters below which vectors would be half empty
SPAN = 300_000  # bytes of a thread's turned blocks and products: what stays near is read quickly
SHARED = 8 << 20  # bytes of turned blocks that threads share for the gradient of the weights
BLOCKS = 512  # of them at most
SMALL = 1 << 20  # bytes of sums that threads have of their own
SHARES = 8  # of them, so that results repeat
NEAR = 32  # of them that lie together
TURNS = 2.0  # ticks for each vector and row of a transform


def block(shape: tuple[int, int, int, int], window: Pair, out: Pair, steps: Any, dtype: Any) -> int:
    """How many results a block is long, 0 where the direct convolution is better.

    Args:
        shape: Images, channels, filters and groups.
        window: Height and width.
        out: Height and width of the result.
        steps: Stride, padding and dilation, each down and across.
        dtype: The element type.
    """
    return _block(shape, window, out, steps, dtype, _precision)


@functools.lru_cache(maxsize=1024)
def _block(
    shape: tuple[int, int, int, int], window: Pair, out: Pair, steps: Any, dtype: Any, how: str
) -> int:
    (n, c, k, groups), (stride, padding, dilation), r = shape, steps, window[0]
    m = {("fast", 3): 4, ("fast", 5): 4, ("high", 3): 2}.get((how, r), 0)
    fits = window == (r, r) and stride == dilation == (1, 1) and max(padding) < r and groups == 1
    if not (m and fits and dtype == np.float32 and min(c, k) >= FEW and jit_enabled()):
        return 0
    blocks = n * -(-out[0] // m) * -(-out[1] // m)
    a, panels = m + r - 1, -(-k // 32)
    ticks = blocks * a * a * (c * panels + TURNS * a * (c + k) / 16)
    direct = n * out[0] * out[1] * r * r * c * panels
    return m if blocks >= 64 and ticks < 0.9 * direct else 0


# --- plans ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes that depend on shapes alone."""

    numbers: Any  # as a kernel takes them
    lines: int  # of blocks
    together: int  # of them at a time
    across: int  # blocks in a line
    group: int  # lines that lie together in memory
    many: int  # blocks for which there is room in a group
    work: int
    room: int
    places: int  # of a block
    padded: Pair  # channels and filters with what fills the vectors
    width: int  # filters of a panel
    shares: int  # of the images, with sums of their own, 0 if those were too large
    keep: Any


@functools.lru_cache(maxsize=512)
def _plan(
    n: int, c: int, k: int, size: Pair, out: Pair, m: int, r: int, padding: Pair, weights: bool
) -> Plan:
    from tensorlite.kernels.compiled.processor import ROWS, SLIM, VECS, VECTOR_BYTES

    lanes, a = VECTOR_BYTES // 4, m + r - 1
    cp = -(-c // math.lcm(lanes, SLIM)) * math.lcm(lanes, SLIM)
    few = weights and _few_weights(cp, max(k, lanes), a, n * -(-out[0] // m) * -(-out[1] // m))
    width = lanes if k <= lanes and (few or not weights) else VECS * lanes
    kp = -(-k // width) * width
    down, across = -(-out[0] // m), -(-out[1] // m)
    lines = n * down
    each = 4 * a * a * (cp + kp)  # bytes of a turned block and its products
    fill = ROWS // math.gcd(ROWS, across)  # lines whose blocks fill tiles
    if weights:
        group = max(1, NEAR // across)
        together = max(1, min(BLOCKS, SHARED // each) // across // group) * group
    else:
        group = -(-min(max(1, SPAN // each // across), -(-lines // 8)) // fill) * fill
        together = group = min(group, lines)
    many = group * across if weights else -(-group * across // SLIM) * SLIM
    wide = (across - 1) * m + a
    shares = min(SHARES, lines) if few else 0
    strips = a * a * lanes + a * wide * cp + (m * across * m * kp if weights else 0)
    room = strips + width
    if shares or not weights:  # what is turned is the thread's own
        room += a * a * ((many + 1) * (cp + kp) + (many + 1) * 2 * lanes)
    numbers = np.array(
        [c, k, cp, kp, *out, *size, *padding, group, many, room, width, across, strips], np.int64
    )
    return Plan(
        numbers=threads.address(numbers) if jit_enabled() else numbers,
        lines=lines,
        together=together,
        across=across,
        group=group,
        many=many,
        work=n * down * across * a * a * c * k,
        room=room,
        places=a * a,
        padded=(cp, kp),
        width=width,
        shares=shares,
        keep=numbers,
    )


def _odd(numbers: int) -> int:
    """As ``compiled.winograd.odd``."""
    from tensorlite.kernels.compiled.processor import VECTOR_BYTES

    vector = VECTOR_BYTES // 4
    return (-(-numbers // vector) | 1) * vector


def _few_weights(c: int, k: int, a: int, blocks: int) -> bool:
    """Whether each share of the images may have sums of its own, beside what it turns."""
    sums, turned = a * a * c * k, a * a * blocks * (c + k)
    return 4 * sums <= SMALL and 4 * SHARES * sums <= turned


def conv2d(
    x: Array,
    w: Array,
    out: Pair,
    m: int,
    padding: Pair,
    bias: Array | None = None,
    relu: bool = False,
    backward: bool = False,
) -> Array:
    """Convolve ``x`` (N, C, H, W) with ``w`` (K, C, r, r), in blocks of ``m``.

    With ``backward``, ``w`` is (C, K, r, r) and turned round: the gradient of the picture.
    """
    kernels = _loops(w.shape[2])
    (n, c, *size), r = x.shape, w.shape[2]
    k = w.shape[1] if backward else w.shape[0]
    plan = _plan(n, c, k, (size[0], size[1]), out, m, r, padding, False)
    taps = r * r
    order = [taps - 1, taps, k * taps, -1] if backward else [0, c * taps, taps, 1]
    spare = (2 * taps + (m + r - 1) * r) * 16
    numbers = np.array([k, c, *order, spare, plan.width], np.int64)
    w = np.ascontiguousarray(w)
    turned = plan.places * _odd(c * plan.padded[1])
    u = threads.kept("turned windows", turned, x.dtype)
    work = threads.scratch("windows", spare, x.dtype)
    name = f"{m}_{r}"
    parts = threads.parts_of(plan.padded[1] // 16, turned * 64)
    getattr(kernels, f"pack_{name}")(parts, x.dtype, [w, u, work, numbers])
    start = np.zeros(k + 32, x.dtype)
    if bias is not None:
        start[:k] = bias
    y = np.empty((n, *out, k), x.dtype)
    work = threads.scratch("blocks", plan.room, x.dtype)
    moves = [step // x.itemsize for step in x.strides]
    args = [x, u, start, y, work, plan.numbers, n, int(relu), *moves]
    parts = threads.parts_of(-(-plan.lines // plan.together), plan.work)
    getattr(kernels, f"convolve_{name}")(parts, x.dtype, args)
    return y.transpose(0, 3, 1, 2)


def conv2d_weight_grad(x: Array, dy: Array, m: int, r: int, padding: Pair) -> Array:
    """The gradient of the weights (K, C, r, r), in blocks of ``m``."""
    kernels, name = _loops(r), f"{m}_{r}"
    n, c, height, width = x.shape
    k, out = dy.shape[1], (dy.shape[2], dy.shape[3])
    plan = _plan(n, c, k, (height, width), out, m, r, padding, True)
    places, (cp, kp) = plan.places, plan.padded
    sums = threads.kept("sums", max(1, plan.shares) * places * _odd(cp * kp), x.dtype)
    if plan.shares:
        work = threads.scratch("blocks", plan.room, x.dtype)
        moves = [step // x.itemsize for step in (*x.strides, *dy.strides)]
        args = [x, dy, sums, work, plan.numbers, plan.lines, plan.shares, *moves]
        parts = threads.parts_of(plan.shares, plan.work)
        getattr(kernels, f"sum_shares_{name}")(parts, x.dtype, args)
    else:
        _sum_together(kernels, name, plan, x, dy, sums)
    dw = np.empty((k, c, r, r), x.dtype)
    spare = places * 16
    work = threads.scratch("windows", spare, x.dtype)
    shares = max(1, plan.shares)
    parts = threads.parts_of(c, places * cp * kp * (64 + 8 * shares))
    args = [sums, dw, work, c, k, cp, kp, spare, shares]
    getattr(kernels, f"gather_{name}")(parts, x.dtype, args)
    return dw


def _sum_together(kernels: Any, name: str, plan: Plan, x: Array, dy: Array, sums: Array) -> None:
    """All threads turn some lines of blocks, then multiply them, and so on."""
    groups, places, (cp, kp) = plan.together // plan.group, plan.places, plan.padded
    v, d = (
        threads.kept(what, groups * places * (plan.many * (each + 16) + 16), x.dtype)
        for what, each in (("pieces", cp), ("gradients", kp))
    )
    moves = [step // x.itemsize for step in (*x.strides, *dy.strides)]
    for first in range(0, plan.lines, plan.together):
        some = min(plan.together, plan.lines - first)
        work = threads.scratch("lines", plan.room, x.dtype)
        args = [x, dy, v, d, work, plan.numbers, first, some, *moves]
        parts = threads.parts_of(some, some * plan.across * places * (cp + kp) * 8)
        getattr(kernels, f"turn_lines_{name}")(parts, x.dtype, args)
        args = [v, d, sums, plan.numbers, some * plan.across, int(first == 0)]
        parts = threads.parts_of(places * (kp // plan.width), plan.work * some // plan.lines)
        getattr(kernels, f"sum_products_{name}")(parts, x.dtype, args)


@functools.cache
def _loops(r: int) -> Any:
    """The compiled loops; says so where they have to be compiled first."""
    announce(f"{r}x{r} windows")
    from tensorlite.kernels.compiled import winograd

    return winograd
