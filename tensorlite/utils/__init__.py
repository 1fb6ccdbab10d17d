"""PyTorch's module path ``utils``: ``utils.data`` is here, other names where they belong."""

from tensorlite.utils import data

__all__ = ["data"]
