"""Layers that leave something out at random in training and pass their input otherwise."""

from __future__ import annotations

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.ops.dropout import check_probability
from tensorlite.tensor import Tensor


class _Dropout(Module):
    """A probability, and what it does."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        check_probability(p, type(self).__name__)
        self.p, self.inplace = p, inplace

    def extra_repr(self) -> str:
        """The settings."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """In training, set elements to 0 with probability ``p`` and scale the others up.

    Args:
        p: Probability of an element to be dropped, 0 to 1.
        inplace: Passed on to the function.

    Shape:
        - Input and output: any

    Raises:
        ConfigError: If ``p`` is not between 0 and 1.

    Example:
        >>> import tensorlite as tl
        >>> Dropout(0.5).eval()(tl.ones(2))
        tensor([1., 1.])

    Source: Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from
    Overfitting".
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop in training, pass otherwise."""
        return ops.dropout(input, self.p, self.training)


class Dropout1d(_Dropout):
    """In training, set whole channels of signals to 0; see ``Dropout``.

    Args:
        p: Probability of a channel to be dropped, 0 to 1.
        inplace: Passed on to the function.

    Shape:
        - Input and output: ``(N, C, L)`` or ``(C, L)``

    Source: Tompson et al. 2015, "Efficient Object Localization Using Convolutional Networks".
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop in training, pass otherwise."""
        return ops.dropout1d(input, self.p, self.training)


class Dropout2d(_Dropout):
    """In training, set whole channels of pictures to 0; see ``Dropout``.

    Args:
        p: Probability of a channel to be dropped, 0 to 1.
        inplace: Passed on to the function.

    Shape:
        - Input and output: ``(N, C, H, W)`` or ``(N, C, L)``

    Source: Tompson et al. 2015, "Efficient Object Localization Using Convolutional Networks".
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop in training, pass otherwise."""
        return ops.dropout2d(input, self.p, self.training)


class Dropout3d(_Dropout):
    """In training, set whole channels of volumes to 0; see ``Dropout``.

    Args:
        p: Probability of a channel to be dropped, 0 to 1.
        inplace: Passed on to the function.

    Shape:
        - Input and output: ``(N, C, D, H, W)`` or ``(C, D, H, W)``

    Source: Tompson et al. 2015, "Efficient Object Localization Using Convolutional Networks".
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop in training, pass otherwise."""
        return ops.dropout3d(input, self.p, self.training)


class AlphaDropout(_Dropout):
    """In training, set elements to the floor of ``SELU`` and keep mean 0 and variance 1.

    Args:
        p: Probability of an element to be dropped, 0 to 1.
        inplace: Passed on to the function.

    Shape:
        - Input and output: any

    Source: Klambauer et al. 2017, "Self-Normalizing Neural Networks".
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop in training, pass otherwise."""
        return ops.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(_Dropout):
    """In training, set whole channels to the floor of ``SELU``; see ``AlphaDropout``.

    Args:
        p: Probability of a channel to be dropped, 0 to 1.
        inplace: Passed on to the function.

    Shape:
        - Input and output: ``(N, C, ...)``

    Source: Klambauer et al. 2017, "Self-Normalizing Neural Networks".
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop in training, pass otherwise."""
        return ops.feature_alpha_dropout(input, self.p, self.training)


class StochasticDepth(Module):
    """In training, leave out the branch that comes in, for single samples or for the batch.

    Args:
        p: Probability of the branch to be left out, 0 to 1.
        mode: ``"row"`` for samples one by one, ``"batch"`` for all together.

    Shape:
        - Input and output: ``(N, ...)``

    Raises:
        ConfigError: If ``p`` or ``mode`` is none of these.

    Example:
        >>> StochasticDepth(0.2, "row")
        StochasticDepth(p=0.2, mode=row)

    Source: Huang et al. 2016, "Deep Networks with Stochastic Depth".
    """

    def __init__(self, p: float, mode: str) -> None:
        super().__init__()
        self.p, self.mode = p, mode

    def forward(self, input: Tensor) -> Tensor:
        """Drop in training, pass otherwise."""
        return ops.stochastic_depth(input, self.p, self.mode, self.training)

    def extra_repr(self) -> str:
        """The settings."""
        return f"p={self.p}, mode={self.mode}"
