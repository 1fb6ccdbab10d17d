"""The losses between numbers, counts and distributions, as modules."""

from __future__ import annotations

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.ops.loss_reduction import check_reduction
from tensorlite.tensor import Tensor


class MSELoss(Module):
    """Mean squared error.

    Args:
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input and target: the same, any; what broadcasts brings a warning
        - Output: a scalar, or the input's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not broadcast.

    Example:
        >>> import tensorlite as tl
        >>> MSELoss()(tl.tensor([1.0, 3.0]), tl.tensor([1.0, 1.0])).item()
        2.0

    Source: Gauss 1809, "Theoria motus corporum coelestium"; the method of least squares.
    """

    def __init__(
        self,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "MSELoss", size_average, reduce)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare two tensors."""
        return ops.mse_loss(input, target, reduction=self.reduction)


class HalfSquaredErrorLoss(Module):
    """Half the sum of squared distances over the outputs, averaged over the batch.

    The loss that derivations by hand begin with: its gradient is the plain difference, over the
    size of the batch.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input and target: ``(N, ...)``
        - Output: a scalar, or ``(N,)`` for ``"none"``

    Raises:
        ShapeError: If the shapes differ.

    Example:
        >>> import tensorlite as tl
        >>> HalfSquaredErrorLoss()(tl.tensor([[1.0, 3.0]]), tl.tensor([[0.0, 1.0]])).item()
        2.5

    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document
    Recognition", section II.
    """

    def __init__(
        self,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "HalfSquaredErrorLoss")
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare outputs with what they shall be."""
        return ops.half_squared_error_loss(input, target, reduction=self.reduction)


class L1Loss(Module):
    """Mean absolute error.

    Args:
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input and target: the same, any; what broadcasts brings a warning
        - Output: a scalar, or the input's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not broadcast.

    Example:
        >>> import tensorlite as tl
        >>> L1Loss()(tl.tensor([1.0, 3.0]), tl.tensor([1.0, 1.0])).item()
        1.0

    Source: Laplace 1774; the method of least absolute deviations.
    """

    def __init__(
        self,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "L1Loss", size_average, reduce)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare two tensors."""
        return ops.l1_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(Module):
    """Absolute error with a rounded tip: squared up to ``beta``.

    Args:
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        beta: Where the straight line begins.

    Shape:
        - Input and target: the same, any; what broadcasts brings a warning
        - Output: a scalar, or the input's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not broadcast.

    Example:
        >>> import tensorlite as tl
        >>> SmoothL1Loss()(tl.tensor([0.5]), tl.tensor([0.0])).item()
        0.125

    Source: Girshick 2015, "Fast R-CNN".
    """

    def __init__(
        self,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__()
        check_reduction(reduction, "SmoothL1Loss", size_average, reduce)
        self.reduction = reduction
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare two tensors."""
        return ops.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(Module):
    """Half the squared error up to ``delta``, and from there a straight line.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        delta: Where the straight line begins.

    Shape:
        - Input and target: the same, any; what broadcasts brings a warning
        - Output: a scalar, or the input's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not broadcast.

    Example:
        >>> import tensorlite as tl
        >>> HuberLoss()(tl.tensor([3.0]), tl.tensor([0.0])).item()
        2.5

    Source: Huber 1964, "Robust Estimation of a Location Parameter".
    """

    def __init__(
        self,
        reduction: str = "mean",
        delta: float = 1.0,
    ) -> None:
        super().__init__()
        check_reduction(reduction, "HuberLoss")
        self.reduction = reduction
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare two tensors."""
        return ops.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class KLDivLoss(Module):
    """Kullback-Leibler divergence of a target from log-probabilities.

    Args:
        size_average: Not taken; use ``reduction``.
        reduce: Not taken; use ``reduction``.
        reduction: ``"batchmean"`` (as it is defined), ``"mean"``, ``"sum"`` or ``"none"``.
        log_target: Whether the target holds logarithms.

    Shape:
        - Input: log-probabilities, any
        - Target: probabilities, the same
        - Output: a scalar, or the input's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not broadcast.

    Example:
        >>> import tensorlite as tl
        >>> KLDivLoss(reduction="batchmean")(tl.log(tl.ones(1, 2) / 2), tl.ones(1, 2) / 2).item()
        0.0

    Source: Kullback and Leibler 1951, "On Information and Sufficiency".
    """

    def __init__(
        self,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__()
        check_reduction(reduction, "KLDivLoss", size_average, reduce, "batchmean")
        self.reduction = reduction
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare two distributions."""
        return ops.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class PoissonNLLLoss(Module):
    """Negative log likelihood of counts under a Poisson distribution.

    Args:
        log_input: Whether the input holds logarithms of the expected counts.
        full: Add an approximation of ``log(target!)``.
        size_average: Not taken; use ``reduction``.
        eps: Keeps the logarithm away from 0.
        reduce: Not taken; use ``reduction``.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input and target: the same, any
        - Output: a scalar, or the input's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not broadcast.

    Example:
        >>> import tensorlite as tl
        >>> PoissonNLLLoss()(tl.zeros(1), tl.ones(1)).item()
        1.0

    Source: Bishop 2006, "Pattern Recognition and Machine Learning", section 4.3.6.
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: None = None,
        eps: float = 1e-8,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "PoissonNLLLoss", size_average, reduce)
        self.log_input = log_input
        self.full = full
        self.eps = eps
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare expected counts with counts."""
        return ops.poisson_nll_loss(
            input,
            target,
            log_input=self.log_input,
            full=self.full,
            eps=self.eps,
            reduction=self.reduction,
        )


class GaussianNLLLoss(Module):
    """Negative log likelihood under normal distributions.

    Args:
        full: Add the constant ``log(2 * pi) / 2``.
        eps: The smallest variance.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Shape:
        - Input and target: the same, any
        - Variances: the same, or one per row, or a number
        - Output: a scalar, or the input's shape for ``"none"``

    Raises:
        ShapeError: If the shapes do not fit.
        ConfigError: If a variance is negative.

    Example:
        >>> import tensorlite as tl
        >>> GaussianNLLLoss()(tl.zeros(2), tl.ones(2), tl.ones(2)).item()
        0.5

    Source: Nix and Weigend 1994, "Estimating the Mean and Variance of the Target Probability
    Distribution".
    """

    def __init__(
        self,
        *,
        full: bool = False,
        eps: float = 1e-6,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        check_reduction(reduction, "GaussianNLLLoss")
        self.full = full
        self.eps = eps
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor, var: Tensor) -> Tensor:
        """Compare means and variances with what was observed."""
        return ops.gaussian_nll_loss(
            input, target, var, full=self.full, eps=self.eps, reduction=self.reduction
        )
