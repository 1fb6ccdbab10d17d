"""Tables of vectors that are read in bags."""

from __future__ import annotations

from typing import Any, Self

from tensorlite import ops
from tensorlite.errors import ShapeError
from tensorlite.nn.embedding import Embedding
from tensorlite.nn.module import Module
from tensorlite.tensor import Tensor


class EmbeddingBag(Module):
    """A table with a vector for each number, of which bags are summed, averaged or compared.

    Args:
        num_embeddings: Rows of the table.
        embedding_dim: Numbers per row.
        max_norm: Rows that are read and longer are scaled down to this length, in place.
        norm_type: Which norm is the length.
        scale_grad_by_freq: Divide the gradient of a row by how often it is read in a batch.
        mode: ``"sum"``, ``"mean"`` or ``"max"``.
        sparse: Only ``False``; gradients are whole tables.
        _weight: The table to start from.
        include_last_offset: Whether the last offset is the end of the last bag.
        padding_idx: A row that is 0 at first, counts for nothing and gets no gradient.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.

    Shape:
        - Input: integers ``(B, N)``, or ``(N,)`` with offsets ``(B,)``
        - Output: ``(B, embedding_dim)``

    Raises:
        ConfigError: If ``padding_idx`` is no row, or gradients are to be sparse.

    Example:
        >>> import tensorlite as tl
        >>> EmbeddingBag(10, 3)(tl.tensor([1, 2, 4, 5]), tl.tensor([0, 3])).shape == (2, 3)
        True
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        table = Embedding(
            num_embeddings, embedding_dim, padding_idx, sparse=sparse, _weight=_weight,
            device=device, dtype=dtype,
        )  # fmt: skip
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.padding_idx = scale_grad_by_freq, table.padding_idx
        self.weight = table.weight
        self.mode, self.sparse, self.include_last_offset = mode, sparse, include_last_offset

    reset_parameters = Embedding.reset_parameters

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> Self:
        """Make a layer of a table that is there.

        Args:
            embeddings: The table, ``(num_embeddings, embedding_dim)``.
            freeze: Whether it is not learned any further.
            max_norm: See the class.
            norm_type: See the class.
            scale_grad_by_freq: See the class.
            mode: See the class.
            sparse: See the class.
            include_last_offset: See the class.
            padding_idx: See the class; the row keeps its values.
        """
        if len(embeddings.shape) != 2:
            raise ShapeError(
                f"expected a table of two dimensions, got {embeddings.shape}.",
                where="EmbeddingBag",
            )
        layer = cls(
            *embeddings.shape, max_norm, norm_type, scale_grad_by_freq, mode, sparse,
            embeddings, include_last_offset, padding_idx,
        )  # fmt: skip
        layer.weight.requires_grad_(not freeze)
        return layer

    def forward(
        self, input: Tensor, offsets: Tensor | None = None, per_sample_weights: Any = None
    ) -> Tensor:
        """Read.

        Args:
            input: Row numbers.
            offsets: Where each bag begins, for an input of one dimension.
            per_sample_weights: A factor for each row that is read, with ``"sum"``.
        """
        return ops.embedding_bag(
            input,
            self.weight,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )

    def extra_repr(self) -> str:
        """The sizes, and whatever is not as usual."""
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        usual = dict(max_norm=None, norm_type=2.0, scale_grad_by_freq=False)
        for name, value in usual.items():
            if getattr(self, name) != value:
                text += f", {name}={getattr(self, name)}"
        text += f", mode={self.mode!r}"
        return text if self.padding_idx is None else f"{text}, padding_idx={self.padding_idx}"
