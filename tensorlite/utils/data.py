"""PyTorch's module path for data sets of anything, samplers and the loader.

>>> import tensorlite as tl
>>> pairs = TensorDataset(tl.arange(6), tl.arange(6) * 2)
>>> [x.tolist() for x, _ in DataLoader(pairs, batch_size=4)]
[[0, 1, 2, 3], [4, 5]]
"""

from tensorlite.data.collate import default_collate, default_convert
from tensorlite.data.items import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)
from tensorlite.data.loader import DataLoader, WorkerInfo, get_worker_info
from tensorlite.data.sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)

__all__ = [
    "BatchSampler",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "StackDataset",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "WorkerInfo",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "random_split",
]
