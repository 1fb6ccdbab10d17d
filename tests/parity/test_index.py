"""Reading and writing chosen elements agrees with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from tests.parity.moving import agree, draw, refused, whole

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

X = draw(3, 4, 5)
I2 = np.array([[2, 0], [1, 1]])

READ = [
    lambda m, x: x[0],
    lambda m, x: x[-1, 1:, ::2],
    lambda m, x: x[..., 0],
    lambda m, x: x[:, None, 1],
    lambda m, x: x[None],
    lambda m, x: x[1, 2, 3],
    lambda m, x: x[()],
    lambda m, x: x[...],
    lambda m, x: x[5:],
    lambda m, x: x[[0, 2]],
    lambda m, x: x[[0, 2], [1, 1]],
    lambda m, x: x[[True, False, True]],
    lambda m, x: x[m.tensor([2, 2, -1])],
    lambda m, x: x[m.tensor([[0, 1], [2, 0]])],
    lambda m, x: x[:, m.tensor([0, 1])],
    lambda m, x: x[0, :, [0, 1]],
    lambda m, x: x[[0, 1], :, 0],
    lambda m, x: x[[0, 1], :, [2, 3]],
    lambda m, x: x[:, [0, 1], [2, 3]],
    lambda m, x: x[[0], None, [1]],
    lambda m, x: x[..., [0, 1], None],
    lambda m, x: x[m.tensor(1)],
    lambda m, x: x[m.tensor(1), [0, 1]],
    lambda m, x: x[m.tensor([True, False, True])],
    lambda m, x: x[x > 0],
    lambda m, x: x[x[:, :, 0] > 0],
    lambda m, x: x[x[:, :, 0] > 0, 1],
    lambda m, x: x[:, m.tensor([True, False, True, True])],
    lambda m, x: x[0, m.tensor([True, False, True, True]), 1:],
    lambda m, x: x[m.tensor([True, False, True]), [0, 1]],
    lambda m, x: x[1:, [3, 0], 2:4],
    lambda m, x: x[m.arange(3)[:, None], m.tensor([0, 2])],
    lambda m, x: x[m.arange(3), m.tensor([0, 2, 1]), m.tensor([4, 0, 1])],
    lambda m, x: x[True],
    lambda m, x: x[[]],
    lambda m, x: x[m.zeros(0, dtype=m.int64)],
    lambda m, x: x[np.array([0, 2])],
    lambda m, x: x[: m.tensor(2)],
    lambda m, x: [row.sum() for row in x],
    lambda m, x: m.gather(x, 1, m.tensor([[[0, 1], [3, 2]], [[1, 1], [0, 0]]])),
    lambda m, x: x.gather(-1, m.tensor([[[0, 4, 4]]])),
    lambda m, x: m.gather(x, dim=0, index=m.zeros(3, 4, 5, dtype=m.int64)),
    lambda m, x: m.index_select(x, 1, m.tensor([0, 0, 3])),
    lambda m, x: x.index_select(-1, m.tensor(2)),
    lambda m, x: m.masked_select(x, x > 0.5),
    lambda m, x: x.masked_select(m.tensor([True, False, True, False, True])),
    lambda m, x: m.take(x, m.tensor([[0, 59], [-1, 7]])),
    lambda m, x: m.take_along_dim(x, (x.detach() > 0).long(), 1),
    lambda m, x: m.take_along_dim(x, m.tensor([[[2], [0]]]), dim=1),
    lambda m, x: m.take_along_dim(x.contiguous(), m.tensor([0, 59])),
    lambda m, x: m.masked_fill(x, x > 0, -1.0),
    lambda m, x: x.masked_fill(m.tensor([True, False, True, False, True]), float("-inf")).exp(),
    lambda m, x: x[0].masked_fill(x > 0, m.tensor(2.0)),
    lambda m, x: m.index_fill(x, 1, m.tensor([0, 2]), 7),
    lambda m, x: m.scatter(x, 1, m.tensor([[[0, 1]], [[1, 2]]]), 3.0),
    lambda m, x: m.nonzero(x > 0),
    lambda m, x: m.nonzero(x > 0, as_tuple=True),
    lambda m, x: m.argwhere(x > 1),
]


@pytest.mark.parametrize("call", READ, ids=range(len(READ)))
def test_reading(call):
    agree(call, X, second=True)
    agree(call, np.asfortranarray(X))


INDEX = np.array([[0, 2, 1, 0], [1, 1, 1, 2]])
WRITE = [
    lambda m, x, s: m.scatter(x, 0, m.from_numpy(INDEX)[:, :3], s[:, :3]),
    lambda m, x, s: x.scatter(0, m.tensor([[0, 2, 1]]), s[:1, :3]),
    lambda m, x, s: x.scatter_add(0, m.from_numpy(INDEX), s),
    lambda m, x, s: m.scatter_add(x, 1, m.from_numpy(INDEX), s),
    lambda m, x, s: x.scatter_reduce(0, m.from_numpy(INDEX), s, "sum"),
    lambda m, x, s: x.scatter_reduce(0, m.from_numpy(INDEX), s, "sum", include_self=False),
    lambda m, x, s: x.scatter_reduce(1, m.from_numpy(INDEX), s, "prod"),
    lambda m, x, s: x.scatter_reduce(1, m.from_numpy(INDEX), s, "prod", include_self=False),
    lambda m, x, s: x.scatter_reduce(1, m.from_numpy(INDEX), s, reduce="mean"),
    lambda m, x, s: x.scatter_reduce(1, m.from_numpy(INDEX), s, "mean", include_self=False),
    lambda m, x, s: x.scatter_reduce(1, m.from_numpy(INDEX), s, "amax"),
    lambda m, x, s: x.scatter_reduce(1, m.from_numpy(INDEX), s, "amax", include_self=False),
    lambda m, x, s: x.scatter_reduce(1, m.from_numpy(INDEX), s, "amin", include_self=False),
    lambda m, x, s: x.scatter_reduce(0, m.from_numpy(INDEX), s.clamp(0.0, 0.0), "amin"),
    lambda m, x, s: m.index_add(x, 1, m.tensor([0, 2, 0]), m.stack([s[0, :3], s[1, :3], s[0, 1:]])),
    lambda m, x, s: x.index_add(0, m.tensor([0, 0]), s, alpha=2),
    lambda m, x, s: m.index_copy(x, 0, m.tensor([2, 0]), s),
    lambda m, x, s: m.index_put(x, (m.tensor([0, 2]), m.tensor([1, 1])), s[:, 0]),
    lambda m, x, s: x.index_put((m.tensor([0, 0]),), s, accumulate=True),
    lambda m, x, s: x.index_put((m.tensor([0, 0]),), s[0, 0], accumulate=True),
    lambda m, x, s: x.index_put((x > 0,), s[0, 0]),
    lambda m, x, s: m.masked_scatter(x, m.tensor([True, False, True, False]), s),
    lambda m, x, s: m.put(x, m.tensor([0, 5]), s[:, 0]),
    lambda m, x, s: x.put(m.tensor([0, 0]), s[:, 0], accumulate=True),
    lambda m, x, s: x.index_fill(0, m.tensor([1]), 0.5) * s[0],
]


@pytest.mark.parametrize("call", WRITE, ids=range(len(WRITE)))
def test_writing(call):
    agree(call, draw(3, 4), draw(2, 4, seed=1), second=True)


def whole_ones(m, x):
    x = x.clone()
    x[0, :, [0, 1]] = m.ones(4, 2, dtype=x.dtype)
    x[..., -1] = 3
    x[x == 2] = 9
    x[[0, 2], 1:3] = 5
    x[:, None, 0] = 1
    return x


PLAIN = [
    whole_ones,
    lambda m, x: m.nn.functional.one_hot(x[0]),
    lambda m, x: m.nn.functional.one_hot(x, 7),
    lambda m, x: m.nn.functional.one_hot(x, num_classes=9),
    lambda m, x: m.nonzero(x),
    lambda m, x: x.nonzero(as_tuple=True),
    lambda m, x: m.tensor(3).nonzero(),
    lambda m, x: m.tensor(0).nonzero(),
    lambda m, x: x.masked_fill(x > 2, 7),
    lambda m, x: x.gather(0, x[:1].clamp(max=2)),
    lambda m, x: x.scatter(0, x[:1].clamp(max=2), 8),
    lambda m, x: x.scatter_add(0, x[:2].clamp(max=2), x),
    lambda m, x: x.scatter_reduce(0, x[:2].clamp(max=2), x, "mean"),
    lambda m, x: x.scatter_reduce(0, x[:2].clamp(max=2), x, "amax", include_self=False),
    lambda m, x: (x > 2).index_select(0, m.tensor([1])),
    lambda m, x: m.zeros(3, 0)[:, []],
    lambda m, x: m.zeros(0, 3).index_select(1, m.tensor([1])),
    lambda m, x: m.tensor(4.0)[None],
    lambda m, x: m.tensor(4.0)[...],
]


@pytest.mark.parametrize("call", PLAIN, ids=range(len(PLAIN)))
def test_whole_numbers(call):
    agree(call, whole(3, 4, 5))


WRONG = [
    lambda m, x: x[3],
    lambda m, x: x[::-1],
    lambda m, x: x[0, 0, 0, 0],
    lambda m, x: x[[0, 5]],
    lambda m, x: x[m.tensor([0.5])],
    lambda m, x: x[m.tensor([True, False])],
    lambda m, x: x[[0, 1], [0, 1, 2]],
    lambda m, x: x.gather(0, m.tensor([0])),
    lambda m, x: x.gather(0, m.tensor([[[3]]])),
    lambda m, x: x.gather(0, m.tensor([[[0.0]]])),
    lambda m, x: x.index_select(0, m.tensor([3])),
    lambda m, x: x.index_select(0, m.tensor([[0]])),
    lambda m, x: x.masked_fill(m.ones(5), 0.0),
    lambda m, x: x.masked_fill(x > 0, m.ones(2)),
    lambda m, x: x.scatter(0, m.tensor([[[4]]]), 1.0),
    lambda m, x: x.scatter(0, m.tensor([[[0, 1]]]), m.ones(1, 1, 1)),
    lambda m, x: x.index_add(0, m.tensor([0]), m.ones(2, 4, 5)),
    lambda m, x: x.masked_scatter(x > -9, m.ones(3)),
    lambda m, x: x.scatter_reduce(0, m.tensor([[[0]]]), m.ones(1, 1, 1), "median"),
    lambda m, x: m.nn.functional.one_hot(m.tensor([3]), 3),
    lambda m, x: m.nn.functional.one_hot(m.tensor([-1])),
]


@pytest.mark.parametrize("call", WRONG, ids=range(len(WRONG)))
def test_what_pytorch_refuses_is_refused(call):
    refused(call, X.astype(np.float32))
