"""The gradient of a convolution's weights: tiles as in ``conv.py``, summed over the windows.

    dw[tap, c, k] = sum over images and windows of   x[window + tap, c] * dy[window, k]

is a matrix product whose sum runs over the windows. With many channels a tile is 8 pairs of tap and
channel by 32 filters; with few, both sides have their images in the vectors, and a tile is 6
filters by 4 such pairs, each the inner product of two long vectors.

The images are split into a fixed number of shares, each with a sum of its own, and the sums are
added in order: so the result does not depend on the number of threads.
"""

from tensorlite.kernels.compiled import jit, region
from tensorlite.kernels.compiled.conv import clear, frame, frame_lanes
from tensorlite.kernels.compiled.processor import DOTS, ROWS, VECS
from tensorlite.kernels.compiled.product import share
from tensorlite.kernels.compiled.simd import (
    floats,
    lanes,
    tile_add,
    tile_columns,
    tile_dot,
    tile_fma,
    tile_fold,
    tile_height,
    tile_load,
    tile_rows,
    tile_steps,
    tile_store,
    tile_width,
    tile_zero,
    whole,
)

DOWN, ACROSS = DOTS
NEAR = 192  # windows at a time, whose part of dy stays in the nearest cache for all tiles


@jit
def frame_panel(dy, iy, steps, images, H, W, columns, work, iw, width):
    """Copy some channels of images side by side, ``(images, H, W, width)``, zeros beyond."""
    sn, sc, sh, sw = steps
    for n in range(images):
        for h in range(H):
            for w in range(W):
                source = iy + n * sn + h * sh + w * sw
                target = iw + ((n * H + h) * W + w) * width
                if sc == 1 and columns == width:
                    for k in range(width):
                        work[target + k] = dy[source + k]
                else:
                    for k in range(columns):
                        work[target + k] = dy[source + k * sc]
                    for k in range(columns, width):
                        work[target + k] = 0


@jit
def outer(t, work, rows, at, corners, first, last, panel):
    """Add to the tile what windows ``first`` to ``last`` give, picture times gradient."""
    width = tile_width(t)
    for p in range(first, last):
        t = tile_fma(t, work, rows, at + corners[p], work, panel + p * width)
    return t


