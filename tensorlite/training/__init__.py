"""Training: settings, tasks, the loop, callbacks, run directories, checkpoints and the report.

>>> from tensorlite.training import Layer, resolve
>>> resolve(Layer("me", {"model": "lenet5", "epochs": 3})).settings.epochs
3
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
