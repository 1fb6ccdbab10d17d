"""Activation functions and softmax."""

import math

import numpy as np

from tensorlite import ops
from tests.ops.case import OpCase

X = (np.array([[-6.1, -2.7, -0.4, 0.3], [0.8, 1.9, 3.4, 7.2]]),)
erf = np.vectorize(math.erf)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def softplus(x: np.ndarray) -> np.ndarray:
    return np.log1p(np.exp(x))


def gelu_tanh(x: np.ndarray) -> np.ndarray:
    return x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def normal(x: np.ndarray, p: float, dim: int) -> np.ndarray:
    return x / np.linalg.norm(x, p, dim, keepdims=True)


CASES = [
    OpCase("relu", ops.relu, lambda x: np.maximum(x, 0), X, ("Relu", "ReluGrad")),
    OpCase("relu6", ops.relu6, lambda x: np.clip(x, 0, 6), X, ("Hardtanh",)),
    OpCase("hardtanh", ops.hardtanh, lambda x: np.clip(x, -1, 1), X, ("Hardtanh",)),
    OpCase("leaky_relu", ops.leaky_relu, lambda x: np.where(x > 0, x, x / 100), X,
           ("LeakyRelu", "Bend")),
    OpCase("prelu", ops.prelu, lambda x, w: np.where(x > 0, x, w * x), (*X, (4,)), ("Where",)),
    OpCase("rrelu", ops.rrelu, lambda x: np.where(x > 0, x, x * 11 / 48), X, ("LeakyRelu",)),
    OpCase("threshold", lambda x: ops.threshold(x, 1.0, 20.0),
           lambda x: np.where(x > 1, x, 20), X, ("Where",)),
    OpCase("elu", lambda x: ops.elu(x, 2.0),
           lambda x: np.where(x > 0, x, 2 * np.expm1(x)), X, ("Elu",)),
    OpCase("celu", lambda x: ops.celu(x, 2.0),
           lambda x: np.where(x > 0, x, 2 * np.expm1(x / 2)), X, ("Elu",)),
    OpCase("selu", ops.selu, lambda x: 1.0507009873554805
           * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)), X, ("Elu",)),
    OpCase("hardsigmoid", ops.hardsigmoid, lambda x: np.clip(x + 3, 0, 6) / 6, X, ("Hardtanh",)),
    OpCase("hardshrink", ops.hardshrink, lambda x: np.where(abs(x) > 0.5, x, 0), X, ("Where",)),
    OpCase("softshrink", ops.softshrink, lambda x: x - np.clip(x, -0.5, 0.5), X, ("Clamp",)),
    OpCase("hardswish", ops.hardswish, lambda x: x * np.clip(x + 3, 0, 6) / 6, X, ("Hardswish",)),
    OpCase("silu", ops.silu, lambda x: x * sigmoid(x), X, ("Silu",)),
    OpCase("gelu", ops.gelu, lambda x: x / 2 * (1 + erf(x / math.sqrt(2))), X, ("Gelu",)),
    OpCase("gelu tanh", lambda x: ops.gelu(x, "tanh"), gelu_tanh, X, ("GeluTanh",)),
    OpCase("mish", ops.mish, lambda x: x * np.tanh(softplus(x)), X, ("Mish",)),
    OpCase("softplus", lambda x: ops.softplus(x, 3.0, 5.0),
           lambda x: np.where(3 * x > 5, x, softplus(3 * x) / 3), X, ("Softplus",)),
    OpCase("logsigmoid", ops.logsigmoid, lambda x: np.log(sigmoid(x)), X, ("LogSigmoid",)),
    OpCase("softsign", ops.softsign, lambda x: x / (1 + abs(x)), X, ("Abs",)),
    OpCase("tanhshrink", ops.tanhshrink, lambda x: x - np.tanh(x), X, ("Tanh",)),
    OpCase("glu", lambda x: ops.glu(x, 1), lambda x: x[:, :2] * sigmoid(x[:, 2:]), X, ("Sigmoid",)),
    OpCase("normalize", ops.normalize, lambda x: normal(x, 2, 1), X, ("Sqrt", "Clamp")),
    OpCase("normalize p", lambda x: ops.normalize(x, 3.0, 0), lambda x: normal(x, 3, 0), X,
           ("Pow",)),
]  # fmt: skip
