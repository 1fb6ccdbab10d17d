"""Learning rates that change while training goes on; ``step()`` moves to the next one."""

from tensorlite.optim.combined import ChainedScheduler, SequentialLR
from tensorlite.optim.cosines import CosineAnnealingLR, CosineAnnealingWarmRestarts
from tensorlite.optim.cycles import CyclicLR, OneCycleLR
from tensorlite.optim.decays import (
    ConstantLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from tensorlite.optim.plateau import ReduceLROnPlateau
from tensorlite.optim.scheduler import LRScheduler

_LRScheduler = LRScheduler  # the name that older programs import

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
