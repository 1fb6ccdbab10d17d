"""Convolutions against PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensorlite as tl

torch = pytest.importorskip("torch")

from tests.parity.window_layers import agree, both_refuse, layers_agree  # noqa: E402

pytestmark = [
    pytest.mark.parity,
    pytest.mark.filterwarnings("ignore:Using padding='same'"),  # PyTorch tells of a copy
]

CONV1D = [
    ((2, 3, 9), (4, 3, 3), {}),
    ((3, 9), (4, 3, 3), {"stride": 2, "padding": 1}),
    ((2, 4, 9), (6, 2, 2), {"groups": 2, "dilation": 3, "padding": (2,)}),
    ((2, 3, 8), (4, 3, 4), {"padding": "same", "dilation": 2}),
    ((2, 3, 8), (4, 3, 4), {"padding": "valid"}),
    ((0, 3, 8), (4, 3, 4), {}),
]
CONV2D = [
    ((2, 3, 7, 6), (4, 3, 3, 2), {}),
    ((3, 7, 6), (4, 3, 3, 2), {"padding": (1, 2)}),
    ((2, 4, 7, 6), (4, 1, 3, 3), {"groups": 4, "padding": 1}),
    ((2, 4, 9, 9), (2, 2, 3, 3), {"groups": 2, "dilation": (2, 1), "stride": (1, 3)}),
    ((2, 3, 6, 7), (4, 3, 2, 4), {"padding": "same"}),
    ((2, 3, 6, 7), (4, 3, 3, 2), {"padding": "same", "dilation": (1, 3)}),
    ((2, 3, 6, 7), (4, 3, 1, 1), {"stride": 2}),
    ((2, 3, 2, 2), (4, 3, 5, 5), {"padding": 3, "stride": [2]}),
    ((0, 3, 7, 6), (4, 3, 3, 2), {}),
]
CONV3D = [
    ((2, 3, 4, 5, 4), (4, 3, 2, 3, 2), {}),
    ((3, 4, 5, 4), (4, 3, 2, 3, 2), {"padding": 1, "stride": (2, 1, 2)}),
    ((1, 4, 5, 5, 6), (6, 2, 2, 2, 3), {"groups": 2, "dilation": (3, 1, 2), "padding": (1, 0, 2)}),
    ((1, 2, 4, 3, 4), (2, 2, 2, 3, 1), {"padding": "same"}),
]
TRANSPOSE = {
    1: [
        ((2, 3, 5), (3, 2, 3), {}),
        ((3, 5), (3, 2, 3), {"stride": 2, "output_padding": 1, "padding": 1}),
        ((2, 4, 5), (4, 2, 2), {"groups": 2, "stride": 3, "dilation": 2}),
    ],
    2: [
        ((2, 3, 4, 5), (3, 2, 3, 3), {}),
        ((3, 4, 5), (3, 2, 3, 2), {"stride": 2, "padding": 1, "output_padding": (1, 0)}),
        ((2, 4, 4, 4), (4, 3, 2, 3), {"groups": 2, "stride": (1, 2), "dilation": (2, 1)}),
        ((2, 4, 3, 3), (4, 1, 4, 4), {"groups": 4, "stride": 2, "padding": 1}),
        ((1, 2, 4, 4), (2, 2, 3, 3), {"dilation": 3, "padding": 2, "output_padding": 2}),
        ((1, 2, 4, 4), (2, 2, 3, 3), {"dilation": 3, "stride": 2, "output_padding": (2, 1)}),
        ((1, 2, 4, 4), (2, 2, 1, 1), {"stride": 3, "output_padding": 2}),
        ((0, 3, 4, 5), (3, 2, 3, 3), {}),
    ],
    3: [
        ((2, 2, 3, 3, 2), (2, 3, 2, 3, 2), {}),
        ((2, 3, 3, 2), (2, 3, 2, 2, 2), {"stride": 2, "padding": 1, "output_padding": 1}),
        ((1, 4, 2, 3, 2), (4, 2, 3, 2, 1), {"groups": 2, "dilation": (2, 1, 1), "stride": 2}),
        ((1, 2, 2, 3, 2), (2, 2, 2, 2, 2), {"dilation": 2, "padding": 1, "output_padding": 1}),
    ],
}


@pytest.mark.parametrize(("x", "w", "options"), [*CONV1D, *CONV2D, *CONV3D])
@pytest.mark.parametrize("bias", [True, False])
def test_convolutions(x: Any, w: Any, options: Any, bias: bool) -> None:
    name = f"conv{len(w) - 2}d"
    shapes = (x, w, (w[0],)) if bias else (x, w)
    agree(lambda F, nn, *t: getattr(F, name)(*t, **options), shapes)


@pytest.mark.parametrize(
    ("dims", "x", "w", "options"), [(d, *case) for d, cases in TRANSPOSE.items() for case in cases]
)
@pytest.mark.parametrize("bias", [True, False])
def test_transposed_convolutions(dims: int, x: Any, w: Any, options: Any, bias: bool) -> None:
    name = f"conv_transpose{dims}d"
    shapes = (x, w, (w[1] * options.get("groups", 1),)) if bias else (x, w)
    agree(lambda F, nn, *t: getattr(F, name)(*t, **options), shapes)


def test_arguments_by_position() -> None:
    shapes = (2, 4, 7, 6), (4, 2, 3, 2), (4,)
    agree(lambda F, nn, x, w, b: F.conv2d(x, w, b, 2, 1, 1, 2), shapes)
    agree(lambda F, nn, x, w, b: F.conv_transpose2d(x, w, b, 2, 1, 1, 2, 1), shapes)


@pytest.mark.parametrize(
    ("build", "shape"),
    [
        (lambda nn: nn.Conv1d(4, 20, 5, 2, 2, 1, 2), (2, 4, 12)),
        (lambda nn: nn.Conv2d(3, 16, 3), (2, 3, 8, 8)),
        (lambda nn: nn.Conv2d(3, 16, 3), (3, 8, 8)),
        (lambda nn: nn.Conv2d(4, 16, (3, 5), (1, 2), (1, 2), 1, 4, False), (2, 4, 8, 8)),
        (lambda nn: nn.Conv2d(3, 16, 3, padding="same"), (2, 3, 8, 8)),
        (lambda nn: nn.Conv2d(3, 16, 3, padding="valid", dilation=2), (2, 3, 8, 8)),
        (lambda nn: nn.Conv3d(2, 8, 3, padding=1), (2, 2, 4, 5, 5)),
        (lambda nn: nn.ConvTranspose1d(4, 8, 8, 2, 1), (2, 4, 6)),
        (lambda nn: nn.ConvTranspose2d(4, 8, 3, 2, 1, 1, 2, False, 1), (2, 4, 6, 6)),
        (lambda nn: nn.ConvTranspose2d(4, 8, 4, stride=2), (4, 6, 6)),
        (lambda nn: nn.ConvTranspose3d(2, 8, 3, 2, dilation=2), (1, 2, 3, 3, 3)),
    ],
)
def test_layers(build: Any, shape: Any) -> None:
    layers_agree(build, shape)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@pytest.mark.parametrize(
    ("build", "shape"),
    [
        (lambda nn, m: nn.Conv1d(2, 3, 3, padding=1, padding_mode=m), (2, 2, 7)),
        (lambda nn, m: nn.Conv2d(2, 3, 3, 2, (1, 2), padding_mode=m), (2, 2, 7, 7)),
        (lambda nn, m: nn.Conv2d(2, 3, (3, 4), padding="same", padding_mode=m), (2, 2, 7, 7)),
        (lambda nn, m: nn.Conv2d(2, 3, 3, padding="valid", padding_mode=m), (2, 7, 7)),
        (lambda nn, m: nn.Conv3d(2, 3, 3, padding=1, padding_mode=m), (2, 2, 4, 4, 4)),
    ],
)
def test_layers_with_other_frames(build: Any, shape: Any, mode: str) -> None:
    try:
        tl.nn.functional.pad(tl.zeros(1, 1, 3), (1, 1), mode=mode)
    except tl.errors.ShapeError:
        pytest.skip("pad does not know this mode")
    layers_agree(lambda nn: build(nn, mode), shape)


@pytest.mark.parametrize("size", [(11, 11), (12, 11), (2, 3, 12, 12), None])
def test_the_wanted_size_of_a_transposed_convolution(size: Any) -> None:
    layers_agree(lambda nn: nn.ConvTranspose2d(3, 3, 3, 2, 1), (2, 3, 6, 6), size)


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (lambda F, nn, x, w: F.conv2d(x, w), [(2, 3, 5, 5), (4, 2, 3, 3)]),
        (lambda F, nn, x, w: F.conv2d(x, w), [(2, 3, 2, 5), (4, 3, 3, 3)]),
        (lambda F, nn, x, w: F.conv2d(x, w), [(5, 5), (4, 3, 3, 3)]),
        (lambda F, nn, x, w: F.conv2d(x, w), [(1, 2, 3, 5, 5), (4, 3, 3, 3)]),
        (lambda F, nn, x, w: F.conv2d(x, w), [(2, 3, 5, 5), (0, 3, 3, 3)]),
        (lambda F, nn, x, w: F.conv2d(x, w), [(2, 3, 5, 5), (4, 3, 3)]),
        (lambda F, nn, x, w: F.conv2d(x, w, stride=0), [(2, 3, 5, 5), (4, 3, 3, 3)]),
        (lambda F, nn, x, w: F.conv2d(x, w, padding=-1), [(2, 3, 5, 5), (4, 3, 3, 3)]),
        (lambda F, nn, x, w: F.conv2d(x, w, dilation=0), [(2, 3, 5, 5), (4, 3, 3, 3)]),
        (lambda F, nn, x, w: F.conv2d(x, w, groups=3), [(2, 3, 5, 5), (4, 1, 3, 3)]),
        (lambda F, nn, x, w: F.conv2d(x, w, stride=(1, 1, 1)), [(2, 3, 5, 5), (4, 3, 3, 3)]),
        (lambda F, nn, x, w: F.conv2d(x, w, padding="full"), [(2, 3, 5, 5), (4, 3, 3, 3)]),
        (lambda F, nn, x, w: F.conv2d(x, w, None, 2, "same"), [(2, 3, 5, 5), (4, 3, 3, 3)]),
        (lambda F, nn, x, w: F.conv2d(x.double(), w), [(2, 3, 5, 5), (4, 3, 3, 3)]),
        (lambda F, nn, x, w, b: F.conv2d(x, w, b.double()), [(2, 3, 5, 5), (4, 3, 3, 3), (4,)]),
        (lambda F, nn, x, w, b: F.conv2d(x, w, b), [(2, 3, 5, 5), (4, 3, 3, 3), (3,)]),
        (lambda F, nn, x, w: F.conv1d(x, w), [(2, 3, 5, 5), (4, 3, 3)]),
        (lambda F, nn, x, w: F.conv3d(x, w), [(2, 3, 5), (4, 3, 3, 3, 3)]),
        (lambda F, nn, x, w: F.conv_transpose2d(x, w), [(2, 3, 5, 5), (4, 3, 3, 3)]),
        (lambda F, nn, x, w: F.conv_transpose2d(x, w, None, 1, 0, 1), [(1, 3, 5, 5), (3, 4, 3, 3)]),
        (lambda F, nn, x, w: F.conv_transpose2d(x, w, groups=2), [(1, 3, 5, 5), (3, 4, 3, 3)]),
        (lambda F, nn, x, w: F.conv_transpose2d(x.double(), w), [(1, 3, 5, 5), (3, 4, 3, 3)]),
        (lambda F, nn, x: nn.Conv2d(4, 3, 3)(x), [(1, 3, 5, 5)]),
        (lambda F, nn: nn.Conv2d(4, 6, 3, groups=3), []),
        (lambda F, nn: nn.Conv2d(4, 6, 3, groups=0), []),
        (lambda F, nn: nn.Conv2d(4, 6, 3, padding="full"), []),
        (lambda F, nn: nn.Conv2d(4, 6, 3, 2, padding="same"), []),
        (lambda F, nn: nn.Conv2d(4, 6, 3, padding_mode="mirror"), []),
        (lambda F, nn: nn.ConvTranspose2d(4, 6, 3, padding_mode="reflect"), []),
        (lambda F, nn, x: nn.ConvTranspose2d(3, 6, 3, 2)(x, (9, 9)), [(1, 3, 5, 5)]),
        (lambda F, nn, x: nn.ConvTranspose2d(3, 6, 3, 2)(x, (11, 11, 11)), [(1, 3, 5, 5)]),
    ],
)
def test_what_pytorch_refuses(function: Any, shapes: Any) -> None:
    both_refuse(function, *shapes)


def test_other_memory_orders() -> None:
    def run(F: Any, nn: Any, x: Any, w: Any) -> Any:
        return F.conv_transpose2d(F.conv2d(x.permute(3, 2, 0, 1), w), w.permute(0, 1, 3, 2))

    agree(run, ((6, 5, 3, 2), (4, 3, 3, 3)))


def test_float64_layers() -> None:
    x = np.random.default_rng(0).standard_normal((1, 2, 5, 5))
    layer = tl.nn.Conv2d(2, 3, 3, dtype="float64")
    other = torch.nn.Conv2d(2, 3, 3, dtype=torch.float64)
    layer.load_state_dict({k: v.numpy() for k, v in other.state_dict().items()})
    expected = other(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(layer(tl.from_numpy(x)).detach().array, expected, rtol=1e-10)
