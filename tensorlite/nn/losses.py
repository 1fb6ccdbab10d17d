"""The losses between scores and classes; the functions are in ``tensorlite.nn.functional``."""

from __future__ import annotations

import warnings

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.ops.loss_reduction import check_reduction
from tensorlite.tensor import Buffer, Tensor


class _Loss(Module):
    """PyTorch's base of losses, for those who derive from it; keeps the reduction."""

    def __init__(
        self, size_average: None = None, reduce: None = None, reduction: str = "mean"
    ) -> None:
        super().__init__()
        check_reduction(reduction, type(self).__name__, size_average, reduce)
        self.reduction = reduction


class _WeightedLoss(_Loss):
    """The same with a factor for each class."""

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.weight = None if weight is None else Buffer(weight)


class CrossEntropyLoss(_WeightedLoss):
    """Cross entropy between scores and class numbers, or probabilities of classes.

    Args:
        weight: One factor per class.
        size_average: Not taken; use ``reduction``.
        ignore_index: Class numbers of this value count for nothing.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        label_smoothing: Share of the probability, 0 to 1, that is spread over all classes.

    Shape:
        - Input: scores ``(N, C)``, ``(N, C, d1, ...)`` or ``(C,)``, before any softmax
        - Target: class numbers ``(N,)``, ``(N, d1, ...)`` or a scalar, int64; or probabilities
          of the input's shape
        - Output: a scalar; for ``"none"`` the input's shape without ``C``

    Raises:
        ShapeError: If the shapes do not fit.

    Example:
        >>> import tensorlite as tl
        >>> round(CrossEntropyLoss()(tl.zeros(2, 10), tl.tensor([3, 7])).item(), 4)
        2.3026

    Source: Szegedy et al. 2015, "Rethinking the Inception Architecture", for the smoothing.
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: None = None,
        ignore_index: int = -100,
        reduce: None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare scores with classes."""
        return ops.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class NLLLoss(Module):
    """Negative log likelihood of the true classes, from log-probabilities.

    Args:
        weight: One factor per class.
        size_average: Not taken; use ``reduction``.
        ignore_index: Targets of this value count for nothing.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input: log-probabilities ``(N, C)``, ``(N, C, d1, ...)`` or ``(C,)``
        - Target: class numbers ``(N,)``, ``(N, d1, ...)`` or a scalar, int64
        - Output: a scalar, or the target's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not fit.

    Example:
        >>> import tensorlite as tl
        >>> NLLLoss()(tl.tensor([[-1.0, -2.0]]), tl.tensor([1])).item()
        2.0

    Source: Bishop 2006, "Pattern Recognition and Machine Learning", section 4.3.4.
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: None = None,
        ignore_index: int = -100,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "NLLLoss", size_average, reduce)
        self.weight = None if weight is None else Buffer(weight)
        self.ignore_index = ignore_index
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare log-probabilities with classes."""
        return ops.nll_loss(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
        )


class NLLLoss2d(NLLLoss):
    """``NLLLoss`` under its old name for pictures.

    Args:
        weight: See ``NLLLoss``.
        size_average: Not taken; use ``reduction``.
        ignore_index: See ``NLLLoss``.
        reduce: Not taken; use ``reduction``.
        reduction: See ``NLLLoss``.

    Shape:
        - As ``NLLLoss``

    Source: Bishop 2006, "Pattern Recognition and Machine Learning", section 4.3.4.
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: None = None,
        ignore_index: int = -100,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        warnings.warn(
            "NLLLoss2d is the old name of NLLLoss. Use NLLLoss.", FutureWarning, stacklevel=2
        )
        super().__init__(weight, size_average, ignore_index, reduce, reduction)


class FocalLoss(Module):
    """Cross entropy with little weight on examples that are easy: ``(1 - p) ** gamma * -log(p)``.

    Args:
        weight: One factor per class.
        gamma: 0 for plain cross entropy.
        ignore_index: Targets of this value count for nothing.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input: scores ``(N, C)``, ``(N, C, d1, ...)`` or ``(C,)``, before any softmax
        - Target: class numbers ``(N,)``, ``(N, d1, ...)`` or a scalar, int64
        - Output: a scalar, or the target's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not fit.

    Example:
        >>> import tensorlite as tl
        >>> round(FocalLoss()(tl.zeros(1, 2), tl.tensor([1])).item(), 4)
        0.1733

    Source: Lin et al. 2017, "Focal Loss for Dense Object Detection".
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        gamma: float = 2.0,
        ignore_index: int = -100,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "FocalLoss")
        self.weight = None if weight is None else Buffer(weight)
        self.gamma = gamma
        self.ignore_index = ignore_index
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare scores with classes."""
        return ops.focal_loss(
            input,
            target,
            weight=self.weight,
            gamma=self.gamma,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
        )
