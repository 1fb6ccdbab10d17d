"""Activation functions as layers: the smooth ones."""

from __future__ import annotations

from tensorlite import ops
from tensorlite.nn.activation import Activation
from tensorlite.tensor import Tensor


class ELU(Activation):
    """Keep positive elements and bend negative ones: ``alpha * (exp(x) - 1)`` below 0.

    Args:
        alpha: Minus the limit far below 0.
        inplace: See ``ReLU``.

    Shape:
        - Input and output: any

    Source: Clevert et al. 2015, "Fast and Accurate Deep Network Learning by Exponential Linear
    Units".
    """

    _shown = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.elu(input, self.alpha, self.inplace)


class SELU(Activation):
    """``ELU`` with the scales that keep mean 0 and variance 1 through many layers.

    Args:
        inplace: See ``ReLU``.

    Shape:
        - Input and output: any

    Source: Klambauer et al. 2017, "Self-Normalizing Neural Networks".
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.selu(input, self.inplace)


class CELU(Activation):
    """Keep positive elements and bend negative ones: ``alpha * (exp(x / alpha) - 1)`` below 0.

    Args:
        alpha: Minus the limit far below 0.
        inplace: See ``ReLU``.

    Shape:
        - Input and output: any

    Source: Barron 2017, "Continuously Differentiable Exponential Linear Units".
    """

    _shown = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.celu(input, self.alpha, self.inplace)


class GELU(Activation):
    """``x`` times the share of a normal distribution that lies below ``x``.

    Args:
        approximate: ``"none"``, or ``"tanh"`` for a formula with a hyperbolic tangent.

    Shape:
        - Input and output: any

    Example:
        >>> GELU()
        GELU(approximate='none')

    Source: Hendrycks and Gimpel 2016, "Gaussian Error Linear Units".
    """

    _shown = ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.gelu(input, approximate=self.approximate)


class SiLU(Activation):
    """``x * sigmoid(x)``, also called swish.

    Args:
        inplace: See ``ReLU``.

    Shape:
        - Input and output: any

    Source: Elfwing et al. 2018, "Sigmoid-Weighted Linear Units for Neural Network Function
    Approximation in Reinforcement Learning".
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.silu(input, self.inplace)


class Mish(Activation):
    """``x * tanh(softplus(x))``.

    Args:
        inplace: See ``ReLU``.

    Shape:
        - Input and output: any

    Source: Misra 2019, "Mish: A Self Regularized Non-Monotonic Activation Function".
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.mish(input, self.inplace)


class Sigmoid(Activation):
    """Squash into 0..1: ``1 / (1 + exp(-x))``.

    Shape:
        - Input and output: any

    Example:
        >>> import tensorlite as tl
        >>> Sigmoid()(tl.tensor([0.0]))
        tensor([0.5])

    Source: Rumelhart et al. 1986, "Learning Representations by Back-Propagating Errors".
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.sigmoid(input)


class Tanh(Activation):
    """Squash into -1..1 with the hyperbolic tangent.

    Shape:
        - Input and output: any

    Example:
        >>> import tensorlite as tl
        >>> Tanh()(tl.tensor([0.0]))
        tensor([0.])

    Source: LeCun et al. 1998, "Efficient BackProp".
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.tanh(input)


class LogSigmoid(Activation):
    """``log(1 / (1 + exp(-x)))``, without overflow.

    Shape:
        - Input and output: any
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.logsigmoid(input)


class Softplus(Activation):
    """A smooth ``ReLU``: ``log(1 + exp(beta * x)) / beta``.

    Args:
        beta: How sharp the bend is.
        threshold: Where ``beta * x`` exceeds this, the result is ``x`` itself.

    Shape:
        - Input and output: any

    Example:
        >>> Softplus()
        Softplus(beta=1.0, threshold=20.0)

    Source: Dugas et al. 2001, "Incorporating Second-Order Functional Knowledge for Better Option
    Pricing".
    """

    _shown = (
        "beta",
        "threshold",
    )

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.softplus(input, self.beta, self.threshold)


class Softsign(Activation):
    """Squash into -1..1: ``x / (1 + |x|)``.

    Shape:
        - Input and output: any

    Source: Turian et al. 2009, "Quadratic Features and Deep Architectures for Chunking".
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.softsign(input)


class Tanhshrink(Activation):
    """``x - tanh(x)``.

    Shape:
        - Input and output: any
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply to each element."""
        return ops.tanhshrink(input)
