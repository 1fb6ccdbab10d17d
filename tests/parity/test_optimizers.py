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


# --- closures and groups --------------------------------------------------------------------------


def rosenbrock(lib: Any, options: dict[str, Any], steps: int = 6) -> tuple[list[float], Any]:
    w = lib.tensor([-1.2, 1.0, 0.5, 2.0], dtype=lib.float64, requires_grad=True)
    b = lib.tensor(0.3, dtype=lib.float64, requires_grad=True)
    optimizer = lib.optim.LBFGS([w, b], **options)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = ((1 - w[:-1]) ** 2 + 10 * (w[1:] - w[:-1] ** 2) ** 2).sum() + (b - w[0]) ** 4
        loss.backward()
        return loss

    seen = []
    for step in range(steps):
        if step == 3:
            state = optimizer.state_dict()
            optimizer = lib.optim.LBFGS([w, b], **options)
            optimizer.load_state_dict(state)
        seen += [optimizer.step(closure).item(), *w.tolist(), b.item()]
    return seen, optimizer.state_dict()["state"][0]


@pytest.mark.parametrize(
    "options",
    [
        {"line_search_fn": "strong_wolfe"},
        {"line_search_fn": "strong_wolfe", "lr": 0.2, "max_iter": 4, "history_size": 2},
        {"lr": 0.05, "max_iter": 6, "history_size": 4},
        {"lr": 0.1, "max_iter": 5, "max_eval": 4, "history_size": 3},
    ],
    ids=str,
)
def test_lbfgs(options: dict[str, Any]) -> None:
    (ours, our_state), (theirs, their_state) = (rosenbrock(lib, options) for lib in (tl, torch))
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9)
    assert our_state["n_iter"] == their_state["n_iter"]
    assert set(our_state) == set(their_state) - {"al"}  # scratch of a single step


def test_muon_agrees_to_the_rounding_of_bfloat16() -> None:
    def trained(lib: Any, **options: Any) -> np.ndarray:
        rng = np.random.default_rng(0)
        w = lib.tensor(rng.standard_normal((4, 3)).tolist(), requires_grad=True)
        muon = lib.optim.Muon([w], lr=0.02, **options)
        for _ in range(10):
            w.grad = lib.tensor(rng.standard_normal((4, 3)).tolist())
            muon.step()
        return w.detach().numpy()

    for options in ({}, {"nesterov": False, "adjust_lr_fn": "match_rms_adamw"}):
        np.testing.assert_allclose(trained(tl, **options), trained(torch, **options), atol=0.01)


def test_groups_names_and_settings() -> None:
    def layout(lib: Any) -> Any:
        a, b, c = (lib.ones(2, requires_grad=True) for _ in range(3))
        adam = lib.optim.Adam([{"params": [("a", a)]}, {"params": [("b", b)], "lr": 0.5}])
        adam.add_param_group({"params": [("c", c)], "betas": (0.5, 0.6)})
        a.grad, c.grad = lib.ones(2), lib.ones(2)
        adam.step()
        adam.zero_grad(set_to_none=False)
        assert a.grad.tolist() == [0.0, 0.0]
        assert b.grad is None
        state = adam.state_dict()
        return state["param_groups"], list(state["state"]), [a.tolist(), b.tolist(), c.tolist()]

    ours, theirs = layout(tl), layout(torch)
    assert ours[:2] == theirs[:2]
    np.testing.assert_allclose(ours[2], theirs[2], rtol=1e-6)


@pytest.mark.parametrize("lib", [tl, torch], ids=["ours", "theirs"])
@pytest.mark.parametrize(
    "make",
    [
        lambda o, p: o.SGD([]),
        lambda o, p: o.SGD(p),
        lambda o, p: o.SGD([p], lr=-0.1),
        lambda o, p: o.SGD([p * 2]),
        lambda o, p: o.SGD([p], nesterov=True),
        lambda o, p: o.SGD([{"params": [p]}, {"params": [p]}]),
        lambda o, p: o.Adam([p], betas=(1.0, 0.9)),
        lambda o, p: o.Adam([p], eps=-1.0),
        lambda o, p: o.AdamW([p], weight_decay=-1.0),
        lambda o, p: o.Adadelta([p], rho=1.5),
        lambda o, p: o.Rprop([p], etas=(1.5, 1.2)),
        lambda o, p: o.RMSprop([p], alpha=-1.0),
        lambda o, p: o.Muon([p]),
        lambda o, p: o.LBFGS([{"params": [p]}, {"params": [p + 0]}]),
    ],
)
def test_both_refuse(lib: Any, make: Any) -> None:
    with pytest.raises((ValueError, TypeError, RuntimeError)):
        make(lib.optim, lib.ones(2, requires_grad=True))
