"""Attention layers, and the encoder that is made of them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from tensorlite import nn, ops
from tensorlite.autograd import make_tensor
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.nn import init
from tensorlite.nn.dropout import Dropout
from tensorlite.nn.linear import Linear
from tensorlite.nn.module import Module, new_parameter
from tensorlite.ops.attention import attend
from tensorlite.tensor import Tensor


class NonDynamicallyQuantizableLinear(Linear):
    """``Linear`` under the name that PyTorch prints for the last step of attention."""


class MultiheadAttention(Module):
    """Attention in several heads, each of which looks at a projection of its own.

    Args:
        embed_dim: Numbers per query and per output.
        num_heads: Number of heads; divides ``embed_dim``.
        dropout: Probability of a weight to be dropped in training.
        bias: Whether the projections have biases.
        add_bias_kv: Whether a learned key and a learned value are added to all others.
        add_zero_attn: Whether a key and a value of zeros are added.
        kdim: Numbers per key; ``embed_dim`` if ``None``.
        vdim: Numbers per value; ``embed_dim`` if ``None``.
        batch_first: Whether the batch comes before the steps.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.

    Shape:
        - Query: ``(L, N, embed_dim)``, or ``(N, L, embed_dim)`` with ``batch_first``, or without N
        - Key and value: ``(S, N, kdim)`` and ``(S, N, vdim)``, or as for the query
        - Output: as the query, and weights ``(N, L, S)`` or ``(N, num_heads, L, S)``

    Raises:
        ConfigError: If the heads do not divide ``embed_dim``.

    Example:
        >>> import tensorlite as tl
        >>> x = tl.zeros(2, 5, 8)
        >>> out, weights = MultiheadAttention(8, 4, batch_first=True)(x, x, x)
        >>> out.shape == (2, 5, 8), weights.shape == (2, 5, 5)
        (True, True)

    Source: Vaswani et al. 2017, "Attention Is All You Need".
    """

    in_proj_weight: Any  # a Parameter or None, as are the following
    q_proj_weight: Any
    k_proj_weight: Any
    v_proj_weight: Any
    in_proj_bias: Any
    bias_k: Any
    bias_v: Any

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0 or embed_dim % num_heads:
            raise ConfigError(
                f"expected a number of heads that divides {embed_dim}, got {num_heads}.",
                where="MultiheadAttention",
            )
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self.batch_first, self.head_dim = batch_first, embed_dim // num_heads
        self._qkv_same_embed_dim = self.kdim == self.vdim == embed_dim
        one = self._qkv_same_embed_dim
        shapes = {
            "q_proj_weight": None if one else (embed_dim, embed_dim),
            "k_proj_weight": None if one else (embed_dim, self.kdim),
            "v_proj_weight": None if one else (embed_dim, self.vdim),
            "in_proj_weight": (3 * embed_dim, embed_dim) if one else None,
            "in_proj_bias": (3 * embed_dim,) if bias else None,
        }
        last = {name: (1, 1, embed_dim) if add_bias_kv else None for name in ("bias_k", "bias_v")}
        self._add(shapes, device, dtype)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias, device, dtype)
        self._add(last, device, dtype)
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _add(self, shapes: dict[str, Any], device: Any, dtype: Any) -> None:
        for name, shape in shapes.items():
            value = None if shape is None else new_parameter(shape, device, dtype)
            self.register_parameter(name, value)

    def _reset_parameters(self) -> None:
        for name, parameter in self.named_parameters(recurse=False):
            if name.endswith("weight"):
                init.xavier_uniform_(parameter)
            elif name in ("bias_k", "bias_v"):
                init.xavier_normal_(parameter)
            else:
                init.zeros_(parameter)
        if self.out_proj.bias is not None:
            init.zeros_(self.out_proj.bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Look.

        Args:
            query: What is looked for.
            key: What the values are known by.
            value: What is averaged.
            key_padding_mask: ``(N, S)``, ``True`` where a key is to be ignored, or numbers that are
                added to the scores.
            need_weights: Whether the weights are returned.
            attn_mask: ``(L, S)`` or ``(N * num_heads, L, S)``, likewise.
            average_attn_weights: Whether those of the heads are averaged.
            is_causal: Says that ``attn_mask`` is causal, which must be given.

        Returns:
            The output, and the weights or ``None``.
        """
        if is_causal and attn_mask is None:
            raise ConfigError("expected attn_mask with is_causal.", where="MultiheadAttention")
        batched = len(query.shape) == 3
        if len(query.shape) not in (2, 3) or query.shape[-1] != self.embed_dim:
            raise ShapeError(
                f"expected a query (..., {self.embed_dim}) of 2 or 3 dimensions, "
                f"got {query.shape}.",
                where="MultiheadAttention",
            )
        swap = batched and not self.batch_first
        q, k, v = (
            ops.transpose(x, 0, 1) if swap else x if batched else ops.unsqueeze(x, 0)
            for x in self._project(query, key, value)
        )
        if not batched and key_padding_mask is not None:
            key_padding_mask = ops.unsqueeze(key_padding_mask, 0)
        added = 0
        if self.bias_k is not None:
            k, v = self._appended(k, self.bias_k), self._appended(v, self.bias_v)
            added += 1
        if self.add_zero_attn:
            k, v = (ops.cat([x, x[:, :1] * 0.0], 1) for x in (k, v))
            added += 1
        mask = self._mask(attn_mask, key_padding_mask, q, k.shape[1] - added, added)
        drop = self.dropout if self.training else 0.0
        heads, weights = attend(self._split(q), self._split(k), self._split(v), mask, drop)
        out = ops.reshape(ops.transpose(heads, 1, 2), q.shape)
        out = self.out_proj(ops.transpose(out, 0, 1) if swap else out)
        weights = ops.mean(weights, 1) if average_attn_weights else weights
        if not batched:
            out, weights = ops.squeeze(out, 0), ops.squeeze(weights, 0)
        return out, weights if need_weights else None

    def _project(self, query: Tensor, key: Tensor, value: Tensor) -> list[Tensor]:
        e = self.embed_dim
        spans = [slice(i * e, (i + 1) * e) for i in range(3)]
        if self._qkv_same_embed_dim:
            weights = [self.in_proj_weight[span] for span in spans]
        else:
            weights = [self.q_proj_weight, self.k_proj_weight, self.v_proj_weight]
        bias = self.in_proj_bias
        biases = [None if bias is None else bias[span] for span in spans]
        return [
            ops.linear(x, w, b)
            for x, w, b in zip((query, key, value), weights, biases, strict=True)
        ]

    def _appended(self, x: Tensor, row: Tensor) -> Tensor:
        return ops.cat([x, ops.broadcast_to(row, (x.shape[0], 1, self.embed_dim))], 1)

    def _split(self, x: Tensor) -> Tensor:
        """(N, S, E) -> (N, heads, S, E / heads)."""
        apart = ops.reshape(x, (*x.shape[:2], self.num_heads, self.head_dim))
        return ops.transpose(apart, 1, 2)

    def _mask(
        self, attn_mask: Any, key_padding_mask: Any, q: Tensor, keys: int, added: int
    ) -> Tensor | None:
        """Both masks as numbers to add, (N or 1, heads or 1, L or 1, S)."""
        total: Any = None
        if attn_mask is not None:
            n, steps = q.shape[0], q.shape[1]
            if tuple(attn_mask.shape) not in ((steps, keys), (n * self.num_heads, steps, keys)):
                raise ShapeError(
                    f"expected attn_mask {(steps, keys)} or {(n * self.num_heads, steps, keys)}, "
                    f"got {attn_mask.shape}.",
                    where="MultiheadAttention",
                )
            total = _penalty(attn_mask, q.dtype)
            if len(attn_mask.shape) == 3:
                total = ops.reshape(total, (n, self.num_heads, steps, keys))
            else:
                total = ops.reshape(total, (1, 1, steps, keys))
        if key_padding_mask is not None:
            if tuple(key_padding_mask.shape) != (q.shape[0], keys):
                raise ShapeError(
                    f"expected key_padding_mask {(q.shape[0], keys)}, "
                    f"got {key_padding_mask.shape}.",
                    where="MultiheadAttention",
                )
            padding = ops.reshape(_penalty(key_padding_mask, q.dtype), (q.shape[0], 1, 1, keys))
            total = padding if total is None else total + padding
        return total if total is None or not added else ops.pad(total, (0, added))


