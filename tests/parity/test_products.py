"""Products of matrices agree with PyTorch."""

from __future__ import annotations

import pytest

from tests.parity.moving import agree, draw, refused

torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.parity,
    pytest.mark.filterwarnings("ignore:torch.chain_matmul"),
]

A, B = draw(2, 3, 4), draw(2, 4, 3, seed=1)

CALLS = [
    lambda m, a, b: a @ b,
    lambda m, a, b: m.matmul(a, b[0]),
    lambda m, a, b: m.matmul(a[0], b),
    lambda m, a, b: m.matmul(a, b[0, :, 0]),
    lambda m, a, b: m.matmul(a[0, 0], b),
    lambda m, a, b: m.matmul(a[0, 0], b[0, :, 0]),
    lambda m, a, b: m.matmul(a[:, None], b),
    lambda m, a, b: m.mm(a[0], b[0]),
    lambda m, a, b: a[1].mm(mat2=b[1]),
    lambda m, a, b: m.bmm(a, b),
    lambda m, a, b: m.mv(a[0], b[0, :, 1]),
    lambda m, a, b: m.dot(a[0, 0], b[0, :, 1]),
    lambda m, a, b: m.vdot(a[0, 0], b[0, :, 1]),
    lambda m, a, b: m.inner(a, b.transpose(1, 2)),
    lambda m, a, b: m.inner(a[0, 0], b[0].t()),
    lambda m, a, b: m.outer(a[0, 0], b[0, 0]),
    lambda m, a, b: m.ger(a[0, 0], b[0, 0]),
    lambda m, a, b: m.kron(a[0].contiguous(), b[0].contiguous()),
    lambda m, a, b: m.kron(a.contiguous(), b[0].contiguous()),
    lambda m, a, b: m.chain_matmul(a[0], b[0], a[1], b[1]),
    lambda m, a, b: m.addmm(b[0, :3], a[0], b[0], beta=0.5, alpha=2),
    lambda m, a, b: b[0, 0].addmm(a[0], b[0]),
    lambda m, a, b: m.addmv(b[0, 0], a[0], b[0, :, 0], alpha=3),
    lambda m, a, b: m.addr(a[0], b[0, 0], a[0, 0]),
    lambda m, a, b: m.baddbmm(b[:, :3], a, b, beta=2),
    lambda m, a, b: m.addbmm(b[0, :3], a, b),
    lambda m, a, b: m.nn.functional.linear(a, b[0].t()),
    lambda m, a, b: m.nn.functional.linear(a, b[0].t(), b[0, 0]),
    lambda m, a, b: m.nn.functional.linear(a[:, None], b[0].t(), bias=b[0, 0]),
    lambda m, a, b: m.nn.functional.linear(a[0, 0], b[0].t(), b[0, 0]),
    lambda m, a, b: m.nn.functional.linear(a[0], b[0].t(), b[0, 0]),
    lambda m, a, b: m.nn.functional.linear(a[0], b[0, :, 0]),
    lambda m, a, b: m.tensordot(a, b, ([2], [1])),
    lambda m, a, b: m.tensordot(a, b, dims=([0, 2], [0, 1])),
    lambda m, a, b: m.tensordot(a[0], b[0], 1),
    lambda m, a, b: m.tensordot(a[0], b[0], 0),
    lambda m, a, b: m.einsum("bij,bjk->bik", a, b),
    lambda m, a, b: m.einsum("bij,bjk", a, b),
    lambda m, a, b: m.einsum("bij , bjk -> kib", a, b),
    lambda m, a, b: m.einsum("bij->ij", a),
    lambda m, a, b: m.einsum("bij->", a),
    lambda m, a, b: m.einsum("bij->jib", a),
    lambda m, a, b: m.einsum("bij", a),
    lambda m, a, b: m.einsum("ba", a[0]),
    lambda m, a, b: m.einsum("ii", a[0, :, :3]),
    lambda m, a, b: m.einsum("bii->bi", a[:, :, :3]),
    lambda m, a, b: m.einsum("bii,bji->j", a[:, :, :3], b),
    lambda m, a, b: m.einsum("i,j->ij", a[0, 0], b[0, 0]),
    lambda m, a, b: m.einsum("i,i", a[0, 0], b[0, :, 0]),
    lambda m, a, b: m.einsum("...ij,...jk->...ik", a, b),
    lambda m, a, b: m.einsum("...ij,jk->...ik", a, b[0]),
    lambda m, a, b: m.einsum("...ij,...jk", a[:, None], b),
    lambda m, a, b: m.einsum("i...->...", a),
    lambda m, a, b: m.einsum("...", a),
    lambda m, a, b: m.einsum("bij,bjk,bkl->bil", a, b, a),
    lambda m, a, b: m.einsum("bij,cjk,bl->ickl", a, b, a[:, 0]),
    lambda m, a, b: m.einsum("bij,bij->b", a, b.transpose(1, 2)),
    lambda m, a, b: m.einsum("bij,bj->bij", a, b[:, :, 0]),
    lambda m, a, b: m.einsum("bij,bjk->bik", a[:1], b),
    lambda m, a, b: m.einsum("bij,bjk->bik", [a, b]),
    lambda m, a, b: m.einsum(a, [0, 1, 2], b, [0, 2, 3], [0, 3, 1]),
    lambda m, a, b: m.einsum("aB,Bc", a[0], b[0]),
]


