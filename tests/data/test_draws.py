"""The generators of a batch are those that would have been made one by one."""

import numpy as np
import pytest

from tensorlite.data.draws import generators
from tensorlite.random import Generator

INDICES = [0, 1, 63, 10**6, 2**32 - 1]


@pytest.mark.parametrize("seed", [0, 5, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**64 + 7])
@pytest.mark.parametrize("epoch", [0, 1, 70, 2**33])
def test_they_are_equal_to_those_made_one_by_one(seed, epoch):
    for index, ours in zip(INDICES, generators(seed, epoch, INDICES), strict=True):
        plain = Generator(seed, epoch, index)
        assert ours.get_state() == plain.get_state()
        assert ours.initial_seed() == plain.initial_seed()
        assert np.array_equal(ours.normal((3,)), plain.normal((3,)))


@pytest.mark.parametrize("index", [2**32, 2**40])
def test_indices_beyond_32_bits_are_right_too(index):
    (ours,) = generators(1, 2, [index])
    assert ours.get_state() == Generator(1, 2, index).get_state()


def test_no_indices_give_no_generators():
    assert generators(0, 0, []) == []
