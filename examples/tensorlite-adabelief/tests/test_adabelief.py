from tensorlite_adabelief import AdaBelief

import tensorlite as tl
from tensorlite.testing import check_optimizer


def test_the_optimizer_keeps_its_promises():
    check_optimizer(AdaBelief)


def test_the_first_step_follows_the_rule():
    parameter = tl.nn.Parameter(tl.tensor([1.0], dtype="float64"))
    parameter.grad = tl.tensor([0.5], dtype="float64")
    AdaBelief([parameter], lr=0.1).step()
    mean, variance = 0.1 * 0.5, 0.001 * (0.5 - 0.1 * 0.5) ** 2 + 1e-8
    wanted = 1.0 - 0.1 * (mean / 0.1) / ((variance / 0.001) ** 0.5 + 1e-8)
    assert abs(parameter.item() - wanted) < 1e-5
