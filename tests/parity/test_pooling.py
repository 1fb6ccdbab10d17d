"""Pooling against PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensorlite as tl

torch = pytest.importorskip("torch")

from tests.parity.window_layers import agree, both_refuse, layers_agree  # noqa: E402

pytestmark = pytest.mark.parity

SHAPES = {1: (2, 3, 11), 2: (2, 3, 8, 7), 3: (2, 2, 5, 6, 4)}
UNBATCHED = {1: (3, 11), 2: (3, 8, 7), 3: (2, 5, 6, 4)}
WINDOWS: list[tuple[Any, ...]] = [
    (2,),
    (3, 2),
    (3, 1, 1),
    (3, 2, 1),
    (2, 3),
]

REST = None, 0, 1, False, True  # what comes after the window, up to return_indices


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("ceil", [False, True])
@pytest.mark.parametrize("batch", [False, True])
def test_max_pooling(dims: int, window: Any, ceil: bool, batch: bool) -> None:
    def run(F: Any, nn: Any, x: Any) -> Any:
        return getattr(F, f"max_pool{dims}d")(x, *window, ceil_mode=ceil, return_indices=True)

    agree(run, ((SHAPES if batch else UNBATCHED)[dims],))


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_dilated_max_pooling(dims: int) -> None:
    def run(F: Any, nn: Any, x: Any) -> Any:
        return getattr(F, f"max_pool{dims}d")(x, 2, 1, 1, 3, True, True)

    agree(run, (SHAPES[dims],))


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("ceil", [False, True])
@pytest.mark.parametrize("count_include_pad", [False, True])
def test_average_pooling(dims: int, window: Any, ceil: bool, count_include_pad: bool) -> None:
    options = {"ceil_mode": ceil, "count_include_pad": count_include_pad}
    for shape in (SHAPES[dims], UNBATCHED[dims]):
        agree(lambda F, nn, x: getattr(F, f"avg_pool{dims}d")(x, *window, **options), (shape,))
    if dims > 1:
        options["divisor_override"] = 3
        agree(lambda F, nn, x: getattr(F, f"avg_pool{dims}d")(x, *window, **options), (shape,))


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 13])
@pytest.mark.parametrize("batch", [False, True])
def test_adaptive_average_pooling(dims: int, size: int, batch: bool) -> None:
    shape = (SHAPES if batch else UNBATCHED)[dims]
    agree(lambda F, nn, x: getattr(F, f"adaptive_avg_pool{dims}d")(x, size), (shape,))


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 13])
@pytest.mark.parametrize("batch", [False, True])
def test_adaptive_max_pooling(dims: int, size: int, batch: bool) -> None:
    def run(F: Any, nn: Any, x: Any) -> Any:
        return getattr(F, f"adaptive_max_pool{dims}d")(x, size, True)

    agree(run, ((SHAPES if batch else UNBATCHED)[dims],))


@pytest.mark.parametrize(
    ("function", "shape"),
    [
        (lambda F, nn, x: F.max_pool2d(x, (3, 2), (2, 1), (1, 0)), (2, 3, 8, 7)),
        (lambda F, nn, x: F.max_pool2d(x, [3], []), (2, 3, 8, 7)),
        (lambda F, nn, x: F.max_pool2d(x, 2), (0, 3, 8, 7)),
        (lambda F, nn, x: F.max_pool1d(x, (2,)), (0, 3, 8)),
        (lambda F, nn, x: F.max_pool3d(x, (2, 3, 1), (1, 2, 1), (1, 1, 0)), (2, 3, 4, 5, 3)),
        (lambda F, nn, x: F.avg_pool2d(x, (3, 2), (2, 1), (1, 0)), (2, 3, 8, 7)),
        (lambda F, nn, x: F.avg_pool2d(x, 2), (0, 3, 8, 7)),
        (lambda F, nn, x: F.adaptive_avg_pool2d(x, (None, 3)), (2, 3, 8, 7)),
        (lambda F, nn, x: F.adaptive_avg_pool2d(x, [3, 1]), (2, 3, 8, 7)),
        (lambda F, nn, x: F.adaptive_avg_pool2d(x, 3), (0, 3, 8, 7)),
        (lambda F, nn, x: F.adaptive_avg_pool1d(x, (3,)), (2, 3, 8)),
        (lambda F, nn, x: F.adaptive_avg_pool3d(x, (2, None, 1)), (2, 3, 4, 5, 3)),
        (lambda F, nn, x: F.adaptive_max_pool2d(x, (None, 3)), (2, 3, 8, 7)),
        (lambda F, nn, x: F.lp_pool2d(x * x + 0.1, 2, 2), (2, 3, 8, 7)),
        (lambda F, nn, x: F.lp_pool2d(x * x + 0.1, 3, (2, 3), 2, True), (3, 8, 7)),
        (lambda F, nn, x: F.lp_pool1d(x, 2, 3, stride=2, ceil_mode=True), (2, 3, 8)),
        (lambda F, nn, x: F.lp_pool2d(x, 1, 2), (2, 3, 8, 7)),
        (lambda F, nn, x: F.lp_pool3d(x, 2, 2), (2, 3, 4, 5, 4)),
        (lambda F, nn, x: F.max_pool2d(x.permute(0, 3, 1, 2), 2), (2, 7, 8, 3)),
        (lambda F, nn, x: F.adaptive_avg_pool2d(x.permute(0, 3, 1, 2), 3), (2, 7, 8, 3)),
        (lambda F, nn, x: F.adaptive_max_pool2d(x.permute(0, 3, 1, 2), 3), (2, 7, 8, 3)),
        (lambda F, nn, x: F.max_unpool2d(*F.max_pool2d(x, 2, *REST), 2), (2, 4, 6)),
        (lambda F, nn, x: F.max_unpool1d(*F.max_pool1d(x, 2, *REST), 2), (3, 6)),
        (lambda F, nn, x: F.max_unpool3d(*F.max_pool3d(x, 2, *REST), 2), (2, 4, 4, 2)),
    ],
)  # fmt: skip
def test_arguments(function: Any, shape: Any) -> None:
    agree(function, (shape,))


def test_pooling_to_nothing() -> None:
    assert tl.nn.functional.adaptive_avg_pool2d(tl.ones(2, 3, 4, 5), (0, 2)).shape == (2, 3, 0, 2)


def test_the_norm_of_nothing_has_no_gradient() -> None:
    x, y = tl.zeros(1, 1, 2, requires_grad=True), torch.zeros(1, 1, 2, requires_grad=True)
    tl.nn.functional.lp_pool1d(x, 2, 2).sum().backward()
    torch.nn.functional.lp_pool1d(y, 2, 2).sum().backward()
    np.testing.assert_array_equal(x.grad.array, y.grad.numpy())


def test_equal_elements_and_nan() -> None:
    x = np.array([[[[1, 1, 2, np.nan], [1, 1, 2, 2], [0, 0, 0, 0], [0, 0, -1, 0]]]], np.float32)
    for name, args in (("max_pool2d", (2,)), ("adaptive_max_pool2d", (3,))):
        ours = getattr(tl.nn.functional, name)(tl.from_numpy(x), *args, return_indices=True)
        theirs = getattr(torch.nn.functional, name)(torch.from_numpy(x), *args, return_indices=True)
        np.testing.assert_array_equal(ours[0].array, theirs[0].numpy())
        known = ~np.isnan(ours[0].array)
        np.testing.assert_array_equal(ours[1].array[known], theirs[1].numpy()[known])


def test_unpooling_puts_overlapping_maxima_once() -> None:
    x = np.zeros((1, 1, 5, 5), np.float32)
    x[0, 0, 2, 2] = 3
    found = []
    for lib, make in ((tl, tl.from_numpy), (torch, torch.from_numpy)):
        F = lib.nn.functional
        y, where = F.max_pool2d(make(x), 3, 2, return_indices=True)
        out = F.max_unpool2d(y, where, 3, 2, output_size=(5, 5))
        found.append(out.tolist())
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("build", "shape"),
    [
        (lambda nn: nn.MaxPool1d(3, 2), (2, 3, 9)),
        (lambda nn: nn.MaxPool2d(3, 2, 1), (2, 3, 9, 8)),
        (lambda nn: nn.MaxPool2d((3, 2), None, 1, 2, False, True), (3, 9, 8)),
        (lambda nn: nn.MaxPool3d(2), (2, 3, 4, 4, 5)),
        (lambda nn: nn.AvgPool1d(3), (2, 3, 9)),
        (lambda nn: nn.AvgPool1d(3, 2, 1, True, False), (2, 3, 9)),
        (lambda nn: nn.AvgPool2d(3, 2, 1, True, False), (2, 3, 9, 8)),
        (lambda nn: nn.AvgPool2d(2, divisor_override=1), (2, 3, 9, 8)),
        (lambda nn: nn.AvgPool3d(2), (2, 3, 4, 4, 5)),
        (lambda nn: nn.LPPool1d(2, 3), (2, 3, 9)),
        (lambda nn: nn.LPPool2d(2, 3, 2), (2, 3, 9, 8)),
        (lambda nn: nn.AdaptiveAvgPool1d(3), (2, 3, 10)),
        (lambda nn: nn.AdaptiveAvgPool2d((None, 3)), (2, 3, 10, 8)),
        (lambda nn: nn.AdaptiveAvgPool3d(2), (2, 3, 4, 4, 5)),
        (lambda nn: nn.AdaptiveMaxPool1d(3), (2, 3, 10)),
        (lambda nn: nn.AdaptiveMaxPool2d((6, 6)), (2, 3, 13, 8)),
        (lambda nn: nn.AdaptiveMaxPool3d((2, 1, 3)), (2, 3, 4, 4, 5)),
    ],
)
def test_layers(build: Any, shape: Any) -> None:
    layers_agree(build, shape)


@pytest.mark.parametrize("size", [None, (9, 8), (2, 3, 9, 8)])
def test_unpooling_layers(size: Any) -> None:
    def run(F: Any, nn: Any, x: Any) -> Any:
        y, where = nn.MaxPool2d(2, 2, return_indices=True)(x)
        assert repr(nn.MaxUnpool2d(2, 2)).startswith("MaxUnpool2d(kernel_size=(2, 2), ")
        return nn.MaxUnpool2d(2, 2)(y, where, output_size=size)

    agree(run, ((2, 3, 8, 8) if size is None else (2, 3, 9, 8),))


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (lambda F, nn, x: F.max_pool2d(x, 2), [(4, 4)]),
        (lambda F, nn, x: F.max_pool2d(x, 2), [(1, 1, 1, 4, 4)]),
        (lambda F, nn, x: F.max_pool2d(x, 5), [(1, 1, 4, 4)]),
        (lambda F, nn, x: F.max_pool2d(x, 3, padding=2), [(1, 1, 4, 4)]),
        (lambda F, nn, x: F.max_pool2d(x, 2, padding=2, dilation=3), [(1, 1, 9, 9)]),
        (lambda F, nn, x: F.max_pool2d(x, 2, stride=0), [(1, 1, 4, 4)]),
        (lambda F, nn, x: F.max_pool2d(x, 2, padding=-1), [(1, 1, 4, 4)]),
        (lambda F, nn, x: F.max_pool2d(x, (2, 2, 2)), [(1, 1, 4, 4)]),
        (lambda F, nn, x: F.max_pool1d(x, 5), [(1, 1, 4)]),
        (lambda F, nn, x: F.max_pool3d(x, 5), [(1, 1, 4, 4, 4)]),
        (lambda F, nn, x: F.avg_pool2d(x, 5), [(1, 1, 4, 4)]),
        (lambda F, nn, x: F.avg_pool2d(x, 2, divisor_override=0), [(1, 1, 4, 4)]),
        (lambda F, nn, x: F.avg_pool2d(x, 2, padding=2), [(1, 1, 4, 4)]),
        (lambda F, nn, x: F.avg_pool1d(x, 2), [(4,)]),
        (lambda F, nn, x: F.adaptive_avg_pool2d(x, -1), [(1, 1, 4, 4)]),
        (lambda F, nn, x: F.adaptive_avg_pool2d(x, (1, 2, 3)), [(1, 1, 4, 4)]),
        (lambda F, nn, x: F.adaptive_avg_pool2d(x.long(), 2), [(1, 1, 4, 4)]),
        (lambda F, nn, x: F.adaptive_avg_pool2d(x, 2), [(4, 4)]),
        (lambda F, nn, x: F.adaptive_avg_pool2d(x, 2), [(1, 1, 0, 4)]),
        (lambda F, nn, x: F.adaptive_max_pool2d(x, 2), [(4, 4)]),
        (lambda F, nn, x: F.adaptive_max_pool2d(x.long(), 2), [(1, 1, 4, 4)]),
        (lambda F, nn, x: F.max_unpool2d(x, x, 2), [(1, 1, 2, 2)]),
        (lambda F, nn, x: F.max_unpool2d(x, x.long() + 15, 2), [(1, 1, 2, 2)]),
        (lambda F, nn, x: F.max_unpool2d(x, x[0].long(), 2), [(1, 1, 2, 2)]),
        (
            lambda F, nn, x: F.max_unpool2d(x, x.long(), 2, output_size=(9, 9)),
            [(1, 1, 2, 2)],
        ),
    ],
)
def test_what_pytorch_refuses(function: Any, shapes: Any) -> None:
    both_refuse(function, *shapes)
