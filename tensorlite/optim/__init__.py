"""Optimizers and learning rate schedules; names and arguments are PyTorch's."""

from tensorlite.optim import lr_scheduler, schedules, swa_utils
from tensorlite.optim.adadelta import Adadelta
from tensorlite.optim.adagrad import Adagrad
from tensorlite.optim.adam import Adam, AdamW
from tensorlite.optim.adamax import Adamax
from tensorlite.optim.asgd import ASGD
from tensorlite.optim.lbfgs import LBFGS
from tensorlite.optim.lion import Lion
from tensorlite.optim.muon import Muon
from tensorlite.optim.muon_adamw import MuonAdamW
from tensorlite.optim.nadam import NAdam
from tensorlite.optim.optimizer import Optimizer
from tensorlite.optim.radam import RAdam
from tensorlite.optim.rmsprop import RMSprop
from tensorlite.optim.rprop import Rprop
from tensorlite.optim.sgd import SGD

__all__ = [
    "ASGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "LBFGS",
    "Lion",
    "Muon",
    "MuonAdamW",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SGD",
    "lr_scheduler",
    "schedules",
    "swa_utils",
]
