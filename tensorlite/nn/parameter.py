"""Parameters under PyTorch's path for them: ``from tensorlite.nn.parameter import Parameter``."""

from tensorlite.tensor import Buffer, Parameter

__all__ = ["Buffer", "Parameter"]
