"""Layers, containers, initial values and losses; names and arguments are PyTorch's."""

from tensorlite.nn import functional, init
from tensorlite.nn.activation import ReLU, Sigmoid, Tanh
from tensorlite.nn.containers import ModuleDict, ModuleList, Sequential
from tensorlite.nn.conv import Conv2d
from tensorlite.nn.dropout import Dropout
from tensorlite.nn.linear import Linear
from tensorlite.nn.losses import CrossEntropyLoss, MSELoss, NLLLoss
from tensorlite.nn.module import Module
from tensorlite.nn.normalization import BatchNorm2d
from tensorlite.nn.parameter_containers import ParameterDict, ParameterList
from tensorlite.nn.pooling import AvgPool2d, MaxPool2d
from tensorlite.nn.reshaping import Flatten
from tensorlite.tensor import Buffer, Parameter

__all__ = [
    "AvgPool2d",
    "BatchNorm2d",
    "Buffer",
    "Conv2d",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "Linear",
    "MSELoss",
    "MaxPool2d",
    "Module",
    "ModuleDict",
    "ModuleList",
    "NLLLoss",
    "Parameter",
    "ParameterDict",
    "ParameterList",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Tanh",
    "functional",
    "init",
]
