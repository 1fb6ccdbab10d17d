"""Winograd's convolution: transforms with constant matrices around small matrix products.

``kernels/winograd.py`` says why. A few images are framed with zeros (``conv.py``), some blocks of
them at a time are turned by the matrices, 16 channels in a vector, into ``V[xi, block, channel]``;
each place ``xi`` is a matrix product with the turned weights ``U[xi, channel, filter]``, with the
tiles of ``product.py``; and each block of the products is turned into results. All of that stays
in the second-level cache. The gradient of the picture is the same with the weights turned round;
for that of the weights, blocks of the gradient take the place of the weights, and the products
sum over the blocks.

Each function works for any block and window; the regions at the end say which are compiled.
"""

from tensorlite.kernels.compiled import apart, jit, region
from tensorlite.kernels.compiled.conv import clear, frame
from tensorlite.kernels.compiled.processor import ROWS, VECS
from tensorlite.kernels.compiled.product import share
from tensorlite.kernels.compiled.simd import (
    blocks_of,
    floats,
    lanes,
    tile_add,
    tile_fma,
    tile_height,
    tile_load,
    tile_mix,
    tile_relu,
    tile_side,
    tile_steps,
    tile_store,
    tile_width,
    tile_zero,
    whole,
)
from tensorlite.kernels.winograd import BLOCK, FILTER, INPUT, OUTPUT, WEIGHTS

PIECE, RESULTS, WINDOW = 0, 1, 2  # the sides of tiles


@apart
def turn_piece(blocks, x, ix, down, across, work, tmp, iv, plane):
    """``B' d B`` of a piece of the picture, to ``work[iv + place * plane]``."""
    side = tile_side(blocks, PIECE)
    a, vector = tile_height(side), tile_width(side)
    for j in range(a):
        t = tile_load(side, x, tile_steps(side, down), ix + j * across)
        t = tile_mix(blocks, INPUT, t)
        tile_store(t, work, tile_steps(side, a * vector), tmp + j * vector)
    for i in range(a):
        t = tile_load(side, work, tile_steps(side, vector), tmp + i * a * vector)
        tile_store(tile_mix(blocks, INPUT, t), work, tile_steps(side, plane), iv + i * a * plane)


@apart
def turn_block(blocks, x, ix, down, across, work, tmp, iv, plane):
    """``G dy G'`` of a block of gradients."""
    piece, side = tile_side(blocks, PIECE), tile_side(blocks, RESULTS)
    a, m, vector = tile_height(piece), tile_height(side), tile_width(side)
    for j in range(m):
        t = tile_load(side, x, tile_steps(side, down), ix + j * across)
        tile_store(
            tile_mix(blocks, BLOCK, t), work, tile_steps(piece, m * vector), tmp + j * vector
        )
    for i in range(a):
        t = tile_load(side, work, tile_steps(side, vector), tmp + i * m * vector)
        tile_store(tile_mix(blocks, BLOCK, t), work, tile_steps(piece, plane), iv + i * a * plane)


@apart
def turn_window(blocks, work, tmp, u, iu, plane):
    """``G g G'`` of the windows of 16 filters, which lie at ``tmp``."""
    piece, side = tile_side(blocks, PIECE), tile_side(blocks, WINDOW)
    a, r, vector = tile_height(piece), tile_height(side), tile_width(side)
    half = tmp + r * r * vector
    for j in range(r):
        t = tile_load(side, work, tile_steps(side, r * vector), tmp + j * vector)
        t = tile_mix(blocks, FILTER, t)
        tile_store(t, work, tile_steps(piece, r * vector), half + j * vector)
    for i in range(a):
        t = tile_load(side, work, tile_steps(side, vector), half + i * r * vector)
        tile_store(tile_mix(blocks, FILTER, t), u, tile_steps(piece, plane), iu + i * a * plane)


