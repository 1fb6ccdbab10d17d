"""Winograd's convolution: transforms with constant matrices around small matrix products.

``kernels/winograd.py`` says why. A line of blocks is copied with zeros around, its pieces are
turned by the matrices, 16 channels in a vector, into ``V[xi, block, channel]``; each place ``xi``
is a matrix product with the turned weights ``U[xi, channel, filter]``, with tiles as in
``product.py``; and each block of the products is turned into results. A thread does so with some
lines at a time. The gradient of the picture is the same with the weights turned round. For that of
the weights, blocks of the gradient take the place of the weights, and the products sum over the
blocks: threads first share the turning of some lines, then the products, place by place.

Each function works for any block and window; the regions at the end say which are compiled.
"""

from tensorlite.kernels.compiled import apart, jit, region
from tensorlite.kernels.compiled.conv import clear
from tensorlite.kernels.compiled.processor import ROWS, SLIM, VECS
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
def turn_piece(blocks, x, ix, down, across, work, tmp, v, iv, plane):
    """``B' d B`` of a piece of the picture, to ``v[iv + place * plane]``."""
    side = tile_side(blocks, PIECE)
    a, vector = tile_height(side), tile_width(side)
    for j in range(a):
        t = tile_load(side, x, tile_steps(side, down), ix + j * across)
        t = tile_mix(blocks, INPUT, t)
        tile_store(t, work, tile_steps(side, a * vector), tmp + j * vector)
    for i in range(a):
        t = tile_load(side, work, tile_steps(side, vector), tmp + i * a * vector)
        tile_store(tile_mix(blocks, INPUT, t), v, tile_steps(side, plane), iv + i * a * plane)


@apart
def turn_block(blocks, x, ix, down, across, work, tmp, d, id, plane):
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
        tile_store(tile_mix(blocks, BLOCK, t), d, tile_steps(piece, plane), id + i * a * plane)


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
    """The turned weights, ``(places, panels, C, width)``; zeros for filters beyond the last.

    From place to place an odd number of vectors.
    """
    w, u, work, n = floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), whole(args, 3)
    K, C, base, per_filter, per_channel, per_tap = n[0], n[1], n[2], n[3], n[4], n[5]
    vector, width = lanes(one), n[7]
    r = tile_height(tile_side(blocks, WINDOW))
    panels = (K + width - 1) // width
    plane = odd(panels * C * width, vector)
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
            turn_window(blocks, work, tmp, u, target, plane)


@apart
def strip(x, ix, steps, h, rows, work, iw, C, H, W, wide, left, apart):
    """Copy some rows of an image, ``(rows, wide, apart)``; those outside of it are zeros.

    What lies left and right of it, and beyond its channels, is zero already and stays so.
    """
    _, sc, sh, sw = steps
    for row in range(rows):
        target = iw + row * wide * apart
        if h + row < 0 or h + row >= H:
            clear(work, target, wide * apart)
            continue
        source, target = ix + (h + row) * sh, target + left * apart
        if sc == 1 and sw == C and apart == C:
            for i in range(W * C):
                work[target + i] = x[source + i]
        elif sc == 1:
            for w in range(W):
                for c in range(C):
                    work[target + w * apart + c] = x[source + w * sw + c]
        else:
            for w in range(W):
                for c in range(C):
                    work[target + w * apart + c] = x[source + w * sw + c * sc]


