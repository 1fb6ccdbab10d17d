"""The ops under PyTorch's name for them: ``import tensorlite.nn.functional as F``."""

from tensorlite.ops import *  # noqa: F403
from tensorlite.ops import __all__ as __all__
