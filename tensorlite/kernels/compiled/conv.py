"""Windows of a picture as the rows of a matrix, and back.

``sizes`` are N, Ho, Wo, R (rows of the window), pieces per row of the window, numbers per piece
and C; ``steps`` are the strides and the dilations, each down and across.
"""

from tensorlite.kernels.compiled import kernel


@kernel
def im2col(rows, columns, height, sizes, steps):
    """Copy each window; ``rows`` is the picture as (N * H, W * C)."""
    n, ho, wo, r, pieces, length, c = sizes
    down, across, apart, aside = steps
    to = 0
    for image in range(n):
        for i in range(ho):
            for j in range(wo):
                for k in range(r):
                    row = rows[image * height + i * down + k * apart]
                    for piece in range(pieces):
                        at = (j * across + piece * aside) * c
                        columns[to : to + length] = row[at : at + length]
                        to += length


@kernel
def col2im(rows, columns, height, sizes, steps):
    """Add each window back to where it was copied from."""
    n, ho, wo, r, pieces, length, c = sizes
    down, across, apart, aside = steps
    to = 0
    for image in range(n):
        for i in range(ho):
            for j in range(wo):
                for k in range(r):
                    row = rows[image * height + i * down + k * apart]
                    for piece in range(pieces):
                        at = (j * across + piece * aside) * c
                        row[at : at + length] += columns[to : to + length]
                        to += length
