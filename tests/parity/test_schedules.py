"""Schedules against PyTorch: fifty steps, with a reload in the middle."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tensorlite as tl

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

Make = Callable[[Any, Any], Any]

MADE: dict[str, Make] = {
    "lambda": lambda s, o: s.LambdaLR(o, lambda t: 0.9**t),
    "lambdas": lambda s, o: s.LambdaLR(o, [lambda t: 1 / (t + 1), lambda t: 0.5]),
    "multiplicative": lambda s, o: s.MultiplicativeLR(o, lambda t: 0.95 if t % 2 else 1.01),
    "step": lambda s, o: s.StepLR(o, 7, 0.5),
    "multi step": lambda s, o: s.MultiStepLR(o, [3, 3, 20, 41], 0.3),
    "constant": lambda s, o: s.ConstantLR(o),
    "constant long": lambda s, o: s.ConstantLR(o, 0.2, 23),
    "linear": lambda s, o: s.LinearLR(o),
    "linear down": lambda s, o: s.LinearLR(o, 1.0, 0.0, total_iters=20),
    "exponential": lambda s, o: s.ExponentialLR(o, 0.97),
    "polynomial": lambda s, o: s.PolynomialLR(o, 30, 2.0),
    "polynomial short": lambda s, o: s.PolynomialLR(o),
    "cosine": lambda s, o: s.CosineAnnealingLR(o, 50),
    "cosine up again": lambda s, o: s.CosineAnnealingLR(o, 9, eta_min=0.01),
    "restarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 7),
    "longer restarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 3, 2, 0.001),
    "cyclic": lambda s, o: s.CyclicLR(o, 0.01, 0.3, 5),
    "cyclic 2": lambda s, o: s.CyclicLR(o, 0.01, 0.3, 5, 9, "triangular2"),
    "cyclic lists": lambda s, o: s.CyclicLR(
        o, [0.01, 0.02], [0.3, 0.4], 5, mode="exp_range", gamma=0.9, base_momentum=0.5
    ),
    "cyclic function": lambda s, o: s.CyclicLR(
        o, 0.01, 0.3, 5, scale_fn=lambda x: 0.9**x, scale_mode="iterations", cycle_momentum=False
    ),
    "cyclic cycles": lambda s, o: s.CyclicLR(o, 0.01, 0.3, 5, scale_fn=lambda x: 1 / (x + 1)),
    "one cycle": lambda s, o: s.OneCycleLR(o, 0.5, total_steps=50),
    "one cycle, three phases": lambda s, o: s.OneCycleLR(
        o, [0.5, 0.2], epochs=5, steps_per_epoch=11, three_phase=True, anneal_strategy="linear"
    ),
    "one cycle, settings": lambda s, o: s.OneCycleLR(
        o, 0.5, 60, None, None, 0.1, "cos", True, 0.7, 0.99, 10.0, 100.0
    ),
    "sequential": lambda s, o: s.SequentialLR(
        o,
        [s.LinearLR(o, 0.1, total_iters=10), s.CosineAnnealingLR(o, 20), s.ExponentialLR(o, 0.9)],
        [10, 31],
    ),
    "sequential steps": lambda s, o: s.SequentialLR(
        o, [s.ConstantLR(o, 0.1, 4), s.StepLR(o, 5, 0.5), s.LambdaLR(o, lambda t: 0.9**t)], [5, 25]
    ),
    "sequential polynomial": lambda s, o: s.SequentialLR(
        o, [s.MultiStepLR(o, [2, 4]), s.PolynomialLR(o, 20), s.MultiplicativeLR(o, lambda t: 0.9)],
        [9, 30],
    ),
    "chained": lambda s, o: s.ChainedScheduler(
        [s.ConstantLR(o, 0.1, 20), s.ExponentialLR(o, 0.9), s.CosineAnnealingLR(o, 30)]
    ),
    "chained linear": lambda s, o: s.ChainedScheduler(
        [s.LinearLR(o, 0.25, total_iters=8), s.MultiStepLR(o, [10, 20]), s.PolynomialLR(o, 40)], o
    ),
}  # fmt: skip


def optimizer(lib: Any, name: str = "SGD") -> Any:
    a, b = (lib.zeros(1, requires_grad=True) for _ in range(2))
    options = {"momentum": 0.9} if name == "SGD" else {}
    return getattr(lib.optim, name)(
        [{"params": [a]}, {"params": [b], "lr": 0.05}], lr=0.1, **options
    )


def rates(lib: Any, make: Make, name: str, jumps: tuple[int, ...] = ()) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        chosen = optimizer(lib, name)
        schedule = make(lib.optim.lr_scheduler, chosen)
        seen = [figures(chosen, schedule)]
        for step in range(50):
            chosen.step()
            if step == 23:
                state, inner = chosen.state_dict(), schedule.state_dict()
                chosen = optimizer(lib, name)
                schedule = make(lib.optim.lr_scheduler, chosen)
                chosen.load_state_dict(state)
                schedule.load_state_dict(inner)
            schedule.step(step * 3 // 2) if step in jumps else schedule.step()
            seen.append(figures(chosen, schedule))
        return seen


def figures(chosen: Any, schedule: Any) -> list[Any]:
    groups = chosen.param_groups
    momenta = [g["momentum"] if "momentum" in g else g["betas"][0] for g in groups]
    return [*(g["lr"] for g in groups), *momenta, *schedule.get_last_lr()]


@pytest.mark.parametrize("name", ["SGD", "AdamW"])
@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_fifty_steps(make: Make, name: str) -> None:
    ours, theirs = rates(tl, make, name), rates(torch, make, name)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-15)


JUMPING = [name for name in MADE if not name.startswith(("seq", "chain", "one"))]


@pytest.mark.parametrize("name", JUMPING)
def test_jumps_to_a_step(name: str) -> None:
    jumps = (5, 6, 30)
    ours, theirs = (rates(lib, MADE[name], "SGD", jumps) for lib in (tl, torch))
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("name", MADE)
def test_a_state_has_pytorchs_names(name: str) -> None:
    ours, theirs = (
        MADE[name](lib.optim.lr_scheduler, optimizer(lib)).state_dict() for lib in (tl, torch)
    )
    assert {"last_epoch", "_last_lr"} <= set(ours) or name.startswith("chain")
    for key in set(ours) & set(theirs) - {"_schedulers", "lr_lambdas"}:
        assert ours[key] == theirs[key], key


def resumed(lib: Any, make: Callable[[Any, Any, int], Any]) -> list[float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        chosen = optimizer(lib)
        for group in chosen.param_groups:
            group["initial_lr"] = group["lr"]
            group["lr"] *= 0.7
        schedule = make(lib.optim.lr_scheduler, chosen, 5)
        seen = [schedule.get_last_lr()]
        for _ in range(10):
            schedule.step()
            seen.append(schedule.get_last_lr())
        return seen


RESUMED = {
    "lambda": lambda s, o, e: s.LambdaLR(o, lambda t: 0.9**t, last_epoch=e),
    "multiplicative": lambda s, o, e: s.MultiplicativeLR(o, lambda t: 0.9, last_epoch=e),
    "step": lambda s, o, e: s.StepLR(o, 3, last_epoch=e),
    "multi step": lambda s, o, e: s.MultiStepLR(o, [6, 9], last_epoch=e),
    "constant": lambda s, o, e: s.ConstantLR(o, 0.5, 6, last_epoch=e),
    "linear": lambda s, o, e: s.LinearLR(o, 0.5, total_iters=8, last_epoch=e),
    "exponential": lambda s, o, e: s.ExponentialLR(o, 0.9, last_epoch=e),
    "polynomial": lambda s, o, e: s.PolynomialLR(o, 12, last_epoch=e),
    "cosine": lambda s, o, e: s.CosineAnnealingLR(o, 9, last_epoch=e),
    "restarts": lambda s, o, e: s.CosineAnnealingWarmRestarts(o, 4, last_epoch=e),
}


@pytest.mark.parametrize("make", RESUMED.values(), ids=RESUMED)
def test_going_on_from_a_step(make: Any) -> None:
    np.testing.assert_allclose(resumed(tl, make), resumed(torch, make), rtol=1e-10)


PLATEAUS: list[dict[str, Any]] = [
    {},
    {"patience": 2, "factor": 0.5},
    {"mode": "max", "patience": 1, "cooldown": 3},
    {"patience": 0, "threshold": 0.1, "threshold_mode": "abs", "min_lr": [0.01, 0.0]},
    {"patience": 1, "threshold": 0.05, "factor": 0.3, "eps": 1e-3},
]


@pytest.mark.parametrize("options", PLATEAUS, ids=str)
def test_reduce_on_plateau(options: dict[str, Any]) -> None:
    figures_ = np.abs(np.random.default_rng(1).standard_normal(50)) + np.linspace(2, 1, 50)

    def seen(lib: Any) -> list[Any]:
        chosen = optimizer(lib)
        schedule = lib.optim.lr_scheduler.ReduceLROnPlateau(chosen, **options)
        found = []
        for i, figure in enumerate(figures_):
            if i == 20:
                state = schedule.state_dict()
                schedule = lib.optim.lr_scheduler.ReduceLROnPlateau(chosen, **options)
                schedule.load_state_dict(state)
            schedule.step(lib.tensor(figure) if i % 2 else figure)
            found.append([*schedule.get_last_lr(), schedule.num_bad_epochs, schedule.best])
        return found

    np.testing.assert_allclose(seen(tl), seen(torch), rtol=1e-6)


@pytest.mark.parametrize("lib", [tl, torch], ids=["ours", "theirs"])
@pytest.mark.parametrize(
    "make",
    [
        lambda s, o: s.OneCycleLR(o, 0.1),
        lambda s, o: s.OneCycleLR(o, 0.1, total_steps=0),
        lambda s, o: s.OneCycleLR(o, 0.1, 10, pct_start=2.0),
        lambda s, o: s.OneCycleLR(o, 0.1, 10, anneal_strategy="up"),
        lambda s, o: s.OneCycleLR(o, [0.1], 10),
        lambda s, o: s.CyclicLR(o, 0.1, 0.2, mode="round"),
        lambda s, o: s.LinearLR(o, 0.0),
        lambda s, o: s.ConstantLR(o, 1.5),
        lambda s, o: s.LambdaLR(o, [lambda t: t]),
        lambda s, o: s.ReduceLROnPlateau(o, factor=1.0),
        lambda s, o: s.ReduceLROnPlateau(o, mode="mean"),
        lambda s, o: s.SequentialLR(o, [s.ConstantLR(o)], [3]),
        lambda s, o: s.StepLR(o, 3, last_epoch=4),
        lambda s, o: s.CosineAnnealingWarmRestarts(o, 0),
    ],
)
def test_both_refuse(lib: Any, make: Make) -> None:
    with pytest.raises((ValueError, KeyError, RuntimeError)):
        make(lib.optim.lr_scheduler, optimizer(lib))
