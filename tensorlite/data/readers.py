"""The readers that tensorlite brings: objects with ``sniff(path)`` and ``open(path)``."""

from tensorlite.data.cifar import CifarReader
from tensorlite.data.coco import CocoReader
from tensorlite.data.csv import CsvReader
from tensorlite.data.folder import ImageFolderReader
from tensorlite.data.idx import IdxReader
from tensorlite.data.masks import MaskReader
from tensorlite.data.npz import NpzReader
from tensorlite.data.voc import VocReader

__all__ = [
    "CifarReader",
    "CocoReader",
    "CsvReader",
    "IdxReader",
    "ImageFolderReader",
    "MaskReader",
    "NpzReader",
    "VocReader",
]
