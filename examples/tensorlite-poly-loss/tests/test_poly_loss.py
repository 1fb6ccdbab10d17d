import pytest
from tensorlite_poly_loss import PolyLoss

import tensorlite as tl
from tensorlite.testing import check_loss


def test_the_loss_keeps_its_promises():
    check_loss(PolyLoss)


def test_without_epsilon_it_is_cross_entropy():
    scores, classes = tl.randn(4, 3), tl.tensor([0, 2, 1, 1])
    ours, theirs = PolyLoss(0.0)(scores, classes), tl.nn.functional.cross_entropy(scores, classes)
    assert tl.allclose(ours, theirs)


def test_a_reduction_that_is_none_is_refused():
    with pytest.raises(ValueError, match="got 'avg'"):
        PolyLoss(reduction="avg")
