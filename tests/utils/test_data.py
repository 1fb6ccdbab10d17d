"""PyTorch's data sets, samplers and loader."""

from __future__ import annotations

import threading
from collections import namedtuple

import numpy as np
import pytest

import tensorlite as tl
from tensorlite.errors import ConfigError, DTypeError, ShapeError
from tensorlite.utils.data import (
    BatchSampler,
    ChainDataset,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    StackDataset,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    get_worker_info,
    random_split,
)


class Squares(Dataset[int]):
    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> int:
        return index * index


class Stream(IterableDataset[int]):
    def __init__(self, count: int) -> None:
        self.count = count

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(range(self.count))


def values(loader: DataLoader[object]) -> list[object]:
    return [batch.tolist() for batch in loader]


def test_items_of_any_kind_are_collated() -> None:
    Point = namedtuple("Point", "x y")
    batch = default_collate(
        [{"a": (np.float32(1), [1, 2]), "b": Point(tl.ones(2), "t")} for _ in range(3)]
    )
    assert batch["a"][0].dtype == np.float32
    assert batch["a"][1][1].tolist() == [2, 2, 2]
    assert isinstance(batch["b"], Point)
    assert batch["b"].x.shape == (3, 2)
    assert batch["b"].y == ["t"] * 3
    assert default_collate([1.0, 2.0]).dtype == np.float64
    assert default_collate([True, False]).dtype == np.bool_


def test_what_cannot_be_collated_says_so() -> None:
    with pytest.raises(ShapeError, match=r"\(2,\) and \(3,\).*collate_fn"):
        default_collate([tl.ones(2), tl.ones(3)])
    with pytest.raises(DTypeError, match="got object"):
        default_collate([object()])


def test_the_loader_serves_maps_streams_and_single_items() -> None:
    assert values(DataLoader(Squares(5), 2)) == [[0, 1], [4, 9], [16]]
    assert values(DataLoader(Squares(5), 2, drop_last=True)) == [[0, 1], [4, 9]]
    assert values(DataLoader(Stream(3), 2)) == [[0, 1], [2]]
    assert list(DataLoader(Squares(3), batch_size=None)) == [0, 1, 4]
    assert list(DataLoader(Squares(2), 2, collate_fn=sum)) == [1]
    assert len(DataLoader(Squares(5), 2)) == 3
    with pytest.raises(TypeError):
        len(DataLoader(Stream(3), 2))


def test_shuffling_deals_every_item_once_and_follows_the_seed() -> None:
    def order(generator: tl.Generator | None = None) -> list[int]:
        loader = DataLoader(Squares(20), 3, shuffle=True, generator=generator)
        return [n for batch in loader for n in batch.tolist()]

    tl.manual_seed(1)
    first = order()
    second = order()
    tl.manual_seed(1)
    assert order() == first != second
    assert sorted(first) == [i * i for i in range(20)]
    assert order(tl.Generator(4)) == order(tl.Generator(4))


def test_samplers_choose_the_items() -> None:
    data = Squares(4)
    assert values(DataLoader(data, 2, sampler=[3, 1])) == [[9, 1]]
    assert values(DataLoader(data, batch_sampler=[[3], [0, 1]])) == [[9], [0, 1]]
    assert sorted(SubsetRandomSampler([1, 3])) == [1, 3]
    assert list(SequentialSampler(data)) == [0, 1, 2, 3]
    assert len(list(RandomSampler(data, num_samples=6))) == 6
    assert set(RandomSampler(data, replacement=True, num_samples=50)) <= {0, 1, 2, 3}
    assert sorted(WeightedRandomSampler(tl.tensor([1.0, 0.0, 2.0]), 2, replacement=False)) == [0, 2]
    assert len(BatchSampler(RandomSampler(data), 3, False)) == 2


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 0},
        {"num_workers": -1},
        {"shuffle": True, "sampler": [0]},
        {"batch_size": 2, "batch_sampler": [[0]]},
        {"batch_size": None, "drop_last": True},
        {"prefetch_factor": 2},
        {"persistent_workers": True},
    ],
)
def test_arguments_that_exclude_each_other_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="DataLoader"):
        DataLoader(Squares(4), **options)  # type: ignore[arg-type]


def test_a_stream_cannot_be_shuffled() -> None:
    with pytest.raises(ConfigError, match="order of its own"):
        DataLoader(Stream(4), shuffle=True)


def test_workers_are_one_thread_that_knows_what_it_is() -> None:
    seen = []

    class Watched(Squares):
        def __getitem__(self, index: int) -> int:
            seen.append((get_worker_info().id, get_worker_info().num_workers))  # type: ignore[union-attr]
            seen.append(threading.current_thread() is threading.main_thread())
            return index

    started: list[int] = []
    loader = DataLoader(Watched(2), num_workers=4, pin_memory=True, worker_init_fn=started.append)
    assert values(loader) == [[0], [1]]
    assert seen == [(0, 1), False] * 2
    assert started == [0]
    assert get_worker_info() is None


def test_without_workers_items_are_made_in_the_calling_thread() -> None:
    class Watched(Squares):
        def __getitem__(self, index: int) -> bool:
            return threading.current_thread() is threading.main_thread()

    assert values(DataLoader(Watched(3), 3)) == [[True] * 3]


def test_data_sets_are_combined() -> None:
    both = ConcatDataset([Squares(3), Squares(2)])
    assert [both[i] for i in (0, 2, 3, -1)] == [0, 4, 0, 1]
    assert len(Squares(3) + Squares(2)) == 5
    assert list(Stream(2) + Stream(1)) == list(ChainDataset([Stream(2), Stream(1)])) == [0, 1, 0]
    assert StackDataset(a=Squares(3), b=[1, 2, 3])[2] == {"a": 4, "b": 3}
    assert list(Subset(Squares(5), [4, 1])) == [16, 1]
    with pytest.raises(IndexError):
        both[5]
    with pytest.raises(ShapeError, match="one length"):
        TensorDataset(tl.ones(2), tl.ones(3))


def test_a_split_by_lengths_and_by_fractions_is_complete() -> None:
    parts = random_split(Squares(10), [7, 3], generator=tl.Generator(1))
    assert sorted(i for part in parts for i in part.indices) == list(range(10))
    assert [len(p) for p in random_split(Squares(11), [0.5, 0.3, 0.2])] == [6, 3, 2]
    with pytest.raises(ConfigError, match="add up to 10"):
        random_split(Squares(10), [7, 4])


def test_splits_of_pictures_are_loaded_like_anything_else() -> None:
    part, _ = random_split(tl.data.digits("val"), [8, 352])
    images, labels = next(iter(DataLoader(part, batch_size=8)))
    assert images.shape == (8, 1, 28, 28)
    assert labels.dtype == np.int64
