import subprocess
import sys
import threading

import numpy as np
import pytest

import tensorlite as tl
from tensorlite.augment import Augmentation, RandomShift
from tensorlite.data import ArrayDataset, DataLoader, Dataset
from tensorlite.errors import ConfigError, DataError


class Numbers(Dataset):
    """Item i is one pixel of value i; ``bad`` raises."""

    def __init__(self, count, bad=None):
        self.count, self.bad = count, bad
        self.fetched = []

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        if index == self.bad:
            raise DataError(f"item {index} is damaged.")
        self.fetched.append(index)
        return np.full((1, 1, 1), index, np.float32), index


def order(loader):
    return [labels.numpy().tolist() for _, labels in loader]


def prefetch_threads():
    return [thread for thread in threading.enumerate() if thread.name == "tensorlite-prefetch"]


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    assert not prefetch_threads()


def test_batches_are_tensors_of_images_and_classes():
    images, labels = next(iter(DataLoader(Numbers(5), batch_size=2)))
    assert isinstance(images, tl.Tensor) and isinstance(labels, tl.Tensor)
    assert images.shape == (2, 1, 1, 1) and images.dtype == np.float32
    assert labels.shape == (2,) and labels.dtype == np.int64


@pytest.mark.parametrize("prefetch", [0, 2])
def test_the_last_batch_is_kept_or_dropped(prefetch):
    kept = DataLoader(Numbers(5), batch_size=2, prefetch=prefetch)
    dropped = DataLoader(Numbers(5), batch_size=2, drop_last=True, prefetch=prefetch)
    assert order(kept) == [[0, 1], [2, 3], [4]] and len(kept) == 3
    assert order(dropped) == [[0, 1], [2, 3]] and len(dropped) == 2


def test_an_empty_data_set_has_no_batches():
    assert order(DataLoader(Numbers(0), batch_size=4)) == []


def test_order_and_changes_do_not_depend_on_prefetching():
    data = ArrayDataset(np.random.default_rng(0).random((20, 8, 8)), [0] * 20)
    options = {"batch_size": 3, "shuffle": True, "seed": 5, "augment": RandomShift(pixels=2)}
    plain, threaded = (DataLoader(data, **options, prefetch=n) for n in (0, 2))
    for _epoch in range(2):
        for (ours, _), (theirs, _) in zip(plain, threaded, strict=True):
            assert np.array_equal(ours.numpy(), theirs.numpy())


def test_a_change_depends_on_the_index_and_not_on_the_batch():
    data = ArrayDataset(np.random.default_rng(0).random((12, 8, 8)), np.arange(12))
    changed = []
    for size, shuffle in ((3, False), (5, True)):
        loader = DataLoader(data, size, shuffle, seed=5, augment=RandomShift(pixels=2))
        pairs = [(x.numpy(), y.numpy()) for x, y in loader]
        images, labels = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
        changed.append(images[np.argsort(labels)])
    assert np.allclose(*changed, atol=1e-6)


def test_every_epoch_has_an_order_of_its_own_that_follows_from_the_seed():
    loader, again = (DataLoader(Numbers(50), 10, shuffle=True, seed=3) for _ in range(2))
    first, second = order(loader), order(loader)
    assert first != second
    assert sorted(sum(first, [])) == list(range(50))
    again.set_epoch(1)
    assert order(again) == second


def test_an_interrupted_epoch_goes_on_where_it_stopped():
    loader = DataLoader(Numbers(10), 3, shuffle=True, seed=3)
    whole = order(loader)
    data = Numbers(10)
    resumed = DataLoader(data, 3, shuffle=True, seed=3)
    resumed.set_epoch(0, skip=2)
    assert order(resumed) == whole[2:]
    assert sorted(data.fetched) == sorted(sum(whole[2:], []))
    assert len(order(resumed)) == 4


def test_without_a_seed_manual_seed_decides():
    loader = DataLoader(Numbers(50), 50, shuffle=True)
    tl.manual_seed(7)
    first = order(loader)
    other = order(loader)
    tl.manual_seed(7)
    assert order(loader) == first != other


def test_an_evaluation_leaves_the_default_generator_alone():
    tl.manual_seed(7)
    before = tl.random.default_generator.get_state()
    order(DataLoader(Numbers(5)))
    assert tl.random.default_generator.get_state() == before


def test_leaving_early_ends_the_thread():
    for _ in DataLoader(Numbers(100), prefetch=2):
        assert prefetch_threads()
        break
    assert not prefetch_threads()


def test_an_error_of_the_consumer_ends_the_thread():
    with pytest.raises(ZeroDivisionError):
        for _ in DataLoader(Numbers(100), prefetch=2):
            1 / 0  # noqa: B018
    assert not prefetch_threads()


def test_an_iterator_that_is_never_advanced_starts_nothing():
    iterator = iter(DataLoader(Numbers(100), prefetch=2))
    assert not prefetch_threads()
    del iterator


@pytest.mark.parametrize("prefetch", [0, 1, 2])
def test_an_error_of_the_data_set_comes_after_the_batches_before_it(prefetch):
    seen = []
    with pytest.raises(DataError, match="item 4 is damaged"):
        for _, labels in DataLoader(Numbers(9, bad=4), batch_size=2, prefetch=prefetch):
            seen += labels.numpy().tolist()
    assert seen == [0, 1, 2, 3]
    assert not prefetch_threads()


def test_no_more_is_made_than_may_wait():
    data = Numbers(100)
    iterator = iter(DataLoader(data, prefetch=2))
    next(iterator)
    iterator.close()
    assert len(data.fetched) <= 4


