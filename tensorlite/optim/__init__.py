"""Optimizers and learning rate schedules; names and arguments are PyTorch's."""

from tensorlite.optim import lr_scheduler, schedules
from tensorlite.optim.adam import Adam, AdamW
from tensorlite.optim.optimizer import Optimizer
from tensorlite.optim.sgd import SGD

__all__ = [
    "Adam",
    "AdamW",
    "Optimizer",
    "SGD",
    "lr_scheduler",
    "schedules",
]
