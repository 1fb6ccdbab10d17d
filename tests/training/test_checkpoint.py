import json
import math
import struct
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file, save

from tensorlite.errors import DataError
from tensorlite.training.checkpoint import (
    Description,
    Snapshot,
    load_checkpoint,
    save_checkpoint,
)

DESCRIPTION = Description(
    model="lenet5",
    options={"a": 1},
    task="classification",
    classes=["ä", "b"],
    inputs={"shape": [1, 2, 2], "mean": [0.5], "std": [0.25]},
    data="digits",
    epoch=3,
    figures={"val_acc": 0.9875},
    version="0.1.0",
)


@pytest.fixture
def snapshot(rng):
    arrays = {
        "conv.weight": rng.normal(size=(3, 1, 2, 2)).astype(np.float32),
        "conv.bias": np.zeros(3, np.float32),
        "norm.count": np.array(7, np.int64),
    }
    return Snapshot(DESCRIPTION, arrays)


@pytest.fixture
def path(tmp_path, snapshot):
    save_checkpoint(tmp_path / "best.safetensors", snapshot)
    return tmp_path / "best.safetensors"


def test_what_is_saved_comes_back(path, snapshot):
    loaded = load_checkpoint(path)
    assert loaded.description == snapshot.description
    assert loaded.arrays.keys() == snapshot.arrays.keys()
    for name, array in snapshot.arrays.items():
        np.testing.assert_array_equal(loaded.arrays[name], array, strict=True)


def test_others_read_the_weights_under_the_names_of_the_model(path, snapshot):
    assert load_file(path).keys() == snapshot.arrays.keys()


def test_the_same_weights_give_the_same_bytes(path, snapshot):
    before = path.read_bytes()
    save_checkpoint(path, snapshot)
    assert path.read_bytes() == before


def test_an_array_that_is_not_contiguous_is_saved_as_it_reads(tmp_path, snapshot):
    turned = snapshot.arrays["conv.weight"].transpose(3, 2, 1, 0)
    save_checkpoint(tmp_path / "x", replace(snapshot, arrays={"w": turned}))
    np.testing.assert_array_equal(load_checkpoint(tmp_path / "x").arrays["w"], turned)


def test_no_temporary_file_stays(path):
    assert [item.name for item in path.parent.iterdir()] == ["best.safetensors"]


def test_every_truncation_is_refused_with_one_sentence(path):
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError) as caught:
            load_checkpoint(path)
        assert "\n" not in str(caught.value) and str(path) in str(caught.value)


def test_every_flipped_bit_is_refused(path, rng):
    whole = path.read_bytes()
    for position in {0, 8, len(whole) - 1, *rng.integers(0, len(whole), 400).tolist()}:
        damaged = bytearray(whole)
        damaged[position] ^= 1 << int(rng.integers(8))
        path.write_bytes(bytes(damaged))
        with pytest.raises(DataError):
            load_checkpoint(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: {**arrays, "conv.bias": arrays["conv.bias"] + 1},
        lambda arrays: {**arrays, "more": np.zeros(1, np.float32)},
        lambda arrays: {name: a for name, a in arrays.items() if name != "conv.bias"},
        lambda arrays: {name.replace("bias", "shift"): a for name, a in arrays.items()},
        lambda arrays: {**arrays, "conv.weight": arrays["conv.weight"].reshape(3, 4)},
        lambda arrays: {**arrays, "conv.bias": arrays["conv.bias"].view(np.int32)},
    ],
)
def test_an_array_that_was_exchanged_renamed_or_reshaped_is_refused(path, snapshot, change):
    path.write_bytes(save(change(snapshot.arrays), metadata=metadata(path)))
    with pytest.raises(DataError, match="is damaged"):
        load_checkpoint(path)


def test_a_description_that_was_edited_is_refused(path, snapshot):
    stored = json.loads(metadata(path)["tensorlite"])
    stored["description"] = stored["description"].replace("lenet5", "resnet")
    path.write_bytes(save(snapshot.arrays, metadata={"tensorlite": json.dumps(stored)}))
    with pytest.raises(DataError, match="is damaged"):
        load_checkpoint(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"digest": 1, "description": "{}"}'])
def test_a_description_that_is_none_is_refused(path, snapshot, text):
    path.write_bytes(save(snapshot.arrays, metadata={"tensorlite": text}))
    with pytest.raises(DataError, match="is damaged"):
        load_checkpoint(path)


@pytest.mark.parametrize(
    "change",
    [
        {"model": 3},
        {"model": ""},
        {"options": []},
        {"task": None},
        {"classes": "ab"},
        {"classes": []},
        {"classes": ["a", 2]},
        {"inputs": []},
        {"inputs": {}},
        {"inputs": {"shape": [1, 2], "mean": [0.5], "std": [0.25]}},
        {"inputs": {"shape": [1, 0, 2], "mean": [0.5], "std": [0.25]}},
        {"inputs": {"shape": [1, 2.0, 2], "mean": [0.5], "std": [0.25]}},
        {"inputs": {"shape": [1, 10**6, 10**6], "mean": [0.5], "std": [0.25]}},
        {"inputs": {"shape": [1, 50_000, 50_000], "mean": [0.5], "std": [0.25]}},
        {"inputs": {"shape": [1, 2, 2], "mean": [0.5, 0.5], "std": [0.25]}},
        {"inputs": {"shape": [2, 2, 2], "mean": [0.5], "std": [0.25]}},
        {"inputs": {"shape": [1, 2, 2], "mean": ["a"], "std": [0.25]}},
        {"inputs": {"shape": [1, 2, 2], "mean": [math.nan], "std": [0.25]}},
        {"inputs": {"shape": [1, 2, 2], "mean": [0.5], "std": [0]}},
        {"data": 1},
        {"epoch": -1},
        {"epoch": True},
        {"figures": {"val_acc": "high"}},
        {"version": 1},
        {"format": "1"},
    ],
)
def test_a_description_with_a_wrong_value_is_refused_although_its_digest_fits(
    path, snapshot, change
):
    odd = replace(snapshot, description=replace(snapshot.description, **change))
    save_checkpoint(path, odd)
    with pytest.raises(DataError, match="expected") as caught:
        load_checkpoint(path)
    assert caught.value.where == str(path)


def test_a_file_of_somebody_else_is_refused(path, snapshot):
    path.write_bytes(save(snapshot.arrays))
    with pytest.raises(DataError, match="not a checkpoint of tensorlite"):
        load_checkpoint(path)


def test_a_file_of_a_newer_version_is_refused(path, snapshot):
    newer = replace(snapshot.description, format=99, version="9.0")
    save_checkpoint(path, replace(snapshot, description=newer))
    with pytest.raises(DataError, match="tensorlite 9.0, which is newer"):
        load_checkpoint(path)


def test_a_pickle_is_not_executed_but_refused(path):
    path.write_bytes(b"cposix\nsystem\n(S'exit 1'\ntR.")
    with pytest.raises(DataError, match="is not a whole safetensors file"):
        load_checkpoint(path)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        load_checkpoint(tmp_path / "no.safetensors")


def test_a_folder_that_cannot_be_written_leaves_the_old_file_whole(tmp_path, snapshot):
    with pytest.raises(DataError, match="cannot be written"):
        save_checkpoint(tmp_path / "nowhere" / "x.safetensors", snapshot)


def metadata(path):
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length])["__metadata__"]
