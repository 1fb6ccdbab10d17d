"""Counting references frees whatever ops, layers, hooks and optimizers make, also after errors."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import tensorlite as tl
import tensorlite.nn.functional as F
from tensorlite import nn
from tensorlite.autograd import Op
from tensorlite.utils.checkpoint import checkpoint
from tests.test_memory import living

Function = Callable[[tl.Tensor], tl.Tensor]


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    gc.freeze()  # what is there already need not be counted
    yield
    gc.unfreeze()
    gc.enable()


OPS: dict[str, Function] = {
    "arithmetic": lambda x: (x * x + x / 2.0 - 3.0 * x) ** 3,
    "functions": lambda x: x.exp().log1p().sin().tanh().sigmoid().abs().sqrt(),
    "reductions": lambda x: x.mean((2, 3)) + x.std((2, 3)) + x.logsumexp((2, 3)) + x.norm(),
    "extremes": lambda x: x.max(2)[0] + x.amin(3) + x.median() + x.sort(-1)[0].sum(2),
    "scans": lambda x: x.cumsum(2) + x.cummax(3)[0] + (x + 3.0).cumprod(1),
    "shapes": lambda x: x.reshape(2, -1).t().unsqueeze(0).expand(3, -1, -1).permute(2, 0, 1),
    "joins": lambda x: joined(x),
    "indices": lambda x: x[:, 1] + x[..., [0, 2, 1, 0, 3, 4]] .sum() + x[x > 0].sum(),
    "scatters": lambda x: x.index_add(0, tl.tensor([1, 0]), x * 2.0).masked_fill(x > 1, 0.0),
    "products": lambda x: x @ x.transpose(2, 3) + tl.einsum("nchw,nchv->nc", x, x)[..., None, None],
    "matrices": lambda x: tl.linalg.inv(x[0, 0] @ x[0, 0].t() + 9.0 * tl.eye(6)),
    "choices": lambda x: tl.where(x > 0, x, x * 0.1).clamp(-1, 1) + tl.maximum(x, -x),
    "windows": lambda x: F.avg_pool2d(F.max_pool2d(x, 2), 2) + F.adaptive_max_pool2d(x, 1),
    "folds": lambda x: F.unfold(x, 3).sum(1) + F.pad(x, (1, 1, 1, 1), "reflect").sum(),
    "resizing": lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"),
    "sampling": lambda x: F.grid_sample(x, tl.zeros(2, 3, 3, 2), align_corners=False),
    "dropout": lambda x: F.dropout(x) + F.rrelu(x, training=True) + F.gumbel_softmax(x),
    "in place": lambda x: in_place(x),
    "embedding_bag": lambda x: F.embedding_bag(
        tl.tensor([[0, 1], [1, 1]]), x.reshape(6, -1), mode="max"
    ),
    "attention": lambda x: F.scaled_dot_product_attention(x, x, x, is_causal=True),
    "detached": lambda x: x * x.detach() + tl.no_grad()(lambda: x * 2.0)(),
}  # fmt: skip


def joined(x: tl.Tensor) -> tl.Tensor:
    a, b = x.split(3, 3)
    return tl.stack([tl.cat([a, b], 3), tl.roll(x, 1, 2), x.flip(0)]) + x.unbind(0)[0]


def in_place(x: tl.Tensor) -> tl.Tensor:
    y = x * 2.0
    y.add_(1.0).mul_(x)
    y[:, 0] = x[:, 1]
    y[0] += 1.0
    return F.relu(y, inplace=True)


class Doubled(tl.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: tl.Tensor) -> tl.Tensor:
        y = x * 2.0
        ctx.save_for_backward(x, y)
        ctx.kept = y.shape
        return y

    @staticmethod
    def backward(ctx: Any, grad: tl.Tensor) -> tl.Tensor:
        x, y = ctx.saved_tensors
        return grad * 2.0


def hooked(x: tl.Tensor) -> tl.Tensor:
    y = x * 2.0
    y.register_hook(lambda grad: grad * 2.0)
    y.retain_grad()
    return y * y


def second_order(x: tl.Tensor) -> tl.Tensor:
    y = (x**3).sum()
    (first,) = tl.autograd.grad(y, x, create_graph=True)
    return first * first + y


OPS |= {
    "autograd.Function": Doubled.apply,
    "hooks of tensors": hooked,
    "checkpoint": lambda x: checkpoint(lambda y: (y * y).exp(), x, use_reentrant=False),
    "checkpoint again": lambda x: checkpoint(lambda y: (y * y).exp(), x, use_reentrant=True),
    "second order": second_order,
}

LAYERS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "convolutions": (lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.ConvTranspose2d(4, 3, 3)), ()),
    "norms": (
        lambda: nn.Sequential(
            nn.BatchNorm2d(3), nn.GroupNorm(3, 3), nn.InstanceNorm2d(3), nn.LocalResponseNorm(3)
        ),
        (),
    ),
    "layer norms": (lambda: nn.Sequential(nn.LayerNorm(6), nn.RMSNorm(6)), ()),
    "activations": (
        lambda: nn.Sequential(
            *(nn.GELU(), nn.PReLU(), nn.ReLU(inplace=True), nn.SELU(), nn.Mish(), nn.Softmax(1))
        ),
        (),
    ),
    "lazy": (lambda: nn.Sequential(nn.LazyConv2d(2, 3), nn.Flatten(), nn.LazyLinear(2)), ()),
    "weight norm": (lambda: nn.utils.parametrizations.weight_norm(nn.Linear(6, 4)), ()),
    "old weight norm": (lambda: nn.utils.weight_norm(nn.Linear(6, 4)), ()),
    "spectral norm": (lambda: nn.utils.spectral_norm(nn.Linear(6, 4)), ()),
    "RNN": (lambda: nn.RNN(6, 4, 2, bidirectional=True), (5, 2, 6)),
    "LSTM": (lambda: nn.LSTM(6, 4, proj_size=2, dropout=0.5, num_layers=2), (5, 2, 6)),
    "GRU": (lambda: nn.GRU(6, 4), (5, 2, 6)),
    "cell": (lambda: nn.GRUCell(6, 4), (2, 6)),
    "MultiheadAttention": (lambda: Itself(nn.MultiheadAttention(6, 2)), (4, 2, 6)),
    "encoder": (lambda: nn.TransformerEncoderLayer(6, 2, 8), (4, 2, 6)),
    "transformer": (lambda: Itself(nn.Transformer(6, 2, 1, 1, 8), 2), (4, 2, 6)),
    "packed": (lambda: Packed(), (5, 2, 6)),
    "hooks": (lambda: with_hooks(), (2, 6)),
    "data parallel": (lambda: nn.DataParallel(nn.Linear(6, 4)), (2, 6)),
}  # fmt: skip


class Itself(nn.Module):
    def __init__(self, inner: nn.Module, times: int = 3) -> None:
        super().__init__()
        self.inner, self.times = inner, times

    def forward(self, x: tl.Tensor) -> Any:
        return self.inner(*[x] * self.times)


class Packed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.LSTM(6, 4, bidirectional=True)

    def forward(self, x: tl.Tensor) -> Any:
        packed = nn.utils.rnn.pack_padded_sequence(x, [2, 5], enforce_sorted=False)
        return nn.utils.rnn.pad_packed_sequence(self.inner(packed)[0])[0]


def with_hooks() -> nn.Module:
    layer = nn.Linear(6, 4)
    layer.register_forward_hook(lambda m, inputs, out: out * 2.0)
    layer.register_forward_pre_hook(lambda m, inputs: (inputs[0] * 2.0,))
    layer.register_full_backward_hook(lambda m, grad_in, grad_out: None)
    layer.register_full_backward_pre_hook(lambda m, grad_out: None)
    return layer


LOSSES: dict[str, Function] = {
    "cross_entropy": lambda x: F.cross_entropy(x, tl.zeros(2, 6, 6).long(), label_smoothing=0.1),
    "nll_loss": lambda x: F.nll_loss(F.log_softmax(x, 1), tl.ones(2, 6, 6).long()),
    "mse_loss": lambda x: F.mse_loss(x, tl.zeros(2, 3, 6, 6)),
    "smooth_l1_loss": lambda x: F.smooth_l1_loss(x, tl.zeros(2, 3, 6, 6)) + F.l1_loss(x, x * 2.0),
    "binary": lambda x: F.binary_cross_entropy_with_logits(x, tl.ones(2, 3, 6, 6)),
    "kl_div": lambda x: F.kl_div(F.log_softmax(x, 1), F.softmax(x * 2.0, 1), reduction="batchmean"),
    "margins": lambda x: F.triplet_margin_loss(x, x * 2.0, x - 1.0) + F.soft_margin_loss(x, x),
    "embeddings": lambda x: F.cosine_embedding_loss(x[0, 0], x[1, 1], tl.ones(6)),
    "ctc_loss": lambda x: F.ctc_loss(
        F.log_softmax(x[0].permute(1, 0, 2), -1), tl.tensor([[1], [2], [1]]), [6] * 3, [1] * 3
    ),
}


class Broken(Op):
    """Right forward, and an error on the way back."""

    def forward(self, x: Any) -> Any:
        return x

    def backward(self, grad: Any) -> Any:
        raise ZeroDivisionError


def layer_of(name: str) -> tuple[Function, tuple[int, ...]]:
    make, shape = LAYERS[name]
    return make(), shape or (2, 3, 6, 6)


def first(out: Any) -> Any:
    return out[0] if isinstance(out, tuple) else out


def failing(function: Callable[[], Any]) -> None:
    try:
        function()
    except ZeroDivisionError:
        return
    raise AssertionError("nothing was raised")


def check(function: Callable[[Any], Any], x: tl.Tensor, leaves: list[tl.Tensor]) -> None:
    """Everything is freed whatever happens to the graph."""

    def forget() -> None:
        for leaf in leaves:
            leaf.grad = None

    def broken_forward() -> None:
        out = first(function(x)) * 2.0
        raise ZeroDivisionError(str(out.shape))

    def broken_backward() -> None:
        (first(function(Broken.apply(x * 2.0))) * 2.0).sum().backward()

    first(function(x)).sum().backward()  # what is kept from the first time on is no leak
    forget()
    gc.collect()
    base = living()
    function(x)
    assert living() == base, "after forward"
    loss = first(function(x)).sum()
    del loss
    assert living() == base, "after the loss is dropped"
    loss = first(function(x)).sum()
    loss.backward()
    del loss
    forget()
    assert living() == base, "after backward"
    loss = first(function(x)).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    del loss
    forget()
    assert living() == base, "after backward twice"
    failing(broken_forward)
    assert living() == base, "after an error in forward"
    failing(broken_backward)
    forget()
    assert living() == base, "after an error in backward"
    assert gc.collect() == 0, "something was left to the collector"


@pytest.mark.parametrize("name", [*OPS, *LOSSES])
def test_ops_and_losses_leave_nothing(name: str) -> None:
    x = tl.rand(2, 3, 6, 6, requires_grad=True)
    check((OPS | LOSSES)[name], x, [x])


KEEPING = "old weight norm", "spectral norm"  # hold the weight they computed last, as in PyTorch


@pytest.mark.parametrize("name", [name for name in LAYERS if name not in KEEPING])
def test_layers_leave_nothing(name: str) -> None:
    layer, shape = layer_of(name)
    x = tl.rand(*shape, requires_grad=True)
    layer(x)
    check(layer, x, [x, *layer.parameters()])


@pytest.mark.parametrize("name", LAYERS)
def test_layers_are_freed_themselves(name: str) -> None:
    gc.collect()
    base = living()
    layer, shape = layer_of(name)
    first(layer(tl.rand(*shape))).sum().backward()
    del layer
    assert living() == base


@pytest.mark.parametrize(
    "name",
    ["SGD", "Adam", "AdamW", "Adagrad", "Adadelta", "RMSprop", "NAdam", "RAdam", "Rprop", "LBFGS"],
)
def test_optimizers_leave_nothing(name: str) -> None:
    layer, x = nn.Linear(6, 4), tl.rand(2, 6)
    gc.collect()
    base = living()
    options = {"history_size": 2} if name == "LBFGS" else {}
    optimizer = getattr(tl.optim, name)(layer.parameters(), lr=0.01, **options)

    def closure() -> tl.Tensor:
        optimizer.zero_grad()
        loss = layer(x).square().sum()
        loss.backward()
        return loss

    counts = []
    for _ in range(4):
        optimizer.step(closure)
        optimizer.zero_grad()
        counts.append(living())
    assert counts[1:] == counts[1:2] * 3
    schedule = tl.optim.lr_scheduler.StepLR(optimizer, 1)
    schedule.step()
    optimizer = schedule = None
    gc.collect()  # schedules wrap the step of their optimizer, which holds them, as in PyTorch
    assert living() == base
