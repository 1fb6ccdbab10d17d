"""Linear algebra, under the names of ``torch.linalg``."""

from tensorlite.ops.vectors import linalg_norm as norm
from tensorlite.ops.vectors import matrix_norm as matrix_norm
from tensorlite.ops.vectors import vector_norm as vector_norm

__all__ = ["matrix_norm", "norm", "vector_norm"]
