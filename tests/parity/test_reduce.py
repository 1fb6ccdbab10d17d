"""Reductions, ranks and running results agree with PyTorch."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.parity.moving import agree, draw, refused, whole

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

X = draw(3, 4, 5)
ZEROS = draw(3, 4, 5) * (draw(3, 4, 5, seed=2) > -0.5)
LINES = np.random.default_rng(1).permutation(60).reshape(3, 4, 5) / 7.0

SMOOTH = [
    lambda m, x: x.sum(),
    lambda m, x: m.sum(x, 1),
    lambda m, x: x.sum(dim=(0, -1), keepdim=True),
    lambda m, x: x.sum((1, 2)),
    lambda m, x: x.sum(axis=1, keepdims=True),
    lambda m, x: m.sum(x, dim=()),
    lambda m, x: x.mean(),
    lambda m, x: m.mean(x, (0, 2), True),
    lambda m, x: x.mean(-1, keepdim=True),
    lambda m, x: x.mean([2]),
    lambda m, x: x.var(),
    lambda m, x: m.var(x, False),
    lambda m, x: x.var(1),
    lambda m, x: x.var(1, False),
    lambda m, x: x.var((0, 2), unbiased=False, keepdim=True),
    lambda m, x: x.var(dim=1, correction=2),
    lambda m, x: x.std(),
    lambda m, x: m.std(x, dim=-1, keepdim=True),
    lambda m, x: x.std(0, unbiased=False),
    lambda m, x: m.std(x, (0, 1), correction=0),
    lambda m, x: m.var_mean(x, 1),
    lambda m, x: m.var_mean(x, dim=(0, 1), keepdim=True, correction=0),
    lambda m, x: m.std_mean(x, unbiased=False),
    lambda m, x: m.std_mean(x, 1, keepdim=True),
    lambda m, x: x.prod(),
    lambda m, x: m.prod(x, 1),
    lambda m, x: x.prod(dim=-1, keepdim=True),
    lambda m, x: m.logsumexp(x, 1),
    lambda m, x: x.logsumexp((0, 2), keepdim=True),
    lambda m, x: m.logsumexp(x * 300, dim=-1),
    lambda m, x: m.nansum(x, 1),
    lambda m, x: m.nanmean(x, (0, 1), keepdim=True),
    lambda m, x: x.cumsum(1),
    lambda m, x: m.cumsum(x, dim=-1),
    lambda m, x: x.cumprod(0),
    lambda m, x: m.cumprod(x, -1),
    lambda m, x: m.logcumsumexp(x, 1),
    lambda m, x: x.norm(),
    lambda m, x: m.norm(x, 2, 1),
    lambda m, x: x.norm(p=1, dim=(0, 2), keepdim=True),
    lambda m, x: m.norm(x, p="fro", dim=1),
    lambda m, x: m.norm(x, p=3, dim=-1),
    lambda m, x: m.norm(x, 0.5),
    lambda m, x: m.norm(x, math.inf, dim=1),
    lambda m, x: m.norm(x, -math.inf, dim=1),
    lambda m, x: m.norm(x, 0, 1),
    lambda m, x: m.dist(x, x.flip(0) + 1),
    lambda m, x: m.dist(x, x[:1] + 1, 1),
    lambda m, x: m.linalg.norm(x),
    lambda m, x: m.linalg.norm(x, dim=-1),
    lambda m, x: m.linalg.norm(x[0]),
    lambda m, x: m.linalg.norm(x[0], 1),
    lambda m, x: m.linalg.norm(x, "fro", dim=(1, 2), keepdim=True),
    lambda m, x: m.linalg.vector_norm(x, 3, (0, 1)),
    lambda m, x: m.linalg.matrix_norm(x, math.inf),
    lambda m, x: m.linalg.matrix_norm(x, -1),
    lambda m, x: m.count_nonzero(x, 1),
    lambda m, x: m.count_nonzero(x),
]


@pytest.mark.parametrize("call", SMOOTH, ids=range(len(SMOOTH)))
@pytest.mark.parametrize("x", [X, np.asfortranarray(X), ZEROS], ids=["c", "f", "zeros"])
def test_sums(call, x):
    agree(call, x, second=x is not ZEROS)


def test_products_with_zeros_have_all_derivatives():
    x = np.array([[0.0, 2.0, 3.0], [0.0, 0.0, 2.0], [1.0, 2.0, 3.0]])
    agree(lambda m, x: m.prod(x, 1), x, second=True)
    agree(lambda m, x: m.cumprod(x, 1), x)


RANKS = [
    lambda m, x: x.amax(),
    lambda m, x: m.amax(x, (0, 2)),
    lambda m, x: x.amin(1, keepdim=True),
    lambda m, x: m.aminmax(x),
    lambda m, x: m.aminmax(x, dim=1, keepdim=True),
    lambda m, x: x.max(),
    lambda m, x: x.max(1),
    lambda m, x: m.max(x, dim=-1, keepdim=True),
    lambda m, x: m.max(x, -x),
    lambda m, x: x.max(x.flip(0)),
    lambda m, x: m.max(x, axis=0).values,
    lambda m, x: x.min(),
    lambda m, x: m.min(x, 0)[1],
    lambda m, x: m.min(x, 0, True)[0],
    lambda m, x: m.min(x, other=x.flip(1)),
    lambda m, x: x.argmax(),
    lambda m, x: x.argmax(1),
    lambda m, x: m.argmax(x, dim=-1, keepdim=True),
    lambda m, x: m.argmax(x, keepdim=True),
    lambda m, x: m.argmin(x, axis=0),
    lambda m, x: x.median(),
    lambda m, x: x.median(1),
    lambda m, x: m.median(x, dim=-1, keepdim=True),
    lambda m, x: m.nanmedian(x),
    lambda m, x: m.nanmedian(x, 1),
    lambda m, x: m.kthvalue(x, 2),
    lambda m, x: x.kthvalue(3, 1, True),
    lambda m, x: m.mode(x),
    lambda m, x: x.mode(0, keepdim=True),
    lambda m, x: m.quantile(x, 0.3),
    lambda m, x: m.quantile(x, 0.3, 1),
    lambda m, x: (
        m.quantile(x, x.new_tensor([0.1, 0.5, 1.0]), dim=-1, keepdim=True)
        if hasattr(x, "new_tensor")
        else m.quantile(x, m.tensor([0.1, 0.5, 1.0]).to(x.dtype), dim=-1, keepdim=True)
    ),
    lambda m, x: x.quantile(0.4, 0, interpolation="lower"),
    lambda m, x: m.quantile(x, 0.4, interpolation="higher", keepdim=True),
    lambda m, x: m.quantile(x, 0.4, 2, interpolation="midpoint"),
    lambda m, x: m.quantile(x, 0.4, 2, interpolation="nearest"),
    lambda m, x: m.cummax(x, 1),
    lambda m, x: x.cummin(-1),
    lambda m, x: m.sort(x),
    lambda m, x: m.sort(x, 1, True),
    lambda m, x: x.sort(dim=0, descending=True),
    lambda m, x: m.sort(x, stable=True, dim=1),
    lambda m, x: x.argsort(),
    lambda m, x: m.argsort(x, 1, descending=True),
    lambda m, x: m.argsort(x, dim=0, stable=True),
    lambda m, x: m.msort(x),
    lambda m, x: m.topk(x, 2),
    lambda m, x: x.topk(3, 1, largest=False),
    lambda m, x: m.topk(x, k=1, dim=0, sorted=True),
    lambda m, x: x.topk(0),
]


@pytest.mark.parametrize("call", RANKS, ids=range(len(RANKS)))
def test_ranks(call):
    agree(call, LINES, second=True)
    agree(call, np.asfortranarray(LINES))


TIES = [
    lambda m, x: x.max(),
    lambda m, x: x.min(),
    lambda m, x: x.amax(1),
    lambda m, x: m.aminmax(x, dim=0),
    lambda m, x: x.max(1)[0],
    lambda m, x: x.median(),
    lambda m, x: m.maximum(x, x.flip(0)),
    lambda m, x: m.cummax(x, 1),
    lambda m, x: m.cummin(x, 0),
    lambda m, x: m.sort(x, stable=True),
    lambda m, x: m.sort(x, 0, descending=True),
    lambda m, x: m.mode(x),
    lambda m, x: m.norm(x, math.inf),
    lambda m, x: (x * 0).norm(),
    lambda m, x: (x * 0).norm(p=1),
    lambda m, x: (x * 0).std(),
    lambda m, x: m.unique(x.detach()),
    lambda m, x: m.unique(x.detach(), return_inverse=True, return_counts=True),
    lambda m, x: m.unique(x.detach(), dim=1, return_inverse=True, return_counts=True),
    lambda m, x: x.detach().unique(sorted=True, return_counts=True),
    lambda m, x: m.unique_consecutive(x.detach()),
    lambda m, x: m.unique_consecutive(x.detach(), return_inverse=True, return_counts=True),
    lambda m, x: m.unique_consecutive(x.detach(), dim=0, return_counts=True),
    lambda m, x: m.histc(x, 4),
    lambda m, x: m.histc(x, bins=3, min=0, max=2),
    lambda m, x: m.searchsorted(m.arange(4).to(x.dtype), x),
    lambda m, x: m.searchsorted(x.sort(1)[0].detach(), x[:, :2].contiguous(), right=True),
    lambda m, x: m.searchsorted(m.arange(4).to(x.dtype), 2),
    lambda m, x: m.bucketize(x, m.tensor([0, 1, 3])),
    lambda m, x: m.bucketize(x, m.tensor([0.0, 1.0, 3.0]).to(x.dtype), right=True),
]


@pytest.mark.parametrize("call", TIES, ids=range(len(TIES)))
def test_equal_elements(call):
    agree(call, whole(3, 4).astype(float))


PLAIN = [
    lambda m, x: x.sum(),
    lambda m, x: x.sum(1),
    lambda m, x: (x > 1).sum(),
    lambda m, x: x.prod(0),
    lambda m, x: (x > 1).cumsum(1),
    lambda m, x: x.cumprod(1),
    lambda m, x: x.sum(dtype=m.float32),
    lambda m, x: x.mean(dtype=m.float64),
    lambda m, x: x.max(),
    lambda m, x: x.max(1),
    lambda m, x: x.amin(0),
    lambda m, x: m.any(x > 3),
    lambda m, x: x.any(1),
    lambda m, x: m.all(x, dim=0, keepdim=True),
    lambda m, x: x.all((0, 1)),
    lambda m, x: (x > 2).max(),
    lambda m, x: x.median(),
    lambda m, x: x.sort(descending=True, stable=True),
    lambda m, x: (x > 2).sort(stable=True),
    lambda m, x: m.unique(x.detach()),
    lambda m, x: m.bincount(x.flatten()),
    lambda m, x: m.bincount(x.flatten(), minlength=9),
    lambda m, x: m.bincount(x[0], weights=m.tensor([0.5, 1.0, 2.0, 3.0])),
    lambda m, x: m.bincount(x[0], weights=x[1]),
    lambda m, x: x.logsumexp(0),
    lambda m, x: m.count_nonzero(x, (0, 1)),
    lambda m, x: m.zeros(0).sum(),
    lambda m, x: m.zeros(0, 3).sum(0),
    lambda m, x: m.zeros(0, 3).prod(0),
    lambda m, x: m.zeros(0).mean(),
    lambda m, x: m.zeros(0, 3).mean(1),
    lambda m, x: m.zeros(0, 3).amax(1),
    lambda m, x: m.zeros(0, 3).max(1),
    lambda m, x: m.zeros(0, 3).argmax(1),
    lambda m, x: m.zeros(0, 3).sort(1),
    lambda m, x: m.zeros(0, 3).cumsum(0),
    lambda m, x: m.zeros(0, 3).norm(dim=0),
    lambda m, x: [m.zeros(0).any(), m.zeros(0).all()],
    lambda m, x: m.tensor(3.0).max(0),
    lambda m, x: m.tensor(3.0).sort(0),
    lambda m, x: m.tensor(3.0).topk(1),
    lambda m, x: m.tensor(3.0).cumsum(0),
    lambda m, x: m.tensor(3.0).argmax(0),
    lambda m, x: m.tensor(3.0).mean(-1),
    lambda m, x: m.tensor(3.0).unique(),
    lambda m, x: m.tensor([1.0, math.nan, 3.0]).max(),
    lambda m, x: m.tensor([1.0, math.nan, 3.0]).max(0),
    lambda m, x: m.tensor([1.0, math.nan, 3.0]).sort(),
    lambda m, x: m.tensor([1.0, math.nan, 3.0]).sort(descending=True),
    lambda m, x: m.tensor([1.0, math.nan, 3.0]).median(),
    lambda m, x: m.tensor([1.0, math.nan, 3.0]).nanmedian(),
    lambda m, x: m.tensor([1.0, math.nan, 3.0]).median(0),
    lambda m, x: m.tensor([1.0, math.nan, 3.0]).nanmedian(0),
    lambda m, x: m.tensor([1.0, math.nan, 3.0]).nansum(),
    lambda m, x: m.tensor([1.0, math.nan, 3.0]).nanmean(),
    lambda m, x: m.tensor([1.0, math.nan, 3.0]).quantile(0.5),
    lambda m, x: m.tensor([1.0, math.nan, 3.0]).cummax(0)[0],
]


@pytest.mark.parametrize("call", PLAIN, ids=range(len(PLAIN)))
def test_odd_ones(call):
    agree(call, whole(3, 4))


WRONG = [
    lambda m, x: x.long().mean(),
    lambda m, x: x.long().var(),
    lambda m, x: x.long().norm(),
    lambda m, x: x.sum(3),
    lambda m, x: x.sum((0, 0)),
    lambda m, x: x.max((0, 1)),
    lambda m, x: m.zeros(0).max(),
    lambda m, x: m.zeros(0, 3).amax(0),
    lambda m, x: m.zeros(0, 3).argmax(0),
    lambda m, x: m.zeros(0).argmin(),
    lambda m, x: x.topk(7),
    lambda m, x: x.kthvalue(0),
    lambda m, x: x.kthvalue(6),
    lambda m, x: x.quantile(1.5),
    lambda m, x: x.quantile(0.5, interpolation="cubic"),
    lambda m, x: x.long().quantile(0.5),
    lambda m, x: m.bincount(m.tensor([-1])),
    lambda m, x: m.bincount(x[0, 0]),
    lambda m, x: m.zeros(0, 3).norm(math.inf, dim=0),
    lambda m, x: (x > 0).argmax(),
]


@pytest.mark.parametrize("call", WRONG, ids=range(len(WRONG)))
def test_what_pytorch_refuses_is_refused(call):
    refused(call, X)
