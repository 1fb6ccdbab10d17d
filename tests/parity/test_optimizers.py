"""Optimizers against PyTorch: twenty steps with a reload in the middle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensorlite as tl

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

CASES: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.05, "betas": (0.8, 0.95), "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05, "amsgrad": True, "maximize": True}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("AdamW", {"lr": 0.05}),
    ("AdamW", {"lr": 0.05, "amsgrad": True, "weight_decay": 0.2, "eps": 1e-4}),
    ("NAdam", {}),
    ("NAdam", {"lr": 0.05, "weight_decay": 0.1, "momentum_decay": 0.1}),
    ("NAdam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    ("RAdam", {}),
    ("RAdam", {"lr": 0.05, "weight_decay": 0.1, "betas": (0.8, 0.9)}),
    ("RAdam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    ("Adamax", {}),
    ("Adamax", {"lr": 0.05, "weight_decay": 0.1, "maximize": True}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.5}),
    ("Adagrad", {"lr": 0.1, "weight_decay": 0.1, "maximize": True, "eps": 1e-3}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.8, "weight_decay": 0.1, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.9, "centered": True, "momentum": 0.9}),
    ("RMSprop", {"lr": 0.02, "weight_decay": 0.1, "momentum": 0.5, "maximize": True}),
    ("Rprop", {}),
    ("Rprop", {"lr": 0.1, "etas": (0.4, 1.5), "step_sizes": (0.01, 0.2), "maximize": True}),
    ("ASGD", {}),
    ("ASGD", {"lr": 0.1, "lambd": 0.1, "alpha": 0.5, "t0": 5, "weight_decay": 0.1}),
    ("ASGD", {"lr": 0.1, "maximize": True}),
]
SHAPES = [(3, 4), (5,), ()]


def trained(lib: Any, name: str, options: dict[str, Any], dtype: str) -> tuple[list[Any], Any]:
    rng = np.random.default_rng(0)
    params = [
        lib.tensor(rng.standard_normal(s).tolist(), dtype=getattr(lib, dtype)) for s in SHAPES
    ]
    params = [p.requires_grad_() for p in params]
    optimizer = getattr(lib.optim, name)(params, **options)
    for step in range(20):
        if step == 10:
            state = optimizer.state_dict()
            optimizer = getattr(lib.optim, name)(params, **options)
            optimizer.load_state_dict(state)
        for p in params:
            p.grad = lib.tensor(rng.standard_normal(p.shape).tolist(), dtype=getattr(lib, dtype))
        optimizer.step()
    return [p.detach().numpy() for p in params], optimizer.state_dict()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("name", "options"), CASES, ids=lambda x: str(x))
def test_twenty_steps(name: str, options: dict[str, Any], dtype: str) -> None:
    ours, our_state = trained(tl, name, options, dtype)
    theirs, their_state = trained(torch, name, options, dtype)
    near = {"rtol": 1e-7, "atol": 1e-12} if dtype == "float64" else {"rtol": 1.3e-6, "atol": 1e-5}
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, **near)
    assert our_state["state"].keys() == their_state["state"].keys()
    for i, values in their_state["state"].items():
        assert our_state["state"][i].keys() == values.keys()
        for key, value in values.items():
            found = our_state["state"][i][key]
            assert tuple(found.shape) == tuple(value.shape), key
            np.testing.assert_allclose(found.numpy(), value.numpy(), **near)
    for group, expected in zip(our_state["param_groups"], their_state["param_groups"], strict=True):
        assert group == expected
