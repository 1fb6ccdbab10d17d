"""A reverse-mode autodiff tensor engine with Numba kernels, a model zoo and a command line.

The names live in ``__init__.pyi`` and are imported when first used (SPEC 1), so that
``import tensorlite`` costs nothing and ``tensorlite --help`` starts at once.
"""

from pathlib import Path

import lazy_loader

# In a checkout, zoo/, plugins/ and cli/ lie beside this folder; in a wheel, inside it.
_root = Path(__file__).resolve().parent.parent
if (_root / "pyproject.toml").is_file() and (_root / "zoo").is_dir():
    __path__.append(str(_root))

__version__ = "0.1.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
