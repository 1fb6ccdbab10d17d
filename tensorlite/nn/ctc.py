"""The loss of sequences whose labels have no places, as a module."""

from __future__ import annotations

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.ops.loss_reduction import check_reduction
from tensorlite.tensor import Tensor


class CTCLoss(Module):
    """Minus the logarithm of the probability of all paths that read as the target.

    Args:
        blank: The number of the blank.
        reduction: ``"mean"`` (each loss over its target's length first), ``"sum"`` or ``"none"``.
        zero_infinity: Count examples for nothing whose target is too long.

    Shape:
        - Log-probabilities: ``(T, N, C)`` or ``(T, C)``
        - Targets: ``(N, S)``, ``(S,)`` or ``(sum of target_lengths,)``
        - Lengths: ``(N,)`` or scalars
        - Output: a scalar, or ``(N,)`` for ``"none"``

    Raises:
        ShapeError: If shapes or lengths do not fit.

    Example:
        >>> import tensorlite as tl
        >>> even = tl.zeros(2, 1, 2).log_softmax(-1)
        >>> round(CTCLoss()(even, tl.tensor([[1]]), (2,), (1,)).item(), 4)
        0.2877

    Source: Graves et al. 2006, "Connectionist Temporal Classification".
    """

    def __init__(
        self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False
    ) -> None:
        super().__init__()
        check_reduction(reduction, "CTCLoss")
        self.blank, self.reduction, self.zero_infinity = blank, reduction, zero_infinity

    def forward(
        self, log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor
    ) -> Tensor:
        """Compare log-probabilities with labels."""
        return ops.ctc_loss(
            log_probs,
            targets,
            input_lengths,
            target_lengths,
            self.blank,
            self.reduction,
            self.zero_infinity,
        )
