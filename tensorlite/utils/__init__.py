"""PyTorch's module path ``utils``: loading data, and checkpoints in the graph."""

from tensorlite.utils import checkpoint, data

__all__ = ["checkpoint", "data"]
