"""Switches of other backends, so that scripts that set them run; they change nothing here."""

from tensorlite.backends import cuda, cudnn, mps

__all__ = ["cuda", "cudnn", "mps"]
