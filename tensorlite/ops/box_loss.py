"""Overlap of boxes ``(x1, y1, x2, y2)``, between all pairs and as losses.

Of two boxes, ``inter`` is the area they share, ``union`` the area they cover, and ``hull`` the
smallest box around both. Names and arguments of the functions are torchvision's.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from tensorlite import ops
from tensorlite.errors import ShapeError
from tensorlite.ops.loss_reduction import check_reduction, floating

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class _Overlap(NamedTuple):
    """Areas of two boxes, and width and height of the box around both."""

    inter: Any
    union: Any
    width: Any
    height: Any


def _overlap(a: Tensor, b: Tensor) -> _Overlap:
    # The sides come apart at the border, where the gradient of the overlap is 0.
    low, high = ops.maximum(a[..., :2], b[..., :2]), ops.minimum(a[..., 2:], b[..., 2:])
    sides = ops.relu(high - low)
    inter = sides[..., 0] * sides[..., 1]
    hull = ops.maximum(a[..., 2:], b[..., 2:]) - ops.minimum(a[..., :2], b[..., :2])
    return _Overlap(inter, _area(a) + _area(b) - inter, hull[..., 0], hull[..., 1])


def _area(boxes: Tensor) -> Tensor:
    sides = boxes[..., 2:] - boxes[..., :2]
    return sides[..., 0] * sides[..., 1]


def _boxes(value: Any, where: str, dims: int = 0) -> Tensor:
    boxes = floating(value, where, "tensor of boxes")
    if not boxes.shape or boxes.shape[-1] != 4 or (dims and len(boxes.shape) != dims):
        shape = "(N, 4)" if dims else "(..., 4)"
        raise ShapeError(f"expected boxes {shape}, got shape {boxes.shape}.", where=where)
    return boxes


def _all_pairs(boxes1: Any, boxes2: Any, where: str) -> _Overlap:
    one, other = _boxes(boxes1, where, 2), _boxes(boxes2, where, 2)
    return _overlap(ops.unsqueeze(one, 1), ops.unsqueeze(other, 0))  # (N, 1, 4) and (1, M, 4)


def box_iou(boxes1: Any, boxes2: Any) -> Tensor:
    """Intersection over union of all pairs of boxes.

    Shape:
        - Input: ``(N, 4)`` and ``(M, 4)``
        - Output: ``(N, M)``

    Raises:
        ShapeError: If these are no boxes.

    Example:
        >>> box_iou([[0.0, 0.0, 2.0, 2.0]], [[0.0, 0.0, 1.0, 2.0]])
        tensor([[0.5]])
    """
    found = _all_pairs(boxes1, boxes2, "box_iou")
    return found.inter / found.union


def generalized_box_iou(boxes1: Any, boxes2: Any) -> Tensor:
    """Generalized intersection over union of all pairs: ``iou - (hull - union) / hull``.

    Shape:
        - Input: ``(N, 4)`` and ``(M, 4)``
        - Output: ``(N, M)``

    Raises:
        ShapeError: If these are no boxes.

    Source: Rezatofighi et al. 2019, "Generalized Intersection over Union".
    """
    found = _all_pairs(boxes1, boxes2, "generalized_box_iou")
    hull = found.width * found.height
    return found.inter / found.union - (hull - found.union) / hull


def _paired(boxes1: Any, boxes2: Any, reduction: str, where: str) -> tuple[Tensor, Tensor]:
    check_reduction(reduction, where)
    one, other = _boxes(boxes1, where), _boxes(boxes2, where)
    if one.shape != other.shape:
        raise ShapeError(
            f"expected as many boxes on both sides, got shapes {one.shape} and {other.shape}.",
            where=where,
        )
    return one, other


def _reduced(losses: Tensor, reduction: str) -> Tensor:
    """As for other losses, but the mean over no boxes at all is 0."""
    if reduction == "none":
        return losses
    total = ops.sum(losses)
    return total / max(losses.array.size, 1) if reduction == "mean" else total


def box_iou_loss(boxes1: Any, boxes2: Any, reduction: str = "none", eps: float = 1e-7) -> Tensor:
    """One minus the intersection over union: ``1 - inter / (union + eps)``.

    Shape:
        - Input: ``(..., 4)``, twice
        - Output: ``(...)``, or a scalar for ``"mean"`` and ``"sum"``

    Raises:
        ShapeError: If these are no boxes, or not as many.

    Source: Yu et al. 2016, "UnitBox: An Advanced Object Detection Network", of which this is the
    linear form.
    """
    found = _overlap(*_paired(boxes1, boxes2, reduction, "box_iou_loss"))
    return _reduced(1.0 - found.inter / (found.union + eps), reduction)


def generalized_box_iou_loss(
    boxes1: Any, boxes2: Any, reduction: str = "none", eps: float = 1e-7
) -> Tensor:
    """The loss of ``box_iou_loss`` and the empty part of the hull: ``(hull - union) / hull``.

    Shape:
        - Input: ``(..., 4)``, twice
        - Output: ``(...)``, or a scalar for ``"mean"`` and ``"sum"``

    Raises:
        ShapeError: If these are no boxes, or not as many.

    Source: Rezatofighi et al. 2019, "Generalized Intersection over Union".
    """
    found = _overlap(*_paired(boxes1, boxes2, reduction, "generalized_box_iou_loss"))
    hull = found.width * found.height
    empty = (hull - found.union) / (hull + eps)
    return _reduced(1.0 - found.inter / (found.union + eps) + empty, reduction)


def distance_box_iou_loss(
    boxes1: Any, boxes2: Any, reduction: str = "none", eps: float = 1e-7
) -> Tensor:
    """The loss of ``box_iou_loss`` and the squared distance of the centres over the diagonal's.

    Shape:
        - Input: ``(..., 4)``, twice
        - Output: ``(...)``, or a scalar for ``"mean"`` and ``"sum"``

    Raises:
        ShapeError: If these are no boxes, or not as many.

    Source: Zheng et al. 2020, "Distance-IoU Loss".
    """
    one, other = _paired(boxes1, boxes2, reduction, "distance_box_iou_loss")
    return _reduced(_distance_loss(one, other, eps)[0], reduction)


def _distance_loss(a: Tensor, b: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    found = _overlap(a, b)
    iou = found.inter / (found.union + eps)
    diagonal = found.width * found.width + found.height * found.height + eps
    apart = (a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]) * 0.5
    return 1.0 - iou + ops.sum(apart * apart, -1) / diagonal, iou


def complete_box_iou_loss(
    boxes1: Any, boxes2: Any, reduction: str = "none", eps: float = 1e-7
) -> Tensor:
    """The loss of ``distance_box_iou_loss`` and the difference of the aspect ratios, ``a * v``.

    ::

        v = 4 / pi ** 2 * (atan(w2 / h2) - atan(w1 / h1)) ** 2,    a = v / (1 - iou + v + eps)

    ``a`` is a constant for the gradient.

    Shape:
        - Input: ``(..., 4)``, twice
        - Output: ``(...)``, or a scalar for ``"mean"`` and ``"sum"``

    Raises:
        ShapeError: If these are no boxes, or not as many.

    Source: Zheng et al. 2020, "Distance-IoU Loss".
    """
    one, other = _paired(boxes1, boxes2, reduction, "complete_box_iou_loss")
    losses, iou = _distance_loss(one, other, eps)
    turn = _angle(other) - _angle(one)
    v = turn * turn * (4 / math.pi**2)
    fixed = v.detach()
    alpha = fixed / (1.0 - iou.detach() + fixed + eps)
    return _reduced(losses + alpha * v, reduction)


def _angle(boxes: Tensor) -> Tensor:
    sides = boxes[..., 2:] - boxes[..., :2]
    return ops.atan(sides[..., 0] / sides[..., 1])
