"""Layers, containers, initial values and losses; names and arguments are PyTorch's."""

from tensorlite.nn import functional, init
from tensorlite.nn.activation import ReLU, Sigmoid, Tanh
from tensorlite.nn.containers import ModuleList, Sequential
from tensorlite.nn.conv import Conv1d, Conv2d, Conv3d
from tensorlite.nn.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from tensorlite.nn.dropout import Dropout
from tensorlite.nn.group_norm import GroupNorm, LayerNorm, LocalResponseNorm, RMSNorm
from tensorlite.nn.linear import Linear
from tensorlite.nn.losses import CrossEntropyLoss, MSELoss, NLLLoss
from tensorlite.nn.module import Module
from tensorlite.nn.normalization import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
)
from tensorlite.nn.pooling import AvgPool2d, MaxPool2d
from tensorlite.nn.reshaping import Flatten
from tensorlite.tensor import Buffer, Parameter

__all__ = [
    "AvgPool2d",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "Buffer",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "GroupNorm",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "LayerNorm",
    "Linear",
    "LocalResponseNorm",
    "MSELoss",
    "MaxPool2d",
    "Module",
    "ModuleList",
    "NLLLoss",
    "Parameter",
    "RMSNorm",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Tanh",
    "functional",
    "init",
]