def _penalty(mask: Tensor, dtype: Any) -> Tensor:
    """Minus infinity where a mask of booleans is ``True``; numbers as they are."""
    if mask.dtype != bool:
        return mask
    return make_tensor(np.where(mask.array, -np.inf, 0.0).astype(dtype))


class TransformerEncoderLayer(Module):
    """Attention of a sequence to itself, then two linear layers, each with a shortcut and a norm.

    Args:
        d_model: Numbers per step.
        nhead: Number of heads.
        dim_feedforward: Numbers between the two linear layers.
        dropout: Probability of dropout.
        activation: A function, or ``"relu"`` or ``"gelu"``.
        layer_norm_eps: Added to the variance.
        batch_first: Whether the batch comes before the steps.
        norm_first: Whether norms come before what they belong to rather than after it.
        bias: Whether there are biases.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.

    Shape:
        - Input and output: ``(T, N, d_model)``, or ``(N, T, d_model)`` with ``batch_first``

    Source: Vaswani et al. 2017, "Attention Is All You Need".
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Tensor], Tensor] = ops.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        self.self_attn = MultiheadAttention(
            d_model, nhead, dropout, bias, batch_first=batch_first, **made
        )
        self.linear1 = Linear(d_model, dim_feedforward, bias, **made)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **made)
        self.norm_first = norm_first
        self.norm1 = nn.LayerNorm(d_model, layer_norm_eps, bias=bias, **made)
        self.norm2 = nn.LayerNorm(d_model, layer_norm_eps, bias=bias, **made)
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)
        self.activation: Any = activation_function(activation, "TransformerEncoderLayer")

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """Attend and transform; masks as in ``MultiheadAttention``."""
        masks = src_key_padding_mask, src_mask
        if self.norm_first:
            x = src + self._attend(self.norm1(src), *masks)
            return x + self._transform(self.norm2(x))
        x = self.norm1(src + self._attend(src, *masks))
        return self.norm2(x + self._transform(x))

    def _attend(self, x: Tensor, padding: Tensor | None, mask: Tensor | None) -> Tensor:
        return self.dropout1(self.self_attn(x, x, x, padding, False, mask)[0])

    def _transform(self, x: Tensor) -> Tensor:
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))


def activation_function(activation: Any, where: str) -> Any:
    """The function that a name stands for."""
    if not isinstance(activation, str):
        return activation
    if activation not in ("relu", "gelu"):
        raise ConfigError(f"expected 'relu' or 'gelu', got {activation!r}.", where=where)
    return getattr(ops, activation)


class TransformerEncoder(Module):
    """Encoder layers on top of each other.

    Args:
        encoder_layer: The layer of which all are copies.
        num_layers: How many.
        norm: A layer at the end.
        enable_nested_tensor: Accepted and not used.
        mask_check: Accepted and not used.

    Shape:
        - Input and output: as for the layer

    Source: Vaswani et al. 2017, "Attention Is All You Need".
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList([copy.deepcopy(encoder_layer) for _ in range(num_layers)])
        self.num_layers, self.norm = num_layers, norm

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """Run the layers."""
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask)
        return src if self.norm is None else self.norm(src)
