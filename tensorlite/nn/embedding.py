"""Tables of vectors that are learned, read by number."""

from __future__ import annotations

from typing import Any, Self

from tensorlite import ops
from tensorlite.autograd import TensorBase
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.nn import init
from tensorlite.nn.module import Module, new_parameter
from tensorlite.ops.embedding import row_number
from tensorlite.tensor import Parameter, Tensor


class Embedding(Module):
    """A table with a vector for each number.

    Args:
        num_embeddings: Rows of the table.
        embedding_dim: Numbers per row.
        padding_idx: A row that is 0 at first and gets no gradient.
        max_norm: Rows that are read and longer are scaled down to this length, in place.
        norm_type: Which norm is the length.
        scale_grad_by_freq: Divide the gradient of a row by how often it is read in a batch.
        sparse: Only ``False``; gradients are whole tables.
        _weight: The table to start from.
        _freeze: Whether the table is not learned.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.

    Shape:
        - Input: integers ``(...)``
        - Output: ``(..., embedding_dim)``

    Raises:
        ConfigError: If ``padding_idx`` is no row, or gradients are to be sparse.

    Example:
        >>> import tensorlite as tl
        >>> Embedding(10, 3)(tl.tensor([[1, 2, 4, 5]])).shape == (1, 4, 3)
        True
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if sparse:
            raise ConfigError("has no sparse gradients.", where="Embedding", hint="Leave it out.")
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        if padding_idx is not None:
            padding_idx = row_number(padding_idx, num_embeddings, "Embedding")
        self.padding_idx = padding_idx
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        shape = (num_embeddings, embedding_dim)
        if _weight is None:
            self.weight = new_parameter(shape, device, dtype)
            self.reset_parameters()
        else:
            if tuple(_weight.shape) != shape:
                raise ShapeError(
                    f"expected a table {shape}, got {_weight.shape}.", where="Embedding"
                )
            self.weight = Parameter(_weight)
        self.weight.requires_grad_(not _freeze)

    def reset_parameters(self) -> None:
        """Draw the initial values."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            self.weight.data[self.padding_idx] = 0.0

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """Make a layer of a table that is there.

        Args:
            embeddings: The table, ``(num_embeddings, embedding_dim)``.
            freeze: Whether it is not learned any further.
            padding_idx: See the class; the row keeps its values.
            max_norm: See the class.
            norm_type: See the class.
            scale_grad_by_freq: See the class.
            sparse: See the class.
        """
        if not isinstance(embeddings, TensorBase) or len(embeddings.shape) != 2:
            shape = getattr(embeddings, "shape", type(embeddings).__name__)
            raise ShapeError(f"expected a table of two dimensions, got {shape}.", where="Embedding")
        return cls(
            *embeddings.shape,
            padding_idx=padding_idx,
            max_norm=max_norm,
            norm_type=norm_type,
            scale_grad_by_freq=scale_grad_by_freq,
            sparse=sparse,
            _weight=embeddings,
            _freeze=freeze,
        )

    def forward(self, input: Tensor) -> Tensor:
        """Read."""
        return ops.embedding(
            input,
            self.weight,
            self.padding_idx,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
        )

    def extra_repr(self) -> str:
        """The sizes, and whatever is not as usual."""
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        usual = dict(padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False)
        for name, value in usual.items():
            if getattr(self, name) != value:
                text += f", {name}={getattr(self, name)}"
        return text
