"""Element types, comparisons, creation and conversions beside PyTorch, one expression at a time."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pytest

import tensorlite as tl

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

KINDS = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
# `t` is the package, `F` its functional; the value, type and shape must be the same.
SAME = """
t.tensor([5]).fmod(3)
t.ones(2) + np.ones(2)
t.tensor([2], dtype=t.uint8) + 300
t.tensor([2], dtype=t.uint8) * -1
t.tensor([True]) + t.tensor([True])
t.tensor([True]) * 2
t.where(t.tensor([True]), 1, 0)
t.where(t.tensor([True]), 1, 0.5)
t.where(t.tensor([True]), t.ones(1), 2)
t.where(t.tensor([1, 0], dtype=t.uint8), 1, 0)
t.where(t.tensor([True, False]))[0]
t.where(t.tensor([[True, False], [True, True]]))[1]
t.where(t.tensor([True, False]), t.ones(2, dtype=t.float64), t.ones(2))
t.clamp(t.arange(3), 0.5)
t.clamp(t.arange(3), 1, 2)
t.clamp(t.arange(3), 0.5, 1.5)
t.clamp(t.tensor([5.0]), t.tensor([1.0], dtype=t.float64))
t.arange(3).abs()
t.arange(3).exp()
t.tensor([True]).exp()
t.tensor([True]).sign()
t.arange(3).sign()
t.tensor([True]) & True
t.tensor([3]) & True
t.tensor([6]) | 1
t.tensor([6]) ^ 3
5 & t.tensor([6])
1 | t.tensor([6])
t.arange(3).floor()
t.arange(3).round()
t.arange(3).relu()
t.tensor([True]).float_power(2)
t.ones(1).float_power(2)
t.float_power(2, t.ones(1))
t.arange(1, 3).reciprocal()
t.arange(3).square()
t.square(t.tensor([True]))
t.add(t.ones(2), t.ones(2), alpha=2)
t.add(t.arange(2), 1, alpha=3)
t.arange(2).add(2.5)
t.ones(2) == None
t.ones(2) != None
t.ones(2) == 'a'
t.div(t.arange(3), 2, rounding_mode='floor')
t.div(t.arange(-3, 3), 2, rounding_mode='trunc')
t.div(t.arange(3), 2., rounding_mode='trunc')
t.pow(2, t.arange(3))
t.arange(3) ** 2
t.arange(3) ** 2.0
t.arange(3) ** 0.5
t.arange(3) << 2
1 << t.arange(3)
t.arange(8) >> 1
~t.arange(3)
~t.tensor(True)
7 % t.tensor([2, 3])
7 // t.tensor([2, 3])
-7 // t.tensor([2, 3])
t.tensor([-7., 7.]) // t.tensor([2., -2.])
t.tensor([-7, 7]) % 4
t.tensor([-7, 7]).fmod(4)
t.tensor([1., -1., 0.]) // 0.
t.logical_and(t.ones(2), t.arange(2))
t.arange(2).logical_or(t.zeros(2))
t.logical_xor(t.ones(2), t.arange(2))
t.logical_not(t.arange(2))
t.isclose(t.ones(2), t.ones(2) + 1e-6)
t.isclose(t.arange(2), t.arange(2))
t.allclose(t.ones(2), t.ones(2) + 1)
t.equal(t.ones(2), t.ones(3))
t.equal(t.ones(2), t.ones(2))
t.ones(2).equal(t.ones(2, dtype=t.float64))
t.isnan(t.arange(2))
t.isinf(t.tensor([float('inf'), 1.0]))
t.isfinite(t.tensor([float('nan'), 1.0]))
t.signbit(t.tensor([-0.0, 1.0]))
t.atan2(t.arange(2), t.arange(2))
t.xlogy(t.arange(2), t.arange(2))
t.copysign(t.arange(2), -1)
t.nan_to_num(t.tensor([float('nan'), float('inf')]))
t.deg2rad(t.arange(2))
t.trunc(t.arange(2))
t.sgn(t.arange(2))
t.remainder(t.tensor([True]), 2)
t.round(t.tensor([123.]), decimals=-1)
t.eq(t.tensor([1]), 1.5)
t.tensor([255], dtype=t.uint8) == -1
t.tensor([1, 2]).gt(1)
t.tensor([1, 2]) <= t.tensor([1.5])
t.tensor([1, 2]).less(t.tensor([2]))
t.sigmoid(t.arange(2))
t.erf(t.arange(2))
t.mul(2, t.ones(2))
t.add(2, t.ones(2))
t.minimum(t.ones(2), t.arange(2))
t.ones(2) / t.zeros(2)
t.arange(3) / 2
t.true_divide(t.arange(3), t.arange(1, 4))
t.ones(2).lerp(t.zeros(2), 0.3)
F.softmax(t.ones(2, 3), dim=1)
F.softmax(t.ones(2, 3, 2))
F.log_softmax(t.arange(3), 0, dtype=t.float64)
t.softmax(t.ones(3), 0, dtype=t.float64)
t.ones(2, 3).softmax(-1)
F.softmax(t.ones(0, 3), 1)
t.ones(2).half()
t.ones(2).half() + 1
t.ones(2).bool()
t.tensor([1.7, -1.7]).int()
t.tensor([1.7, -1.7]).short()
t.tensor([1.7]).char()
t.tensor([1.7]).byte()
t.tensor([1, 2]).bool().int()
t.tensor([1.5]).type(t.LongTensor)
t.tensor([1.5]).type('torch.DoubleTensor')
t.tensor([1.5]).type(t.int8)
t.tensor([1.5]).type()
t.tensor([1]).type()
t.tensor(3).type_as(t.ones(1))
t.arange(5).float().to(t.device('cpu'), t.float64, non_blocking=True)
t.arange(5).to('cpu')
t.arange(5).to(t.float32)
t.arange(5).to(dtype=t.float32, device='cpu')
t.arange(5).to(t.ones(1))
t.arange(5).to(t.float, True, True)
t.ones(2).cpu()
t.ones(2).double().new_zeros(2, 3)
t.ones(2).new_zeros((2, 3), dtype=t.int32)
t.ones(2).long().new_ones(2)
t.ones(2).new_full((2,), 3)
t.zeros(2, 3, dtype=t.int32).new_tensor([1.5])
t.full((2,), True)
t.full((2,), 1)
t.full((2, 3), 1.5)
t.full(size=(2, 3), fill_value=2)
t.full((2,), 1, dtype=t.float64)
t.full_like(t.arange(2), 3)
t.full_like(t.ones(2), 3)
t.zeros(2, 3)
t.zeros((2, 3))
t.zeros([2, 3], dtype=t.int64)
t.zeros(size=(2,))
t.zeros(0)
t.zeros(())
t.zeros(t.ones(2, 3).shape)
t.ones(2, device='cpu', requires_grad=True)
t.ones(3, dtype=t.bool)
t.ones_like(t.arange(3))
t.ones_like(t.arange(3), dtype=t.float64)
t.zeros_like(t.ones(2, 3), requires_grad=True)
t.empty(2, 3).shape
t.empty_like(t.arange(3)).dtype
t.eye(2, 3)
t.eye(3, dtype=t.int64)
t.arange(0, 1, 0.25)
t.arange(1., 4)
t.arange(5, 0, -2)
t.arange(3, dtype=t.float32)
t.arange(0)
t.arange(2.5)
t.arange(start=1, end=4, step=2)
t.linspace(0, 1, 5)
t.linspace(0, 10, 5, dtype=t.int64)
t.linspace(1, 1, 1)
t.linspace(-1, 1, steps=7, dtype=t.float64)
t.logspace(0, 2, 3)
t.logspace(0, 3, 4, base=2)
t.tensor([])
t.tensor([[1., 2.], [3., 4.]])
t.tensor([True, False])
t.tensor([1, 2.5])
t.tensor(3)
t.tensor(np.float64(1.5))
t.tensor([np.float64(1.5)])
t.tensor(np.ones(2, np.float32))
t.tensor([t.tensor(1.), t.tensor(2.)])
t.tensor([1.7], dtype=t.int64)
t.tensor((1, 2), dtype=t.float)
t.tensor([1, 2], dtype=t.long)
t.tensor(t.arange(2))
t.as_tensor([1, 2])
t.as_tensor(np.arange(2))
t.as_tensor(3.5)
t.as_tensor([1, 2], dtype=t.float64, device='cpu')
t.asarray([1., 2.])
t.from_numpy(np.arange(3, dtype=np.int16))
t.from_dlpack(np.arange(3.0))
t.Tensor(2, 3).shape
t.Tensor([1, 2])
t.Tensor()
t.Tensor(np.arange(2))
t.FloatTensor([1, 2])
t.FloatTensor(2, 3).shape
t.LongTensor([1, 2])
t.LongTensor([1.7])
t.BoolTensor([1, 0])
t.rand(2, 3).shape
t.rand(2, dtype=t.float64).dtype
t.rand_like(t.ones(2, dtype=t.float64)).dtype
t.randn(()).shape
t.randn_like(t.ones(2, 3)).shape
t.randn(2, generator=t.Generator().manual_seed(1)).shape
t.randint(3, (2,)).dtype
t.randint(0, 3, (2,), dtype=t.float32).dtype
t.randint(low=5, high=6, size=(2, 2))
t.randint(1, (2,))
t.randint_like(t.ones(2), 1)
t.randperm(3).dtype
t.randperm(10).sum()
t.normal(0., 1., (2,)).dtype
t.normal(t.zeros(2), 1.).dtype
t.normal(t.arange(2.), t.zeros(2))
t.normal(mean=0.0, std=0.0, size=(2, 2))
t.bernoulli(t.tensor([0., 1.]))
t.bernoulli(t.ones(2, 3)).dtype
t.multinomial(t.tensor([0., 1.]), 1)
t.multinomial(t.tensor([[0., 1.], [1., 0.]]), 3, replacement=True)
t.multinomial(t.tensor([1., 1., 1.]), 3).sum()
t.tensor([0., 1.]).multinomial(2, replacement=True)
t.tensor([0., 1.]).bernoulli()
t.zeros(2).bernoulli(1.0)
t.ones(2, 3).ndimension(), t.ones(1).get_device(), t.ones(1).is_cpu, t.ones(1).is_signed()
t.zeros(3).normal_(2.0, 0.0)
t.zeros(3).uniform_(2.0, 2.0)
t.zeros(3).random_(1)
t.zeros(3).bernoulli_(1.0)
t.zeros(3, dtype=t.int64).random_(4, 5)
t.zeros(3).exponential_().shape
t.meshgrid(t.arange(2), t.arange(3), indexing='ij')[1]
t.meshgrid(t.arange(2), t.arange(3), indexing='xy')[0]
t.meshgrid([t.arange(2), t.arange(3), t.arange(4)], indexing='xy')[2]
t.is_tensor(t.ones(1)), t.is_tensor([1])
t.numel(t.ones(2, 3)), t.ones(2, 3).nelement(), t.ones(2).element_size(), t.ones(2).dim()
t.is_floating_point(t.ones(1)), t.arange(2).is_floating_point()
t.float32.is_floating_point, t.int64.is_floating_point, t.float64.itemsize, t.uint8.is_signed
t.ones(2, dtype=t.double).dtype == t.float64, t.ones(2).dtype == t.float64
t.float is t.float32, t.long is t.int64, t.ones(1).dtype is t.float32
t.finfo(t.float32).eps, t.finfo(t.float64).max, t.finfo(t.float16).tiny, t.finfo(t.float32).bits
t.iinfo(t.int8).min, t.iinfo(t.int64).max, t.iinfo(t.uint8).bits
t.Size([2, 3]).numel(), tuple(t.Size([2, 3])), t.ones(2, 3).size(1), t.ones(2, 3).size(-1)
t.device('cpu') == t.ones(1).device, t.device('cpu').type, str(t.ones(1).device)
repr(t.device('cpu'))
t.ones(2, 3).stride(), t.ones(2, 3).T.stride(0), t.ones(2, 3).transpose(0, 1).stride()
t.ones(2, 3).is_contiguous(), t.ones(2, 3).T.is_contiguous()
t.can_cast(t.float32, t.int64), t.can_cast(t.int64, t.float32), t.can_cast(t.bool, t.uint8)
1 in t.tensor([1, 2]), 3 in t.tensor([1, 2]), len(t.ones(3, 2)), [x.tolist() for x in t.ones(2, 2)]
float(t.tensor(1, dtype=t.int8)), int(t.tensor(1.7)), bool(t.tensor([0.0])), t.tensor(2.5).item()
t.cuda.is_available(), t.get_default_dtype() == t.float32
t.ones(2).is_cuda, t.ones(2).requires_grad, t.ones(2).is_leaf
t.manual_seed(7).initial_seed(), t.initial_seed()
hash(t.float32) == hash(t.ones(1).dtype)
t.tensor([0.1 + 0.2])
""".strip().splitlines()
REFUSED = """
t.tensor([5]) // 0
t.tensor([5]) % 0
t.tensor([2, 3]) ** -1
-t.tensor([True])
t.tensor([True]) - t.tensor([True])
t.where(t.tensor([1., 0.]), 1., 0.)
t.clamp(t.arange(3))
t.tensor([True]).abs()
t.tensor([1.5]).bitwise_and(1)
t.ones(3) << 2
~t.ones(3)
t.tensor([True]).floor()
t.arange(2).frac()
F.softmax(t.arange(3), 0)
F.softmax(t.ones(2, 3), 2)
t.add(t.arange(2), t.arange(2), alpha=1.5)
t.addcdiv(t.arange(2), t.arange(2), t.arange(2))
t.logaddexp(t.arange(2), t.arange(2))
t.isclose(t.ones(2), t.ones(2, dtype=t.float64))
t.bernoulli(t.tensor([0, 1]))
t.bernoulli(t.tensor([2.0]))
t.multinomial(t.tensor([1., 2.]), 5)
t.multinomial(t.tensor([-1., 2.]), 1)
F.glu(t.ones(3))
F.gelu(t.ones(3), approximate='other')
F.softshrink(t.ones(3), -1)
F.prelu(t.ones(2, 3), t.ones(2))
t.div(t.ones(2), 2, rounding_mode='up')
t.heaviside(t.arange(2), t.ones(1))
t.arange(0, 5, -1)
t.arange(0, 5, 0)
t.randint(3, 3, (2,))
t.normal(0., -1., (2,))
t.ones(2, requires_grad=True).normal_()
t.ones(2, requires_grad=True).uniform_()
t.zeros(2).uniform_(2, 1)
t.tensor([1], requires_grad=True)
t.ones(2).to('cuda')
t.ones(2).cuda()
t.zeros(2, device='cuda')
t.tensor([[1], [1, 2]])
t.tensor('a')
t.ones(2) + t.ones(3)
t.ones(2) < t.ones(3)
t.set_default_dtype(t.int64)
t.finfo(t.int64)
t.zeros(2, unknown=1)
t.meshgrid(t.arange(2), indexing='ab')
t.tensor([300], dtype=t.uint8)
bool(t.ones(2))
len(t.tensor(1.0))
t.ones(2).item()
""".strip().splitlines()


def value_of(expression: str, package: Any) -> Any:
    names = {"t": package, "F": package.nn.functional, "np": np}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return eval(expression, names)  # noqa: S307 - written above


def plain(value: Any) -> Any:
    """Something that compares, the same for both packages."""
    if isinstance(value, (tl.Tensor, torch.Tensor)):
        kind = str(value.dtype).removeprefix("torch.")
        return value.detach().numpy(), kind, value.requires_grad
    if isinstance(value, tl.dtype | torch.dtype):
        return str(value).removeprefix("torch.")
    return tuple(value) if isinstance(value, tuple) else value


def name_of(value: Any) -> str:
    """The name of an element type, or of a tensor's."""
    kind = value.dtype if isinstance(value, (tl.Tensor, torch.Tensor)) else value
    return str(kind).removeprefix("torch.")


