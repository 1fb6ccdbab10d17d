"""The matrix product, and the loop that it shares with convolution.

The textbook's three loops, with a tile in place of one number: rows of A down, panels of B across,
and along the sum in the middle. A panel is some columns of B copied side by side, ``(K, width)``,
filled up with zeros, so that the inner loop reads it from end to end.
"""

from tensorlite.kernels.compiled import jit, loose, region
from tensorlite.kernels.compiled.processor import ROWS, VECS
from tensorlite.kernels.compiled.simd import (
    floats,
    tile_down,
    tile_fma,
    tile_height,
    tile_load,
    tile_relu,
    tile_rows,
    tile_steps,
    tile_store,
    tile_width,
    tile_zero,
    whole,
)


@jit
def share(units, part, parts):
    """Where this part of the work begins and ends."""
    return units * part // parts, units * (part + 1) // parts


@jit
def accumulate(t, A, rows, ia, a, step, B, ib, b, first, last, length):
    """Add to the tile pieces of a sum: rows of A times rows of B.

    Each piece is ``length`` numbers long. It begins at ``ia + a[p]`` from each row's own offset in
    A, and with row ``b[p]`` of the panel at ``ib`` in B. A matrix product has one piece; a
    convolution has one for each row of its window.
    """
    width = tile_width(t)
    for p in range(first, last):
        start, row = ia + a[p], ib + b[p] * width
        for q in range(length):
            t = tile_fma(t, A, rows, start + q * step, B, row + q * width)
    return t


@jit
def put(t, Y, to, i, iy, rows, columns, edge, ie):
    """Store the tile's first rows and columns at ``Y[to[i + r] + iy]``."""
    if rows >= tile_height(t) and columns >= tile_width(t):
        tile_store(t, Y, tile_rows(t, to, i), iy)
        return
    width = tile_width(t)
    tile_store(t, edge, tile_steps(t, width), ie)
    for r in range(min(rows, tile_height(t))):
        for column in range(min(columns, width)):
            Y[to[i + r] + iy + column] = edge[ie + r * width + column]


@jit
def pack(B, ib, down, across, k, columns, panel, ip, width):
    """Copy some columns of B side by side, ``(k, width)``; what is missing is zero."""
    for row in range(k):
        source, target = ib + row * down, ip + row * width
        if across == 1 and columns == width:
            for j in range(width):
                panel[target + j] = B[source + j]
        else:
            for j in range(columns):
                panel[target + j] = B[source + j * across]
            for j in range(columns, width):
                panel[target + j] = 0


@region
def matmul(part, parts, thread, args, one):
    """``C (M, N) = A (M, K) @ B (K, N)``, plus a bias for each column or row, and a ReLU."""
    A, B, bias, C = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
    )  # fmt: skip
    work, at, to, zero = floats(args, 4, one), whole(args, 5), whole(args, 6), whole(args, 7)
    M, N, K, step, down, across = args[8], args[9], args[10], args[11], args[12], args[13]
    across_bias, room = args[14], args[15]
    blank = tile_zero(one, ROWS, VECS)
    height, width = tile_height(blank), tile_width(blank)
    edge = thread * room
    panel = edge + height * width
    tiles, panels = (M + height - 1) // height, (N + width - 1) // width
    begin, end = share(panels * tiles, part, parts)
    packed = -1
    for unit in range(begin, end):
        j, i = unit // tiles, unit % tiles * height
        if j != packed:
            columns = min(width, N - j * width)
            pack(B, j * width * across, down, across, K, columns, work, panel, width)
            packed = j
        if across_bias:
            t = tile_load(blank, bias, tile_steps(blank, 0), j * width)
        else:
            t = tile_down(blank, bias, i, tile_steps(blank, 1))
        rows = tile_rows(blank, at, i)
        t = accumulate(t, A, rows, 0, zero, step, work, panel, zero, 0, 1, K)
        if args[16]:
            t = tile_relu(t)
        put(t, C, to, i, j * width, M - i, N - j * width, work, edge)


@loose
def inner(B, at, a, count, zero):
    """The sum of ``B[at + i] * a[i]``."""
    total = zero
    for i in range(count):
        total += B[at + i] * a[i]
    return total


@region
def row(part, parts, thread, args, one):
    """``C (N,) = a (K,) @ B (K, N)``, plus a bias, and a ReLU; each column of B is contiguous."""
    B, a, bias, C = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
    )  # fmt: skip
    N, K, across, relu = args[4], args[5], args[6], args[7]
    begin, end = share(N, part, parts)
    for j in range(begin, end):
        total = inner(B, j * across, a, K, one - one) + bias[j]
        C[j] = one - one if relu and total < 0 else total
