"""Element types, devices, copies and other libraries."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import tensorlite as tl
from tensorlite.errors import GraphError


def test_a_type_is_numpys_too() -> None:
    assert tl.float32 == np.float32 == tl.ones(1).dtype == "float32"
    assert tl.float32 != np.float64
    assert tl.float32 != "no such type"
    assert np.zeros(2, tl.int8).astype(tl.float64).dtype == tl.double
    assert {np.dtype("int64"): "found"}[tl.long] == "found"
    assert pickle.loads(pickle.dumps(tl.half)) is copy.deepcopy(tl.half) is tl.float16
    assert tl.float64.is_floating_point
    assert not tl.bool.is_floating_point


def test_every_form_of_to() -> None:
    x = tl.arange(2)
    for made in (
        x.to(tl.float32), x.to("float32"), x.to("cpu", tl.float), x.to(tl.ones(1)),
        x.to(dtype=np.float32), x.to(tl.device("cpu"), tl.float32, non_blocking=True),
        x.type(tl.FloatTensor), x.type("torch.FloatTensor"), x.type_as(tl.ones(1)), x.float(),
    ):  # fmt: skip
        assert made.dtype is tl.float32
        assert made.tolist() == [0, 1]
    assert x.to("cpu") is x.cpu() is x.to(tl.int64) is x
    assert x.to(tl.int64, copy=True).data_ptr() != x.data_ptr()
    assert x.type() == "torch.LongTensor"


def test_a_copy_of_a_leaf_is_a_leaf_of_its_kind() -> None:
    weight = tl.nn.Parameter(tl.ones(2))
    (weight * 3).sum().backward()
    twin = copy.deepcopy(weight)
    assert type(twin) is tl.nn.Parameter
    assert twin.requires_grad
    assert twin.grad is None  # as in PyTorch
    with tl.no_grad():
        twin.zero_()
    assert weight.tolist() == [1, 1]
    assert copy.copy(weight).data_ptr() == weight.data_ptr()
    assert pickle.loads(pickle.dumps(weight)).requires_grad
    with pytest.raises(GraphError, match=r"x.detach\(\).clone\(\)"):
        copy.deepcopy(weight * 2)


def test_numpy_and_dlpack_share_memory() -> None:
    x = tl.zeros(2)
    np.from_dlpack(x)  # reads
    tl.from_dlpack(x).fill_(2.0)
    assert np.asarray(x).tolist() == [2, 2]
    assert (np.ones(2) + x).tolist() == [3, 3]
    assert isinstance(np.ones(2) * x, tl.Tensor)
    assert tl.ones(1, requires_grad=True).numpy(force=True).tolist() == [1]


def test_where_it_lies_in_memory() -> None:
    x = tl.ones(2, 3)
    assert (x.stride(), x.T.stride(), x[1].storage_offset()) == ((3, 1), (1, 3), 3)
    assert not x.T.is_contiguous()
    assert x.H.shape == x.mT.shape == (3, 2)
    image = tl.ones(1, 2, 3, 3)
    assert not image.is_contiguous(memory_format=tl.channels_last)
    assert image.permute(0, 3, 1, 2).is_contiguous(memory_format=tl.channels_last)
    assert (x.element_size(), x.nbytes, x.size().numel()) == (4, 24, 6)


def test_tensors_are_equal_only_to_what_compares() -> None:
    x = tl.ones(1)
    assert (x == None) is (x == "a") is False  # noqa: E711 - on purpose
    assert (x != None) is True  # noqa: E711
    assert 1 in x
    assert x in {x}


def test_printing_is_cut_and_can_be_told_how() -> None:
    assert "..." in repr(tl.zeros(2000))
    tl.set_printoptions(precision=2, sci_mode=False)
    try:
        assert repr(tl.tensor([0.12345])) == "tensor([0.12])"
    finally:
        tl.set_printoptions(profile="default")
    assert repr(tl.zeros(0, 3)) == "tensor([], size=(0, 3))"


def test_scripts_may_ask_for_a_graphics_card() -> None:
    tl.backends.cudnn.benchmark = True
    tl.backends.cuda.matmul.allow_tf32 = True
    tl.cuda.manual_seed_all(1)
    answers = [tl.cuda.is_available(), tl.accelerator.is_available(), tl.backends.mps.is_built()]
    assert answers == [False] * 3
