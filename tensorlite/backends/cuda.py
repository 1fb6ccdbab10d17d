"""Attributes that scripts set; without effect."""

from types import SimpleNamespace

matmul = SimpleNamespace(allow_tf32=False)


def is_built() -> bool:
    """Whether there is support for CUDA: no."""
    return False
