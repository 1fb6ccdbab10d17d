"""Run one function with PyTorch and with tensorlite, and compare values, types and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tensorlite as tl

Call = Callable[..., Any]  # takes a library (torch or tensorlite), then tensors


def run(library: Any, call: Call, arrays: tuple[np.ndarray, ...], second: bool) -> list[Any]:
    """Results, then gradients, then gradients of gradients, as arrays."""
    inputs = []
    for array in arrays:
        x = library.from_numpy(array.copy(order="K"))
        inputs.append(x.requires_grad_() if array.dtype.kind == "f" else x)
    results = flat(call(library, *inputs))
    wanted = [x for x in inputs if x.requires_grad]
    loss = weighed(library, [r for r in results if getattr(r, "requires_grad", False)])
    found = [plain(r) for r in results]
    if loss is None or not wanted:
        return found
    grads = library.autograd.grad(loss, wanted, create_graph=second, allow_unused=True)
    found += [plain(g) for g in grads]
    if second:
        loss = weighed(library, [g for g in grads if g is not None and g.requires_grad])
        if loss is not None:
            seconds = library.autograd.grad(loss, wanted, allow_unused=True)
            found += [plain(g, (0.0 * x.detach())) for g, x in zip(seconds, wanted, strict=True)]
        else:
            found += [0.0 * plain(x) for x in wanted]
    return found


def weighed(library: Any, results: list[Any]) -> Any:
    total = None
    for i, result in enumerate(results):
        weights = np.random.default_rng(i).standard_normal(tuple(result.shape))
        weights = np.asarray(weights, str(result.dtype).removeprefix("torch."))
        part = (result * result * library.from_numpy(weights)).sum()
        total = part if total is None else total + part
    return total


def flat(result: Any) -> list[Any]:
    if isinstance(result, (tuple, list)):
        return [item for part in result for item in flat(part)]
    return [result]


def plain(result: Any, missing: Any = None) -> Any:
    result = missing if result is None else result
    return result.detach().numpy() if hasattr(result, "detach") else result


def agree(call: Call, *arrays: np.ndarray, second: bool = False) -> None:
    """The function gives the same in float64 and float32."""
    import torch

    for kind, values, gradients in (("float64", 1e-7, 1e-6), ("float32", 1.3e-6, 2e-5)):
        inputs = tuple(a.astype(kind) if a.dtype.kind == "f" else a for a in arrays)
        theirs = run(torch, call, inputs, second and kind == "float64")
        ours = run(tl, call, inputs, second and kind == "float64")
        assert len(ours) == len(theirs)
        for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            if not isinstance(b, np.ndarray):
                assert not np.any(a) if b is None else a == b
                continue
            a = np.zeros_like(b) if a is None else a
            assert (a.shape, a.dtype) == (b.shape, b.dtype), f"result {i}"
            close = {"rtol": max(values, gradients), "atol": 1e-5 if kind == "float32" else 1e-12}
            np.testing.assert_allclose(a, b, **close, err_msg=f"result {i}")


def refused(call: Call, *arrays: np.ndarray) -> None:
    """PyTorch refuses, and so do we, with one of our own errors."""
    import torch

    with pytest.raises(Exception):  # noqa: B017 - whatever PyTorch raises
        call(torch, *map(torch.from_numpy, arrays))
    with pytest.raises(tl.errors.TensorliteError):
        call(tl, *map(tl.from_numpy, arrays))


def draw(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def whole(*shape: int, high: int = 5, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, high, shape)
