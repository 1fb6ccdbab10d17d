"""The losses for answers that are yes or no, as modules."""

from __future__ import annotations

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.ops.loss_reduction import check_reduction
from tensorlite.tensor import Buffer, Tensor


class BCELoss(Module):
    """Cross entropy of yes-or-no answers, from probabilities; its logarithms end at -100.

    Args:
        weight: A factor for each element, or what broadcasts to them.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input and target: the same, any
        - Output: a scalar, or the input's shape for ``"none"``

    Raises:
        ShapeError: If the shapes differ.
        ConfigError: If an input is not from 0 to 1.

    Example:
        >>> import tensorlite as tl
        >>> round(BCELoss()(tl.tensor([0.5]), tl.tensor([1.0])).item(), 4)
        0.6931

    Source: Bishop 2006, "Pattern Recognition and Machine Learning", section 4.3.2.
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "BCELoss", size_average, reduce)
        self.weight = None if weight is None else Buffer(weight)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare probabilities with answers."""
        return ops.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(Module):
    """Cross entropy of yes-or-no answers, from scores before any sigmoid.

    Args:
        weight: A factor for each element, or what broadcasts to them.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        pos_weight: A factor for the yes of each class.

    Shape:
        - Input and target: the same, any
        - Output: a scalar, or the input's shape for ``"none"``

    Raises:
        ShapeError: If the shapes differ.

    Example:
        >>> import tensorlite as tl
        >>> round(BCEWithLogitsLoss()(tl.zeros(3), tl.ones(3)).item(), 4)
        0.6931

    Source: Bishop 2006, "Pattern Recognition and Machine Learning", section 4.3.2.
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__()
        check_reduction(reduction, "BCEWithLogitsLoss", size_average, reduce)
        self.weight = None if weight is None else Buffer(weight)
        self.pos_weight = None if pos_weight is None else Buffer(pos_weight)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare scores with answers."""
        return ops.binary_cross_entropy_with_logits(
            input, target, weight=self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )


class SoftMarginLoss(Module):
    """Logistic loss of answers 1 and -1: ``log(1 + exp(-target * input))``.

    Args:
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input and target: the same, any
        - Output: a scalar, or the input's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not fit.

    Example:
        >>> import tensorlite as tl
        >>> round(SoftMarginLoss()(tl.zeros(3), tl.ones(3)).item(), 4)
        0.6931

    Source: Hastie et al. 2009, "The Elements of Statistical Learning", section 10.6.
    """

    def __init__(
        self,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "SoftMarginLoss", size_average, reduce)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare scores with answers."""
        return ops.soft_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(Module):
    """Cross entropy of yes-or-no answers from scores, averaged over the classes.

    Args:
        weight: One factor per class.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input and target: ``(N, C)`` or ``(C,)``
        - Output: a scalar; for ``"none"`` ``(N,)`` or a scalar

    Raises:
        ShapeError: If the shapes do not fit.

    Example:
        >>> import tensorlite as tl
        >>> round(MultiLabelSoftMarginLoss()(tl.zeros(1, 3), tl.ones(1, 3)).item(), 4)
        0.6931

    Source: Bishop 2006, "Pattern Recognition and Machine Learning", section 4.3.2.
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "MultiLabelSoftMarginLoss", size_average, reduce)
        self.weight = None if weight is None else Buffer(weight)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare scores with answers."""
        return ops.multilabel_soft_margin_loss(
            input, target, weight=self.weight, reduction=self.reduction
        )


class SigmoidFocalLoss(Module):
    """Cross entropy of yes-or-no answers from scores, with little weight on the easy ones.

    Args:
        alpha: Weight of a yes, ``1 - alpha`` of a no; negative for neither.
        gamma: 0 for plain cross entropy.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input and target: the same, any
        - Output: a scalar, or the input's shape for ``"none"``

    Raises:
        ShapeError: If the shapes differ.

    Example:
        >>> import tensorlite as tl
        >>> round(SigmoidFocalLoss()(tl.zeros(1), tl.ones(1)).item(), 4)
        0.0433

    Source: Lin et al. 2017, "Focal Loss for Dense Object Detection".
    """

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "SigmoidFocalLoss")
        self.alpha = alpha
        self.gamma = gamma
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare scores with answers."""
        return ops.sigmoid_focal_loss(
            input, target, alpha=self.alpha, gamma=self.gamma, reduction=self.reduction
        )


class DiceLoss(Module):
    """One minus the overlap of two masks: ``1 - 2 * sum(p * y) / (sum(p * p) + sum(y * y))``.

    Args:
        eps: Added to both sides of the quotient.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input: probabilities ``(N, ...)``, one mask per example
        - Target: the same, 0 or 1
        - Output: a scalar, or ``(N,)`` for ``"none"``

    Raises:
        ShapeError: If the shapes differ.

    Example:
        >>> import tensorlite as tl
        >>> DiceLoss()(tl.ones(1, 4), tl.ones(1, 4)).item()
        0.0

    Source: Milletari et al. 2016, "V-Net: Fully Convolutional Neural Networks for Volumetric
    Medical Image Segmentation".
    """

    def __init__(
        self,
        eps: float = 1e-6,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "DiceLoss")
        self.eps = eps
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare masks."""
        return ops.dice_loss(input, target, eps=self.eps, reduction=self.reduction)
