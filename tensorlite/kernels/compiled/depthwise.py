"""Convolution in which each channel has a filter of its own: vectors hold channels.

Nothing is summed over channels, so a tile is 8 windows by 32 channels, and both sides of the
product are vectors. The framed copy has only the channels of a tile, ``(Hp, Wp, 32)``, and the
lists of ``windows.py`` are those of a picture with so many channels.
"""

from tensorlite.kernels.compiled import jit, region
from tensorlite.kernels.compiled.conv import arrays, clear, frame, lists
from tensorlite.kernels.compiled.processor import ROWS, VECS
from tensorlite.kernels.compiled.product import put, share
from tensorlite.kernels.compiled.simd import (
    floats,
    tile_add,
    tile_along,
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
def frame_panel(one, x, ix, steps, work, iw, shape):
    """Copy the channels of a tile of an image into its framed copy, ``(Hp, Wp, 32)``."""
    C, H, W, Hp, Wp, top, left = shape
    blank = tile_zero(one, 1, VECS)
    width, here = tile_width(blank), tile_steps(blank, 0)
    if C < width or steps[1] != 1:
        frame(x, ix, steps, 1, work, iw, shape, width)
        return
    for h in range(H):
        source, target = ix + h * steps[2], iw + ((h + top) * Wp + left) * width
        for w in range(W):
            t = tile_load(blank, x, here, source + w * steps[3])
            tile_store(t, work, here, target + w * width)


@jit
def multiply(t, work, rows, at, inside, first, last, length, w, filters, weight):
    """Add to the tile the pieces of its windows times the filters, number by number."""
    for p in range(first, last):
        source, target = at + inside[p], filters + weight[p]
        for q in range(0, length, tile_width(t)):
            t = tile_along(t, work, rows, source + q, w, target + q)
    return t


@region
def windows_by_channels(part, parts, thread, args, one):
    """The result, or the gradient of the picture; a unit of work is 32 channels of an image."""
    x, w, bias, y, work = arrays(args, one)
    at, to, inside, weight, first, last, skip, lengths, phases, n = lists(args)
    images, relu, steps = args[15], args[16], (args[17], args[18], args[19], args[20])
    C, many, taps, result, room = n[0], n[1], n[2], n[3], n[4]
    blank = tile_zero(one, ROWS, VECS)
    height, width = tile_height(blank), tile_width(blank)
    edge = thread * room
    framed = edge + height * width
    clear(work, framed, room - height * width)
    panels = (C + width - 1) // width
    begin, end = share(images * panels, part, parts)
    for unit in range(begin, end):
        image, c = unit // panels, unit % panels * width
        channels = min(width, C - c)
        shape = channels, n[5], n[6], n[7], n[8], n[9], n[10]
        frame_panel(one, x, image * steps[0] + c * steps[1], steps, work, framed, shape)
        start = tile_load(blank, bias, tile_steps(blank, 0), c)
        for phase in range(many):
            i0, windows, tile0 = phases[3 * phase], phases[3 * phase + 1], phases[3 * phase + 2]
            for i in range(0, windows, height):
                tile, corner = tile0 + i // height, at[i0 + i]
                p0, p1, length = first[tile], last[tile], lengths[tile]
                filters = c * taps + skip[tile]
                spread = at[i0 + i + height - 1] - corner
                if windows - i >= height and spread == (height - 1) * width:
                    # Neighbours in a row: one address, not one for each. The corners of a full
                    # tile rise, so their spread tells; those that fill up the last one repeat.
                    rows, corner = tile_steps(blank, width), framed + corner + skip[tile]
                    t = multiply(
                        start, work, rows, corner, inside, p0, p1, length, w, filters, weight
                    )
                else:
                    rows = tile_rows(blank, at, i0 + i)
                    t = multiply(
                        start,
                        work,
                        rows,
                        framed + skip[tile],
                        inside,
                        p0,
                        p1,
                        length,
                        w,
                        filters,
                        weight,
                    )
                if relu:
                    t = tile_relu(t)
                put(t, y, to, i0 + i, image * result + c, windows - i, channels, work, edge)


@region
def taps_by_channels(part, parts, thread, args, one):
    """For the weights: a sum for each share of the images, ``(shares, panels, taps, 32)``."""
    x, dy, sums, work = (
        floats(args, 0, one), floats(args, 1, one), floats(args, 2, one), floats(args, 3, one),
    )  # fmt: skip
    taps, corners, n = whole(args, 4), whole(args, 5), whole(args, 6)
    images, steps = args[7], (args[8], args[9], args[10], args[11])
    dy_steps = args[12], args[13], args[14], args[15]
    C, shares, rows, room, Ho, Wo = n[0], n[1], n[2], n[3], n[10], n[11]
    blank = tile_zero(one, ROWS, VECS)
    height, width = tile_height(blank), tile_width(blank)
    framed = thread * room
    given = framed + n[6] * n[7] * width
    clear(work, framed, room)
    panels = (C + width - 1) // width
    begin, end = share(shares * panels, part, parts)
    for unit in range(begin, end):
        c = unit % panels * width
        channels = min(width, C - c)
        shape = channels, n[4], n[5], n[6], n[7], n[8], n[9]
        n0, n1 = share(images, unit // panels, shares)
        for image in range(n0, n1):
            frame_panel(one, x, image * steps[0] + c * steps[1], steps, work, framed, shape)
            corner = image * dy_steps[0] + c * dy_steps[1]
            frame_panel(one, dy, corner, dy_steps, work, given, (channels, Ho, Wo, Ho, Wo, 0, 0))
            for i in range(0, rows, height):
                t, seen = blank, tile_rows(blank, taps, i)
                for p in range(Ho * Wo):
                    at = framed + corners[p]
                    t = tile_along(t, work, seen, at, work, given + p * width)
                target, lines = (unit * rows + i) * width, tile_steps(blank, width)
                if image > n0:
                    t = tile_add(t, tile_load(blank, sums, lines, target))
                tile_store(t, sums, lines, target)
