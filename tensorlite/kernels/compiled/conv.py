"""Convolution as the matrix product of ``product.py`` whose rows lie where the windows do.

All kernels work on one framed copy of a few images at a time: channels last and zeros around,
``(images, Hp, Wp, C)``, small enough for the second-level cache. In it, a row of the window is one
piece of S * C neighbours, so nothing needs to be unfolded: where the window lies, and which pieces
it has, is all in the lists of ``windows.py``:

    at[i]          where window ``i`` begins in the framed copy
    to[i]          where its result goes
    inside[p]      where piece ``p`` begins, from the window's corner
    weight[p]      where the weights of the piece begin
    first, last    the pieces that do not lie in the frame of zeros, per tile of windows

There are two ways to fill the vectors. With many channels, a tile is 8 windows by 32 filters, or 16
by 16 where that is all there are. With few channels and many images, the framed copy holds 32
images side by side, ``(Hp, Wp, C, 32)``, and a tile is 8 filters by 32 images: the same loop, with
windows and weights in exchanged roles.

The gradient of the picture is the same kernel on the gradient of the result, with the window
turned around; ``windows.py`` lists the pieces. ``conv_grad.py`` has the gradient of the weights.
"""

from tensorlite.kernels.compiled import apart, jit, region
from tensorlite.kernels.compiled.processor import ROWS, SHORT, SLIM, VECS
from tensorlite.kernels.compiled.product import accumulate, put, share
from tensorlite.kernels.compiled.simd import (
    floats,
    lanes,
    tile_down,
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
def clear(work, begin, count):
    """Zeros, also for the frame, which stays so."""
    for i in range(begin, begin + count):
        work[i] = 0


@apart
def frame(x, ix, steps, images, work, iw, shape, apart):
    """Copy images into the framed copy, ``(images, Hp, Wp, C)``, with pixels so far apart."""
    C, H, W, Hp, Wp, top, left = shape
    sn, sc, sh, sw = steps
    for n in range(images):
        for h in range(H):
            source = ix + n * sn + h * sh
            target = iw + ((n * Hp + h + top) * Wp + left) * apart
            if sc == 1 and sw == C and apart == C:
                for i in range(W * C):
                    work[target + i] = x[source + i]
            else:
                for w in range(W):
                    pixel = source + w * sw
                    if sc == 1:
                        for c in range(C):
                            work[target + w * apart + c] = x[pixel + c]
                    else:
                        for c in range(C):
                            work[target + w * apart + c] = x[pixel + c * sc]


@apart
def frame_lanes(x, ix, steps, images, work, iw, shape, width):
    """Copy images into a framed copy with the images last, ``(Hp, Wp, C, width)``."""
    C, H, W, Hp, Wp, top, left = shape
    sn, sc, sh, sw = steps
    for h in range(H):
        for w in range(W):
            for c in range(C):
                source = ix + h * sh + w * sw + c * sc
                target = iw + (((h + top) * Wp + w + left) * C + c) * width
                if sn == 1 and images == width:
                    for n in range(width):
                        work[target + n] = x[source + n]
                else:
                    for n in range(images):
                        work[target + n] = x[source + n * sn]


@region
def pack_weights(part, parts, thread, args, one):
    """Weights as panels of filters, ``(groups * panels, pieces, length, width)``, zeros beyond."""
    w, out = floats(args, 0, one), floats(args, 1, one)
    groups, K, C, taps = args[2], args[3], args[4], args[5]
    base, per_group, per_filter, per_channel, per_tap = args[6], args[7], args[8], args[9], args[10]
    width = args[11]
    panels = (K + width - 1) // width
    begin, end = share(groups * panels, part, parts)
    for unit in range(begin, end):
        g, k = unit // panels, unit % panels * width
        columns = min(width, K - k)
        for c in range(C):  # outside, as the taps of a filter's channel are neighbours
            for tap in range(taps):
                source = base + g * per_group + k * per_filter + c * per_channel + tap * per_tap
                target = ((unit * taps + tap) * C + c) * width
                for j in range(columns):
                    out[target + j] = w[source + j * per_filter]
                for j in range(columns, width):
                    out[target + j] = 0


@region
def windows_by_filters(part, parts, thread, args, one):
    """Tiles of 8 windows by 32 filters; where no more are wanted, of 16 windows by 16 filters."""
    if whole(args, 14)[1] <= lanes(one):
        look(tile_zero(one, SLIM, 1), part, parts, thread, args, one)
    else:
        look(tile_zero(one, ROWS, VECS), part, parts, thread, args, one)


@jit
def look(blank, part, parts, thread, args, one):
    """Tiles like ``blank``; a unit of work is a few images and one panel of filters."""
    x, w, bias, y, work = arrays(args, one)
    at, to, inside, weight, first, last, skip, lengths, phases, n = lists(args)
    images, relu, steps = args[15], args[16], (args[17], args[18], args[19], args[20])
    groups, K, batch, many, weights, result, room = n[0], n[1], n[2], n[3], n[4], n[5], n[6]
    C, shape = n[7], (n[7], n[8], n[9], n[10], n[11], n[12], n[13])
    height, width = tile_height(blank), tile_width(blank)
    edge = thread * room
    framed = edge + height * width
    clear(work, framed, room - height * width)
    panels, blocks = (K + width - 1) // width, (images + batch - 1) // batch
    begin, end = share(blocks * groups * panels, part, parts)
    copied = -1
    for unit in range(begin, end):
        panel, g, block = unit % panels, unit // panels % groups, unit // panels // groups
        count = min(batch, images - block * batch)
        if unit // panels != copied:
            copied = unit // panels
            corner = block * batch * steps[0] + g * C * steps[1]
            frame(x, corner, steps, count, work, framed, shape, C)
        packed = (g * panels + panel) * weights * width
        filters, filter0 = K - panel * width, g * K + panel * width
        start = tile_load(blank, bias, tile_steps(blank, 0), filter0)
        for phase in range(many):
            i0, windows, tile0 = phases[3 * phase], phases[3 * phase + 1], phases[3 * phase + 2]
            for i in range(0, windows * count, height):
                tile = tile0 + i // height
                beyond = skip[tile]
                t = accumulate(
                    start, work, tile_rows(blank, at, i0 + i), framed + beyond, inside, 1,
                    w, packed + beyond * width, weight, first[tile], last[tile], lengths[tile],
                )  # fmt: skip
                if relu:
                    t = tile_relu(t)
                iy = block * batch * result + filter0
                put(t, y, to, i0 + i, iy, windows * count - i, filters, work, edge)


@region
def filters_by_images(part, parts, thread, args, one):
    """Tiles of some filters by 32 images; a unit of work is 32 images of one group of channels."""
    K = whole(args, 14)[1]
    if (K + SHORT - 1) // SHORT * SHORT < (K + ROWS - 1) // ROWS * ROWS:
        slide(tile_zero(one, SHORT, VECS), part, parts, thread, args, one)
    else:
        slide(tile_zero(one, ROWS, VECS), part, parts, thread, args, one)


@jit
def slide(blank, part, parts, thread, args, one):
    """The work of ``filters_by_images``, with tiles like ``blank``."""
    x, w, bias, y, work = arrays(args, one)
    at, to, inside, weight, first, last, skip, lengths, phases, n = lists(args)
    images, relu, steps = args[15], args[16], (args[17], args[18], args[19], args[20])
    groups, K, many, weights, result, room = n[0], n[1], n[3], n[4], n[5], n[6]
    C, shape = n[7], (n[7], n[8], n[9], n[10], n[11], n[12], n[13])
    rows, planes, numbers = whole(args, 21), whole(args, 22), whole(args, 23)
    height, width = tile_height(blank), tile_width(blank)
    edge = thread * room
    framed = edge + height * width
    clear(work, framed, room - height * width)
    begin, end = share((images + width - 1) // width * groups, part, parts)
    for unit in range(begin, end):
        g, block = unit % groups, unit // groups
        count = min(width, images - block * width)
        corner = block * width * steps[0] + g * C * steps[1]
        frame_lanes(x, corner, steps, count, work, framed, shape, width)
        for phase in range(many):
            i0, windows, tile0 = phases[3 * phase], phases[3 * phase + 1], phases[3 * phase + 2]
            for i in range(windows):
                tile = tile0 + i
                beyond, panel = skip[tile], framed + (at[i0 + i] + skip[tile]) * width
                for k in range(0, K, height):
                    t = tile_down(blank, bias, g * K, tile_rows(blank, numbers, k))
                    t = accumulate(
                        t, w, tile_rows(blank, rows, k), g * K * weights + beyond, weight, 1,
                        work, panel, inside, first[tile], last[tile], lengths[tile],
                    )  # fmt: skip
                    if relu:
                        t = tile_relu(t)
                    iy = (g * K * result + to[i0 + i]) * images + block * width
                    if count == width:  # rows beyond the last filter repeat it, so they may go
                        tile_store(t, y, tile_rows(blank, planes, k), iy)
                    else:
                        put(t, y, planes, k, iy, K - k, count, work, edge)


@jit
def arrays(args, one):
    """Pictures, weights, bias, result and scratch memory."""
    return (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
        floats(args, 4, one),
    )  # fmt: skip


@jit
def lists(args):
    """The lists of ``windows.py`` and, last, the sizes."""
    return (
        whole(args, 5), whole(args, 6), whole(args, 7), whole(args, 8), whole(args, 9),
        whole(args, 10), whole(args, 11), whole(args, 12), whole(args, 13), whole(args, 14),
    )  # fmt: skip
