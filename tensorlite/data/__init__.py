"""Data: data sets, readers that recognise what lies at a path, and the loader.

>>> data = open_data("digits")
>>> loader = DataLoader(data.splits["train"], batch_size=64, shuffle=True, seed=0)
>>> len(loader)
23
"""

from tensorlite.data.bundled import digits
from tensorlite.data.canvas import canvas
from tensorlite.data.dataset import ArrayDataset, Dataset, Subset, holdout
from tensorlite.data.decode import decode
from tensorlite.data.folder import ImageFolderReader
from tensorlite.data.idx import IdxReader, read_idx
from tensorlite.data.loader import DataLoader
from tensorlite.data.pictures import BoxFiles, Defect, ImageFolder, MaskFiles
from tensorlite.data.resample import frame_ink, resize
from tensorlite.data.source import Data, open_data

__all__ = [
    "ArrayDataset",
    "BoxFiles",
    "Data",
    "DataLoader",
    "Dataset",
    "Defect",
    "IdxReader",
    "ImageFolder",
    "ImageFolderReader",
    "MaskFiles",
    "Subset",
    "canvas",
    "decode",
    "digits",
    "frame_ink",
    "holdout",
    "open_data",
    "read_idx",
    "resize",
]
