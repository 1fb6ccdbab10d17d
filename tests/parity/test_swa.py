"""Averaged models and their schedule against PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tensorlite as tl

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity


@pytest.mark.parametrize(
    "options",
    [{}, {"anneal_epochs": 5}, {"anneal_epochs": 4, "anneal_strategy": "linear"},
     {"anneal_epochs": 0}],
    ids=str,
)  # fmt: skip
def test_the_schedule(options: dict[str, Any]) -> None:
    def rates(lib: Any) -> list[list[float]]:
        sgd = lib.optim.SGD([lib.ones(1, requires_grad=True)], lr=1.0)
        schedule = lib.optim.swa_utils.SWALR(sgd, 0.1, **options)
        seen = [schedule.get_last_lr()]
        for _ in range(15):
            sgd.step()
            schedule.step()
            seen.append(schedule.get_last_lr())
        return seen

    np.testing.assert_allclose(rates(tl), rates(torch), rtol=1e-9)


def made(lib: Any, options: Any, buffers: bool) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    swa = lib.optim.swa_utils
    model = lib.nn.Sequential(lib.nn.Conv2d(1, 2, 3), lib.nn.BatchNorm2d(2))
    averaged = swa.AveragedModel(model, use_buffers=buffers, **options(swa))
    for _ in range(4):
        with lib.no_grad():
            for p in model.parameters():
                p.copy_(lib.tensor(rng.standard_normal(tuple(p.shape)).tolist()))
        model(lib.tensor(rng.standard_normal((2, 1, 5, 5)).tolist()))
        averaged.update_parameters(model)
    kept = {k: np.array(v.detach().numpy()) for k, v in averaged.state_dict().items()}
    batches = [lib.tensor(rng.standard_normal((2, 1, 5, 5)).tolist()) for _ in range(3)]
    swa.update_bn([(batch, 0) for batch in batches], averaged)
    after = {f"{k} after": v.detach().numpy() for k, v in averaged.state_dict().items()}
    return {**kept, **{k: v for k, v in after.items() if "running" in k}}


@pytest.mark.parametrize("buffers", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        lambda s: {},
        lambda s: {"multi_avg_fn": s.get_ema_multi_avg_fn(0.9)},
        lambda s: {"avg_fn": s.get_ema_avg_fn(0.8)},
        lambda s: {"avg_fn": lambda average, weight, n: average * 0.5 + weight * 0.5},
    ],
)
def test_averages(options: Any, buffers: bool) -> None:
    ours, theirs = made(tl, options, buffers), made(torch, options, buffers)
    skipped = {k for k in theirs if k not in ours}
    assert all("num_batches" in k for k in skipped)
    for name, value in ours.items():
        if "num_batches" not in name:
            np.testing.assert_allclose(value, theirs[name], rtol=1e-5, atol=1e-6, err_msg=name)
