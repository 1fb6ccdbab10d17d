"""Resized and sampled pictures agree with PyTorch."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.parity.moving import agree, draw, refused

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

X = draw(2, 3, 5, 4)
LAST = draw(2, 5, 4, 3).transpose(0, 3, 1, 2)
SIGNAL, VOLUME = draw(2, 3, 7), draw(1, 2, 3, 4, 5)


def resize(*args, **options):
    return lambda m, x: m.nn.functional.interpolate(x, *args, **options)


FLAT = [
    resize(scale_factor=2),
    resize((7, 3)),
    resize(9),
    resize(scale_factor=(0.5, 1.7)),
    resize(size=(3, 9), mode="nearest-exact"),
    resize(scale_factor=2.3, mode="nearest-exact"),
    resize((10, 8), mode="area"),
    resize((2, 3), mode="area"),
    resize(scale_factor=0.6, mode="area"),
    resize((5, 4), mode="bilinear"),
    *(
        resize(**how, mode=mode, align_corners=align)
        for how, mode, align in itertools.product(
            [
                {"size": (8, 9)},
                {"size": (3, 2)},
                {"size": (1, 1)},
                {"scale_factor": 2},
                {"scale_factor": 1.5},
                {"scale_factor": (0.7, 2.2)},
                {"scale_factor": 1.3, "recompute_scale_factor": True},
            ],
            ["bilinear", "bicubic"],
            [None, False, True],
        )
    ),
    resize((3, 2), mode="bilinear", antialias=True),
    resize((7, 3), mode="bicubic", antialias=True, align_corners=False),
    lambda m, x: m.nn.functional.upsample(x, scale_factor=2, mode="nearest"),
]


@pytest.mark.filterwarnings("ignore:.nn.functional.upsample")
@pytest.mark.parametrize("call", FLAT, ids=range(len(FLAT)))
@pytest.mark.parametrize("x", [X, LAST], ids=["first", "last"])
def test_pictures(call, x):
    agree(call, x, second=True)


OTHERS = [
    (SIGNAL, resize(11)),
    (SIGNAL, resize(scale_factor=1.6)),
    (SIGNAL, resize(11, mode="linear")),
    (SIGNAL, resize(scale_factor=0.5, mode="linear", align_corners=True)),
    (SIGNAL, resize(4, mode="area")),
    (VOLUME, resize(scale_factor=2)),
    (VOLUME, resize((2, 6, 5))),
    (VOLUME, resize(scale_factor=2, mode="trilinear")),
    (VOLUME, resize((2, 6, 5), mode="trilinear", align_corners=True)),
    (VOLUME, resize((2, 6, 5), mode="area")),
    (X[:0], resize(scale_factor=2)),
]


@pytest.mark.parametrize(("x", "call"), OTHERS, ids=range(len(OTHERS)))
def test_signals_and_volumes(x, call):
    agree(call, x)


@pytest.mark.parametrize("size", [(224, 224), (37, 101), (13, 300)])
@pytest.mark.parametrize("mode", ["nearest", "nearest-exact", "bilinear"])
def test_larger_pictures_in_single_precision(size, mode):
    agree(resize(size, mode=mode), draw(1, 2, 57, 93))


def test_channels_last_stays_channels_last():
    import tensorlite as tl

    for mode in ("nearest", "bilinear", "bicubic", "area"):
        y = tl.nn.functional.interpolate(tl.from_numpy(LAST), (8, 8), mode=mode)
        assert y.array.transpose(0, 2, 3, 1).flags.c_contiguous


THETA = np.array([[[0.9, 0.3, 0.1], [-0.2, 1.1, -0.3]], [[1.7, 0.1, 0.4], [0.3, 1.9, 0.2]]])
HOW = [
    {"mode": mode, "padding_mode": padding, "align_corners": align}
    for mode in ("bilinear", "nearest")
    for padding in ("zeros", "border", "reflection")
    for align in (True, False)
]


@pytest.mark.parametrize("how", HOW, ids=str)
def test_grids(how):
    def call(m, x, theta):
        grid = m.nn.functional.affine_grid(theta, (2, 3, 6, 7), how["align_corners"])
        return m.nn.functional.grid_sample(x, grid, **how)

    agree(call, X, THETA, second=how["mode"] == "nearest")
    agree(call, LAST, THETA)


@pytest.mark.parametrize("how", HOW, ids=str)
def test_grids_far_outside(how):
    grid = draw(2, 4, 5, 2) * 3
    agree(lambda m, x, g: m.nn.functional.grid_sample(x, g, **how), X, grid)


def test_volumes_through_a_grid():
    def call(m, x, g):
        return m.nn.functional.grid_sample(x, g, align_corners=True)

    agree(call, VOLUME, draw(1, 2, 3, 2, 3))
    agree(
        lambda m, t: m.nn.functional.affine_grid(t, (2, 1, 2, 3, 4), align_corners=False),
        draw(2, 3, 4),
    )


WRONG = [
    resize(),
    resize(3, 2.0),
    resize((3, 3, 3)),
    resize(3, mode="linear"),
    resize(3, mode="cubic"),
    resize(3, align_corners=True),
    resize(0),
    resize(3, antialias=True),
    lambda m, x: m.nn.functional.interpolate(x.long(), 3, mode="bilinear"),
    lambda m, x: m.nn.functional.grid_sample(x, m.zeros(1, 3, 3, 2), align_corners=True),
    lambda m, x: m.nn.functional.grid_sample(x, m.zeros(2, 3, 3, 3), align_corners=True),
    lambda m, x: m.nn.functional.grid_sample(x, m.zeros(2, 3, 3, 2), "linear", align_corners=True),
    lambda m, x: m.nn.functional.affine_grid(m.zeros(2, 2, 2), (2, 1, 3, 3), align_corners=True),
]


@pytest.mark.parametrize("call", WRONG, ids=range(len(WRONG)))
def test_what_pytorch_refuses_is_refused(call):
    refused(call, X.astype(np.float32))
