"""The readers that tensorlite brings: objects with ``sniff(path)`` and ``open(path)``."""

from tensorlite.data.folder import ImageFolderReader
from tensorlite.data.idx import IdxReader

__all__ = ["IdxReader", "ImageFolderReader"]
