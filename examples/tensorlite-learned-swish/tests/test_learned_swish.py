from tensorlite_learned_swish import LearnedSwish

import tensorlite as tl
from tensorlite.testing import check_layer


def test_the_layer_keeps_its_promises():
    check_layer(LearnedSwish, (2, 3, 4, 4), options={"channels": 3})
    check_layer(LearnedSwish, (4, 3), options={"channels": 3, "slope": 0.5})


def test_with_a_slope_of_one_it_is_swish():
    x = tl.randn(2, 3, 4, 4)
    assert tl.allclose(LearnedSwish(3)(x), tl.nn.functional.silu(x))
