"""Pooling loops over pictures with the channels last, (N, H, W, C).

``window`` holds the kernel, stride, padding and dilation, each down and across.
"""

from tensorlite.kernels.compiled import kernel


@kernel
def max_pool(x, y, index, window):
    """The largest element of each window and its place, ``h * W + w``; the first of equal ones."""
    r, s, down, across, top, left, apart, aside = window
    n, height, width, channels = x.shape
    for image in range(n):
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                for c in range(channels):
                    best, place = -float("inf"), -1
                    for k in range(r):
                        h = i * down - top + k * apart
                        if 0 <= h < height:
                            for m in range(s):
                                w = j * across - left + m * aside
                                if 0 <= w < width:
                                    value = x[image, h, w, c]
                                    if value > best or value != value or place < 0:
                                        best, place = value, h * width + w
                    y[image, i, j, c] = best
                    index[image, i, j, c] = place


@kernel
def put(dy, index, dx):
    """Add each element of ``dy`` to its place in ``dx`` (N, H * W, C)."""
    for image in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                for c in range(dy.shape[3]):
                    dx[image, index[image, i, j, c], c] += dy[image, i, j, c]


@kernel
def pick(x, index, y):
    """Take each element of ``y`` from its place in ``x`` (N, H * W, C)."""
    for image in range(y.shape[0]):
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                for c in range(y.shape[3]):
                    y[image, i, j, c] = x[image, index[image, i, j, c], c]


@kernel
def avg_pool(x, y, window, count_padding, gradient):
    """The mean of each window; with ``gradient``, ``y`` is given and spread over ``x``."""
    r, s, down, across, top, left, _, _ = window
    n, height, width, channels = x.shape
    for image in range(n):
        for i in range(y.shape[1]):
            h0 = i * down - top
            h1 = min(h0 + r, height + top)
            for j in range(y.shape[2]):
                w0 = j * across - left
                w1 = min(w0 + s, width + left)
                count = (h1 - h0) * (w1 - w0)
                a, b = max(h0, 0), min(h1, height)
                c, d = max(w0, 0), min(w1, width)
                if not count_padding:
                    count = (b - a) * (d - c)
                for channel in range(channels):
                    if gradient:
                        share = y[image, i, j, channel] / count
                        for h in range(a, b):
                            for w in range(c, d):
                                x[image, h, w, channel] += share
                    else:
                        total = x[image, a, c, channel]
                        total -= total
                        for h in range(a, b):
                            for w in range(c, d):
                                total += x[image, h, w, channel]
                        y[image, i, j, channel] = total / count
