"""Activation functions as layers: those made of straight pieces, and the layers' base."""

from __future__ import annotations

from typing import Any

from tensorlite import ops
from tensorlite.errors import ConfigError
from tensorlite.nn import init
from tensorlite.nn.module import Module, new_parameter
from tensorlite.tensor import Tensor


class Activation(Module):
    """A function of each element; its settings are attributes that are printed."""

    _shown: tuple[str, ...] = ()
    inplace = False

    def extra_repr(self) -> str:
        """The settings."""
        shown = [f"{name}={getattr(self, name)!r}" for name in self._shown]
        return ", ".join([*shown, "inplace=True"] if self.inplace else shown)


class ReLU(Activation):
    """Keep the positive part: ``max(x, 0)``.

    Args:
        inplace: Passed on to ``functional.relu``.

    Shape:
        - Input and output: any

    Example:
        >>> import tensorlite as tl
        >>> ReLU()(tl.tensor([-1.0, 2.0]))
        tensor([0., 2.])

    Source: Nair and Hinton 2010, "Rectified Linear Units Improve Restricted Boltzmann Machines".
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.relu(input, self.inplace)


class LeakyReLU(Activation):
    """Keep positive elements, and a share of negative ones.

    ``max(x, 0) + negative_slope * min(x, 0)``.

    Args:
        negative_slope: Slope below 0.
        inplace: See ``ReLU``.

    Shape:
        - Input and output: any

    Example:
        >>> LeakyReLU(0.2)
        LeakyReLU(negative_slope=0.2)

    Source: Maas et al. 2013, "Rectifier Nonlinearities Improve Neural Network Acoustic Models".
    """

    _shown: tuple[str, ...] = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.leaky_relu(input, self.negative_slope, self.inplace)


class PReLU(Activation):
    """As ``LeakyReLU``, with slopes that are learned.

    Args:
        num_parameters: 1 for all channels together, or their number.
        init: The slopes to start from.
        device: Only the processor.
        dtype: The element type; float32 if ``None``.

    Shape:
        - Input and output: any; with several slopes ``(N, num_parameters, ...)``

    Example:
        >>> PReLU(3).weight
        Parameter containing:
        tensor([0.25, 0.25, 0.25], requires_grad=True)

    Source: He et al. 2015, "Delving Deep into Rectifiers".
    """

    _shown: tuple[str, ...] = ("num_parameters",)

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = new_parameter((num_parameters,), device, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start again from ``init``."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.prelu(input, self.weight)


class RReLU(Activation):
    """As ``LeakyReLU``, with a slope drawn for each element in training.

    In evaluation the slope is the middle of the range.

    Args:
        lower: The smallest slope.
        upper: The largest slope.
        inplace: See ``ReLU``.

    Shape:
        - Input and output: any

    Example:
        >>> RReLU(0.1, 0.3)
        RReLU(lower=0.1, upper=0.3)

    Source: Xu et al. 2015, "Empirical Evaluation of Rectified Activations in Convolutional
    Network".
    """

    _shown: tuple[str, ...] = (
        "lower",
        "upper",
    )

    def __init__(
        self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False
    ) -> None:
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.rrelu(input, self.lower, self.upper, self.training, self.inplace)


class Hardtanh(Activation):
    """Limit to a range.

    Args:
        min_val: The smallest result.
        max_val: The largest result.
        inplace: See ``ReLU``.

    Shape:
        - Input and output: any

    Raises:
        ConfigError: If the range is empty.

    Example:
        >>> Hardtanh(-2.0, 2.0)
        Hardtanh(min_val=-2.0, max_val=2.0)

    Source: Collobert 2004, "Large Scale Machine Learning".
    """

    _shown: tuple[str, ...] = (
        "min_val",
        "max_val",
    )

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.min_val = min_val
        self.max_val = max_val
        self.inplace = inplace
        if not max_val > min_val:
            raise ConfigError(
                f"expected min_val < max_val, got {min_val} and {max_val}.", where="Hardtanh"
            )

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.hardtanh(input, self.min_val, self.max_val, self.inplace)


class ReLU6(Hardtanh):
    """Limit to 0..6: ``min(max(x, 0), 6)``.

    Args:
        inplace: See ``ReLU``.

    Shape:
        - Input and output: any

    Source: Howard et al. 2017, "MobileNets".
    """

    _shown: tuple[str, ...] = ()

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)


class Hardsigmoid(Activation):
    """Three straight pieces like a sigmoid: ``min(max(x + 3, 0), 6) / 6``.

    Args:
        inplace: See ``ReLU``.

    Shape:
        - Input and output: any

    Source: Courbariaux et al. 2015, "BinaryConnect".
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.hardsigmoid(input, self.inplace)

    extra_repr = Module.extra_repr  # PyTorch prints no settings here


class Hardswish(Activation):
    """Straight pieces like a swish: ``x * min(max(x + 3, 0), 6) / 6``.

    Args:
        inplace: See ``ReLU``.

    Shape:
        - Input and output: any

    Source: Howard et al. 2019, "Searching for MobileNetV3".
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.hardswish(input, self.inplace)

    extra_repr = Module.extra_repr  # PyTorch prints no settings here


class Hardshrink(Activation):
    """Set elements from ``-lambd`` to ``lambd`` to 0.

    Args:
        lambd: Half the width of what becomes 0.

    Shape:
        - Input and output: any
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        """The setting."""
        return f"{self.lambd}"


class Softshrink(Activation):
    """Move elements towards 0 by ``lambd``, and no further than 0.

    Args:
        lambd: How far; not negative.

    Shape:
        - Input and output: any
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.softshrink(input, self.lambd)

    def extra_repr(self) -> str:
        """The setting."""
        return f"{self.lambd}"


class Threshold(Activation):
    """Keep what is larger than a threshold and replace the rest.

    Args:
        threshold: What an element must exceed.
        value: What stands in its place otherwise.
        inplace: See ``ReLU``.

    Shape:
        - Input and output: any

    Example:
        >>> Threshold(0.1, 20)
        Threshold(threshold=0.1, value=20)
    """

    _shown: tuple[str, ...] = (
        "threshold",
        "value",
    )

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.threshold(input, self.threshold, self.value, self.inplace)
