"""The gradient of a picture of few channels: multiply first, then add each product to its pixel.

A pixel of ``dy`` has gone through every tap of the window. Its products with all of them,

    p[tap, c] = sum over filters k of   dy[o, k] * w[k, c, tap]

are a row of a matrix product, whose columns fill vectors even where there are three channels. Row
by row of ``dy`` they are computed, and added to the pixels of ``dx`` that the taps look at.
"""

from tensorlite.kernels.compiled import jit, region
from tensorlite.kernels.compiled.conv import clear
from tensorlite.kernels.compiled.processor import ROWS, VECS
from tensorlite.kernels.compiled.product import accumulate, share
from tensorlite.kernels.compiled.simd import (
    floats,
    tile_height,
    tile_rows,
    tile_steps,
    tile_store,
    tile_width,
    tile_zero,
    whole,
)


@jit
def add_products(work, products, columns, sums, C, count, stride):
    """Add the products of one tap, from each pixel of a row, to the pixels that it looks at."""
    for o in range(count):
        for c in range(C):
            work[sums + o * stride * C + c] += work[products + o * columns + c]


@region
def spread(part, parts, thread, args, one):
    """A unit of work is a band of rows of a picture."""
    dy, w, dx, work = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
    )  # fmt: skip
    at, zero, n = whole(args, 4), whole(args, 5), whole(args, 6)
    images, sn, sk, sh = args[7], args[8], args[9], args[10]
    K, C, panels, H, W, Ho, Wo, R, S = n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8]
    down, across, top, left, below, aside = n[9], n[10], n[11], n[12], n[13], n[14]
    bands, wide, room = n[15], n[16], n[17]
    blank = tile_zero(one, ROWS, VECS)
    height, width = tile_height(blank), tile_width(blank)
    products, columns = thread * room, panels * width
    sums = products + (Wo + height) * columns
    begin, end = share(images * bands, part, parts)
    for unit in range(begin, end):
        image = unit // bands
        h0, h1 = share(H, unit % bands, bands)
        clear(work, sums, (h1 - h0) * wide * C)
        o0 = max(0, (h0 + top - (R - 1) * below + down - 1) // down)
        o1 = min(Ho, (h1 - 1 + top) // down + 1)
        for o in range(o0, o1):
            for i in range(0, Wo, height):
                rows, corner = tile_rows(blank, at, i), image * sn + o * sh
                for panel in range(panels):
                    t = accumulate(
                        blank, dy, rows, corner, zero, sk, w, panel * K * width, zero, 0, 1, K
                    )
                    to = products + i * columns + panel * width
                    tile_store(t, work, tile_steps(blank, columns), to)
            for r in range(R):
                h = o * down - top + r * below
                if h0 <= h < h1:
                    for s in range(S):
                        line = sums + ((h - h0) * wide + s * aside) * C
                        tap = products + (r * S + s) * C
                        add_products(work, tap, columns, line, C, Wo, across)
        for h in range(h0, h1):
            source, target = sums + ((h - h0) * wide + left) * C, (image * H + h) * W * C
            for i in range(W * C):
                dx[target + i] = work[source + i]
