"""Training: settings, tasks, the loop, callbacks, run directories, checkpoints and the report.

What is where, in the order in which a training goes through it:

- ``config`` and ``recipes``: settings, from the command line, from TOML, from the model;
- ``building``: from the names in the settings to a model, an optimizer, batches;
- ``inputs``: the parts of the data, shape and normalisation of the images;
- ``tasks``, ``classification``, ``metrics``: what is learned, and how good it is;
- ``session``: one training from settings to report; ``loop``: its batches and epochs;
- ``callbacks`` and ``progress``: what is written and shown meanwhile;
- ``run``, ``checkpoint``, ``files``, ``environment``: what stays on disk, and how;
- ``report`` and ``svg``: its pictures and pages; ``summaries``: lists of runs;
- ``trained`` and ``prediction``: evaluating and using what was trained.

>>> from tensorlite.training import Layer, resolve
>>> resolve(Layer("me", {"model": "lenet5", "epochs": 3})).settings.epochs
3
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
