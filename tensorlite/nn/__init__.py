"""Layers, containers, initial values and losses; names and arguments are PyTorch's."""

from tensorlite.nn import functional, init
from tensorlite.nn.activation import ReLU, Sigmoid, Tanh
from tensorlite.nn.binary_losses import (
    BCELoss,
    BCEWithLogitsLoss,
    DiceLoss,
    MultiLabelSoftMarginLoss,
    SigmoidFocalLoss,
    SoftMarginLoss,
)
from tensorlite.nn.box_losses import CIoULoss, DIoULoss, GIoULoss, IoULoss
from tensorlite.nn.containers import ModuleList, Sequential
from tensorlite.nn.conv import Conv2d
from tensorlite.nn.ctc import CTCLoss
from tensorlite.nn.dropout import Dropout
from tensorlite.nn.linear import Linear
from tensorlite.nn.losses import CrossEntropyLoss, FocalLoss, NLLLoss
from tensorlite.nn.margin_losses import (
    CosineEmbeddingLoss,
    HingeEmbeddingLoss,
    MarginRankingLoss,
    MultiLabelMarginLoss,
    MultiMarginLoss,
    TripletMarginLoss,
    TripletMarginWithDistanceLoss,
)
from tensorlite.nn.module import Module
from tensorlite.nn.normalization import BatchNorm2d
from tensorlite.nn.pooling import AvgPool2d, MaxPool2d
from tensorlite.nn.regression_losses import (
    GaussianNLLLoss,
    HalfSquaredErrorLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    PoissonNLLLoss,
    SmoothL1Loss,
)
from tensorlite.nn.reshaping import Flatten
from tensorlite.tensor import Buffer, Parameter

__all__ = [
    "AvgPool2d",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm2d",
    "Buffer",
    "CIoULoss",
    "CTCLoss",
    "Conv2d",
    "CosineEmbeddingLoss",
    "CrossEntropyLoss",
    "DIoULoss",
    "DiceLoss",
    "Dropout",
    "Flatten",
    "FocalLoss",
    "GIoULoss",
    "GaussianNLLLoss",
    "HalfSquaredErrorLoss",
    "HingeEmbeddingLoss",
    "HuberLoss",
    "IoULoss",
    "KLDivLoss",
    "L1Loss",
    "Linear",
    "MSELoss",
    "MarginRankingLoss",
    "MaxPool2d",
    "Module",
    "ModuleList",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "NLLLoss",
    "Parameter",
    "PoissonNLLLoss",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "SigmoidFocalLoss",
    "SmoothL1Loss",
    "SoftMarginLoss",
    "Tanh",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
    "functional",
    "init",
]
