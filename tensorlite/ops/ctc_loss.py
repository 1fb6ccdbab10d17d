"""Connectionist temporal classification: a sequence of labels without their places in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import ops
from tensorlite.autograd import Array
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.convert import as_tensor, to_array
from tensorlite.ops.loss_reduction import check_reduction, floating, reduced
from tensorlite.ops.shape import GetItem

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor

NEVER = -1e30  # the logarithm of 0, but with finite differences


def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """Minus the logarithm of the probability of all paths that read as the target.

    A path has one label or a blank per step; it is read by merging repetitions and then leaving
    the blanks out. As in PyTorch, the gradient is that of scores before ``log_softmax``.

    Args:
        log_probs: Log-probabilities of the labels, as ``log_softmax`` gives them.
        targets: Labels, one row per example, or those of all examples one after the other.
        input_lengths: Steps of each example.
        target_lengths: Labels of each example.
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
        ConfigError: If the blank is not one of the labels.

    Example:
        >>> import tensorlite as tl
        >>> even = tl.zeros(2, 1, 2).log_softmax(-1)
        >>> round(ctc_loss(even, [[1]], [2], [1], reduction="sum").item(), 4)
        0.2877

    Source: Graves et al. 2006, "Connectionist Temporal Classification".
    """
    check_reduction(reduction, "ctc_loss")
    x = floating(log_probs, "ctc_loss")
    single = len(x.shape) == 2
    x = ops.unsqueeze(x, 1) if single else x
    steps, lengths = (to_array(v).reshape(-1) for v in (input_lengths, target_lengths))
    labels = _labels(x, to_array(targets), steps, lengths, blank)
    logs = _read(x, labels, steps, lengths, blank)
    running = np.arange(x.shape[0])[:, None, None] < steps[None, :, None]
    p = ops.where(running, ops.exp(x), 0.0)
    losses = ops.sum(p - p.detach(), (0, 2)) - logs  # 0, with the gradient of the softmax's sum
    possible = logs.array > NEVER / 2
    losses = ops.where(possible, losses, 0.0 if zero_infinity else np.inf)
    if reduction == "mean":
        losses = losses / np.maximum(lengths, 1).astype(np.float32)
    return losses[0] if single and reduction == "none" else reduced(losses, reduction)


def _labels(x: Tensor, targets: Array, steps: Array, lengths: Array, blank: int) -> Array:
    """The labels of each example, filled up with blanks: ``(N, longest)``."""
    count = x.shape[1] if len(x.shape) == 3 else -1
    if len(steps) != count or len(lengths) != count or (steps > x.shape[0]).any():
        raise ShapeError(
            f"expected log-probabilities (T, N, C) and N lengths up to T, got {x.shape} and "
            f"lengths {steps.tolist()} and {lengths.tolist()}.",
            where="ctc_loss",
        )
    classes: int = x.shape[-1]
    if not 0 <= blank < classes:
        raise ConfigError(f"expected blank from 0 to {classes - 1}, got {blank}.", where="ctc_loss")
    longest = max(int(lengths.max(initial=0)), 1)
    counted = np.arange(longest) < lengths[:, None]
    labels = np.full((len(lengths), longest), blank, np.int64)
    rows = targets.reshape(1, -1) if count == 1 else targets
    if rows.ndim == 2 and rows.shape[0] == count and rows.shape[-1] >= lengths.max(initial=0):
        width = min(rows.shape[-1], longest)
        labels[:, :width] = np.where(counted[:, :width], rows[:, :width], blank)
    elif rows.ndim == 1 and rows.size == lengths.sum():
        labels[counted] = rows
    else:
        raise ShapeError(
            f"expected targets (N, S) or one after the other, got {targets.shape} for lengths "
            f"{lengths.tolist()}.",
            where="ctc_loss",
        )
    return labels


def _read(x: Tensor, labels: Array, steps: Array, lengths: Array, blank: int) -> Tensor:
    """The logarithm of the probability of each example's target."""
    count, longest = labels.shape
    places = np.full((count, 2 * longest + 1), blank, np.int64)  # blank, label, blank, ..., blank
    places[:, 1::2] = labels
    skips = np.zeros(places.shape, bool)  # from label to label, past the blank between them
    skips[:, 3::2] = labels[:, 1:] != labels[:, :-1]
    rows = np.arange(count)
    scores = GetItem.apply(x, (np.arange(x.shape[0])[:, None, None], rows[:, None], places))
    edge = as_tensor(np.full((count, 2), NEVER, x.array.dtype))
    begun = np.arange(places.shape[1]) < 2
    paths = ops.where(begun, scores[0], NEVER)
    for step in range(1, x.shape[0]):
        padded = ops.cat([edge, paths], 1)
        moved = ops.logaddexp(paths, padded[:, 1:-1])
        moved = ops.logaddexp(moved, ops.where(skips, padded[:, :-2], NEVER)) + scores[step]
        paths = ops.where((step < steps)[:, None], moved, paths)
    last = GetItem.apply(paths, (rows, 2 * lengths))
    label = GetItem.apply(paths, (rows, np.maximum(2 * lengths - 1, 0)))
    return ops.where(lengths > 0, ops.logaddexp(last, label), last)
