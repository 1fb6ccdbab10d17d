"""How layers with windows and norms are compared: one function on both sides, all derivatives.

A case is a function of ``(F, nn, *tensors)`` that runs on tensorlite's modules and on PyTorch's,
and the shapes (or arrays) of its tensors, all of which get a gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tensorlite as tl

torch = pytest.importorskip("torch")


def arrays(shapes: tuple[Any, ...], dtype: str, seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    drawn = [rng.standard_normal(s) if isinstance(s, tuple) else s for s in shapes]
    return [a.astype(dtype) if a.dtype.kind == "f" else a for a in drawn]


def both(
    function: Callable[..., Any], shapes: tuple[Any, ...], dtype: str, second: bool = False
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Results, gradients and (with ``second``) second derivatives of tensorlite and of PyTorch."""
    inputs = arrays(shapes, dtype)
    found = []
    for lib, F, nn, make in (
        (tl, tl.nn.functional, tl.nn, lambda a: tl.from_numpy(a.copy())),
        (torch, torch.nn.functional, torch.nn, lambda a: torch.from_numpy(a.copy())),
    ):
        tensors = [make(a) for a in inputs]
        floating = [t.requires_grad_() for t, a in zip(tensors, inputs, strict=True) if is_float(a)]
        results = function(F, nn, *tensors)
        results = results if isinstance(results, tuple) else (results,)
        rng = np.random.default_rng(1)
        weight = make(np.asarray(rng.standard_normal(tuple(results[0].shape)), dtype))
        loss = (results[0] * weight).sum()
        grads = derivatives(lib, loss, floating, second)
        if second:
            total = sum((g * g).sum() for g in grads)
            grads = [*grads, *derivatives(lib, total, floating, False)]
        found.append([plain(t) for t in (*results, *grads)])
    return found[0], found[1]


def derivatives(lib: Any, loss: Any, inputs: list[Any], create_graph: bool) -> list[Any]:
    """One per input, zeros for what plays no part."""
    if not loss.requires_grad:
        return [x * 0.0 for x in inputs]
    grads = lib.autograd.grad(loss, inputs, create_graph=create_graph, allow_unused=True)
    return [x * 0.0 if g is None else g for g, x in zip(grads, inputs, strict=True)]


def is_float(a: np.ndarray) -> bool:
    return a.dtype.kind == "f"


def plain(t: Any) -> np.ndarray:
    return t.detach().array if isinstance(t, tl.Tensor) else t.detach().numpy()


def agree(function: Callable[..., Any], shapes: tuple[Any, ...], second: bool = True) -> None:
    """Assert that values, types and derivatives are PyTorch's, in float64 and in float32."""
    for dtype, rtol, atol in (("float64", 1e-7, 1e-9), ("float32", 2e-5, 2e-5)):
        ours, theirs = both(function, shapes, dtype, second and dtype == "float64")
        for one, other in zip(ours, theirs, strict=True):
            assert one.dtype == other.dtype
            assert one.shape == other.shape
            np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)


def take_over(ours: Any, theirs: Any) -> None:
    """Check that names, shapes and types of the states are the same, and copy PyTorch's."""
    state = theirs.state_dict()
    own = ours.state_dict()
    assert list(own) == list(state)
    for name, value in state.items():
        assert own[name].shape == tuple(value.shape), name
        assert str(own[name].dtype) == str(value.dtype).removeprefix("torch."), name
    ours.load_state_dict({name: value.numpy() for name, value in state.items()})


def layers_agree(build: Callable[[Any], Any], shape: tuple[int, ...], *args: Any) -> None:
    """Assert that a layer prints, is drawn from, and computes as PyTorch's does."""
    tl.manual_seed(0)
    torch.manual_seed(0)
    ours, theirs = build(tl.nn), build(torch.nn)
    assert repr(ours) == repr(theirs)
    for name, value in theirs.named_parameters():
        if value.numel() > 200:  # drawn from the same distribution
            mine = dict(ours.named_parameters())[name].array
            assert abs(mine.std() / value.std().item() - 1) < 0.15, name
    take_over(ours, theirs)
    x = np.random.default_rng(2).standard_normal(shape).astype(np.float32)
    a = tl.from_numpy(x.copy()).requires_grad_()
    b = torch.from_numpy(x.copy()).requires_grad_()
    for training in (True, False):
        y, z = ours.train(training)(a, *args), theirs.train(training)(b, *args)
        np.testing.assert_allclose(plain(y), plain(z), rtol=2e-5, atol=2e-5)
        weight = np.random.default_rng(3).standard_normal(y.shape).astype(np.float32)
        (y * tl.from_numpy(weight)).sum().backward()
        (z * torch.from_numpy(weight)).sum().backward()
    np.testing.assert_allclose(a.grad.array, b.grad.numpy(), rtol=2e-4, atol=1e-4)
    grads = {name: p.grad for name, p in theirs.named_parameters()}
    for name, p in ours.named_parameters():
        np.testing.assert_allclose(p.grad.array, grads[name].numpy(), rtol=2e-4, atol=2e-4)
    for name, value in theirs.state_dict().items():
        mine = ours.state_dict()[name].array
        np.testing.assert_allclose(mine, value.numpy(), rtol=1e-5, atol=1e-6)


def both_refuse(function: Callable[..., Any], *shapes: tuple[int, ...]) -> None:
    """Assert that PyTorch refuses, and that we do with a sentence of ours."""
    inputs = [np.ones(shape, np.float32) for shape in shapes]
    with pytest.raises((RuntimeError, ValueError, TypeError, IndexError)):
        function(torch.nn.functional, torch.nn, *map(torch.from_numpy, inputs))
    with pytest.raises(tl.errors.TensorliteError):
        function(tl.nn.functional, tl.nn, *map(tl.from_numpy, inputs))
