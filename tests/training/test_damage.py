"""Files that are not what was written are refused, each with one sentence."""

import json
import struct

import numpy as np
import pytest
from safetensors.numpy import load, save

import tensorlite as tl
from tensorlite.errors import DataError
from tensorlite.training import Layer, RunDirectory, Trained, prepare
from tensorlite.training.resuming import resumption

TOLD = {"model": "lenet5", "epochs": 1, "limit_train": 32, "overfit": 16}
KINDS = {
    "averaged": {"ema": 0.9},
    "boxes": {"model": "localizer", "data": "canvas", "model_options": {"backbone": "lenet5"}},
    "fine-tuned": {"freeze": "features", "freeze_epochs": 1, "optimizer": "sgd"},
}


@pytest.fixture(scope="module", params=KINDS)
def finished(tmp_path_factory, request):
    """A run of one short epoch; a fine-tuned one begins with the weights of another."""
    root, told = tmp_path_factory.mktemp("runs"), {**TOLD, **KINDS[request.param]}
    if "freeze" in told:
        first = RunDirectory.create(root, "first")
        prepare(Layer("test", TOLD)).fit(first)
        told["start"] = str(first.best)
    run = RunDirectory.create(root, "x")
    prepare(Layer("test", told)).fit(run)
    return run


READERS = {
    "state.safetensors": lambda run: resumption(run, run.settings()),
    "best.safetensors": lambda run: Trained.load(str(run.best)),
    "last.safetensors": lambda run: tl.load(run.path / "last.safetensors"),
}
CHECKED = ("state.safetensors", "best.safetensors")


@pytest.fixture(params=CHECKED)
def file(request, finished):
    """A file of the run, which is put right afterwards."""
    path = finished.path / request.param
    whole = path.read_bytes()
    yield path, whole, lambda: READERS[request.param](finished)
    path.write_bytes(whole)


def refused(path, content, read):
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read()
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)


def flips(content, count, low, high):
    rng = np.random.default_rng(0)
    for position in rng.integers(low, high, count).tolist():
        damaged = bytearray(content)
        damaged[position] ^= 1 << int(rng.integers(8))
        yield bytes(damaged)


def test_flipped_bits_in_the_header_are_refused(file):
    path, whole, read = file
    for content in flips(whole, 100, 0, 8 + header_length(whole)):
        refused(path, content, read)


def test_flipped_bits_in_the_data_are_refused(file):
    path, whole, read = file
    for content in flips(whole, 100, 8 + header_length(whole), len(whole)):
        refused(path, content, read)


def test_truncations_are_refused(file):
    path, whole, read = file
    for length in np.linspace(0, len(whole) - 1, 40).astype(int):
        refused(path, whole[:length], read)
    refused(path, whole + b"\0", read)


def test_tensors_that_changed_places_names_or_shapes_are_refused(file):
    path, whole, read = file
    arrays, header = load(whole), json.loads(whole[8 : 8 + header_length(whole)])
    flat = {k: v for k, v in arrays.items() if len({*v.shape}) == 2 == v.ndim}
    one = next(name for name, array in flat.items() if array.any())  # doubled, zeros stay the same
    shapes = {}
    for name, array in arrays.items():
        shapes.setdefault((array.shape, array.dtype), []).append(name)
    pairs = [names[:2] for names in shapes.values() if len(names) > 1]
    changed = [{**arrays, one: arrays[one].T.copy()}, {**arrays, one: arrays[one] * 2}]
    different = [(a, b) for a, b in pairs if not np.array_equal(arrays[a], arrays[b])]
    changed += [{**arrays, a: arrays[b], b: arrays[a]} for a, b in different]
    changed += [{(k + "x" if k == one else k): v for k, v in arrays.items()}]
    for other in changed:
        refused(path, save(other, metadata=header["__metadata__"]), read)


def test_a_state_of_another_model_is_refused(finished, tmp_path):
    other = RunDirectory.create(tmp_path, "y")
    session = prepare(Layer("test", {"model": "lenet_harley", "epochs": 1, "overfit": 16}))
    session.fit(other)
    path = other.path / "state.safetensors"
    whole = (finished.path / "state.safetensors").read_bytes()
    path.write_bytes(whole)
    with pytest.raises(Exception, match="expected model as it was .'l.*'., got 'lenet_harley'"):
        resumption(other, other.settings())


@pytest.mark.parametrize("kind", ["structure", "format"])
def test_what_was_saved_by_a_newer_version_is_refused(tmp_path, kind):
    tl.save({"x": tl.ones(2)}, tmp_path / "x")
    arrays, content = load((tmp_path / "x").read_bytes()), (tmp_path / "x").read_bytes()
    stored = json.loads(content[8 : 8 + header_length(content)])["__metadata__"]["structure"]
    metadata = {"structure": stored.replace('"format": 1', '"format": 99')}
    if kind == "structure":
        metadata = {"strukture": stored}
    (tmp_path / "x").write_bytes(save(arrays, metadata=metadata))
    with pytest.raises(DataError, match="newer" if kind == "format" else "is damaged"):
        tl.load(tmp_path / "x")


def test_bits_flipped_in_what_save_wrote_are_refused(tmp_path):
    path = tmp_path / "x.safetensors"
    tl.save({"epoch": 3, "weights": [tl.randn(20, 20), tl.zeros(3)]}, path)
    whole = path.read_bytes()
    for content in flips(whole, 300, 0, len(whole)):
        refused(path, content, lambda: tl.load(path))


def header_length(content):
    return struct.unpack("<Q", content[:8])[0]
