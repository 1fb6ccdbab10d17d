"""Checks of what a plugin brings, for its author's tests and for ``tensorlite plugins doctor``.

Each check takes what would be registered, tries it on small inputs, and raises a ``CheckFailure``
with one sentence at the first thing that is wrong. With pytest installed there are fixtures too,
see ``tensorlite.testing.fixtures``.

>>> from tensorlite import nn
>>> from tensorlite.testing import check_layer
>>> check_layer(nn.Conv2d, (2, 3, 5, 5), options={"in_channels": 3, "out_channels": 2,
...                                               "kernel_size": 3})
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
