"""Sequences of different lengths in one tensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensorlite import ops
from tensorlite.errors import ConfigError
from tensorlite.tensor import Tensor, full


def pad_sequence(
    sequences: Sequence[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Fill sequences up to the longest and stack them.

    Args:
        sequences: Tensors ``(T, ...)`` that differ in T only.
        batch_first: Whether the batch comes before the steps.
        padding_value: What they are filled up with.
        padding_side: ``"right"`` or ``"left"``.

    Shape:
        - Output: ``(T, N, ...)``, or ``(N, T, ...)`` with ``batch_first``

    Example:
        >>> import tensorlite as tl
        >>> pad_sequence([tl.tensor([1, 2]), tl.tensor([3])], batch_first=True)
        tensor([[1, 2],
                [3, 0]])
    """
    if padding_side not in ("left", "right"):
        raise ConfigError(
            f"expected padding_side 'left' or 'right', got {padding_side!r}.", where="pad_sequence"
        )
    longest = max(sequence.shape[0] for sequence in sequences)
    filled = [_filled(s, longest, padding_value, padding_side == "left") for s in sequences]
    return ops.stack(filled, 0 if batch_first else 1)


def _filled(sequence: Tensor, length: int, value: float, left: bool) -> Tensor:
    gap = (length - sequence.shape[0], *sequence.shape[1:])
    frame = full(gap, value, dtype=sequence.dtype)
    return ops.cat([frame, sequence] if left else [sequence, frame])


def unpad_sequence(
    padded_sequences: Tensor, lengths: Any, batch_first: bool = False
) -> list[Tensor]:
    """The sequences that ``pad_sequence`` has put together."""
    columns = padded_sequences if batch_first else ops.transpose(padded_sequences, 0, 1)
    return [columns[i, : int(length)] for i, length in enumerate(lengths)]
