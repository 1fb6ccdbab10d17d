"""PyTorch's paths of layers: ``from tensorlite.nn.modules.batchnorm import _BatchNorm``.

Nothing is defined here. Each path is a module made of the files that hold what PyTorch keeps under
it; names that only PyTorch's own base classes have lead to ours.
"""

import sys
from importlib import import_module
from types import ModuleType

from tensorlite import nn
from tensorlite.nn import *  # noqa: F403
from tensorlite.nn.modules import utils as utils  # type: ignore[no-redef]

_HOMES = {
    "activation": "activation smooth softmax attention",
    "batchnorm": "normalization",
    "channelshuffle": "reshaping",
    "container": "containers parameter_containers",
    "conv": "conv conv_transpose",
    "distance": "distance",
    "dropout": "dropout",
    "flatten": "reshaping",
    "fold": "reshaping",
    "instancenorm": "normalization",
    "lazy": "lazy",
    "linear": "linear",
    "loss": "losses binary_losses regression_losses margin_losses box_losses ctc",
    "module": "module",
    "normalization": "group_norm",
    "padding": "padding",
    "pixelshuffle": "reshaping",
    "pooling": "pooling adaptive_pooling",
    "rnn": "recurrent recurrent_steps",
    "sparse": "embedding embedding_bag",
    "transformer": "attention transformer",
    "upsampling": "reshaping",
}
_NAMES = {
    "_AdaptiveAvgPoolNd": "_AdaptiveAvgPool",
    "_AdaptiveMaxPoolNd": "_AdaptiveMaxPool",
    "_ConvTransposeNd": "_ConvTranspose",
    "_DropoutNd": "_Dropout",
    "_MaxPoolNd": "_MaxPool",
}


def _gather(path: str, homes: str) -> ModuleType:
    module = ModuleType(f"{__name__}.{path}", f"What PyTorch keeps under ``nn.modules.{path}``.")
    for home in homes.split():
        vars(module).update(
            {
                name: value
                for name, value in vars(import_module(f"tensorlite.nn.{home}")).items()
                if not name.startswith("__")
            }
        )
    for name, ours in _NAMES.items():
        if hasattr(module, ours):
            setattr(module, name, getattr(module, ours))
    return module


for _path, _homes in _HOMES.items():
    globals()[_path] = sys.modules[f"{__name__}.{_path}"] = _gather(_path, _homes)

__all__ = nn.__all__