@pytest.mark.parametrize("expression", SAME)
def test_the_same_comes_out(expression: str) -> None:
    ours, theirs = (plain(value_of(expression, package)) for package in (tl, torch))
    if not (isinstance(ours, tuple) and ours and isinstance(ours[0], np.ndarray)):
        assert ours == theirs
        return
    assert ours[0].shape == theirs[0].shape
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1.3e-6, atol=1e-5)
    assert ours[1:] == theirs[1:]


@pytest.mark.parametrize("expression", REFUSED)
def test_what_pytorch_refuses_we_refuse(expression: str) -> None:
    with pytest.raises(Exception, match="."):
        value_of(expression, torch)
    with pytest.raises((tl.errors.TensorliteError, TypeError)) as caught:
        value_of(expression, tl)
    assert str(caught.value)


@pytest.mark.parametrize(("one", "other"), list(itertools.product(KINDS, KINDS)))
def test_types_meet_as_in_pytorch(one: str, other: str) -> None:
    for make in ("ones(2, dtype={})", "ones((), dtype={})"):
        for as_made in ("ones(2, dtype={})", "ones((), dtype={})"):
            kinds = []
            for package in (tl, torch):
                a, b = (
                    value_of("t." + text.format(f"t.{kind}"), package)
                    for text, kind in ((make, one), (as_made, other))
                )
                results = [a + b, a * b, package.result_type(a, b), a / b, package.maximum(a, b)]
                kinds.append([name_of(result) for result in results])
            assert kinds[0] == kinds[1], (make, as_made)
    promoted = [str(p.promote_types(getattr(p, one), getattr(p, other))) for p in (tl, torch)]
    assert promoted[0] == promoted[1].removeprefix("torch.")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [True, 2, 2.5])
def test_numbers_meet_types_as_in_pytorch(kind: str, number: float) -> None:
    for shape in ("2", "()"):
        for text in (f"a + {number}", f"{number} * a", f"a / {number}", f"t.eq(a, {number})",
                     f"t.result_type(a, {number})"):  # fmt: skip
            kinds = []
            for package in (tl, torch):
                a = value_of(f"t.ones({shape}, dtype=t.{kind})", package)
                kinds.append(name_of(eval(text, {"a": a, "t": package})))  # noqa: S307
            assert kinds[0] == kinds[1], (shape, text)
