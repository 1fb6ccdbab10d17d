"""Recurrent layers: a state that is carried from one step of a sequence to the next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from tensorlite import ops
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.nn import init
from tensorlite.nn.module import Module, new_parameter
from tensorlite.nn.recurrent_steps import STEPS, Step
from tensorlite.nn.utils.packing import PackedSequence
from tensorlite.tensor import Tensor, zeros


class RNNBase(Module):
    """What the recurrent layers share; ``RNN``, ``LSTM`` and ``GRU`` say what a step does.

    Args:
        mode: The kind of step, ``"RNN_TANH"``, ``"RNN_RELU"``, ``"LSTM"`` or ``"GRU"``.
        input_size: Numbers per step of the input.
        hidden_size: Numbers of the state.
        num_layers: Layers on top of each other.
        bias: Whether biases are added.
        batch_first: Whether the batch comes before the steps in input and output.
        dropout: Probability of dropout after each layer but the last.
        bidirectional: Whether the sequence is read backwards too.
        proj_size: Numbers that an LSTM's state is projected to; 0 for none.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.mode, self.input_size, self.hidden_size = mode, input_size, hidden_size
        self.num_layers, self.bias, self.batch_first = num_layers, bias, batch_first
        self.dropout, self.bidirectional = float(dropout), bidirectional
        self.proj_size = proj_size
        self._check()
        self._step: Step = STEPS[mode]
        for layer in range(num_layers):
            for suffix in self._suffixes(layer):
                self._add_layer(suffix, layer, device, dtype)
        self.reset_parameters()

    def _check(self) -> None:
        where = type(self).__name__
        if self.hidden_size <= 0 or self.num_layers <= 0:
            raise ConfigError(
                "expected hidden_size and num_layers above 0, "
                f"got {self.hidden_size} and {self.num_layers}.",
                where=where,
            )
        if not 0 <= self.dropout <= 1:
            raise ConfigError(f"expected dropout from 0 to 1, got {self.dropout}.", where=where)
        if not 0 <= self.proj_size < self.hidden_size:
            raise ConfigError(
                f"expected proj_size from 0 to {self.hidden_size - 1}, got {self.proj_size}.",
                where=where,
            )

    @property
    def _output_size(self) -> int:
        return self.proj_size or self.hidden_size

    def _suffixes(self, layer: int) -> list[str]:
        return [f"l{layer}", f"l{layer}_reverse"][: 1 + self.bidirectional]

    def _add_layer(self, suffix: str, layer: int, device: Any, dtype: Any) -> None:
        directions = 1 + self.bidirectional
        width = self.input_size if layer == 0 else self._output_size * directions
        rows = self._step.gates * self.hidden_size
        shapes: dict[str, tuple[int, ...]] = {
            "weight_ih": (rows, width),
            "weight_hh": (rows, self._output_size),
        }
        if self.bias:
            shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
        if self.proj_size:
            shapes["weight_hr"] = (self.proj_size, self.hidden_size)
        for name, shape in shapes.items():
            setattr(self, f"{name}_{suffix}", new_parameter(shape, device, dtype))

    def reset_parameters(self) -> None:
        """Draw the initial values."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def flatten_parameters(self) -> None:
        """Do nothing; PyTorch moves parameters together for graphics cards here."""

    @property
    def all_weights(self) -> list[list[Any]]:
        """The parameters by layer and direction."""
        suffixes = [s for layer in range(self.num_layers) for s in self._suffixes(layer)]
        return [[w for w in self._weights(suffix) if w is not None] for suffix in suffixes]

    def _weights(self, suffix: str) -> list[Any]:
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
        return [getattr(self, f"{name}_{suffix}", None) for name in names]

    def forward(self, input: Tensor, hx: Any = None) -> Any:
        """Read sequences.

        Args:
            input: ``(T, N, input_size)``, or ``(N, T, input_size)`` with ``batch_first``; without
                N for a single sequence; or a ``PackedSequence``.
            hx: The states to start from, ``(num_layers * directions, N, hidden_size)``, for an
                LSTM two of them; zeros if ``None``.

        Returns:
            The outputs of the last layer at all steps, and the last states of all layers.
        """
        if isinstance(input, PackedSequence):
            return self._packed(input, hx)
        batched = len(input.shape) == 3
        self._check_input(input)
        time = 1 if self.batch_first and batched else 0
        steps = [self._at(input, time, t, batched) for t in range(input.shape[time])]
        states = self._start(hx, input, steps[0].shape[0], batched)
        outputs, ends = self._run(steps, states)
        out = ops.stack(outputs, time)
        if not batched:
            out, ends = ops.squeeze(out, 1), [ops.squeeze(end, 1) for end in ends]
        return out, self._ended(ends)

    def _packed(self, input: PackedSequence, hx: Any) -> Any:
        """Read sequences of different lengths, the longest first."""
        data, sizes, order, back = input
        self._check_input(data)
        if order is not None and hx is not None:
            two = self._step.states == 2
            hx = [ops.index_select(h, 1, order) for h in (hx if two else [hx])]
            hx = hx if two else hx[0]
        counts = sizes.tolist()
        steps, ends = self._run(ops.split(data, counts), self._start(hx, data, counts[0], True))
        if back is not None:
            ends = [ops.index_select(end, 1, back) for end in ends]
        return PackedSequence(ops.cat(steps), sizes, order, back), self._ended(ends)

    def _ended(self, ends: list[Tensor]) -> Any:
        return tuple(ends) if self._step.states == 2 else ends[0]

    def _run(
        self, steps: Sequence[Tensor], states: list[tuple[Tensor, ...]]
    ) -> tuple[Sequence[Tensor], list[Tensor]]:
        """All layers: the outputs at all steps, and the last states of all layers."""
        last: list[tuple[Tensor, ...]] = []
        for layer in range(self.num_layers):
            if layer:
                steps = [ops.dropout(x, self.dropout, self.training) for x in steps]
            read = [
                self._read(steps, states[len(last) + i], suffix)
                for i, suffix in enumerate(self._suffixes(layer))
            ]
            last += [state for _, state in read]
            outputs = [out for out, _ in read]
            both = len(outputs) == 2
            steps = (
                [ops.cat(pair, 1) for pair in zip(*outputs, strict=True)] if both else outputs[0]
            )
        return steps, [ops.stack(parts) for parts in zip(*last, strict=True)]

    def _at(self, input: Tensor, time: int, t: int, batched: bool) -> Tensor:
        x = input[:, t] if time else input[t]
        return x if batched else ops.unsqueeze(x, 0)

    def _read(
        self, steps: Sequence[Tensor], start: tuple[Tensor, ...], suffix: str
    ) -> tuple[list[Tensor], tuple[Tensor, ...]]:
        """One layer in one direction: the outputs, and the last state.

        Sequences that are packed end one after the other, from the last in the batch on; read
        backwards, they begin so.
        """
        weights = self._weights(suffix)
        backwards = suffix.endswith("_reverse")
        state, out, ended = start, [], []
        if backwards and steps[-1].shape[0] < start[0].shape[0]:
            state = tuple(s[: steps[-1].shape[0]] for s in start)
        for x in reversed(steps) if backwards else steps:
            now, before = x.shape[0], state[0].shape[0]
            if now < before:
                ended.append(tuple(s[now:] for s in state))
                state = tuple(s[:now] for s in state)
            elif now > before:
                begun = zip(state, start, strict=True)
                state = tuple(ops.cat([s, first[before:now]]) for s, first in begun)
            state = self._step(x, state, *weights)
            out.append(state[0])
        if ended:
            state = tuple(ops.cat(parts) for parts in zip(state, *ended[::-1], strict=True))
        return (out[::-1] if backwards else out), state

    def _start(self, hx: Any, input: Tensor, batch: int, batched: bool) -> list[tuple[Tensor, ...]]:
        """The states to start from, for each layer and direction."""
        count = self.num_layers * (1 + self.bidirectional)
        sizes = [self._output_size, self.hidden_size][: self._step.states]
        if hx is None:
            hx = [zeros((count, batch, size), dtype=input.dtype) for size in sizes]
        else:
            hx = list(hx) if self._step.states == 2 else [hx]
            for given, size in zip(hx, sizes, strict=True):
                wanted = (count, batch, size) if batched else (count, size)
                if tuple(given.shape) != wanted:
                    raise ShapeError(
                        f"expected a state {wanted}, got {given.shape}.", where=type(self).__name__
                    )
            hx = hx if batched else [ops.unsqueeze(given, 1) for given in hx]
        return [tuple(given[i] for given in hx) for i in range(count)]

    def _check_input(self, input: Tensor) -> None:
        if len(input.shape) not in (2, 3) or input.shape[-1] != self.input_size:
            order = "N, T" if self.batch_first else "T, N"
            raise ShapeError(
                f"expected input ({order}, {self.input_size}) or (T, {self.input_size}), "
                f"got {input.shape}.",
                where=type(self).__name__,
            )
        if 0 in input.shape[:-1]:
            raise ShapeError(
                f"expected at least one step, got {input.shape}.", where=type(self).__name__
            )

    def extra_repr(self) -> str:
        """The sizes, and whatever is not as usual."""
        text = f"{self.input_size}, {self.hidden_size}"
        usual = dict(
            proj_size=0,
            num_layers=1,
            bias=True,
            batch_first=False,
            dropout=0.0,
            bidirectional=False,
        )
        for name, value in usual.items():
            if getattr(self, name) != value:
                text += f", {name}={getattr(self, name)}"
        return text


class RNN(RNNBase):
    """The plain recurrent layer: ``h = tanh(W_ih x + b_ih + W_hh h + b_hh)``.

    Args:
        input_size: Numbers per step of the input.
        hidden_size: Numbers of the state.
        num_layers: Layers on top of each other.
        nonlinearity: ``"tanh"`` or ``"relu"``.
        bias: Whether biases are added.
        batch_first: Whether the batch comes before the steps in input and output.
        dropout: Probability of dropout after each layer but the last.
        bidirectional: Whether the sequence is read backwards too.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.

    Shape:
        - Input: ``(T, N, input_size)``, or ``(N, T, input_size)`` with ``batch_first``
        - Output: the same with ``hidden_size * directions`` numbers, and the last states
          ``(num_layers * directions, N, hidden_size)``

    Raises:
        ConfigError: If the nonlinearity is another, or a size makes no sense.

    Example:
        >>> import tensorlite as tl
        >>> out, h = RNN(10, 20, num_layers=2)(tl.zeros(5, 3, 10))
        >>> out.shape == (5, 3, 20), h.shape == (2, 3, 20)
        (True, True)

    Source: Elman 1990, "Finding Structure in Time".
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        mode = {"tanh": "RNN_TANH", "relu": "RNN_RELU"}.get(nonlinearity)
        if mode is None:
            raise ConfigError(f"expected 'tanh' or 'relu', got {nonlinearity!r}.", where="RNN")
        super().__init__(
            mode,
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            device=device,
            dtype=dtype,
        )
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """The long short-term memory: a state with a cell that gates open and close.

    With ``i, f, g, o`` the four parts of ``W_ih x + b_ih + W_hh h + b_hh``:
    ``c = sigmoid(f) * c + sigmoid(i) * tanh(g)`` and ``h = sigmoid(o) * tanh(c)``.

    Args:
        input_size: Numbers per step of the input.
        hidden_size: Numbers of the state.
        num_layers: Layers on top of each other.
        bias: Whether biases are added.
        batch_first: Whether the batch comes before the steps in input and output.
        dropout: Probability of dropout after each layer but the last.
        bidirectional: Whether the sequence is read backwards too.
        proj_size: Numbers that ``h`` is projected to; 0 for no projection.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.

    Shape:
        - Input: ``(T, N, input_size)``, or ``(N, T, input_size)`` with ``batch_first``
        - Output: the same with ``hidden_size * directions`` numbers, and the last states ``h`` and
          ``c``, each ``(num_layers * directions, N, hidden_size)``

    Raises:
        ConfigError: If a size makes no sense.

    Example:
        >>> import tensorlite as tl
        >>> out, (h, c) = LSTM(10, 20, bidirectional=True)(tl.zeros(5, 3, 10))
        >>> out.shape == (5, 3, 40), c.shape == (2, 3, 20)
        (True, True)

    Source: Hochreiter and Schmidhuber 1997, "Long Short-Term Memory".
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        sizes = input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional
        super().__init__("LSTM", *sizes, proj_size, device, dtype)


class GRU(RNNBase):
    """The gated recurrent unit.

    With ``r, z, n`` the parts of ``W_ih x + b_ih`` and of ``W_hh h + b_hh``, the latter primed:
    ``r = sigmoid(r + r')``, ``z = sigmoid(z + z')``, ``n = tanh(n + r * n')`` and
    ``h = (1 - z) * n + z * h``.

    Args:
        input_size: Numbers per step of the input.
        hidden_size: Numbers of the state.
        num_layers: Layers on top of each other.
        bias: Whether biases are added.
        batch_first: Whether the batch comes before the steps in input and output.
        dropout: Probability of dropout after each layer but the last.
        bidirectional: Whether the sequence is read backwards too.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.

    Shape:
        - Input: ``(T, N, input_size)``, or ``(N, T, input_size)`` with ``batch_first``
        - Output: the same with ``hidden_size * directions`` numbers, and the last states
          ``(num_layers * directions, N, hidden_size)``

    Raises:
        ConfigError: If a size makes no sense.

    Example:
        >>> import tensorlite as tl
        >>> out, h = GRU(10, 20, batch_first=True)(tl.zeros(3, 5, 10))
        >>> out.shape == (3, 5, 20), h.shape == (1, 3, 20)
        (True, True)

    Source: Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder".
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        sizes = input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional
        super().__init__("GRU", *sizes, 0, device, dtype)
