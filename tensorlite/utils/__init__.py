"""PyTorch's module path ``utils``: loading data, and checkpoints in the graph."""

from tensorlite.utils import checkpoint, data, model_zoo

__all__ = ["checkpoint", "data", "model_zoo"]
