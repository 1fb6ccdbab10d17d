import numpy as np

from tensorlite.optim import Optimizer
from tensorlite.testing import check_optimizer


class Walk(Optimizer):
    def __init__(self, params, lr=0.01, momentum=0.9):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    def init(self, parameter, group):
        return {"mean": np.zeros_like(parameter), "step": np.zeros((), np.float32)}

    def update(self, parameter, grad, state, group):
        state["step"] += 1
        state["mean"] *= group["momentum"]
        state["mean"] += (1 - group["momentum"]) * grad
        share = 1 - group["momentum"] ** float(state["step"])
        parameter -= group["lr"] * state["mean"] / share


def check():
    check_optimizer(Walk)