def test_any_function_of_image_and_generator_is_an_augmentation():
    loader = DataLoader(Numbers(4), 4, augment=lambda image, generator: image + 1)
    images, _ = next(iter(loader))
    assert images.numpy().ravel().tolist() == [1, 2, 3, 4]


def test_an_augmentation_of_a_user_gets_the_generator_of_its_image():
    class Noise(Augmentation):
        def __call__(self, image, generator):
            return image * 0 + generator.uniform(image.shape)

    images, _ = next(iter(DataLoader(Numbers(2), 2, seed=9, augment=Noise())))
    expected = [tl.Generator(9, 0, index).uniform((1, 1, 1)) for index in (0, 1)]
    assert np.array_equal(images.numpy(), expected)


@pytest.mark.parametrize("options", [{"batch_size": 0}, {"prefetch": -1}])
def test_impossible_numbers_are_refused(options):
    with pytest.raises(ConfigError, match="at least"):
        DataLoader(Numbers(4), **options)


class Slow(Numbers):
    """The first items take longest, so that threads overtake each other."""

    concurrent = True

    def __getitem__(self, index):
        threading.Event().wait(0.002 * (index % 5 == 0))
        return np.full((1, 8, 8), index / self.count, np.float32), index


def everything(loader):
    return [(x.numpy().tobytes(), y.numpy().tolist()) for x, y in loader]


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("concurrent", [True, False])
def test_the_number_of_workers_changes_nothing(workers, concurrent):
    options = {"batch_size": 3, "shuffle": True, "seed": 5, "augment": RandomShift(pixels=2)}
    data = Slow(31)
    data.concurrent = concurrent
    plain = DataLoader(data, **options, prefetch=0)
    threaded = DataLoader(data, **options, num_workers=workers)
    for _epoch in range(2):
        assert everything(plain) == everything(threaded)


@pytest.mark.parametrize("workers", [0, 4])
@pytest.mark.parametrize("batch", [0, 1, 9, 10, 11, 50])
def test_any_batch_of_any_epoch_can_be_the_first(workers, batch):
    def loader(workers):
        return DataLoader(
            Slow(31), 3, True, seed=5, augment=RandomShift(pixels=2), num_workers=workers
        )

    whole, resumed = loader(0), loader(workers)
    for epoch in range(3):
        batches = everything(whole)
        resumed.set_epoch(epoch, skip=batch)
        assert everything(resumed) == batches[batch:]


def test_a_stream_goes_on_in_the_middle_too():
    class Stream(tl.utils.data.IterableDataset):
        def __iter__(self):
            return iter(range(10))

    loader = DataLoader(Stream(), 2)
    loader.set_epoch(0, skip=3)
    assert [batch.numpy().tolist() for batch in loader] == [[6, 7], [8, 9]]


def test_one_of_several_workers_is_asked_at_a_time_and_in_order():
    data = Slow(30)
    data.concurrent, data.running, data.seen = False, threading.Lock(), []

    def batch(indices):
        assert data.running.acquire(blocking=False)
        data.seen += list(indices)
        threading.Event().wait(0.001)
        data.running.release()
        return np.zeros((len(indices), 1, 2, 2), np.float32), np.asarray(indices)

    data.batch = batch
    assert order(DataLoader(data, 3, num_workers=4)) == [[i, i + 1, i + 2] for i in range(0, 30, 3)]
    assert data.seen == list(range(30))


@pytest.mark.parametrize("workers", [2, 4])
def test_an_error_in_one_of_several_workers_comes_in_its_place(workers):
    data = Slow(20)
    data.__class__ = type("Damaged", (Slow,), {"__getitem__": Numbers.__getitem__})
    data.bad = 11
    seen = []
    with pytest.raises(DataError, match="item 11 is damaged"):
        for _, labels in DataLoader(data, batch_size=2, num_workers=workers):
            seen += labels.numpy().tolist()
    assert seen == list(range(10))


def test_an_augmentation_that_ends_an_iterator_is_an_error_and_no_end():
    def exhausted(image, generator):
        raise StopIteration

    with pytest.raises(RuntimeError):
        list(DataLoader(Numbers(4), augment=exhausted, num_workers=2))


def test_leaving_early_ends_all_workers():
    for _ in DataLoader(Slow(100), num_workers=4):
        assert len(prefetch_threads()) == 4
        break
    assert not prefetch_threads()


def test_workers_of_images_know_their_number():
    started = []
    loader = DataLoader(Slow(20), num_workers=3, worker_init_fn=started.append)
    assert len(order(loader)) == 20 and sorted(started) == [0, 1, 2]


def test_an_error_of_a_worker_at_its_start_is_raised():
    def fail(number):
        raise OSError("no such device")

    with pytest.raises(OSError, match="no such device"):
        list(DataLoader(Numbers(4), num_workers=2, worker_init_fn=fail))


def test_batches_are_finished_by_the_thread_that_made_them():
    threads = set()

    def finish(batch):
        threads.add(threading.current_thread().name)
        return batch[0] * 2

    images = list(DataLoader(Numbers(4), 4).batches(finish))
    assert images[0].numpy().ravel().tolist() == [0, 2, 4, 6]
    assert threads == {"tensorlite-prefetch"}


def test_batches_have_the_methods_of_tensors_in_a_process_that_made_no_tensor_before():
    program = (
        "from tensorlite.utils.data import DataLoader, default_convert\n"
        "import numpy as np\n"
        "print(default_convert(np.ones(2)).tolist(), next(iter(DataLoader([1, 2], 2))).tolist())"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert out.stdout.split() == b"[1.0, 1.0] [1, 2]".split()
