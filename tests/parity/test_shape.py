"""Shapes, orders and joints agree with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from tests.parity.moving import agree, draw, refused, whole

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

X = draw(2, 3, 4)
LAST = draw(2, 4, 4, 3).transpose(0, 3, 1, 2)  # channels last in memory

ONE = [
    lambda m, x: x.reshape(4, 6),
    lambda m, x: m.reshape(x, (-1, 2)),
    lambda m, x: x.contiguous().view(-1),
    lambda m, x: x.contiguous().view((6, -1)),
    lambda m, x: x.view_as(x).reshape_as(x),
    lambda m, x: m.flatten(x),
    lambda m, x: m.flatten(x, 1),
    lambda m, x: m.flatten(x, start_dim=-2, end_dim=-1),
    lambda m, x: x.flatten(0, 1),
    lambda m, x: x.unflatten(-1, (2, -1)),
    lambda m, x: m.unflatten(x, 1, (3, 1)),
    lambda m, x: m.ravel(x),
    lambda m, x: x[:1].squeeze(),
    lambda m, x: x[:1].squeeze(0),
    lambda m, x: x[:1, :1].squeeze((0, 1)),
    lambda m, x: m.squeeze(x, (0, 2)),
    lambda m, x: x.squeeze(-1),
    lambda m, x: x.unsqueeze(-1),
    lambda m, x: m.unsqueeze(x, dim=0),
    lambda m, x: x.transpose(0, -1),
    lambda m, x: m.transpose(x, dim0=1, dim1=2),
    lambda m, x: m.swapaxes(x, 0, 1),
    lambda m, x: x.swapdims(0, 1),
    lambda m, x: x[0].t(),
    lambda m, x: x[0, 0].t(),
    lambda m, x: x[0].T,
    lambda m, x: x.mT,
    lambda m, x: x.permute(2, 0, 1),
    lambda m, x: x.permute((2, 0, -2)),
    lambda m, x: m.permute(x, (1, 0, 2)),
    lambda m, x: x.movedim(0, -1),
    lambda m, x: m.moveaxis(x, (0, 1), (-1, 0)),
    lambda m, x: x.unsqueeze(1).expand(2, 5, 3, 4),
    lambda m, x: x.unsqueeze(1).expand(-1, 5, -1, -1),
    lambda m, x: x[:1].expand(7, 2, 3, 4),
    lambda m, x: m.broadcast_to(x, (2, 2, 3, 4)),
    lambda m, x: x[0].expand_as(x),
    lambda m, x: m.broadcast_tensors(x, x[0, :, :1]),
    lambda m, x: x.repeat(2, 1, 3),
    lambda m, x: x.repeat((2, 1, 1, 3)),
    lambda m, x: x.repeat(1, 0, 1),
    lambda m, x: m.tile(x, (2,)),
    lambda m, x: x.tile(2, 1, 1, 2),
    lambda m, x: m.repeat_interleave(x, 2),
    lambda m, x: x.repeat_interleave(3, dim=1),
    lambda m, x: x.repeat_interleave(m.tensor([0, 2, 1]), dim=-2),
    lambda m, x: m.repeat_interleave(m.tensor([1, 0, 3])),
    lambda m, x: m.flip(x, (0, -1)),
    lambda m, x: x.flip(1),
    lambda m, x: x.flip(0, 1),
    lambda m, x: m.fliplr(x),
    lambda m, x: m.flipud(x),
    lambda m, x: m.roll(x, 2),
    lambda m, x: x.roll(-1, 1),
    lambda m, x: m.roll(x, (1, 2), (0, -1)),
    lambda m, x: m.roll(x, shifts=1, dims=2),
    lambda m, x: [m.rot90(x, k, (1, 2)) for k in (-1, 0, 1, 2, 3, 4)],
    lambda m, x: m.rot90(x, dims=[2, 0]),
    lambda m, x: m.cat([x, x[:1]]),
    lambda m, x: m.cat((x, m.ones(2, 1, 4)), dim=1),
    lambda m, x: m.concat([x, x], dim=-1),
    lambda m, x: m.concatenate([x, x], 2),
    lambda m, x: m.cat([x[0, 0], m.zeros(0)]),
    lambda m, x: m.cat([m.zeros(0), x], 1),
    lambda m, x: m.stack([x, x * 2], -1),
    lambda m, x: m.stack((x[0, 0, 0], x[1, 1, 1])),
    lambda m, x: [m.hstack([x, x]), m.hstack([x[0, 0], x[0, 1]]), m.hstack((x[0, 0, 0], x[0, 0]))],
    lambda m, x: [m.vstack([x, x]), m.vstack([x[0, 0], x[0, 1]])],
    lambda m, x: [m.dstack([x, x]), m.dstack([x[0, 0], x[0, 1]]), m.dstack([x[0], x[1]])],
    lambda m, x: [m.column_stack([x, x]), m.column_stack([x[0, 0], x[0].t()])],
    lambda m, x: m.block_diag(x[0], x[1, :2], x[0, 0], x[0, 0, 0]),
    lambda m, x: m.split(x, 2, 1),
    lambda m, x: x.split([1, 3], dim=-1),
    lambda m, x: x.split(3, -1),
    lambda m, x: m.chunk(x, 3, dim=-1),
    lambda m, x: x.chunk(2, 1),
    lambda m, x: m.tensor_split(x, 3, 2),
    lambda m, x: x.tensor_split((1, 3), dim=2),
    lambda m, x: x.unbind(1),
    lambda m, x: m.unbind(x),
    lambda m, x: [m.narrow(x, 1, 1, 2), x.narrow(-1, -3, 2), x.narrow(0, 2, 0)],
    lambda m, x: [m.select(x, 1, -1), x.select(-1, 2)],
    lambda m, x: [x.unfold(2, 2, 1), x.unfold(1, 3, 2), x.unfold(-1, 3, 1), x.unfold(0, 1, 1)],
    lambda m, x: [m.atleast_1d(x[0, 0, 0]), m.atleast_2d(x[0, 0]), m.atleast_3d(x[0])],
    lambda m, x: [m.atleast_3d(x[0, 0]), *m.atleast_2d(x[0, 0], x)],
    lambda m, x: [m.diag(x[0, 0], k) for k in (-2, 0, 1)],
    lambda m, x: [m.diag(x[0], k) for k in (-2, 0, 1, 3)],
    lambda m, x: [x.diagonal(), x.diagonal(1, 1, 2), x.diagonal(offset=-1, dim1=-1, dim2=0)],
    lambda m, x: [m.diag_embed(x), m.diag_embed(x, 1), m.diag_embed(x, -1, 0, 2)],
    lambda m, x: [m.trace(x[0]), x[1].trace()],
    lambda m, x: [m.tril(x), x.tril(-1), x.tril(diagonal=1)],
    lambda m, x: [m.triu(x), x.triu(1), m.triu(x, -1)],
    lambda m, x: [m.diff(x), m.diff(x, 2), x.diff(dim=1), m.diff(x, prepend=x[..., :1])],
    lambda m, x: m.diff(x, n=1, dim=0, append=x),
    lambda m, x: m.cross(x[..., :3], x[..., 1:], dim=-1),
    lambda m, x: m.cross(x, x * x[:1], 1),
    lambda m, x: m.cartesian_prod(x[0, 0], x[0, 1], x[0, 2]),
    lambda m, x: [m.combinations(x[0, 0]), m.combinations(x[0, 0], 3, True)],
    lambda m, x: m.nn.functional.pad(x, (1, 2)),
    lambda m, x: m.nn.functional.pad(x, (1, 2, 0, 3), value=2.0),
    lambda m, x: m.nn.functional.pad(x, (-1, 2, 0, -1, 1, 1), "constant", -1),
    lambda m, x: m.nn.functional.pad(x, [2, 1], mode="reflect"),
    lambda m, x: m.nn.functional.pad(x, (3, 3, 2, 1), mode="reflect"),
    lambda m, x: m.nn.functional.pad(x, (5, 1, 2, 0), mode="replicate"),
    lambda m, x: m.nn.functional.pad(x, (4, 1), mode="circular"),
    lambda m, x: m.nn.functional.pad(x, (2, 1, 3, 0), mode="circular"),
    lambda m, x: m.nn.functional.pad(x, (-1, 1), mode="replicate"),
    lambda m, x: m.nn.functional.pad(x, (-1, 2), mode="reflect"),
]


@pytest.mark.parametrize("call", ONE, ids=range(len(ONE)))
def test_moving(call):
    agree(call, X)
    agree(call, np.asfortranarray(X))


PICTURES = [
    lambda m, x: m.nn.functional.unfold(x, 2),
    lambda m, x: m.nn.functional.unfold(x, (3, 2), padding=1, stride=(2, 1)),
    lambda m, x: m.nn.functional.unfold(x[0], 2, dilation=2, padding=(1, 0)),
    lambda m, x: m.nn.functional.fold(m.nn.functional.unfold(x, 2), (4, 4), 2),
    lambda m, x: m.nn.functional.fold(
        m.nn.functional.unfold(x, 3, 1, 1, 2),
        output_size=(4, 4),
        kernel_size=3,
        padding=1,
        stride=2,
    ),
    lambda m, x: m.nn.functional.fold(m.nn.functional.unfold(x[0], 2, 2), 4, 2, 2),
    lambda m, x: m.nn.functional.pixel_unshuffle(x, 2),
    lambda m, x: m.nn.functional.pixel_shuffle(m.cat([x, x, x, x], 1), 2),
    lambda m, x: m.pixel_unshuffle(x[0], 2),
    lambda m, x: m.channel_shuffle(m.cat([x, 2 * x], 1), 3),
    lambda m, x: m.nn.functional.pad(x, (1, 2, 3, 1), "reflect"),
    lambda m, x: m.nn.functional.pad(x, (1, 2, 3, 1), "replicate"),
    lambda m, x: m.nn.functional.pad(x, (1, 2, 3, 1), "circular"),
    lambda m, x: m.nn.functional.pad(x, (1, 1, 1, 1, 0, 2), "replicate"),
    lambda m, x: m.nn.functional.pad(x, (1, 1)),
]


@pytest.mark.parametrize("call", PICTURES, ids=range(len(PICTURES)))
@pytest.mark.parametrize("x", [LAST, np.ascontiguousarray(LAST)], ids=["last", "first"])
def test_pictures(call, x):
    agree(call, x, second=True)


PLAIN = [
    lambda m, x: m.tril_indices(3, 4, 1),
    lambda m, x: m.triu_indices(4, 3, offset=-1),
    lambda m, x: tuple(m.broadcast_shapes((2, 1), (3,), (1, 1, 1))),
    lambda m, x: m.cat([x, m.ones(1, 3)]),
    lambda m, x: m.stack([x, x > 2]),
    lambda m, x: m.diff(x > 2),
    lambda m, x: x.squeeze(0).t().tril(),
    lambda m, x: m.tensor(3.0).squeeze(0),
    lambda m, x: m.tensor(3.0).unsqueeze(0),
    lambda m, x: m.tensor(3.0).flatten(),
    lambda m, x: m.tensor(3.0).expand(2, 2),
    lambda m, x: m.tensor(3.0).repeat(3),
    lambda m, x: m.tensor(3.0).transpose(0, -1),
    lambda m, x: m.tensor(3.0).permute(()),
    lambda m, x: m.tensor(3.0).flip(0),
    lambda m, x: m.tensor(3.0).unfold(0, 1, 1),
    lambda m, x: m.zeros(0, 3).reshape(3, 0),
    lambda m, x: m.zeros(0, 3).flatten(1),
    lambda m, x: m.zeros(0, 3).chunk(2),
    lambda m, x: m.zeros(0, 3).split(2),
    lambda m, x: m.cat([m.zeros(0, 3), m.ones(2, 3)]),
    lambda m, x: m.zeros(2, 0).repeat(2, 2),
    lambda m, x: m.nn.functional.pad(x, (1, 1)),
    lambda m, x: m.nn.functional.pad(m.zeros(0, 3), (1, 1)),
]


@pytest.mark.parametrize("call", PLAIN, ids=range(len(PLAIN)))
def test_odd_ones(call):
    agree(call, whole(2, 3))


WRONG = [
    lambda m, x: x.reshape(5),
    lambda m, x: x.reshape(-1, -1),
    lambda m, x: x.reshape(-2, -12),
    lambda m, x: x.flatten(2, 1),
    lambda m, x: x.flatten(3),
    lambda m, x: x.unflatten(0, (2, 2)),
    lambda m, x: x.squeeze(3),
    lambda m, x: x.squeeze((0, 0)),
    lambda m, x: x.unsqueeze(4),
    lambda m, x: x.t(),
    lambda m, x: x.permute(0, 1),
    lambda m, x: x.permute(0, 1, 1),
    lambda m, x: x.expand(2, 3),
    lambda m, x: x.expand(4, 3, 4),
    lambda m, x: x.expand(-1, 2, 3, 4),
    lambda m, x: x.repeat(2, 2),
    lambda m, x: x.repeat(1, 1, -1),
    lambda m, x: m.cat([]),
    lambda m, x: m.cat([x, x[0]]),
    lambda m, x: m.cat([x, x[:, :1]]),
    lambda m, x: m.cat([x[0, 0, 0], x[0, 0, 0]]),
    lambda m, x: m.stack([x, x[:1]]),
    lambda m, x: x.split([1, 1], 1),
    lambda m, x: x.split(-1),
    lambda m, x: x.chunk(0),
    lambda m, x: x.narrow(0, 1, 2),
    lambda m, x: x.select(0, 2),
    lambda m, x: x.unfold(0, 3, 1),
    lambda m, x: x.unfold(0, 1, 0),
    lambda m, x: m.diag(x),
    lambda m, x: m.trace(x),
    lambda m, x: x.diagonal(0, 1, 1),
    lambda m, x: m.cross(x, x, 0),
    lambda m, x: x.flip(0, 0),
    lambda m, x: x.roll((1, 2), 0),
    lambda m, x: m.broadcast_shapes((2,), (3,)),
    lambda m, x: m.movedim(x, (0, 1), 0),
    lambda m, x: m.nn.functional.pad(x, (1,)),
    lambda m, x: m.nn.functional.pad(x, (4, 0), "reflect"),
    lambda m, x: m.nn.functional.pad(x, (5, 0), "circular"),
    lambda m, x: m.nn.functional.pad(x, (-3, -3)),
    lambda m, x: m.nn.functional.pad(x, (1, 1), "mirror"),
    lambda m, x: m.nn.functional.pixel_shuffle(x, 2),
    lambda m, x: m.nn.functional.pixel_unshuffle(x, 2),
    lambda m, x: m.nn.functional.unfold(x, 9),
    lambda m, x: m.nn.functional.fold(x, 4, 2),
]


@pytest.mark.parametrize("call", WRONG, ids=range(len(WRONG)))
def test_what_pytorch_refuses_is_refused(call):
    refused(call, X)
