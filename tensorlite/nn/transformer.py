"""The decoder of attention layers, and the whole of encoder and decoder."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tensorlite import nn, ops
from tensorlite.autograd import make_tensor
from tensorlite.errors import ShapeError
from tensorlite.nn import init
from tensorlite.nn.attention import (
    MultiheadAttention,
    TransformerEncoder,
    TransformerEncoderLayer,
    activation_function,
)
from tensorlite.nn.dropout import Dropout
from tensorlite.nn.linear import Linear
from tensorlite.nn.module import Module
from tensorlite.tensor import Tensor

Mask = Tensor | None


class TransformerDecoderLayer(Module):
    """Attention of a sequence to itself and to a memory, then two linear layers.

    Each of the three parts has a shortcut and a norm.

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
        - Target and output: ``(T, N, d_model)``, or ``(N, T, d_model)`` with ``batch_first``
        - Memory: ``(S, N, d_model)``, likewise

    Raises:
        ConfigError: If the heads do not divide ``d_model``, or the activation is another.

    Example:
        >>> import tensorlite as tl
        >>> layer = TransformerDecoderLayer(8, 2, 16)
        >>> layer(tl.zeros(3, 1, 8), tl.zeros(5, 1, 8)).shape == (3, 1, 8)
        True

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
        heads: dict[str, Any] = {"dropout": dropout, "bias": bias, "batch_first": batch_first}
        self.self_attn = MultiheadAttention(d_model, nhead, **heads, **made)
        self.multihead_attn = MultiheadAttention(d_model, nhead, **heads, **made)
        self.linear1 = Linear(d_model, dim_feedforward, bias, **made)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, **made)
        self.norm_first = norm_first
        self.norm1, self.norm2, self.norm3 = (
            nn.LayerNorm(d_model, layer_norm_eps, bias=bias, **made) for _ in range(3)
        )
        self.dropout1, self.dropout2, self.dropout3 = (Dropout(dropout) for _ in range(3))
        self.activation: Any = activation_function(activation, "TransformerDecoderLayer")

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Mask = None,
        memory_mask: Mask = None,
        tgt_key_padding_mask: Mask = None,
        memory_key_padding_mask: Mask = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Attend and transform; masks as in ``MultiheadAttention``."""
        own = tgt_key_padding_mask, tgt_mask
        other = memory_key_padding_mask, memory_mask
        if self.norm_first:
            x = tgt + self._attend(self.norm1(tgt), *own)
            x = x + self._look_up(self.norm2(x), memory, *other)
            return x + self._transform(self.norm3(x))
        x = self.norm1(tgt + self._attend(tgt, *own))
        x = self.norm2(x + self._look_up(x, memory, *other))
        return self.norm3(x + self._transform(x))

    def _attend(self, x: Tensor, padding: Mask, mask: Mask) -> Tensor:
        return self.dropout1(self.self_attn(x, x, x, padding, False, mask)[0])

    def _look_up(self, x: Tensor, memory: Tensor, padding: Mask, mask: Mask) -> Tensor:
        return self.dropout2(self.multihead_attn(x, memory, memory, padding, False, mask)[0])

    def _transform(self, x: Tensor) -> Tensor:
        return self.dropout3(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerDecoder(Module):
    """Decoder layers on top of each other.

    Args:
        decoder_layer: The layer of which all are copies.
        num_layers: How many.
        norm: A layer at the end.

    Shape:
        - Target, memory and output: as for the layer

    Source: Vaswani et al. 2017, "Attention Is All You Need".
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = nn.ModuleList([copy.deepcopy(decoder_layer) for _ in range(num_layers)])
        self.num_layers, self.norm = num_layers, norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Mask = None,
        memory_mask: Mask = None,
        tgt_key_padding_mask: Mask = None,
        memory_key_padding_mask: Mask = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Run the layers."""
        masks = tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask
        for layer in self.layers:
            tgt = layer(tgt, memory, *masks)
        return tgt if self.norm is None else self.norm(tgt)


class Transformer(Module):
    """An encoder that reads a source, and a decoder that writes a target.

    Args:
        d_model: Numbers per step.
        nhead: Number of heads.
        num_encoder_layers: Layers of the encoder.
        num_decoder_layers: Layers of the decoder.
        dim_feedforward: Numbers between the two linear layers of each.
        dropout: Probability of dropout.
        activation: A function, or ``"relu"`` or ``"gelu"``.
        custom_encoder: Used in place of the encoder.
        custom_decoder: Used in place of the decoder.
        layer_norm_eps: Added to the variance.
        batch_first: Whether the batch comes before the steps.
        norm_first: Whether norms come before what they belong to rather than after it.
        bias: Whether there are biases.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.

    Shape:
        - Source: ``(S, N, d_model)``, or ``(N, S, d_model)`` with ``batch_first``, or without N
        - Target and output: ``(T, N, d_model)``, likewise

    Raises:
        ShapeError: If source and target do not fit.

    Example:
        >>> import tensorlite as tl
        >>> model = Transformer(8, 2, 1, 1, 16)
        >>> model(tl.zeros(5, 1, 8), tl.zeros(3, 1, 8)).shape == (3, 1, 8)
        True

    Source: Vaswani et al. 2017, "Attention Is All You Need".
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Tensor], Tensor] = ops.relu,
        custom_encoder: Any = None,
        custom_decoder: Any = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        made: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        sizes: Any = d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps
        sizes += batch_first, norm_first
        self.encoder, self.decoder = custom_encoder, custom_decoder
        if custom_encoder is None:
            layer: Module = TransformerEncoderLayer(*sizes, **made)
            norm = nn.LayerNorm(d_model, layer_norm_eps, **made)
            self.encoder = TransformerEncoder(layer, num_encoder_layers, norm)
        if custom_decoder is None:
            layer = TransformerDecoderLayer(*sizes, **made)
            norm = nn.LayerNorm(d_model, layer_norm_eps, **made)
            self.decoder = TransformerDecoder(layer, num_decoder_layers, norm)
        self._reset_parameters()
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def _reset_parameters(self) -> None:
        for parameter in self.parameters():
            if len(parameter.shape) > 1:
                init.xavier_uniform_(parameter)

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Mask = None,
        tgt_mask: Mask = None,
        memory_mask: Mask = None,
        src_key_padding_mask: Mask = None,
        tgt_key_padding_mask: Mask = None,
        memory_key_padding_mask: Mask = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Encode the source and decode the target; masks as in ``MultiheadAttention``."""
        self._check(src, tgt)
        memory = self.encoder(
            src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal
        )
        out: Tensor = self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )
        return out

    def _check(self, src: Tensor, tgt: Tensor) -> None:
        batch = 0 if self.batch_first else 1
        fits = len(src.shape) == len(tgt.shape) in (2, 3)
        if fits and len(src.shape) == 3:
            fits = src.shape[batch] == tgt.shape[batch]
        if not fits or not src.shape[-1] == tgt.shape[-1] == self.d_model:
            raise ShapeError(
                f"expected a source and a target of one batch with {self.d_model} numbers per "
                f"step, got {src.shape} and {tgt.shape}.",
                where="Transformer",
            )

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """A mask with which no step sees those after it.

        Args:
            sz: Number of steps.
            device: Only the processor.
            dtype: The element type; float32 if ``None``.

        Example:
            >>> Transformer.generate_square_subsequent_mask(2)
            tensor([[  0., -inf],
                    [  0.,   0.]])
        """
        mask: Tensor = make_tensor(np.triu(np.full((sz, sz), -math.inf, np.float32), 1))
        return mask if dtype is None else mask.to(dtype)
