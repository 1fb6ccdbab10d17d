"""What the processor can do at most: multiply-adds on registers alone."""

from tensorlite.kernels.compiled import region
from tensorlite.kernels.compiled.processor import ROWS, VECS
from tensorlite.kernels.compiled.product import share
from tensorlite.kernels.compiled.simd import (
    floats,
    tile_fma,
    tile_steps,
    tile_store,
    tile_width,
    tile_zero,
)


@region
def multiply(part, parts, thread, args, one):
    """Some tiles of products, so many times each, of numbers that stay where they are."""
    numbers = floats(args, 0, one)
    begin, end = share(args[1], part, parts)
    for unit in range(begin, end):
        t = tile_zero(one, ROWS, VECS)
        for _ in range(args[2]):
            t = tile_fma(t, numbers, tile_steps(t, 1), 0, numbers, 0)
        tile_store(t, numbers, tile_steps(t, tile_width(t)), unit * ROWS * tile_width(t))
