"""Methods that turn many elements into fewer. NumPy's ``axis`` and ``keepdims`` are understood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import DTypeLike

from tensorlite import ops
from tensorlite.autograd import TensorBase
from tensorlite.ops.extreme import MinAndMax
from tensorlite.ops.names import numpy_names

if TYPE_CHECKING:
    from tensorlite.tensor.tensor import Tensor

Dims = int | Sequence[int] | None


class Reductions(TensorBase):
    """Sums, means, extremes and ranks."""

    __slots__ = ()

    @numpy_names
    def sum(
        self, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
    ) -> Tensor:
        return ops.sum(self, dim, keepdim, dtype=dtype)

    @numpy_names
    def nansum(
        self, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
    ) -> Tensor:
        return ops.nansum(self, dim, keepdim, dtype=dtype)

    @numpy_names
    def mean(
        self, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
    ) -> Tensor:
        return ops.mean(self, dim, keepdim, dtype=dtype)

    @numpy_names
    def nanmean(
        self, dim: Dims = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
    ) -> Tensor:
        return ops.nanmean(self, dim, keepdim, dtype=dtype)

    @numpy_names
    def var(
        self,
        dim: Dims | bool = None,
        unbiased: bool | None = None,
        keepdim: bool = False,
        *,
        correction: float | None = None,
    ) -> Tensor:
        return ops.var(self, dim, unbiased, keepdim, correction=correction)

    @numpy_names
    def std(
        self,
        dim: Dims | bool = None,
        unbiased: bool | None = None,
        keepdim: bool = False,
        *,
        correction: float | None = None,
    ) -> Tensor:
        return ops.std(self, dim, unbiased, keepdim, correction=correction)

    @numpy_names
    def var_mean(
        self,
        dim: Dims | bool = None,
        unbiased: bool | None = None,
        keepdim: bool = False,
        *,
        correction: float | None = None,
    ) -> tuple[Tensor, Tensor]:
        return ops.var_mean(self, dim, unbiased, keepdim, correction=correction)

    @numpy_names
    def std_mean(
        self,
        dim: Dims | bool = None,
        unbiased: bool | None = None,
        keepdim: bool = False,
        *,
        correction: float | None = None,
    ) -> tuple[Tensor, Tensor]:
        return ops.std_mean(self, dim, unbiased, keepdim, correction=correction)

    @numpy_names
    def prod(
        self, dim: int | None = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
    ) -> Tensor:
        return ops.prod(self, dim, keepdim, dtype=dtype)

    @numpy_names
    def logsumexp(self, dim: int | Sequence[int], keepdim: bool = False) -> Tensor:
        return ops.logsumexp(self, dim, keepdim)

    @numpy_names
    def any(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        return ops.any(self, dim, keepdim)

    @numpy_names
    def all(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        return ops.all(self, dim, keepdim)

    @numpy_names
    def norm(
        self,
        p: Any = "fro",
        dim: Dims = None,
        keepdim: bool = False,
        dtype: DTypeLike | None = None,
    ) -> Tensor:
        return ops.norm(self, p, dim, keepdim, dtype)

    @numpy_names
    def amax(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        return ops.amax(self, dim, keepdim)

    @numpy_names
    def amin(self, dim: Dims = None, keepdim: bool = False) -> Tensor:
        return ops.amin(self, dim, keepdim)

    @numpy_names
    def aminmax(self, *, dim: int | None = None, keepdim: bool = False) -> MinAndMax:
        return ops.aminmax(self, dim=dim, keepdim=keepdim)

    @numpy_names
    def max(self, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
        return ops.max(self, dim, keepdim, other=other)

    @numpy_names
    def min(self, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
        return ops.min(self, dim, keepdim, other=other)

    @numpy_names
    def argmax(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        return ops.argmax(self, dim, keepdim)

    @numpy_names
    def argmin(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        return ops.argmin(self, dim, keepdim)

    @numpy_names
    def median(self, dim: int | None = None, keepdim: bool = False) -> Any:
        return ops.median(self, dim, keepdim)

    @numpy_names
    def nanmedian(self, dim: int | None = None, keepdim: bool = False) -> Any:
        return ops.nanmedian(self, dim, keepdim)

    @numpy_names
    def kthvalue(self, k: int, dim: int = -1, keepdim: bool = False) -> Any:
        return ops.kthvalue(self, k, dim, keepdim)

    @numpy_names
    def mode(self, dim: int = -1, keepdim: bool = False) -> Any:
        return ops.mode(self, dim, keepdim)

    @numpy_names
    def quantile(
        self,
        q: Any,
        dim: int | None = None,
        keepdim: bool = False,
        *,
        interpolation: str = "linear",
    ) -> Tensor:
        return ops.quantile(self, q, dim, keepdim, interpolation=interpolation)

    @numpy_names
    def cumsum(self, dim: int, *, dtype: DTypeLike | None = None) -> Tensor:
        return ops.cumsum(self, dim, dtype=dtype)

    @numpy_names
    def cumprod(self, dim: int, *, dtype: DTypeLike | None = None) -> Tensor:
        return ops.cumprod(self, dim, dtype=dtype)

    @numpy_names
    def logcumsumexp(self, dim: int) -> Tensor:
        return ops.logcumsumexp(self, dim)

    @numpy_names
    def cummax(self, dim: int) -> Any:
        return ops.cummax(self, dim)

    @numpy_names
    def cummin(self, dim: int) -> Any:
        return ops.cummin(self, dim)

    @numpy_names
    def sort(self, dim: int = -1, descending: bool = False, stable: bool = False) -> Any:
        return ops.sort(self, dim, descending, stable)

    @numpy_names
    def argsort(self, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
        return ops.argsort(self, dim, descending, stable)

    @numpy_names
    def topk(self, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
        return ops.topk(self, k, dim, largest, sorted)

    @numpy_names
    def count_nonzero(self, dim: Dims = None) -> Tensor:
        return ops.count_nonzero(self, dim)

    def dist(self, other: Any, p: float = 2) -> Tensor:
        return ops.dist(self, other, p)

    def msort(self) -> Tensor:
        return ops.msort(self)

    def unique(
        self,
        sorted: bool = True,
        return_inverse: bool = False,
        return_counts: bool = False,
        dim: int | None = None,
    ) -> Any:
        return ops.unique(self, sorted, return_inverse, return_counts, dim)

    def unique_consecutive(
        self, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
    ) -> Any:
        return ops.unique_consecutive(self, return_inverse, return_counts, dim)

    def bincount(self, weights: Any = None, minlength: int = 0) -> Tensor:
        return ops.bincount(self, weights, minlength)

    def histc(self, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
        return ops.histc(self, bins, min, max)