@jit
def pack(blocks, part, parts, thread, args, one):
    """The turned weights, ``(places, panels, C, width)``; zeros for filters beyond the last."""
    w, u, work, n = floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), whole(args, 3)
    K, C, base, per_filter, per_channel, per_tap = n[0], n[1], n[2], n[3], n[4], n[5]
    vector, width = lanes(one), tile_width(tile_zero(one, ROWS, VECS))
    r = tile_height(tile_side(blocks, WINDOW))
    panels = (K + width - 1) // width
    tmp = thread * n[6]
    begin, end = share(panels * (width // vector), part, parts)
    for unit in range(begin, end):
        k = unit * vector
        for c in range(C):
            for tap in range(r * r):
                source = base + c * per_channel + tap * per_tap
                for lane in range(vector):
                    at = tmp + tap * vector + lane
                    work[at] = w[source + (k + lane) * per_filter] if k + lane < K else 0
            target = (k // width * C + c) * width + k % width
            turn_window(blocks, work, tmp, u, target, panels * C * width)


@jit
def convolve(blocks, part, parts, thread, args, one):
    """A unit of work is a few images."""
    x, u, bias, y, work = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
        floats(args, 4, one),
    )  # fmt: skip
    n, images, relu = whole(args, 5), args[6], args[7]
    steps = args[8], args[9], args[10], args[11]
    C, K, Cp, Ho, Wo, batch, many, room = n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]
    shape = n[0], n[8], n[9], n[10], n[11], n[12], n[13]
    piece, block = tile_side(blocks, PIECE), tile_side(blocks, RESULTS)
    blank = tile_zero(one, ROWS, VECS)
    height, width, vector = tile_height(blank), tile_width(blank), lanes(one)
    a, m = tile_height(piece), tile_height(block)
    places, panels = a * a, (K + width - 1) // width
    down, across = (Ho + m - 1) // m, (Wo + m - 1) // m
    Hp, Wp, Kp = n[10], n[11], panels * width
    tmp = thread * room
    v = tmp + places * vector
    products = v + places * many * Cp
    framed = products + places * many * Kp
    clear(work, tmp, room)
    begin, end = share((images + batch - 1) // batch, part, parts)
    for unit in range(begin, end):
        count = min(batch, images - unit * batch)
        frame(x, unit * batch * steps[0], steps, count, work, framed, shape, Cp)
        for first in range(0, count * down * across, many):
            some = min(many, count * down * across - first)
            for t in range(some):
                image, at = (first + t) // (down * across), (first + t) % (down * across)
                corner = (image * Hp + at // across * m) * Wp + at % across * m
                for c in range(0, C, vector):
                    turn_piece(
                        blocks, work, framed + corner * Cp + c, Wp * Cp, Cp, work, tmp,
                        v + t * Cp + c, many * Cp,
                    )  # fmt: skip
            for place in range(places):
                for panel in range(panels):
                    iu = (place * panels + panel) * C * width
                    for t in range(0, some, height):
                        sums, iv = blank, v + (place * many + t) * Cp
                        for c in range(C):
                            sums = tile_fma(
                                sums, work, tile_steps(blank, Cp), iv + c, u, iu + c * width
                            )
                        to = products + (place * many + t) * Kp + panel * width
                        tile_store(sums, work, tile_steps(blank, Kp), to)
            for t in range(some):
                image, at = (first + t) // (down * across), (first + t) % (down * across)
                h, w = at // across * m, at % across * m
                iy = (((unit * batch + image) * Ho + h) * Wo + w) * K
                for k in range(0, K, vector):
                    give(
                        blocks, work, products + t * Kp + k, many * Kp, tmp, bias, k, relu,
                        y, iy + k, Wo * K, K, min(m, Ho - h), min(m, Wo - w), min(vector, K - k),
                    )  # fmt: skip


@apart
def give(
    blocks, work, ip, plane, tmp, bias, k, relu, y, iy, down, across, rows, columns, filters
):  # fmt: skip
    """``A' p A`` of a block of products, plus a bias, as results."""
    piece, block = tile_side(blocks, PIECE), tile_side(blocks, RESULTS)
    a, m, vector = tile_height(piece), tile_height(block), tile_width(block)
    for j in range(a):
        t = tile_load(piece, work, tile_steps(piece, a * plane), ip + j * plane)
        tile_store(
            tile_mix(blocks, OUTPUT, t), work, tile_steps(block, a * vector), tmp + j * vector
        )
    start = tile_load(block, bias, tile_steps(block, 0), k)
    for i in range(rows):
        t = tile_load(piece, work, tile_steps(piece, vector), tmp + i * a * vector)
        t = tile_add(tile_mix(blocks, OUTPUT, t), start)
        if relu:
            t = tile_relu(t)
        if columns == m and filters == vector:
            tile_store(t, y, tile_steps(block, across), iy + i * down)
        else:
            tile_store(t, work, tile_steps(block, vector), tmp + i * a * vector)
            for j in range(columns):
                for lane in range(filters):
                    value = work[tmp + (i * a + j) * vector + lane]
                    y[iy + i * down + j * across + lane] = value


@jit
def sum_products(blocks, part, parts, thread, args, one):
    """Products of turned pieces and gradients, ``(shares, places, C, Kp)``, for each share."""
    x, dy, sums, work = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
    )  # fmt: skip
    n, images = whole(args, 4), args[5]
    steps, dy_steps = (args[6], args[7], args[8], args[9]), (args[10], args[11], args[12], args[13])
    C, K, Cp, Ho, Wo, batch, many, room = n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]
    shape = n[0], n[8], n[9], n[10], n[11], n[12], n[13]
    shares, splits = n[14], n[15]
    piece, block = tile_side(blocks, PIECE), tile_side(blocks, RESULTS)
    blank = tile_zero(one, ROWS, VECS)
    height, width, vector = tile_height(blank), tile_width(blank), lanes(one)
    a, m = tile_height(piece), tile_height(block)
    places, panels = a * a, (K + width - 1) // width
    down, across = (Ho + m - 1) // m, (Wo + m - 1) // m
    Hp, Wp, Kp, Kq = n[10], n[11], panels * width, n[16]
    tmp = thread * room
    v = tmp + places * vector
    d = v + places * many * Cp
    framed = d + places * many * Kq
    given = framed + batch * Hp * Wp * Cp
    clear(work, tmp, room)
    begin, end = share(shares * splits, part, parts)
    for unit in range(begin, end):
        own, panel0, panel1 = unit // splits, *share(panels, unit % splits, splits)
        n0, n1 = share(images, own, shares)
        k0 = panel0 * width
        filters = min(panel1 * width, K) - k0
        dy_shape = filters, Ho, Wo, down * m, across * m, 0, 0
        clear(work, given, batch * down * across * m * m * Kq)
        for image0 in range(n0, n1, batch):
            count = min(batch, n1 - image0)
            frame(x, image0 * steps[0], steps, count, work, framed, shape, Cp)
            corner = image0 * dy_steps[0] + k0 * dy_steps[1]
            frame(dy, corner, dy_steps, count, work, given, dy_shape, Kq)
            for first in range(0, count * down * across, many):
                some = min(many, count * down * across - first)
                for t in range(some):
                    image, at = (first + t) // (down * across), (first + t) % (down * across)
                    h, w = at // across * m, at % across * m
                    corner = ((image * Hp + h) * Wp + w) * Cp
                    for c in range(0, C, vector):
                        turn_piece(
                            blocks, work, framed + corner + c, Wp * Cp, Cp, work, tmp,
                            v + t * Cp + c, many * Cp,
                        )  # fmt: skip
                    corner = ((image * down * m + h) * across * m + w) * Kq
                    for k in range(0, filters, vector):
                        turn_block(
                            blocks, work, given + corner + k, across * m * Kq, Kq, work, tmp,
                            d + t * Kq + k, many * Kq,
                        )  # fmt: skip
                new = image0 == n0 and first == 0
                for place in range(places):
                    iv, ig = v + place * many * Cp, d + place * many * Kq
                    to = (own * places + place) * Cp * Kp + k0
                    for c in range(0, Cp, height):
                        for panel in range(panel1 - panel0):
                            sum_tile(
                                blank, work, iv + c, Cp, ig + panel * width, Kq, some,
                                sums, to + c * Kp + panel * width, Kp, new,
                            )  # fmt: skip


@jit
def sum_tile(blank, work, iv, Cp, ig, Kq, some, sums, to, Kp, new):
    """Add to some channels and filters what these blocks give."""
    t = blank
    for i in range(some):
        t = tile_fma(t, work, tile_steps(blank, 1), iv + i * Cp, work, ig + i * Kq)
    if not new:
        t = tile_add(t, tile_load(blank, sums, tile_steps(blank, Kp), to))
    tile_store(t, sums, tile_steps(blank, Kp), to)


@jit
def gather(blocks, part, parts, thread, args, one):
    """Add the shares in order and turn the sums into the gradient of the weights (K, C, r, r)."""
    sums, dw, work = floats(args, 0, one), floats(args, 1, one), floats(args, 2, one)
    shares, C, K, Cp, Kp, room = args[3], args[4], args[5], args[6], args[7], args[8]
    piece, window = tile_side(blocks, PIECE), tile_side(blocks, WINDOW)
    a, r, vector = tile_height(piece), tile_height(window), tile_width(window)
    places = a * a
    tmp = thread * room
    begin, end = share(C, part, parts)
    for c in range(begin, end):
        for k in range(0, K, vector):
            for j in range(a):
                at = (j * Cp + c) * Kp + k
                t = tile_load(piece, sums, tile_steps(piece, a * Cp * Kp), at)
                for s in range(1, shares):
                    more = at + s * places * Cp * Kp
                    t = tile_add(t, tile_load(piece, sums, tile_steps(piece, a * Cp * Kp), more))
                t = tile_mix(blocks, WEIGHTS, t)
                tile_store(t, work, tile_steps(window, a * vector), tmp + j * vector)
            for i in range(r):
                t = tile_load(piece, work, tile_steps(piece, vector), tmp + i * a * vector)
                t = tile_mix(blocks, WEIGHTS, t)
                tile_store(t, work, tile_steps(window, vector), tmp + i * a * vector)
                for j in range(r):
                    for lane in range(min(vector, K - k)):
                        value = work[tmp + (i * a + j) * vector + lane]
                        dw[(((k + lane) * C + c) * r + i) * r + j] = value


# --- what is compiled: a name ends in block and window --------------------------------------------


@region
def pack_4_3(part, parts, thread, args, one):
    """Turn the weights: blocks of 4, windows of 3."""
    pack(blocks_of(one, 4, 3), part, parts, thread, args, one)


@region
def convolve_4_3(part, parts, thread, args, one):
    """Convolve: blocks of 4, windows of 3."""
    convolve(blocks_of(one, 4, 3), part, parts, thread, args, one)


@region
def sum_products_4_3(part, parts, thread, args, one):
    """Sum the products for the weights: blocks of 4, windows of 3."""
    sum_products(blocks_of(one, 4, 3), part, parts, thread, args, one)


@region
def gather_4_3(part, parts, thread, args, one):
    """Gather the gradient of the weights: blocks of 4, windows of 3."""
    gather(blocks_of(one, 4, 3), part, parts, thread, args, one)


@region
def pack_2_3(part, parts, thread, args, one):
    """Turn the weights: blocks of 2, windows of 3."""
    pack(blocks_of(one, 2, 3), part, parts, thread, args, one)


@region
def convolve_2_3(part, parts, thread, args, one):
    """Convolve: blocks of 2, windows of 3."""
    convolve(blocks_of(one, 2, 3), part, parts, thread, args, one)


@region
def sum_products_2_3(part, parts, thread, args, one):
    """Sum the products for the weights: blocks of 2, windows of 3."""
    sum_products(blocks_of(one, 2, 3), part, parts, thread, args, one)


@region
def gather_2_3(part, parts, thread, args, one):
    """Gather the gradient of the weights: blocks of 2, windows of 3."""
    gather(blocks_of(one, 2, 3), part, parts, thread, args, one)


@region
def pack_4_5(part, parts, thread, args, one):
    """Turn the weights: blocks of 4, windows of 5."""
    pack(blocks_of(one, 4, 5), part, parts, thread, args, one)


@region
def convolve_4_5(part, parts, thread, args, one):
    """Convolve: blocks of 4, windows of 5."""
    convolve(blocks_of(one, 4, 5), part, parts, thread, args, one)


@region
def sum_products_4_5(part, parts, thread, args, one):
    """Sum the products for the weights: blocks of 4, windows of 5."""
    sum_products(blocks_of(one, 4, 5), part, parts, thread, args, one)


@region
def gather_4_5(part, parts, thread, args, one):
    """Gather the gradient of the weights: blocks of 4, windows of 5."""
    gather(blocks_of(one, 4, 5), part, parts, thread, args, one)
