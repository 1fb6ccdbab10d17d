"""Weights in fewer bytes are nearly the weights."""

from __future__ import annotations

import numpy as np
import pytest

from tensorlite.errors import ConfigError
from tensorlite.training.packing import pack, unpack


def weights() -> dict[str, np.ndarray]:
    draw = np.random.default_rng(0).standard_normal
    found = {"a.weight": draw((6, 3, 5, 5)), "a.bias": draw(6), "b.weight": 9 * draw((4, 6))}
    return {name: array.astype(np.float32) for name, array in found.items()} | {
        "seen": np.array(7),
        "none": np.zeros((2, 2), np.float32),
    }


@pytest.mark.parametrize(("bits", "off"), [(16, 1e-3), (8, 1 / 127)])
def test_packed_weights_come_back_nearly_as_they_were(bits: int, off: float) -> None:
    before, after = weights(), unpack(pack(weights(), bits))
    assert before.keys() == after.keys()
    for name, array in before.items():
        assert after[name].dtype == array.dtype
        np.testing.assert_allclose(after[name], array, atol=off * np.abs(array).max())


def test_eight_bits_take_a_quarter_of_the_space() -> None:
    size = {k: sum(a.nbytes for a in pack(weights(), k).values()) for k in (8, 16)}
    assert size[8] < 0.7 * size[16]


def test_what_was_not_packed_stays_as_it_is() -> None:
    arrays = {"step": np.ones(3, np.float32), "x.step": np.ones(2, np.int8)}
    assert all(unpack(arrays)[name] is array for name, array in arrays.items())


def test_other_numbers_of_bits_are_refused() -> None:
    with pytest.raises(ConfigError, match="8 or 16"):
        pack(weights(), 4)