@pytest.mark.parametrize("call", CALLS, ids=range(len(CALLS)))
def test_products(call):
    agree(call, A, B, second=True)
    agree(call, A.transpose(2, 1, 0).copy().transpose(2, 1, 0), B)


EMPTY = [
    lambda m, a, b: a[:0] @ b[:0],
    lambda m, a, b: a[0, :0] @ b[0],
    lambda m, a, b: a[0, :, :0] @ b[0, :0],
    lambda m, a, b: m.nn.functional.linear(a[:0], b[0].t(), b[0, 0]),
    lambda m, a, b: m.einsum("bij,bjk->ik", a[:0], b[:0]),
    lambda m, a, b: m.arange(4).reshape(2, 2) @ m.arange(4).reshape(2, 2),
    lambda m, a, b: m.einsum("ij,jk->ik", m.arange(4).reshape(2, 2), m.arange(4).reshape(2, 2)),
]


@pytest.mark.parametrize("call", EMPTY, ids=range(len(EMPTY)))
def test_empty_and_whole(call):
    agree(call, A, B)


WRONG = [
    lambda m, a, b: a @ a,
    lambda m, a, b: m.mm(a, b),
    lambda m, a, b: m.bmm(a, b[:1]),
    lambda m, a, b: m.bmm(a[0], b[0]),
    lambda m, a, b: m.mv(a[0], b[0]),
    lambda m, a, b: m.dot(a[0], b[0]),
    lambda m, a, b: m.dot(a[0, 0], b[0, 0]),
    lambda m, a, b: m.outer(a, b),
    lambda m, a, b: m.addmm(a, a[0], b[0]),
    lambda m, a, b: m.nn.functional.linear(a, b[0]),
    lambda m, a, b: m.einsum("bij,bjk->bik", a),
    lambda m, a, b: m.einsum("bij,bij->b", a, b),
    lambda m, a, b: m.einsum("bi->b", a),
    lambda m, a, b: m.einsum("bij->bx", a),
    lambda m, a, b: m.einsum("bij->bb", a),
    lambda m, a, b: m.tensordot(a, b, 2),
    lambda m, a, b: m.mm(a[0], b[0].double()),
]


@pytest.mark.parametrize("call", WRONG, ids=range(len(WRONG)))
def test_what_pytorch_refuses_is_refused(call):
    refused(call, A.astype("f"), B.astype("f"))
