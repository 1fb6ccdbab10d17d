"""One step of each recurrent layer, and the cells: layers that do a single step."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tensorlite import ops
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.nn import init
from tensorlite.nn.module import Module, new_parameter
from tensorlite.tensor import Tensor, zeros

State = tuple[Tensor, ...]


@dataclass(frozen=True)
class Step:
    """What happens in one step: a function, its parts per number of the state, its states."""

    function: Callable[..., State]
    gates: int
    states: int = 1

    def __call__(
        self, x: Tensor, state: State, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, w_hr: Any = None
    ) -> State:
        """From an input (N, I) and the states before it to the states after it."""
        return self.function(
            ops.linear(x, w_ih, b_ih), ops.linear(state[0], w_hh, b_hh), state, w_hr
        )


def _tanh(of_x: Tensor, of_h: Tensor, state: State, w_hr: Any) -> State:
    return (ops.tanh(of_x + of_h),)


def _relu(of_x: Tensor, of_h: Tensor, state: State, w_hr: Any) -> State:
    return (ops.relu(of_x + of_h),)


def _lstm(of_x: Tensor, of_h: Tensor, state: State, w_hr: Any) -> State:
    i, f, g, o = _parts(of_x + of_h, 4)
    c = ops.sigmoid(f) * state[1] + ops.sigmoid(i) * ops.tanh(g)
    h = ops.sigmoid(o) * ops.tanh(c)
    return (h if w_hr is None else ops.linear(h, w_hr)), c


def _gru(of_x: Tensor, of_h: Tensor, state: State, w_hr: Any) -> State:
    (xr, xz, xn), (hr, hz, hn) = _parts(of_x, 3), _parts(of_h, 3)
    z = ops.sigmoid(xz + hz)
    n = ops.tanh(xn + ops.sigmoid(xr + hr) * hn)
    return (n + z * (state[0] - n),)


def _parts(x: Tensor, count: int) -> list[Tensor]:
    """(N, count * H) -> count times (N, H)."""
    width = x.shape[1] // count
    return [x[:, i * width : (i + 1) * width] for i in range(count)]


STEPS = {
    "RNN_TANH": Step(_tanh, 1),
    "RNN_RELU": Step(_relu, 1),
    "LSTM": Step(_lstm, 4, states=2),
    "GRU": Step(_gru, 3),
}


class RNNCellBase(Module):
    """What the cells share.

    Args:
        input_size: Numbers of the input.
        hidden_size: Numbers of the state.
        bias: Whether biases are added.
        num_chunks: Parts per number of the state.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.
    """

    bias_ih: Any  # a Parameter or None
    bias_hh: Any

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = num_chunks * hidden_size
        self.weight_ih = new_parameter((rows, input_size), device, dtype)
        self.weight_hh = new_parameter((rows, hidden_size), device, dtype)
        for name in ("bias_ih", "bias_hh"):
            value = new_parameter((rows,), device, dtype) if bias else None
            self.register_parameter(name, value)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the initial values."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _run(self, mode: str, input: Tensor, hx: Any) -> State:
        """A step, of a batch or of a single input."""
        step, batched = STEPS[mode], len(input.shape) == 2
        if len(input.shape) not in (1, 2) or input.shape[-1] != self.input_size:
            raise ShapeError(
                f"expected input (N, {self.input_size}) or ({self.input_size},), "
                f"got {input.shape}.",
                where=type(self).__name__,
            )
        if hx is None:
            start = zeros((*input.shape[:-1], self.hidden_size), dtype=input.dtype)
            hx = (start,) * step.states
        for state in hx:
            if tuple(state.shape) != (*input.shape[:-1], self.hidden_size):
                raise ShapeError(
                    f"expected a state {(*input.shape[:-1], self.hidden_size)}, got {state.shape}.",
                    where=type(self).__name__,
                )
        if not batched:
            input, hx = ops.unsqueeze(input, 0), tuple(ops.unsqueeze(state, 0) for state in hx)
        out = step(input, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return out if batched else tuple(ops.squeeze(state, 0) for state in out)

    def extra_repr(self) -> str:
        """The sizes, and whatever is not as usual."""
        text = f"{self.input_size}, {self.hidden_size}"
        if not self.bias:
            text += f", bias={self.bias}"
        kind = getattr(self, "nonlinearity", "tanh")
        return text if kind == "tanh" else f"{text}, nonlinearity={kind}"


class RNNCell(RNNCellBase):
    """One step of ``RNN``.

    Args:
        input_size: Numbers of the input.
        hidden_size: Numbers of the state.
        bias: Whether biases are added.
        nonlinearity: ``"tanh"`` or ``"relu"``.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.

    Shape:
        - Input: ``(N, input_size)`` or ``(input_size,)``
        - State and output: ``(N, hidden_size)`` or ``(hidden_size,)``
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """Go one step."""
        if self.nonlinearity not in ("tanh", "relu"):
            raise ConfigError(
                f"expected 'tanh' or 'relu', got {self.nonlinearity!r}.", where="RNNCell"
            )
        mode = f"RNN_{self.nonlinearity.upper()}"
        return self._run(mode, input, None if hx is None else (hx,))[0]


class LSTMCell(RNNCellBase):
    """One step of ``LSTM``.

    Args:
        input_size: Numbers of the input.
        hidden_size: Numbers of the state.
        bias: Whether biases are added.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.

    Shape:
        - Input: ``(N, input_size)`` or ``(input_size,)``
        - States and outputs: two of ``(N, hidden_size)`` or ``(hidden_size,)``
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: Any = None) -> State:
        """Go one step."""
        return self._run("LSTM", input, hx)


class GRUCell(RNNCellBase):
    """One step of ``GRU``.

    Args:
        input_size: Numbers of the input.
        hidden_size: Numbers of the state.
        bias: Whether biases are added.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.

    Shape:
        - Input: ``(N, input_size)`` or ``(input_size,)``
        - State and output: ``(N, hidden_size)`` or ``(hidden_size,)``
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """Go one step."""
        return self._run("GRU", input, None if hx is None else (hx,))[0]
