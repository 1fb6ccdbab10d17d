"""What ``save`` writes, ``load`` gives back."""

from __future__ import annotations

import io
import math
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn
from tensorlite.errors import DataError, DTypeError


def back(value: Any) -> Any:
    file = io.BytesIO()
    tl.save(value, file)
    file.seek(0)
    return tl.load(file)


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, -0.25, "text", [1, [2.0]], (1, (2,)), {}, [], {"a": 1, 2: "b"}, {1, 2},
        {(1, "x"): None}, OrderedDict(b=1, a=2), np.dtype("float32"), float("inf"), 2**70,
    ],
    ids=repr,
)  # fmt: skip
def test_plain_values_come_back_with_their_type(value: Any) -> None:
    assert back(value) == value
    assert type(back(value)) is type(value)


def test_nan_comes_back() -> None:
    assert math.isnan(back([float("nan")])[0])


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int32", "uint8", "bool"])
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_tensors_come_back(dtype: str, shape: tuple[int, ...]) -> None:
    x = tl.from_numpy(np.ones(shape, dtype))
    y = back({"x": x})["x"]
    assert (y.shape, y.dtype, y.tolist()) == (x.shape, x.dtype, x.tolist())
    y.fill_(0)  # it may be written to


def test_memory_order_does_not_matter() -> None:
    x = tl.arange(6).reshape(2, 3).T
    assert back(x).tolist() == x.tolist()


def test_what_shares_memory_still_does() -> None:
    x = tl.zeros(3)
    loaded = back({"a": x, "b": x.detach()})
    loaded["a"].fill_(1)
    assert loaded["b"].tolist() == [1.0] * 3


def test_parameters_and_leaves_come_back_as_such() -> None:
    loaded = back([nn.Parameter(tl.ones(2)), tl.ones(2, requires_grad=True)])
    assert isinstance(loaded[0], nn.Parameter)
    assert [x.requires_grad for x in loaded] == [True, True]


def test_names_that_collide_are_kept_apart() -> None:
    loaded = back({"a.b": tl.zeros(1), "a": {"b": tl.ones(1)}})
    assert (loaded["a.b"].item(), loaded["a"]["b"].item()) == (0.0, 1.0)


def test_a_training_goes_on_from_a_file(tmp_path: Path) -> None:
    def made() -> tuple[nn.Module, tl.optim.Optimizer]:
        model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm2d(4))
        return model, tl.optim.Adam(model[0].parameters(), lr=0.1)

    model, optimizer = made()
    model[0](tl.ones(2, 3)).sum().backward()
    optimizer.step()
    state = {"epoch": 1, "model": model.state_dict(), "optimizer": optimizer.state_dict()}
    tl.save(state, tmp_path / "last.pt")
    loaded = tl.load(str(tmp_path / "last.pt"), map_location="cpu", weights_only=True)
    other, second = made()
    other.load_state_dict(loaded["model"])
    second.load_state_dict(loaded["optimizer"])
    for a, b in zip(model.parameters(), other.parameters(), strict=True):
        assert a.tolist() == b.tolist()
    state_of = second.state_dict()["state"]
    assert list(state_of) == [0, 1]
    assert loaded["optimizer"]["param_groups"] == optimizer.state_dict()["param_groups"]


def test_a_state_dict_is_a_plain_safetensors_file(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    model = nn.Linear(2, 2)
    tl.save(model.state_dict(), tmp_path / "a.safetensors")
    assert set(load_file(tmp_path / "a.safetensors")) == {"weight", "bias"}
    save_file({"w": np.ones(2, np.float32)}, tmp_path / "b.safetensors")
    assert tl.load(tmp_path / "b.safetensors")["w"].tolist() == [1.0, 1.0]


def test_a_module_is_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(DTypeError, match=r"got Linear at 'net'.*state_dict\(\)"):
        tl.save({"net": nn.Linear(1, 1)}, tmp_path / "x.pt")
    with pytest.raises(DTypeError, match="got function"):
        tl.save(back, tmp_path / "x.pt")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [pickle.dumps({"a": 1}, 2), b"PK\x03\x04 and more"])
def test_a_pickle_is_refused_with_a_way_to_convert_it(content: bytes) -> None:
    with pytest.raises(DataError, match=r"is a pickle.*save_file\(torch\.load"):
        tl.load(io.BytesIO(content))


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    tl.save({"x": tl.ones(100)}, tmp_path / "x.pt")
    whole = (tmp_path / "x.pt").read_bytes()
    for content in (b"", b"abc", whole[:-4], whole.replace(b"tensor", b"tensor"[::-1])):
        with pytest.raises(DataError):
            tl.load(io.BytesIO(content))
    with pytest.raises(DataError, match="no such file"):
        tl.load(tmp_path / "missing.pt")
