from .callbacks import (
    Callback,
    Checkpoint,
    CSVLogger,
    EarlyStopping,
    JSONLLogger,
)
from .checkpoint import (
    Description,
    Snapshot,
    load_checkpoint,
    save_checkpoint,
)
from .classification import Classification
from .config import Config, Layer, resolve
from .inputs import Inputs
from .loop import Trainer, evaluate
from .result import Result
from .run import RunDirectory, all_runs, find_run
from .session import Session, prepare
from .settings import Settings
from .tasks import Prediction, Scores, Section, Task
from .trained import Trained

__all__ = [
    "CSVLogger",
    "Callback",
    "Checkpoint",
    "Classification",
    "Config",
    "Description",
    "EarlyStopping",
    "Inputs",
    "JSONLLogger",
    "Layer",
    "Prediction",
    "Result",
    "RunDirectory",
    "Scores",
    "Section",
    "Session",
    "Settings",
    "Snapshot",
    "Task",
    "Trained",
    "Trainer",
    "all_runs",
    "evaluate",
    "find_run",
    "load_checkpoint",
    "prepare",
    "resolve",
    "save_checkpoint",
]
