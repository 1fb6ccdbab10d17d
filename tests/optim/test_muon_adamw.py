"""Weights of layers go by Muon, everything else by AdamW."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import optim
from tensorlite.errors import ConfigError

MUON = partial(optim.Muon, lr=0.1, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
ADAMW = partial(optim.AdamW, lr=0.1, weight_decay=0.1)
BOTH = partial(optim.MuonAdamW, lr=0.1, weight_decay=0.1, longest=4)


def after(make: Callable[[Any], Any], shape: tuple[int, ...]) -> Any:
    """A parameter after three steps."""
    tl.manual_seed(0)
    p = tl.randn(12).reshape(*shape).detach().requires_grad_()
    optimizer = make([p])
    for factor in (1.0, 2.0, -0.5):
        p.grad = tl.sin(p.detach() * factor)
        optimizer.step()
    return p.detach().numpy()


@pytest.mark.parametrize(("shape", "rule"), [((3, 4), MUON), ((12,), ADAMW)])
def test_each_parameter_goes_by_its_rule(shape: tuple[int, ...], rule: Any) -> None:
    np.testing.assert_array_equal(after(BOTH, shape), after(rule, shape))


def test_filters_go_as_the_rows_of_a_matrix() -> None:
    flat = after(MUON, (3, 4))
    np.testing.assert_array_equal(after(BOTH, (3, 1, 2, 2)).reshape(3, 4), flat)


def test_a_matrix_with_two_long_sides_goes_by_adamw() -> None:
    np.testing.assert_array_equal(after(partial(BOTH, longest=2), (3, 4)), after(ADAMW, (3, 4)))


def test_adamw_may_go_at_a_share_of_the_rate() -> None:
    half = partial(BOTH, lr=0.2, adamw_share=0.5)
    np.testing.assert_array_equal(after(half, (12,)), after(ADAMW, (12,)))


def test_groups_have_settings_of_their_own() -> None:
    own = optim.MuonAdamW([{"params": [tl.ones(2, 2, requires_grad=True)], "momentum": 0.5}])
    assert [group["momentum"] for group in own.param_groups] == [0.5]


def test_a_momentum_of_one_is_refused() -> None:
    with pytest.raises(ConfigError, match="below 1"):
        optim.MuonAdamW([tl.ones(2, requires_grad=True)], momentum=1.0)
