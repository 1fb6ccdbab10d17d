"""Norms against PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensorlite as tl

torch = pytest.importorskip("torch")

from tests.parity.window_layers import agree, both_refuse, layers_agree, take_over  # noqa: E402

pytestmark = pytest.mark.parity
C = (4,)


def kept(x: Any) -> tuple[Any, Any]:
    """Running statistics."""
    return x.detach()[0, :, 0] * 0.5, x.detach()[0, :, 1] ** 2 + 0.5


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (lambda F, nn, x: F.batch_norm(x, None, None, training=True), [(5, 4)]),
        (
            lambda F, nn, x, w, b: F.batch_norm(x, None, None, w, b, True, 0.1, 1e-3),
            [(3, 4, 2, 3), C, C],
        ),
        (lambda F, nn, x, w: F.batch_norm(x, None, None, w, training=True), [(3, 4, 5), C]),
        (lambda F, nn, x, w, b: F.batch_norm(x, None, None, w, b, True), [(2, 4, 2, 1, 2), C, C]),
        (lambda F, nn, x, w, b: F.batch_norm(x, *kept(x), w, b), [(3, 4, 2), C, C]),
        (lambda F, nn, x, w: F.batch_norm(x, *kept(x), w), [(3, 4, 2), C]),
        (lambda F, nn, x, w, b: F.layer_norm(x, (4,), w, b), [(3, 5, 4), C, C]),
        (lambda F, nn, x, w, b: F.layer_norm(x, [5, 4], w, b, 1e-3), [(3, 5, 4), (5, 4), (5, 4)]),
        (lambda F, nn, x: F.layer_norm(x, x.shape), [(3, 5)]),
        (lambda F, nn, x: F.layer_norm(x, (1,)), [(3, 1)]),
        (lambda F, nn, x, w: F.layer_norm(x, (4,), w), [(0, 4), C]),
        (lambda F, nn, x, w: F.rms_norm(x, (4,), w), [(3, 5, 4), C]),
        (lambda F, nn, x: F.rms_norm(x, (5, 4), eps=0.1), [(3, 5, 4)]),
        (lambda F, nn, x, w, b: F.group_norm(x, 2, w, b), [(3, 4, 2, 3), C, C]),
        (lambda F, nn, x: F.group_norm(x, 1, eps=0.01), [(3, 4)]),
        (lambda F, nn, x: F.group_norm(x, 4), [(3, 4, 2)]),
        (lambda F, nn, x, w: F.group_norm(x, 4, w), [(0, 4, 2), C]),
        (lambda F, nn, x: F.instance_norm(x), [(3, 4, 2, 3)]),
        (lambda F, nn, x, w, b: F.instance_norm(x, None, None, w, b, eps=0.1), [(3, 4, 5), C, C]),
        (lambda F, nn, x: F.instance_norm(x, *kept(x), use_input_stats=False), [(3, 4, 5)]),
        (lambda F, nn, x: F.local_response_norm(x, 3, 0.5, 0.6, 2.0), [(2, 5, 3, 3)]),
        (lambda F, nn, x: F.local_response_norm(x, 4, alpha=0.5), [(2, 5, 3)]),
        (lambda F, nn, x: F.local_response_norm(x, 2, alpha=0.5), [(1, 3, 2, 3, 2)]),
        (lambda F, nn, x: F.local_response_norm(x.permute(0, 3, 1, 2), 9, 0.5), [(1, 2, 3, 5)]),
        (lambda F, nn, x: F.group_norm(x.permute(0, 3, 1, 2), 2), [(1, 2, 3, 4)]),
    ],
)
def test_functions(function: Any, shapes: Any) -> None:
    agree(function, shapes)


@pytest.mark.parametrize(
    ("build", "shape"),
    [
        (lambda nn: nn.BatchNorm1d(4), (6, 4)),
        (lambda nn: nn.BatchNorm1d(4, 1e-3, 0.2), (6, 4, 5)),
        (lambda nn: nn.BatchNorm2d(4), (3, 4, 3, 2)),
        (lambda nn: nn.BatchNorm2d(4, momentum=None), (3, 4, 3, 2)),
        (lambda nn: nn.BatchNorm2d(4, affine=False), (3, 4, 3, 2)),
        (lambda nn: nn.BatchNorm2d(4, track_running_stats=False), (3, 4, 3, 2)),
        (lambda nn: nn.BatchNorm3d(4), (2, 4, 2, 3, 2)),
        (lambda nn: nn.InstanceNorm1d(4, affine=True), (3, 4, 5)),
        (lambda nn: nn.InstanceNorm2d(4), (3, 4, 5, 2)),
        (lambda nn: nn.InstanceNorm2d(4), (4, 5, 2)),
        (lambda nn: nn.InstanceNorm2d(4, 1e-4, 0.3, True, True), (3, 4, 5, 2)),
        (lambda nn: nn.InstanceNorm3d(4, track_running_stats=True), (3, 4, 2, 2, 2)),
        (lambda nn: nn.GroupNorm(2, 4), (3, 4, 2, 2)),
        (lambda nn: nn.GroupNorm(4, 4, 1e-3, False), (3, 4, 2, 2)),
        (lambda nn: nn.LayerNorm(4), (3, 5, 4)),
        (lambda nn: nn.LayerNorm([5, 4], 1e-3, bias=False), (3, 5, 4)),
        (lambda nn: nn.LayerNorm((5, 4), elementwise_affine=False), (3, 5, 4)),
        (lambda nn: nn.RMSNorm(4), (3, 5, 4)),
        (lambda nn: nn.RMSNorm((5, 4), 1e-3, False), (3, 5, 4)),
        (lambda nn: nn.LocalResponseNorm(5, 1e-2, 0.5, 2), (3, 7, 2, 2)),
    ],
)
def test_layers(build: Any, shape: Any) -> None:
    layers_agree(build, shape)


@pytest.mark.parametrize("momentum", [0.1, None, 0.0])
def test_running_statistics_over_several_batches(momentum: float | None) -> None:
    ours, theirs = (n.BatchNorm2d(3, momentum=momentum) for n in (tl.nn, torch.nn))
    take_over(ours, theirs)
    rng = np.random.default_rng(0)
    for _ in range(4):
        x = rng.standard_normal((4, 3, 2, 2)).astype(np.float32) * 3 + 1
        ours(tl.from_numpy(x)), theirs(torch.from_numpy(x))
    for name, value in theirs.state_dict().items():
        np.testing.assert_allclose(ours.state_dict()[name].array, value.numpy(), rtol=1e-5)
    ours.reset_running_stats()
    assert ours.running_var.tolist() == [1, 1, 1]
    assert ours.num_batches_tracked.item() == 0


def test_an_empty_batch_passes_and_changes_nothing() -> None:
    layer = tl.nn.BatchNorm2d(3)
    assert layer(tl.zeros(0, 3, 2, 2)).shape == (0, 3, 2, 2)
    assert layer.running_var.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (lambda F, nn, x: nn.BatchNorm2d(3)(x), [(2, 4, 3, 3)]),
        (lambda F, nn, x: nn.BatchNorm2d(3)(x), [(3, 3, 3)]),
        (lambda F, nn, x: nn.BatchNorm1d(3)(x), [(2, 3, 3, 3)]),
        (lambda F, nn, x: nn.BatchNorm3d(3)(x), [(2, 3, 3, 3)]),
        (lambda F, nn, x: nn.BatchNorm2d(3)(x), [(1, 3, 1, 1)]),
        (lambda F, nn, x: nn.BatchNorm1d(3)(x), [(1, 3)]),
        (lambda F, nn, x: nn.BatchNorm2d(3)(x.double()), [(2, 3, 3, 3)]),
        (lambda F, nn, x: nn.BatchNorm2d(3).eval()(x.double()), [(2, 3, 3, 3)]),
        (lambda F, nn, x: F.batch_norm(x.long(), None, None, training=True), [(2, 3, 3, 3)]),
        (lambda F, nn, x, w: F.batch_norm(x, None, None, w, training=True), [(2, 3, 3), (4,)]),
        (lambda F, nn, x: F.batch_norm(x, None, None), [(2, 3, 3)]),
        (lambda F, nn, x: nn.InstanceNorm2d(3)(x), [(2, 3, 1, 1)]),
        (lambda F, nn, x: nn.InstanceNorm2d(3, affine=True)(x), [(2, 4, 2, 2)]),
        (lambda F, nn, x: nn.InstanceNorm2d(3)(x), [(2, 3)]),
        (lambda F, nn, x: F.instance_norm(x, use_input_stats=False), [(2, 3, 2)]),
        (lambda F, nn, x: nn.GroupNorm(2, 4)(x), [(2, 6, 2)]),
        (lambda F, nn: nn.GroupNorm(2, 3), []),
        (lambda F, nn, x: F.group_norm(x, 2), [(2, 3, 2)]),
        (lambda F, nn, x: F.group_norm(x, 3), [(1, 3, 1)]),
        (lambda F, nn, x: nn.LayerNorm(3)(x), [(2, 4)]),
        (lambda F, nn, x: nn.LayerNorm(4)(x.double()), [(2, 4)]),
        (lambda F, nn, x: F.layer_norm(x.long(), (4,)), [(2, 4)]),
        (lambda F, nn, x, w: F.layer_norm(x, (4,), w), [(2, 4), (3,)]),
        (lambda F, nn, x: F.layer_norm(x, ()), [(2, 4)]),
        (lambda F, nn, x: nn.RMSNorm(3)(x), [(2, 4)]),
        (lambda F, nn, x: nn.LocalResponseNorm(3)(x), [(2, 4)]),
    ],
)
def test_what_pytorch_refuses(function: Any, shapes: Any) -> None:
    both_refuse(function, *shapes)
