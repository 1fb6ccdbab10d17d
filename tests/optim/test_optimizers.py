"""Optimizers against their rules written out, and schedules against their formulas."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import optim
from tensorlite.errors import ConfigError, StateError
from tensorlite.optim import lr_scheduler, schedules

START = np.array([1.0, -2.0, 3.0])
GRADS = np.random.default_rng(0).standard_normal((6, 3))


def sgd(momentum: float, dampening: float, decay: float, nesterov: bool) -> np.ndarray:
    p, v = START.copy(), None
    for raw in GRADS:
        g = raw + decay * p
        v = g if v is None else momentum * v + (1 - dampening) * g
        p = p - 0.1 * (g + momentum * v if nesterov else v)
    return p


def adam(decay: float, decoupled: bool) -> np.ndarray:
    p, m, v = START.copy(), np.zeros(3), np.zeros(3)
    for t, raw in enumerate(GRADS, 1):
        g = raw if decoupled else raw + decay * p
        p = p * (1 - 0.1 * decay) if decoupled else p
        m, v = 0.8 * m + 0.2 * g, 0.95 * v + 0.05 * g * g
        p = p - 0.1 * (m / (1 - 0.8**t)) / (np.sqrt(v / (1 - 0.95**t)) + 1e-8)
    return p


RULES = [
    (lambda p: optim.SGD(p, lr=0.1), lambda: sgd(0, 0, 0, False)),
    (lambda p: optim.SGD(p, 0.1, 0.9, 0.5, 0.01), lambda: sgd(0.9, 0.5, 0.01, False)),
    (lambda p: optim.SGD(p, 0.1, 0.9, nesterov=True), lambda: sgd(0.9, 0, 0, True)),
    (lambda p: optim.Adam(p, 0.1, (0.8, 0.95), weight_decay=0.1), lambda: adam(0.1, False)),
    (lambda p: optim.AdamW(p, 0.1, (0.8, 0.95), weight_decay=0.1), lambda: adam(0.1, True)),
]


@pytest.mark.parametrize(("make", "expected"), RULES)
def test_steps_follow_the_rule(make: Callable[..., Any], expected: Callable[..., Any]) -> None:
    p = tl.tensor(START, requires_grad=True)
    run(make([p]), p, GRADS)
    np.testing.assert_allclose(p.array, expected(), rtol=1e-12)


@pytest.mark.parametrize(("make", "expected"), RULES)
def test_a_reloaded_state_goes_on_as_if_nothing_had_happened(
    make: Callable[..., Any], expected: Callable[..., Any]
) -> None:
    p = tl.tensor(START, requires_grad=True)
    first = make([p])
    run(first, p, GRADS[:3])
    second = make([p])
    second.load_state_dict(first.state_dict())
    run(second, p, GRADS[3:])
    np.testing.assert_allclose(p.array, expected(), rtol=1e-12)


def run(optimizer: optim.Optimizer, p: tl.Tensor, grads: np.ndarray) -> None:
    for g in grads:
        p.grad = tl.tensor(g)
        kept = g.copy()
        optimizer.step()
        np.testing.assert_array_equal(p.grad.array, kept)


def test_float32_parameters_stay_float32() -> None:
    for make, _ in RULES:
        p = tl.ones(2, requires_grad=True)
        p.grad = tl.ones(2)
        make([p]).step()
        assert p.dtype == np.float32


def test_groups_have_settings_of_their_own() -> None:
    a, b = tl.ones(1, requires_grad=True), tl.ones(1, requires_grad=True)
    sgd = optim.SGD([{"params": [a]}, {"params": b, "lr": 0.5}], lr=0.1)
    a.grad = b.grad = tl.ones(1)
    sgd.step()
    assert (a.item(), b.item()) == (pytest.approx(0.9), 0.5)


def test_parameters_without_gradient_are_left_alone() -> None:
    p = tl.ones(1, requires_grad=True)
    sgd = optim.SGD([p], lr=0.1, weight_decay=1.0)
    sgd.step()
    assert p.item() == 1.0


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: optim.SGD([]), "expected parameters, got none"),
        (lambda p: optim.SGD([p], lr=-1), "lr of 0 or more, got -1"),
        (lambda p: optim.SGD([p], nesterov=True), "momentum above 0"),
        (lambda p: optim.Adam([p], betas=(0.9, 1.0)), "betas from 0 to below 1"),
        (lambda p: optim.SGD([p, p]), "comes twice"),
        (lambda p: optim.SGD([p * 2.0]), "leaf"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[..., Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        make(tl.ones(2, requires_grad=True))


def test_a_foreign_state_is_refused() -> None:
    one = optim.SGD([tl.ones(2, requires_grad=True)])
    two = optim.SGD([tl.ones(2, requires_grad=True), tl.ones(2, requires_grad=True)])
    with pytest.raises(StateError, match=r"groups of \[1\] parameters, got \[2\]"):
        one.load_state_dict(two.state_dict())


def quadratic(make: Callable[..., Any], steps: int = 60) -> float:
    w = tl.tensor([[1.0, -2.0], [0.5, 3.0]], requires_grad=True)
    optimizer = make([w])

    def closure() -> tl.Tensor:
        optimizer.zero_grad()
        loss = (w * w).sum()
        loss.backward()
        return loss

    return [optimizer.step(closure).item() for _ in range(steps)][-1]


@pytest.mark.parametrize(
    "make",
    [
        lambda p: optim.NAdam(p, 0.1),
        lambda p: optim.RAdam(p, 0.1),
        lambda p: optim.Adam(p, 0.1, amsgrad=True),
        lambda p: optim.Adamax(p, 0.1, weight_decay=0.1),
        lambda p: optim.Adagrad(p, 0.5, lr_decay=1e-3),
        lambda p: optim.Adadelta(p, 30.0),
        lambda p: optim.RMSprop(p, 0.05, centered=True, momentum=0.5),
        lambda p: optim.Rprop(p, 0.1),
        lambda p: optim.ASGD(p, 0.1, t0=10),
        lambda p: optim.Lion(p, 0.05, weight_decay=0.1),
        lambda p: optim.Muon(p, 0.05),
        lambda p: optim.MuonAdamW(p, 0.3),
        lambda p: optim.LBFGS(p, line_search_fn="strong_wolfe"),
        lambda p: optim.LBFGS(p, 0.3, max_iter=3, history_size=2),
    ],
)
def test_every_rule_goes_downhill(make: Callable[..., Any]) -> None:
    assert quadratic(make) < 1.5


def test_a_closure_is_called_with_gradients_on_and_its_loss_returned() -> None:
    p = tl.ones(1, requires_grad=True)
    sgd = optim.SGD([p], lr=0.5)
    with tl.no_grad():
        assert sgd.step(lambda: (p * 3.0).backward() or 7.0) == 7.0
    assert p.item() == pytest.approx(-0.5)


def test_a_state_dict_has_pytorchs_layout_and_shows_tensors() -> None:
    p = tl.ones(2, requires_grad=True)
    adam = optim.Adam([("w", p)], lr=tl.tensor(0.25))
    p.grad = tl.ones(2)
    adam.step()
    state = adam.state_dict()
    assert state["state"][0]["step"].item() == 1.0
    assert state["state"][0]["exp_avg"].shape == (2,)
    group = state["param_groups"][0]
    assert (group["params"], group["param_names"], group["lr"]) == ([0], ["w"], 0.25)
    assert "Parameter Group 0\n    amsgrad: False" in repr(adam)


def test_optimizers_in_pytorchs_manner_override_step() -> None:
    class Sign(optim.Optimizer):
        def __init__(self, params: Any, lr: float = 0.5) -> None:
            super().__init__(params, {"lr": lr})

        @tl.no_grad()
        def step(self, closure: Any = None) -> None:
            for group in self.param_groups:
                for p in group["params"]:
                    state = self.state[p]
                    state["step"] = state.get("step", 0) + 1
                    p -= group["lr"] * p.grad

    p = tl.ones(1, requires_grad=True)
    sign = Sign([p])
    p.grad = tl.ones(1)
    sign.step()
    assert (p.item(), sign.state[p]["step"]) == (0.5, 1)


def test_a_step_that_should_be_differentiated_is_refused() -> None:
    with pytest.raises(ConfigError, match="differentiable=False"):
        optim.Adam([tl.ones(1, requires_grad=True)], differentiable=True)


# --- schedules ------------------------------------------------------------------------------------


def rates(make: Callable[[Any], Any], steps: int) -> list[float]:
    sgd = optim.SGD([tl.ones(1, requires_grad=True)], lr=2.0, momentum=0.9)
    schedule, seen = make(sgd), []
    for _ in range(steps):
        seen.append(schedule.get_last_lr()[0])
        schedule.step()
    return seen


def test_step_and_cosine_follow_their_formulas() -> None:
    assert rates(lambda o: lr_scheduler.StepLR(o, 2, 0.5), 5) == [2.0, 2.0, 1.0, 1.0, 0.5]
    found = rates(lambda o: lr_scheduler.CosineAnnealingLR(o, 4, eta_min=1.0), 5)
    expected = [1 + (1 + math.cos(math.pi * t / 4)) / 2 for t in range(5)]
    assert found == pytest.approx(expected)


def test_one_cycle_rises_and_falls_and_moves_the_momentum_against_it() -> None:
    sgd = optim.SGD([tl.ones(1, requires_grad=True)], lr=1.0, momentum=0.9)
    schedule = lr_scheduler.OneCycleLR(sgd, max_lr=2.0, total_steps=10)
    seen = []
    for _ in range(10):
        seen.append((schedule.get_last_lr()[0], sgd.param_groups[0]["momentum"]))
        schedule.step()
    assert seen[0] == pytest.approx((2 / 25, 0.95))
    assert max(seen)[0] == pytest.approx(2.0)
    assert max(seen)[1] == pytest.approx(0.85)
    assert seen[-1] == pytest.approx((2 / 25 / 1e4, 0.95))


def test_the_recipes_schedules_count_in_shares_of_the_training() -> None:
    assert rates(lambda o: schedules.constant(o, 10, warmup=0.4), 5) == [0.5, 1.0, 1.5, 2.0, 2.0]
    fall = rates(lambda o: schedules.cosine(o, 10, final=0.1), 11)
    assert (fall[0], fall[-1]) == (2.0, pytest.approx(0.2))
    assert sorted(fall, reverse=True) == fall
    steps = rates(lambda o: schedules.step(o, 8), 8)
    assert steps == pytest.approx([2.0] * 4 + [0.2] * 2 + [0.02] * 2)
    line = rates(lambda o: schedules.polynomial(o, 4), 5)
    assert line == pytest.approx([2.0, 1.5, 1.0, 0.5, 0.0])
    with pytest.raises(ConfigError, match="shares of the training"):
        rates(lambda o: schedules.step(o, 8, milestones=[30, 60]), 1)


def test_a_schedules_state_goes_on_where_it_was() -> None:
    def make(o: Any) -> Any:
        return lr_scheduler.CosineAnnealingLR(o, 10)

    sgd = optim.SGD([tl.ones(1, requires_grad=True)], lr=2.0)
    first = make(sgd)
    for _ in range(3):
        first.step()
    second = make(optim.SGD([tl.ones(1, requires_grad=True)], lr=2.0))
    second.load_state_dict(first.state_dict())
    assert second.get_last_lr() == first.get_last_lr()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda s, o: s.LambdaLR(o, 0.5), "expected functions"),
        (lambda s, o: s.StepLR(o, 0), "step_size of 1 or more"),
        (lambda s, o: s.StepLR("sgd", 1), "expected an optimizer, got str"),
        (lambda s, o: s.OneCycleLR(o, 1.0), "total_steps, or epochs"),
        (lambda s, o: s.OneCycleLR(o, [1.0, 2.0], 5), "one max_lr for each of 1 groups, got 2"),
        (lambda s, o: s.CyclicLR(o, 0.1, 1.0, mode="up"), "mode 'triangular'"),
        (lambda s, o: s.LinearLR(o, 0.0), "start_factor above 0"),
        (lambda s, o: s.ReduceLROnPlateau(o, factor=2.0), "factor below 1"),
        (lambda s, o: s.ReduceLROnPlateau("sgd"), "expected an optimizer"),
        (lambda s, o: s.CosineAnnealingWarmRestarts(o, 0), "T_0 of 1 or more"),
        (lambda s, o: s.SequentialLR(o, [s.StepLR(o, 1)], [2]), "0 milestones for 1 schedules"),
        (lambda s, o: s.ChainedScheduler([]), "expected schedules, got none"),
        (lambda s, o: optim.swa_utils.SWALR(o, 0.1, anneal_strategy="up"), "'cos' or 'linear'"),
    ],
)
def test_schedules_that_make_no_sense_are_refused(make: Callable[..., Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        make(lr_scheduler, optim.SGD([tl.ones(1, requires_grad=True)], 0.1, 0.9))


def test_a_cycle_that_is_over_says_so() -> None:
    sgd = optim.SGD([tl.ones(1, requires_grad=True)], 0.1, 0.9)
    schedule = lr_scheduler.OneCycleLR(sgd, 1.0, total_steps=2)
    schedule.step()
    schedule.step()
    with pytest.raises(ConfigError, match="at most 2 steps"):
        schedule.step()


def test_averages_of_a_model_follow_their_rule() -> None:
    layer = tl.nn.Linear(1, 1, bias=False)
    move = optim.swa_utils.get_ema_multi_avg_fn(0.75)
    averaged = optim.swa_utils.AveragedModel(layer, multi_avg_fn=move)
    for value in (4.0, 8.0):
        layer.weight.data.fill_(value)
        averaged.update_parameters(layer)
    assert averaged.module.weight.item() == 5.0
    assert averaged(tl.ones(1, 1)).item() == 5.0
    assert list(averaged.state_dict()) == ["n_averaged", "module.weight"]


def test_hooks_are_called_around_a_step() -> None:
    calls = []
    optimizer = tl.optim.SGD([tl.ones(1, requires_grad=True)], lr=0.1)
    handle = optimizer.register_step_pre_hook(lambda o, args, kwargs: calls.append("before"))
    optimizer.register_step_post_hook(lambda o, args, kwargs: calls.append("after"))
    optimizer.step()
    handle.remove()
    optimizer.step()
    assert calls == ["before", "after", "after"]
