"""The losses: what PyTorch does not have, and what is refused. The rest is in tests/parity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn
from tensorlite.errors import ConfigError, DTypeError, ShapeError, TensorliteError
from tensorlite.nn import functional as F

A = np.array([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 1.0, 1.0]])
B = np.array([[1.0, 0.0, 3.0, 2.0], [2.0, 2.0, 3.0, 4.0]])


def test_half_the_squared_error_has_the_plain_difference_as_gradient() -> None:
    x = tl.tensor([[1.0, 2.0], [3.0, 5.0]], requires_grad=True)
    y = tl.tensor([[0.0, 0.0], [1.0, 1.0]])
    loss = nn.HalfSquaredErrorLoss()(x, y)
    assert loss.item() == (5.0 / 2 + 20.0 / 2) / 2
    loss.backward()
    assert x.grad.tolist() == ((x - y) / 2).tolist()


def test_boxes_of_all_pairs() -> None:
    np.testing.assert_allclose(F.box_iou(A, B).array, [[1 / 3, 0], [0, 0]])
    expected = [[1 / 3, -6 / 12], [-1 / 6, 0 - (12 - 3) / 12]]
    found = F.generalized_box_iou(A, B).array
    np.testing.assert_allclose(found[0], [1 / 3, 0 - (12 - 6) / 12])
    np.testing.assert_allclose(found[1, 1], expected[1][1])


def test_box_losses_follow_the_papers() -> None:
    iou = np.array([1 / 3, 0.0])
    hull, union = np.array([6.0, 12.0]), np.array([6.0, 3.0])
    apart, diagonal = np.array([1.0, 2.0**2 + 2.5**2]), np.array([13.0, 25.0])
    v = 4 / np.pi**2 * (np.arctan([1.0, 0.5]) - np.arctan(1.0)) ** 2
    alpha = v / (1 - iou + v)
    expected = {
        "IoULoss": 1 - iou,
        "GIoULoss": 1 - iou + (hull - union) / hull,
        "DIoULoss": 1 - iou + apart / diagonal,
        "CIoULoss": 1 - iou + apart / diagonal + alpha * v,
    }
    for name, losses in expected.items():
        for reduction, value in (("none", losses), ("mean", losses.mean()), ("sum", losses.sum())):
            loss = getattr(nn, name)(reduction)(tl.tensor(A), tl.tensor(B))
            np.testing.assert_allclose(loss.array, value, rtol=1e-5)


def test_the_weight_of_the_aspect_ratio_carries_no_gradient() -> None:
    a = tl.tensor(A[1:], requires_grad=True)
    b = tl.tensor(B[1:])
    (full,) = tl.autograd.grad(F.complete_box_iou_loss(a, b).sum(), a)
    (part,) = tl.autograd.grad(F.distance_box_iou_loss(a, b).sum(), a)
    turn = np.arctan(0.5) - np.arctan(1.0)
    v = 4 / np.pi**2 * turn**2
    alpha = v / (1 + v + 1e-7)
    # d(atan(w / h)) / dw = h / (w * w + h * h), at w = h = 1
    across = alpha * 4 / np.pi**2 * 2 * turn * -0.5
    np.testing.assert_allclose((full - part).array, [[-across, across, across, -across]], rtol=1e-6)


def test_no_boxes_have_no_loss() -> None:
    assert F.generalized_box_iou_loss(tl.zeros(0, 4), tl.zeros(0, 4), "mean").item() == 0.0


def test_focal_losses_are_weighted_cross_entropies() -> None:
    x = np.random.default_rng(0).standard_normal((5, 4))
    y = np.array([0, 3, -100, 1, 2])
    each = F.cross_entropy(x, y, reduction="none").array
    expected = (1 - np.exp(-each)) ** 3 * each
    found = F.focal_loss(x, y, gamma=3.0, reduction="none").array
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    assert F.focal_loss(x, y, gamma=3.0).item() == pytest.approx(expected.sum() / 4)
    assert F.focal_loss(x, y, gamma=0.0).item() == pytest.approx(F.cross_entropy(x, y).item())
    answers = np.array([0.0, 1.0, 1.0, 0.0])
    p = 1 / (1 + np.exp(-x))
    right = np.where(answers == 1, p, 1 - p)
    by_hand = np.where(answers == 1, 0.25, 0.75) * (1 - right) ** 2 * -np.log(right)
    targets = np.broadcast_to(answers, x.shape)
    np.testing.assert_allclose(F.sigmoid_focal_loss(x, targets).array, by_hand, rtol=1e-10)
    plain = F.sigmoid_focal_loss(x, targets, alpha=-1, gamma=0.0, reduction="mean").item()
    assert plain == pytest.approx(-np.log(right).mean())


def test_dice_measures_overlap() -> None:
    p = np.array([[0.5, 1.0, 0.0], [0.0, 0.0, 0.0]])
    y = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    found = nn.DiceLoss(reduction="none")(tl.tensor(p), tl.tensor(y)).array
    np.testing.assert_allclose(found, [1 - 2 * 1.5 / (1.25 + 2), 0.0], atol=1e-6)


def test_weights_are_buffers() -> None:
    loss = nn.BCEWithLogitsLoss(weight=tl.ones(3), pos_weight=tl.ones(3))
    assert list(loss.state_dict()) == ["weight", "pos_weight"]
    assert nn.CrossEntropyLoss().state_dict() == {}


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: nn.MSELoss(size_average=False), ConfigError, "reduction='sum'"),
        (lambda: nn.MSELoss(reduce=False), ConfigError, "reduction='none'"),
        (lambda: F.l1_loss([1.0], [1.0], size_average=True), ConfigError, "reduction='mean'"),
        (lambda: nn.KLDivLoss(reduction="all"), ConfigError, "'batchmean'"),
        (lambda: F.binary_cross_entropy([2.0], [1.0]), ConfigError, "probabilities from 0 to 1"),
        (lambda: F.binary_cross_entropy([0.5], [1]), DTypeError, "target of type float32"),
        (lambda: F.multilabel_margin_loss([[0.0]], [[3]]), ShapeError, "numbers below 1, got 3"),
        (lambda: F.multilabel_margin_loss([0.0], [0.5]), DTypeError, "integer type"),
        (lambda: F.box_iou([[0.0, 1.0]], [[0.0, 1.0]]), ShapeError, r"boxes \(N, 4\)"),
        (lambda: F.box_iou_loss(tl.ones(2, 4), tl.ones(3, 4)), ShapeError, "as many boxes"),
        (lambda: F.dice_loss(tl.ones(2), tl.ones(2)), ShapeError, r"masks \(N, ...\)"),
        (lambda: F.half_squared_error_loss(1.0, 1.0), ShapeError, r"\(N, ...\)"),
        (lambda: F.triplet_margin_loss([1.0], [1.0], [1.0], 0.0), ConfigError, "above 0, got 0"),
    ],
)
def test_what_makes_no_sense_is_refused(
    call: Callable[[], Any], error: type[TensorliteError], words: str
) -> None:
    with pytest.raises(error, match=words):
        call()
