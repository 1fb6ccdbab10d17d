"""The losses between boxes, as modules; not in PyTorch itself."""

from __future__ import annotations

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.ops.loss_reduction import check_reduction
from tensorlite.tensor import Tensor


class IoULoss(Module):
    """One minus the intersection over union of pairs of boxes.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        eps: Keeps quotients away from 0 / 0.

    Shape:
        - Input and target: boxes ``(x1, y1, x2, y2)``, ``(..., 4)``
        - Output: a scalar, or ``(...)`` for ``"none"``

    Raises:
        ShapeError: If these are no boxes, or not as many.

    Example:
        >>> import tensorlite as tl
        >>> box = tl.tensor([[0.0, 0.0, 2.0, 2.0]])
        >>> round(IoULoss()(box, box).item(), 4)
        0.0

    Source: Yu et al. 2016, "UnitBox: An Advanced Object Detection Network".
    """

    def __init__(
        self,
        reduction: str = "mean",
        eps: float = 1e-7,
    ) -> None:
        super().__init__()
        check_reduction(reduction, "IoULoss")
        self.reduction = reduction
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare boxes pair by pair."""
        return ops.box_iou_loss(input, target, reduction=self.reduction, eps=self.eps)


class GIoULoss(Module):
    """One minus the intersection over union, and the empty part of the box around both.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        eps: Keeps quotients away from 0 / 0.

    Shape:
        - Input and target: boxes ``(x1, y1, x2, y2)``, ``(..., 4)``
        - Output: a scalar, or ``(...)`` for ``"none"``

    Raises:
        ShapeError: If these are no boxes, or not as many.

    Example:
        >>> import tensorlite as tl
        >>> box = tl.tensor([[0.0, 0.0, 2.0, 2.0]])
        >>> round(GIoULoss()(box, box).item(), 4)
        0.0

    Source: Rezatofighi et al. 2019, "Generalized Intersection over Union".
    """

    def __init__(
        self,
        reduction: str = "mean",
        eps: float = 1e-7,
    ) -> None:
        super().__init__()
        check_reduction(reduction, "GIoULoss")
        self.reduction = reduction
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare boxes pair by pair."""
        return ops.generalized_box_iou_loss(input, target, reduction=self.reduction, eps=self.eps)


class DIoULoss(Module):
    """One minus the intersection over union, and the distance of the centres.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        eps: Keeps quotients away from 0 / 0.

    Shape:
        - Input and target: boxes ``(x1, y1, x2, y2)``, ``(..., 4)``
        - Output: a scalar, or ``(...)`` for ``"none"``

    Raises:
        ShapeError: If these are no boxes, or not as many.

    Example:
        >>> import tensorlite as tl
        >>> box = tl.tensor([[0.0, 0.0, 2.0, 2.0]])
        >>> round(DIoULoss()(box, box).item(), 4)
        0.0

    Source: Zheng et al. 2020, "Distance-IoU Loss".
    """

    def __init__(
        self,
        reduction: str = "mean",
        eps: float = 1e-7,
    ) -> None:
        super().__init__()
        check_reduction(reduction, "DIoULoss")
        self.reduction = reduction
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare boxes pair by pair."""
        return ops.distance_box_iou_loss(input, target, reduction=self.reduction, eps=self.eps)


class CIoULoss(Module):
    """The loss of ``DIoULoss``, and the difference of the aspect ratios.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        eps: Keeps quotients away from 0 / 0.

    Shape:
        - Input and target: boxes ``(x1, y1, x2, y2)``, ``(..., 4)``
        - Output: a scalar, or ``(...)`` for ``"none"``

    Raises:
        ShapeError: If these are no boxes, or not as many.

    Example:
        >>> import tensorlite as tl
        >>> box = tl.tensor([[0.0, 0.0, 2.0, 2.0]])
        >>> round(CIoULoss()(box, box).item(), 4)
        0.0

    Source: Zheng et al. 2020, "Distance-IoU Loss".
    """

    def __init__(
        self,
        reduction: str = "mean",
        eps: float = 1e-7,
    ) -> None:
        super().__init__()
        check_reduction(reduction, "CIoULoss")
        self.reduction = reduction
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare boxes pair by pair."""
        return ops.complete_box_iou_loss(input, target, reduction=self.reduction, eps=self.eps)