@region
def taps_by_filters(part, parts, thread, args, one):
    """Sums for each share of the images, ``(shares, groups, panels, taps * C, width)``."""
    x, dy, sums, work = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
    )  # fmt: skip
    taps, corners, n = whole(args, 4), whole(args, 5), whole(args, 7)
    images, steps = args[8], (args[9], args[10], args[11], args[12])
    dy_steps = args[13], args[14], args[15], args[16]
    groups, K, batch, shares, rows = n[0], n[1], n[2], n[3], n[4]
    apart, room, Ho, Wo, splits = n[5], n[6], n[14], n[15], n[16]
    C, shape = n[7], (n[7], n[8], n[9], n[10], n[11], n[12], n[13])
    blank = tile_zero(one, ROWS, VECS)
    height, width = tile_height(blank), tile_width(blank)
    panels = (K + width - 1) // width
    framed = thread * room
    panel = framed + batch * n[10] * n[11] * apart
    clear(work, framed, room)
    begin, end = share(shares * groups * splits, part, parts)
    for unit in range(begin, end):
        place, g = unit // splits, unit // splits % groups
        panel0, panel1 = share(panels, unit % splits, splits)
        n0, n1 = share(images, unit // splits // groups, shares)
        for image in range(n0, n1, batch):
            count = min(batch, n1 - image)
            corner = image * steps[0] + g * C * steps[1]
            frame(x, corner, steps, count, work, framed, shape, apart)
            for k in range(panel0 * width, panel1 * width, width):
                corner = image * dy_steps[0] + (g * K + k) * dy_steps[1]
                columns = min(width, K - k)
                frame_panel(dy, corner, dy_steps, count, Ho, Wo, columns, work, panel, width)
                row0 = (place * panels + k // width) * rows
                for first in range(0, count * Ho * Wo, NEAR):
                    last = min(first + NEAR, count * Ho * Wo)
                    new = image == n0 and first == 0
                    for i in range(0, rows, height):
                        target = (row0 + i) * width
                        lines, at = tile_steps(blank, width), framed + taps[i]
                        if C % height == 0:  # one pixel's neighbours: one address, not one each
                            rows_at = tile_steps(blank, 1)
                            t = outer(blank, work, rows_at, at, corners, first, last, panel)
                        else:
                            rows_at = tile_rows(blank, taps, i)
                            t = outer(blank, work, rows_at, framed, corners, first, last, panel)
                        # Added last: the next tile's products need not wait for what is loaded.
                        if not new:
                            t = tile_add(t, tile_load(blank, sums, lines, target))
                        tile_store(t, sums, lines, target)


@region
def filters_by_taps(part, parts, thread, args, one):
    """The same with images in the vectors, ``(shares, groups, tiles, DOWN, taps * C)``."""
    x, dy, sums, work = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
    )  # fmt: skip
    taps, corners, filters, n = whole(args, 4), whole(args, 5), whole(args, 6), whole(args, 7)
    images, steps = args[8], (args[9], args[10], args[11], args[12])
    dy_steps = args[13], args[14], args[15], args[16]
    groups, K, shares, rows, room = n[0], n[1], n[3], n[4], n[6]
    C, shape = n[7], (n[7], n[8], n[9], n[10], n[11], n[12], n[13])
    Ho, Wo = n[14], n[15]
    blank = tile_zero(one, DOWN, ACROSS)
    vector = lanes(one)
    width = VECS * vector
    framed = thread * room
    given = framed + n[10] * n[11] * C * width
    tiles, blocks = (K + DOWN - 1) // DOWN, (images + width - 1) // width
    begin, end = share(shares * groups, part, parts)
    for unit in range(begin, end):
        g = unit % groups
        block0, block1 = share(blocks, unit // groups, shares)
        clear(sums, unit * tiles * DOWN * rows, tiles * DOWN * rows)
        for block in range(block0, block1):
            count = min(width, images - block * width)
            if block == block0 or count < width:
                clear(work, framed, room)  # no images beyond the last
            corner = block * width * steps[0] + g * C * steps[1]
            frame_lanes(x, corner, steps, count, work, framed, shape, width)
            corner = block * width * dy_steps[0] + g * K * dy_steps[1]
            frame_lanes(dy, corner, dy_steps, count, work, given, (K, Ho, Wo, Ho, Wo, 0, 0), width)
            for tile in range(tiles):
                left = tile_rows(blank, filters, tile * DOWN)
                for j in range(0, rows, ACROSS):
                    right = tile_columns(blank, taps, j)
                    t = blank
                    for i in range(Ho * Wo):
                        ia, ib = given + i * K * width, framed + corners[i] * width
                        for v in range(0, width, vector):
                            t = tile_dot(t, work, left, ia + v, work, right, ib + v)
                    at = (unit * tiles + tile) * DOWN * rows + j
                    tile_fold(t, sums, tile_steps(blank, rows), at)


@region
def collect(part, parts, thread, args, one):
    """Add the shares in order; ``dw`` is (K, C, taps), whatever the order of the sums."""
    sums, dw = floats(args, 0, one), floats(args, 1, one)
    shares, groups, K, C, taps, size = args[2], args[3], args[4], args[5], args[6], args[7]
    per_group, block, per_block, per_filter, per_row = (
        args[8],
        args[9],
        args[10],
        args[11],
        args[12],
    )
    blocks = (K + block - 1) // block
    begin, end = share(groups * blocks, part, parts)
    for unit in range(begin, end):
        k = unit % blocks * block
        filters, first = min(block, K - k), unit // blocks * K + k
        for tap in range(taps):
            for c in range(C):
                source = unit // blocks * per_group + unit % blocks * per_block
                source += (tap * C + c) * per_row
                for s in range(1, shares):
                    for j in range(filters):
                        sums[source + j * per_filter] += sums[source + s * size + j * per_filter]
                for j in range(filters):
                    dw[((first + j) * C + c) * taps + tap] = sums[source + j * per_filter]
