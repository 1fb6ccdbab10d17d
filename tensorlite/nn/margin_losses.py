"""The losses that want a distance between scores or points, as modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensorlite import ops
from tensorlite.nn.distance import PairwiseDistance
from tensorlite.nn.module import Module
from tensorlite.ops.loss_reduction import check_reduction
from tensorlite.tensor import Buffer, Tensor


class HingeEmbeddingLoss(Module):
    """Distances that shall be small where the target is 1, and at least ``margin`` where -1.

    Args:
        margin: The least distance.
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
        >>> HingeEmbeddingLoss()(tl.ones(2), tl.tensor([1, -1])).item()
        0.5

    Source: Hadsell et al. 2006, "Dimensionality Reduction by Learning an Invariant Mapping".
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "HingeEmbeddingLoss", size_average, reduce)
        self.margin = margin
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare distances with what they shall be."""
        return ops.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class MultiMarginLoss(Module):
    """Hinge loss of a support vector machine over several classes.

    Args:
        p: 1, or 2 for the squared hinge.
        margin: By how much the true class shall lead.
        weight: One factor per class.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input: scores ``(N, C)`` or ``(C,)``
        - Target: class numbers ``(N,)`` or a scalar
        - Output: a scalar, or the target's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not fit.

    Example:
        >>> import tensorlite as tl
        >>> MultiMarginLoss()(tl.zeros(1, 2), tl.tensor([1])).item()
        0.5

    Source: Crammer and Singer 2001, "On the Algorithmic Implementation of Multiclass Kernel-based
    Vector Machines".
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "MultiMarginLoss", size_average, reduce)
        self.weight = None if weight is None else Buffer(weight)
        self.p = p
        self.margin = margin
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare scores with classes."""
        return ops.multi_margin_loss(
            input,
            target,
            weight=self.weight,
            p=self.p,
            margin=self.margin,
            reduction=self.reduction,
        )


class MultiLabelMarginLoss(Module):
    """Hinge loss between the classes that are there and those that are not.

    Args:
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input: scores ``(N, C)`` or ``(C,)``
        - Target: the same; the numbers of the true classes, up to the first -1
        - Output: a scalar; for ``"none"`` ``(N,)`` or a scalar

    Raises:
        ShapeError: If the shapes do not fit.

    Example:
        >>> import tensorlite as tl
        >>> MultiLabelMarginLoss()(tl.zeros(1, 4), tl.tensor([[3, -1, 0, 0]])).item()
        0.75

    Source: Crammer and Singer 2003, "A Family of Additive Online Algorithms for Category Ranking".
    """

    def __init__(
        self,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "MultiLabelMarginLoss", size_average, reduce)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare scores with classes."""
        return ops.multilabel_margin_loss(input, target, reduction=self.reduction)


class MarginRankingLoss(Module):
    """Order of two scores: ``max(0, -target * (input1 - input2) + margin)``.

    Args:
        margin: By how much.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Inputs and target (1 or -1): the same, any
        - Output: a scalar, or the input's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not fit.

    Example:
        >>> import tensorlite as tl
        >>> MarginRankingLoss()(tl.zeros(1), tl.ones(1), tl.tensor([1])).item()
        1.0

    Source: Herbrich et al. 2000, "Large Margin Rank Boundaries for Ordinal Regression".
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "MarginRankingLoss", size_average, reduce)
        self.margin = margin
        self.reduction = reduction

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        """Compare two scores."""
        return ops.margin_ranking_loss(
            input1, input2, target, margin=self.margin, reduction=self.reduction
        )


class CosineEmbeddingLoss(Module):
    """Directions that shall agree where the target is 1, and differ where it is -1.

    Args:
        margin: The largest cosine of directions that differ.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Inputs: ``(N, D)`` or ``(D,)``
        - Target: ``(N,)`` or a scalar
        - Output: a scalar, or the target's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not fit.

    Example:
        >>> import tensorlite as tl
        >>> round(CosineEmbeddingLoss()(tl.ones(1, 2), tl.ones(1, 2), tl.tensor([-1])).item(), 4)
        1.0

    Source: Bromley et al. 1993, "Signature Verification using a Siamese Time Delay Neural Network".
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "CosineEmbeddingLoss", size_average, reduce)
        self.margin = margin
        self.reduction = reduction

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        """Compare two directions."""
        return ops.cosine_embedding_loss(
            input1, input2, target, margin=self.margin, reduction=self.reduction
        )


class TripletMarginLoss(Module):
    """A point that shall be nearer to one than to another.

    Args:
        margin: By how much.
        p: The norm of the distance.
        eps: Added to each difference.
        swap: Take the distance of positive and negative where that is less.
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Inputs: ``(N, D)`` or ``(D,)``
        - Output: a scalar; for ``"none"`` ``(N,)`` or a scalar

    Raises:
        ShapeError: If the shapes do not fit.

    Example:
        >>> import tensorlite as tl
        >>> round(TripletMarginLoss()(tl.zeros(1, 2), tl.ones(1, 2), tl.ones(1, 2)).item(), 4)
        1.0

    Source: Balntas et al. 2016, "Learning Local Feature Descriptors with Triplets and Shallow
    Convolutional Neural Networks".
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "TripletMarginLoss", size_average, reduce)
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap
        self.reduction = reduction

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """Compare distances."""
        return ops.triplet_margin_loss(
            anchor,
            positive,
            negative,
            margin=self.margin,
            p=self.p,
            eps=self.eps,
            swap=self.swap,
            reduction=self.reduction,
        )


class TripletMarginWithDistanceLoss(Module):
    """The loss of ``TripletMarginLoss`` with a distance of one's own.

    Args:
        distance_function: Takes two tensors; the Euclidean distance if left out.
        margin: By how much.
        swap: Take the distance of positive and negative where that is less.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Inputs: ``(N, ...)``
        - Output: a scalar, or what the distance gives for ``"none"``

    Raises:
        ShapeError: If the shapes do not fit.

    Example:
        >>> import tensorlite as tl
        >>> points = tl.zeros(1, 2), tl.ones(1, 2), tl.ones(1, 2)
        >>> round(TripletMarginWithDistanceLoss(margin=0.5)(*points).item(), 4)
        0.5

    Source: Schroff et al. 2015, "FaceNet: A Unified Embedding for Face Recognition and Clustering".
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Any, Any], Any] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "TripletMarginWithDistanceLoss")
        self.distance_function = (
            PairwiseDistance() if distance_function is None else distance_function
        )
        self.margin = margin
        self.swap = swap
        self.reduction = reduction

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """Compare distances."""
        return ops.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
