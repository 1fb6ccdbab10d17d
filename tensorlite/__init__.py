"""A reverse-mode autodiff tensor engine with Numba kernels, a model zoo and a command line.

The names live in ``__init__.pyi`` and are imported when first used, so that
``import tensorlite`` costs nothing and ``tensorlite --help`` starts at once.
"""

from pathlib import Path

import lazy_loader

# In a checkout, zoo/, plugins/ and cli/ lie beside this folder; in a wheel, inside it.
_root = Path(__file__).resolve().parent.parent
if (_root / "pyproject.toml").is_file() and (_root / "zoo").is_dir():
    __path__.append(str(_root))

__version__ = "0.1.0"
_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

_ABSENT = {
    "func": "Use tl.autograd.functional (jacobian, hessian, vjp, jvp).",
    "fft": "There are no complex numbers: use convolutions, or NumPy's np.fft on x.numpy().",
    "stft": "There are no complex numbers: use NumPy's np.fft on x.numpy().",
    "complex": "There are no complex numbers: keep the two parts in a last dimension of size 2.",
    "complex64": "There are no complex numbers: keep the two parts in a last dimension of size 2.",
    "complex128": "There are no complex numbers: keep the two parts in a last dimension of size 2.",
    "cfloat": "There are no complex numbers: keep the two parts in a last dimension of size 2.",
    "imag": "There are no complex numbers: keep the two parts in a last dimension of size 2.",
    "bfloat16": "Use tl.float32: the processor computes in it, and it loses nothing.",
    "sparse_coo_tensor": "There are no sparse tensors: use tl.zeros and index_put.",
    "vmap": "Give the function a batch: ops broadcast, and layers take a first dimension.",
}


def __getattr__(name: str) -> object:
    try:
        return _load(name)
    except AttributeError:
        if name not in _ABSENT:
            raise
        message = f"module 'tensorlite' has no attribute {name!r}. {_ABSENT[name]}"
        raise AttributeError(message) from None
