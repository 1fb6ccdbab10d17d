"""A layer of ours beside PyTorch's with the same weights: print, state, values, gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

import tensorlite as tl

Values = Any


def draw(*shape: int, seed: int = 0, dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng([seed, *shape]).standard_normal(shape).astype(dtype)


def ours(value: Values) -> Values:
    if isinstance(value, (tuple, list)):
        return type(value)(ours(v) for v in value)
    if not isinstance(value, np.ndarray):
        return value
    return tl.tensor(value, requires_grad=value.dtype.kind == "f")


def theirs(value: Values) -> Values:
    if isinstance(value, (tuple, list)):
        return type(value)(theirs(v) for v in value)
    if not isinstance(value, np.ndarray):
        return value
    made = torch.tensor(value)
    return made.requires_grad_() if value.dtype.kind == "f" else made


def flat(value: Values) -> list[Any]:
    if isinstance(value, (tuple, list)):
        return [leaf for part in value for leaf in flat(part)]
    return [] if value is None else [value]


def array(value: Values) -> np.ndarray:
    return value.detach().numpy() if isinstance(value, torch.Tensor) else value.detach().array


def same_results(mine: Values, other: Values, rtol: float = 1e-7) -> None:
    one, two = flat(mine), flat(other)
    assert len(one) == len(two)
    for a, b in zip(one, two, strict=True):
        assert tuple(a.shape) == tuple(b.shape)
        np.testing.assert_allclose(array(a), array(b), rtol=rtol, atol=1e-10)


def pull(results: Values) -> None:
    """Weigh all results differently and go backward."""
    total: Any = 0.0
    for i, result in enumerate(flat(results)):
        if result.requires_grad:
            weights = draw(*result.shape, seed=i + 7)
            wrap = torch.tensor if isinstance(result, torch.Tensor) else tl.tensor
            total = total + (result * wrap(weights)).sum()
    total.backward()


def same_layer(
    mine: tl.nn.Module, other: torch.nn.Module, *inputs: Values, train: bool = False, **options: Any
) -> None:
    """Compare in float64, in evaluation unless told otherwise."""
    assert repr(mine) == repr(other)
    mine.double().train(train), other.double().train(train)
    assert list(mine.state_dict()) == list(other.state_dict())
    shapes = [tuple(v.shape) for v in other.state_dict().values()]
    assert [tuple(v.shape) for v in mine.state_dict().values()] == shapes
    mine.load_state_dict({k: v.numpy() for k, v in other.state_dict().items()})
    a, b = ours(inputs), theirs(inputs)
    one, two = mine(*a, **ours_all(options)), other(*b, **theirs_all(options))
    same_results(one, two)
    if any(result.requires_grad for result in flat(two)):
        pull(one), pull(two)
        same_gradients([*flat(a), *mine.parameters()], [*flat(b), *other.parameters()])


def same_gradients(mine: list[Any], other: list[Any]) -> None:
    for x, y in zip(mine, other, strict=True):
        if getattr(y, "requires_grad", False) and y.grad is not None:
            assert x.grad is not None
            np.testing.assert_allclose(x.grad.array, y.grad.numpy(), rtol=1e-6, atol=1e-10)


def ours_all(options: dict[str, Any]) -> dict[str, Any]:
    return {name: ours(value) for name, value in options.items()}


def theirs_all(options: dict[str, Any]) -> dict[str, Any]:
    return {name: theirs(value) for name, value in options.items()}