@jit
def convolve(blocks, part, parts, thread, args, one):
    """A unit of work is some lines of blocks."""
    x, u, bias, y, work = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
        floats(args, 4, one),
    )  # fmt: skip
    n, images, relu = whole(args, 5), args[6], args[7]
    steps = args[8], args[9], args[10], args[11]
    C, K, Cp, Kp, Ho, Wo, H, W = n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]
    top, left, together, many, room, width = n[8], n[9], n[10], n[11], n[12], n[13]
    piece, block = tile_side(blocks, PIECE), tile_side(blocks, RESULTS)
    a, m, vector = tile_height(piece), tile_height(block), lanes(one)
    down, across = (Ho + m - 1) // m, (Wo + m - 1) // m
    wide = (across - 1) * m + a
    # From place to place.
    here, plane, there = odd(many * Cp, vector), odd(C * Kp, vector), odd(many * Kp, vector)
    tmp = thread * room
    v = tmp + a * a * vector
    products = v + a * a * here
    framed = products + a * a * there
    clear(work, tmp, room)
    lines = images * down
    begin, end = share((lines + together - 1) // together, part, parts)
    for unit in range(begin, end):
        first = unit * together
        some = min(together, lines - first)
        for t in range(some):
            corner, h = (first + t) // down * steps[0], (first + t) % down * m - top
            strip(x, corner, steps, h, a, work, framed, C, H, W, wide, left, Cp)
            for j in range(across):
                for c in range(0, C, vector):
                    turn_piece(
                        blocks, work, framed + j * m * Cp + c, wide * Cp, Cp, work, tmp,
                        work, v + (t * across + j) * Cp + c, here,
                    )  # fmt: skip
        if width == vector:
            blank = tile_zero(one, SLIM, 1)
            multiply(
                blank, work, v, here, u, plane, products, there, a * a, some * across, C, Cp, Kp
            )
        else:
            blank = tile_zero(one, ROWS, VECS)
            multiply(
                blank, work, v, here, u, plane, products, there, a * a, some * across, C, Cp, Kp
            )
        for t in range(some * across):
            line, w = first + t // across, t % across * m
            h = line % down * m
            iy = ((line // down * Ho + h) * Wo + w) * K
            for k in range(0, K, vector):
                give(
                    blocks, work, products + t * Kp + k, there, tmp, bias, k, relu,
                    y, iy + k, Wo * K, K, min(m, Ho - h), min(m, Wo - w), min(vector, K - k),
                )  # fmt: skip


@jit
def multiply(blank, work, v, here, u, plane, products, there, places, some, C, Cp, Kp):
    """At each place, blocks by channels times channels by filters."""
    height, width = tile_height(blank), tile_width(blank)
    for place in range(places):
        for k in range(0, Kp, width):
            iu = place * plane + k * C
            for t in range(0, some, height):
                sums, iv = blank, v + place * here + t * Cp
                for c in range(C):
                    sums = tile_fma(sums, work, tile_steps(blank, Cp), iv + c, u, iu + c * width)
                to = products + place * there + t * Kp + k
                tile_store(sums, work, tile_steps(blank, Kp), to)


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
def odd(numbers, vector):
    """An odd number of vectors that holds so many: even ones would share few lines of a cache."""
    return ((numbers + vector - 1) // vector | 1) * vector


@jit
def turn_line(blocks, x, dy, steps, dy_steps, line, n, work, tmp, v, iv, d, id, one):
    """Pieces of the picture and blocks of the gradient, turned, for a line of blocks.

    They go to ``(places, blocks, C)`` and ``(places, blocks, K)``, where from block to block and
    from place to place an odd number of vectors.
    """
    C, K, Cp, Kp, Ho, Wo, H, W = n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]
    top, left, many = n[8], n[9], n[11]
    piece, block = tile_side(blocks, PIECE), tile_side(blocks, RESULTS)
    a, m, vector = tile_height(piece), tile_height(block), lanes(one)
    down, across = (Ho + m - 1) // m, (Wo + m - 1) // m
    wide, here, there = (across - 1) * m + a, odd(Cp, vector), odd(Kp, vector)
    plane, other = odd(many * here, vector), odd(many * there, vector)
    framed = tmp + a * a * vector
    given = framed + a * wide * Cp
    image, h = line // down, line % down * m
    strip(x, image * steps[0], steps, h - top, a, work, framed, C, H, W, wide, left, Cp)
    corner = image * dy_steps[0]
    strip(dy, corner, dy_steps, h, m, work, given, K, Ho, Wo, across * m, 0, Kp)
    for j in range(across):
        for c in range(0, C, vector):
            turn_piece(
                blocks, work, framed + j * m * Cp + c, wide * Cp, Cp, work, tmp,
                v, iv + j * here + c, plane,
            )  # fmt: skip
        for k in range(0, K, vector):
            turn_block(
                blocks, work, given + j * m * Kp + k, across * m * Kp, Kp, work, tmp,
                d, id + j * there + k, other,
            )  # fmt: skip


@jit
def sum_panel(blank, vector, v, iv, d, id, sums, to, k, sizes, new):
    """The products of all channels and the filters of a panel, at one place."""
    places, place, many, some, Cp, Kp = sizes
    here, there = odd(Cp, vector), odd(Kp, vector)
    plane, other = odd(many * here, vector), odd(many * there, vector)
    for c in range(0, Cp, tile_height(blank)):
        t = blank
        for start in range(0, some, many):
            at = start // many * places + place
            ia, ib = iv + at * plane + c, id + at * other + k
            for i in range(min(many, some - start)):
                t = tile_fma(t, v, tile_steps(blank, 1), ia + i * here, d, ib + i * there)
        target = to + place * odd(Cp * Kp, vector) + c * Kp + k
        if not new:
            t = tile_add(t, tile_load(blank, sums, tile_steps(blank, Kp), target))
        tile_store(t, sums, tile_steps(blank, Kp), target)


@jit
def sum_shares(blocks, part, parts, thread, args, one):
    """Sums ``(shares, places, C, Kp)``; a thread turns what it multiplies, and both stay near."""
    x, dy, sums, work = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
    )  # fmt: skip
    n, lines, shares = whole(args, 4), args[5], args[6]
    steps, dy_steps = (
        (args[7], args[8], args[9], args[10]),
        (args[11], args[12], args[13], args[14]),
    )
    Cp, Kp, group, many, room, width, vector = n[2], n[3], n[10], n[11], n[12], n[13], lanes(one)
    a, across = tile_height(tile_side(blocks, PIECE)), n[14]
    tmp = thread * room
    v = tmp + n[15]
    d = v + a * a * odd(many * odd(Cp, vector), vector)
    clear(work, tmp, room)
    begin, end = share(shares, part, parts)
    for unit in range(begin, end):
        first, last = share(lines, unit, shares)
        for start in range(first, last, group):
            some = min(group, last - start)
            for i in range(some):
                iv = v + i * across * odd(Cp, vector)
                id = d + i * across * odd(Kp, vector)
                turn_line(
                    blocks, x, dy, steps, dy_steps, start + i, n, work, tmp, work, iv, work, id, one
                )
            to = unit * a * a * odd(Cp * Kp, vector)
            for place in range(a * a):
                sizes = a * a, place, many, some * across, Cp, Kp
                for k in range(0, Kp, width):
                    if width == vector:
                        blank = tile_zero(one, SLIM, 1)
                        sum_panel(
                            blank, vector, work, v, work, d, sums, to, k, sizes, start == first
                        )
                    else:
                        blank = tile_zero(one, ROWS, VECS)
                        sum_panel(
                            blank, vector, work, v, work, d, sums, to, k, sizes, start == first
                        )


@jit
def turn_lines(blocks, part, parts, thread, args, one):
    """Some lines of blocks, turned, in groups of lines, for all threads."""
    x, dy, v, d, work = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
        floats(args, 4, one),
    )  # fmt: skip
    n, first, some = whole(args, 5), args[6], args[7]
    steps, dy_steps = (
        (args[8], args[9], args[10], args[11]),
        (args[12], args[13], args[14], args[15]),
    )
    Cp, Kp, group, many, room, across, vector = n[2], n[3], n[10], n[11], n[12], n[14], lanes(one)
    a = tile_height(tile_side(blocks, PIECE))
    here, there = odd(Cp, vector), odd(Kp, vector)
    tmp = thread * room
    clear(work, tmp, room)
    begin, end = share(some, part, parts)
    for i in range(begin, end):
        at, t = i // group * a * a, i % group * across
        iv = at * odd(many * here, vector) + t * here
        id = at * odd(many * there, vector) + t * there
        turn_line(blocks, x, dy, steps, dy_steps, first + i, n, work, tmp, v, iv, d, id, one)


@jit
def sum_products(blocks, part, parts, thread, args, one):
    """Add to ``(places, C, Kp)`` what these blocks give; a unit of work is a panel of one place."""
    v, d, sums, n = floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), whole(args, 3)
    some, new = args[4], args[5]
    Cp, Kp, many, width, vector = n[2], n[3], n[11], n[13], lanes(one)
    a = tile_height(tile_side(blocks, PIECE))
    begin, end = share(a * a * (Kp // width), part, parts)
    for unit in range(begin, end):
        place, k = unit // (Kp // width), unit % (Kp // width) * width
        sizes = a * a, place, many, some, Cp, Kp
        blank = tile_zero(one, ROWS, VECS)
        sum_panel(blank, vector, v, 0, d, 0, sums, 0, k, sizes, new)


@jit
def gather(blocks, part, parts, thread, args, one):
    """Add the shares in order and turn the sums into the gradient of the weights (K, C, r, r)."""
    sums, dw, work = floats(args, 0, one), floats(args, 1, one), floats(args, 2, one)
    C, K, Cp, Kp, room, shares = args[3], args[4], args[5], args[6], args[7], args[8]
    piece, window = tile_side(blocks, PIECE), tile_side(blocks, WINDOW)
    a, r, vector = tile_height(piece), tile_height(window), tile_width(window)
    tmp, plane = thread * room, odd(Cp * Kp, vector)
    begin, end = share(C, part, parts)
    for c in range(begin, end):
        for k in range(0, K, vector):
            for j in range(a):
                at = j * plane + c * Kp + k
                t = tile_load(piece, sums, tile_steps(piece, a * plane), at)
                for s in range(1, shares):
                    more = at + s * a * a * plane
                    t = tile_add(t, tile_load(piece, sums, tile_steps(piece, a * plane), more))
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
def sum_shares_4_3(part, parts, thread, args, one):
    """Turn and sum the products for few weights: blocks of 4, windows of 3."""
    sum_shares(blocks_of(one, 4, 3), part, parts, thread, args, one)


@region
def turn_lines_4_3(part, parts, thread, args, one):
    """Turn what the gradient of the weights is made of: blocks of 4, windows of 3."""
    turn_lines(blocks_of(one, 4, 3), part, parts, thread, args, one)


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
def sum_shares_2_3(part, parts, thread, args, one):
    """Turn and sum the products for few weights: blocks of 2, windows of 3."""
    sum_shares(blocks_of(one, 2, 3), part, parts, thread, args, one)


@region
def turn_lines_2_3(part, parts, thread, args, one):
    """Turn what the gradient of the weights is made of: blocks of 2, windows of 3."""
    turn_lines(blocks_of(one, 2, 3), part, parts, thread, args, one)


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
def sum_shares_4_5(part, parts, thread, args, one):
    """Turn and sum the products for few weights: blocks of 4, windows of 5."""
    sum_shares(blocks_of(one, 4, 5), part, parts, thread, args, one)


@region
def turn_lines_4_5(part, parts, thread, args, one):
    """Turn what the gradient of the weights is made of: blocks of 4, windows of 5."""
    turn_lines(blocks_of(one, 4, 5), part, parts, thread, args, one)


@region
def sum_products_4_5(part, parts, thread, args, one):
    """Sum the products for the weights: blocks of 4, windows of 5."""
    sum_products(blocks_of(one, 4, 5), part, parts, thread, args, one)


@region
def gather_4_5(part, parts, thread, args, one):
    """Gather the gradient of the weights: blocks of 4, windows of 5."""
    gather(blocks_of(one, 4, 5), part, parts, thread, args, one)
