import math
import os
import signal

import numpy as np
import pytest

import tensorlite as tl
from tensorlite import nn
from tensorlite.data import DataLoader
from tensorlite.errors import DivergedError
from tensorlite.training import (
    Callback,
    Classification,
    Description,
    EarlyStopping,
    Inputs,
    Trainer,
    load_checkpoint,
)
from tensorlite.training.callbacks import Checkpoint, CSVLogger, JSONLLogger
from tensorlite.training.interrupts import Interrupts

from .conftest import stripes


class Journal(Callback):
    """Writes down the events."""

    def __init__(self):
        self.events = []

    def __getattribute__(self, name):
        if name.startswith("on_"):
            return lambda *_: self.events.append(name)
        return super().__getattribute__(name)


@pytest.fixture
def trainer():
    def build(*callbacks, epochs=2, lr=0.05, loss=None):
        tl.manual_seed(0)
        dataset = stripes(32)
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 2))
        return Trainer(
            model,
            Classification(dataset.classes, loss or nn.CrossEntropyLoss()),
            Inputs.measure(dataset),
            tl.optim.SGD(model.parameters(), lr=lr),
            None,
            DataLoader(dataset, batch_size=10, shuffle=True, seed=0),
            DataLoader(stripes(16, seed=1), batch_size=16),
            epochs=epochs,
            description=Description("net", {}, "classification", dataset.classes, {}, "stripes"),
            callbacks=callbacks,
        )

    return build
