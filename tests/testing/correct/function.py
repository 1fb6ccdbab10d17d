import numpy as np

import tensorlite as tl
from tensorlite.testing import check_function


class Gate(tl.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x * w + 0.5 * w * w

    @staticmethod
    def backward(ctx, grad):
        x, w = ctx.saved_tensors
        return grad * w, grad * x + grad * w


class Soft(tl.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x / (1.0 + x * x)
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        scale = 1.0 / (1.0 + x * x)
        return grad * (scale - 2.0 * x * y * scale)


class Cubic(tl.autograd.Function):
    @staticmethod
    def forward(ctx, x, a):
        ctx.save_for_backward(x, a)
        return (a * x * x * x).sum()

    @staticmethod
    def backward(ctx, grad):
        x, a = ctx.saved_tensors
        return 3.0 * grad * a * x * x, grad * x * x * x


def gate(x, w):
    return Gate.apply(x, w)


def check():
    check_function(gate, (2, 3), (2, 3), expected=lambda x, w: x * w + 0.5 * w * w, second=False)
    check_function(
        Soft.apply, (2, 3), expected=lambda x: x / (1 + x * x), second=False, name="soft"
    )
    check_function(
        Cubic.apply, (3,), (3,), expected=lambda x, a: np.sum(a * x**3), second=False, name="cubic"
    )
