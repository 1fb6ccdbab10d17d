"""The losses as modules; the functions are in ``tensorlite.nn.functional``."""

from __future__ import annotations

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.tensor import Buffer, Tensor


class CrossEntropyLoss(Module):
    """Cross entropy between scores and class numbers.

    Args:
        weight: One factor per class.
        ignore_index: Targets of this value count for nothing.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        label_smoothing: Share of the probability, 0 to 1, that is spread over all classes.

    Shape:
        - Input: scores ``(N, C)`` or ``(N, C, d1, ...)``, before any softmax
        - Target: class numbers ``(N,)`` or ``(N, d1, ...)``, int64
        - Output: a scalar, or the target's shape for ``"none"``

    Example:
        >>> import tensorlite as tl
        >>> round(CrossEntropyLoss()(tl.zeros(2, 10), tl.tensor([3, 7])).item(), 4)
        2.3026

    Source: Szegedy et al. 2015, "Rethinking the Inception Architecture", for the smoothing.
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__()
        self.weight = None if weight is None else Buffer(weight)
        self.ignore_index, self.reduction = ignore_index, reduction
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare scores with classes."""
        return ops.cross_entropy(
            input, target, self.weight, self.ignore_index, self.reduction, self.label_smoothing
        )


class NLLLoss(Module):
    """Negative log likelihood of the true classes, from log-probabilities.

    Args:
        weight: One factor per class.
        ignore_index: Targets of this value count for nothing.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input: log-probabilities ``(N, C)`` or ``(N, C, d1, ...)``
        - Target: class numbers ``(N,)`` or ``(N, d1, ...)``, int64
        - Output: a scalar, or the target's shape for ``"none"``

    Example:
        >>> import tensorlite as tl
        >>> NLLLoss()(tl.tensor([[-1.0, -2.0]]), tl.tensor([1])).item()
        2.0

    Source: Bishop 2006, "Pattern Recognition and Machine Learning", section 4.3.4.
    """

    def __init__(
        self, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean"
    ) -> None:
        super().__init__()
        self.weight = None if weight is None else Buffer(weight)
        self.ignore_index, self.reduction = ignore_index, reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare log-probabilities with classes."""
        return ops.nll_loss(input, target, self.weight, self.ignore_index, self.reduction)


class MSELoss(Module):
    """Mean squared error.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input and target: the same, any
        - Output: a scalar, or the input's shape for ``"none"``

    Raises:
        ShapeError: If the shapes differ.

    Example:
        >>> import tensorlite as tl
        >>> MSELoss()(tl.tensor([1.0, 3.0]), tl.tensor([1.0, 1.0])).item()
        2.0

    Source: Gauss 1809, "Theoria motus corporum coelestium"; the method of least squares.
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare two tensors."""
        return ops.mse_loss(input, target, self.reduction)
