"""Matrices taken apart: singular values, eigenvalues, orthogonal factors, pseudo-inverses.

An op has one result that gradients reach. Where there are several factors, it is all of them on top
of each other; the functions cut it up.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tensorlite.autograd import Array, Op, make_tensor
from tensorlite.errors import ConfigError, ShapeError
from tensorlite.ops.arrange import tril, triu
from tensorlite.ops.convert import as_tensor, operands
from tensorlite.ops.linalg import MatMul, matmul
from tensorlite.ops.placing import GetItem
from tensorlite.ops.reduce import Sum, floating
from tensorlite.ops.shape import Reshape, broadcast_to, unsqueeze
from tensorlite.ops.solve import Inverse, _numpys, _square, _turned, inv, solve

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


class SVDResult(NamedTuple):
    """What ``linalg.svd`` returns."""

    U: Any
    S: Any
    Vh: Any


class EighResult(NamedTuple):
    """What ``eigh`` returns."""

    eigenvalues: Any
    eigenvectors: Any


class QRResult(NamedTuple):
    """What ``qr`` returns."""

    Q: Any
    R: Any


def _rows(x: Any, start: int, stop: int) -> Any:
    return GetItem.apply(x, (..., slice(start, stop), slice(None)))


def _eye(n: int, dtype: Any) -> Array:
    return np.eye(n, dtype=dtype)


def _inverse_gaps(row: Any) -> Any:
    """``1 / (s[j] - s[i])``, and 0 on the diagonal."""
    n = row.shape[-1]
    eye = _eye(n, row.dtype)
    return (1 - eye) / (row - _turned(row) + eye)


class Svd(Op):
    """``u``, ``s`` and ``v`` of ``u * s @ v.T = a``, one below the other.

    Source: Townsend 2016, "Differentiating the Singular Value Decomposition".
    """

    def forward(self, a: Array) -> Array:
        self.save_output()
        u, s, vh = _numpys(lambda a: np.linalg.svd(a, full_matrices=False), a)
        self.m = a.shape[-2]
        return np.concatenate([u, s[..., None, :], np.swapaxes(vh, -1, -2)], axis=-2)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        m, end = self.m, y.shape[-2]
        u, s, v = _rows(y, 0, m), _rows(y, m, m + 1), _rows(y, m + 1, end)
        gu, gs, gv = _rows(grad, 0, m), _rows(grad, m, m + 1), _rows(grad, m + 1, end)
        gaps = _inverse_gaps(s * s)
        inner = gaps * _twisted(u, gu) * s + _turned(s) * (gaps * _twisted(v, gv))
        eye = _eye(s.shape[-1], s.dtype)
        out = MatMul.apply(MatMul.apply(u, inner + gs * eye), _turned(v))
        if u.shape[-2] > u.shape[-1]:
            out = out + MatMul.apply(_outside(u, gu) / s, _turned(v))
        if v.shape[-2] > v.shape[-1]:
            out = out + MatMul.apply(u / s, _turned(_outside(v, gv)))
        return out


def _twisted(u: Any, grad: Any) -> Any:
    product = MatMul.apply(_turned(u), grad)
    return product - _turned(product)


def _outside(u: Any, grad: Any) -> Any:
    """What of ``grad`` lies outside the columns of ``u``."""
    return grad - MatMul.apply(u, MatMul.apply(_turned(u), grad))


class Eigh(Op):
    """Eigenvalues and, below them, eigenvectors of symmetric matrices."""

    def forward(self, a: Array, uplo: Any) -> Array:
        self.save_output()
        self.eye = _eye(a.shape[-1], a.dtype)
        values, vectors = _numpys(lambda a: np.linalg.eigh(a, uplo), a)
        return np.concatenate([values[..., None, :], vectors], axis=-2)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        end = y.shape[-2]
        values, vectors = _rows(y, 0, 1), _rows(y, 1, end)
        inner = _inverse_gaps(values) * MatMul.apply(_turned(vectors), _rows(grad, 1, end))
        inner = inner + _rows(grad, 0, 1) * self.eye
        out = MatMul.apply(MatMul.apply(vectors, inner), _turned(vectors))
        return (out + _turned(out)) * 0.5


class Qr(Op):
    """Orthogonal columns ``q`` and, below them, the triangle ``r`` of ``q @ r = a``."""

    def forward(self, a: Array) -> Array:
        self.save_output()
        self.eye = _eye(a.shape[-1], a.dtype)
        self.below = np.tri(a.shape[-1], k=-1, dtype=a.dtype)
        return np.concatenate(_numpys(np.linalg.qr, a), axis=-2)

    def backward(self, grad: Any) -> Any:
        (y,) = self.saved
        n, end = y.shape[-1], y.shape[-2]
        q, r = _rows(y, 0, end - n), _rows(y, end - n, end)
        gq, gr = _rows(grad, 0, end - n), _rows(grad, end - n, end)
        inner = MatMul.apply(r, _turned(gr)) - MatMul.apply(_turned(gq), q)
        lower = inner * self.below
        both = lower + _turned(lower) + inner * self.eye
        return MatMul.apply(gq + MatMul.apply(q, both), _turned(Inverse.apply(r)))


class Pinv(Op):
    """The matrix that undoes another as far as that is possible.

    Source: Golub and Pereyra 1973, "The Differentiation of Pseudo-Inverses".
    """

    def forward(self, a: Array, rcond: float) -> Array:
        self.save_inputs(0)
        self.save_output()
        return np.asarray(_numpys(lambda a: np.linalg.pinv(a, rcond), a))

    def backward(self, grad: Any) -> Any:
        a, p = self.saved
        turned, other = _turned(p), _turned(grad)
        rest = other - MatMul.apply(a, MatMul.apply(p, other))
        out = MatMul.apply(MatMul.apply(rest, p), turned)
        rest = other - MatMul.apply(MatMul.apply(other, p), a)
        out = out + MatMul.apply(MatMul.apply(turned, p), rest)
        return out - MatMul.apply(MatMul.apply(turned, grad), turned)


# --- functions ------------------------------------------------------------------------------------


def _matrices(A: Any, where: str) -> Any:
    a = as_tensor(A)
    floating(a, where)
    if len(a.shape) < 2:
        raise ShapeError(f"expected matrices, got shape {a.shape}.", where=where)
    return a


def linalg_svd(A: Any, full_matrices: bool = True) -> SVDResult:
    """Singular values and vectors: ``U * S @ Vh = A``.

    Args:
        A: Matrices.
        full_matrices: Complete ``U`` and ``Vh`` to square ones; those have no gradient.

    Example:
        >>> linalg_svd([[3.0, 0.0], [0.0, 4.0]]).S
        tensor([4., 3.])
    """
    a = _matrices(A, "linalg.svd")
    m, n = a.shape[-2:]
    y = Svd.apply(a)
    s = Reshape.apply(_rows(y, m, m + 1), (*y.shape[:-2], y.shape[-1]))
    if full_matrices and m != n:
        u, _, vh = _numpys(np.linalg.svd, a.array)
        return SVDResult(make_tensor(u), s, make_tensor(vh))
    return SVDResult(_rows(y, 0, m), s, _turned(_rows(y, m + 1, m + 1 + n)))


def svd(input: Any, some: bool = True, compute_uv: bool = True) -> tuple[Any, Any, Any]:
    """Singular values and vectors, ``U * S @ V.T = input``, as ``torch.svd`` returns them."""
    u, s, vh = linalg_svd(input, not some)
    if not compute_uv:
        u, vh = u.detach() * 0.0, vh.detach() * 0.0
    return u, s, _turned(vh)


def svdvals(A: Any) -> Tensor:
    """Singular values, the largest first."""
    return linalg_svd(A, False).S


def eigh(A: Any, UPLO: str = "L") -> EighResult:
    """Eigenvalues, the smallest first, and eigenvectors of symmetric matrices.

    Example:
        >>> eigh([[2.0, 0.0], [0.0, 1.0]]).eigenvalues
        tensor([1., 2.])
    """
    y = Eigh.apply(_square(A, "linalg.eigh"), UPLO)
    end = y.shape[-2]
    values = Reshape.apply(_rows(y, 0, 1), (*y.shape[:-2], end - 1))
    return EighResult(values, _rows(y, 1, end))


def eigvalsh(A: Any, UPLO: str = "L") -> Tensor:
    """Eigenvalues of symmetric matrices, the smallest first."""
    return eigh(A, UPLO).eigenvalues


def qr(A: Any, mode: str = "reduced") -> QRResult:
    """Orthogonal columns and a triangle: ``Q @ R = A``.

    Raises:
        ConfigError: If ``mode`` is not ``"reduced"``, or ``"complete"`` for square matrices.
    """
    a = _matrices(A, "linalg.qr")
    m, n = a.shape[-2:]
    if mode != "reduced" and not (mode == "complete" and m <= n):
        raise ConfigError(f"expected the mode 'reduced', got {mode!r}.", where="linalg.qr")
    if m < n:
        q = _rows(Qr.apply(GetItem.apply(a, (..., slice(0, m)))), 0, m)
        return QRResult(q, triu(MatMul.apply(_turned(q), a)))
    y = Qr.apply(a)
    return QRResult(_rows(y, 0, m), _rows(y, m, m + n))


def pinv(
    A: Any, *, atol: float = 0.0, rtol: float | None = None, hermitian: bool = False
) -> Tensor:
    """The pseudo-inverse; singular values below ``rtol`` times the largest count as 0."""
    a = _matrices(A, "linalg.pinv")
    if hermitian:  # the lower triangle counts
        a = tril(a) + _turned(tril(a, -1))
    if atol:
        largest = np.max(np.linalg.svd(a.array, compute_uv=False), initial=0.0)
        rtol = max(rtol or 0.0, float(atol / largest) if largest else 0.0)
    if rtol is None:
        rtol = max(a.shape[-2:]) * float(np.finfo(a.dtype.type).eps)
    return Pinv.apply(a, rtol)


pinverse = pinv


def matrix_power(A: Any, n: int) -> Tensor:
    """``A @ A @ ...``, ``n`` times; negative ``n`` take the inverse."""
    a = _square(A, "linalg.matrix_power")
    base = inv(a) if n < 0 else a
    if n == 0:
        return a * 0.0 + _eye(a.shape[-1], a.dtype)
    out, count = None, abs(n)
    while count:
        if count % 2:
            out = base if out is None else MatMul.apply(out, base)
        count //= 2
        base = MatMul.apply(base, base) if count else base
    return out  # type: ignore[return-value]


def matrix_exp(A: Any) -> Tensor:
    """The exponential series of square matrices."""
    a = _square(A, "linalg.matrix_exp")
    if not a.array.size:
        return a * 1.0
    size = float(np.max(np.add.reduce(np.abs(a.array), axis=-1)))
    halvings = max(0, math.ceil(math.log2(size)) + 3) if 0 < size < math.inf else 0
    part, eye = a * 0.5**halvings, _eye(a.shape[-1], a.dtype)
    out = part * 0.0 + eye
    for k in range(13, 0, -1):
        out = MatMul.apply(part, out) * (1 / k) + eye
    for _ in range(halvings):
        out = MatMul.apply(out, out)
    return out


def matrix_rank(
    A: Any, *, atol: float | None = None, rtol: float | None = None, hermitian: bool = False
) -> Tensor:
    """How many singular values are not 0, to the last digits; without gradient."""
    a = _matrices(A, "linalg.matrix_rank")
    s = np.abs(np.linalg.eigvalsh(a.array)) if hermitian else np.linalg.svd(a.array, False, False)
    if rtol is None:
        rtol = 0.0 if atol else max(a.shape[-2:]) * float(np.finfo(a.dtype.type).eps)
    bound = np.maximum(atol or 0.0, s.max(-1, keepdims=True, initial=0.0) * rtol)
    return make_tensor(np.asarray((s > bound).sum(-1), np.int64))


def solve_triangular(
    A: Any, B: Any, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Tensor:
    """The ``X`` of ``A @ X = B`` (``X @ A = B`` unless ``left``), where only a triangle counts."""
    a, b = operands(_square(A, "linalg.solve_triangular"), as_tensor(B))
    side = triu(a, int(unitriangular)) if upper else tril(a, -int(unitriangular))
    if unitriangular:
        side = side + _eye(a.shape[-1], a.dtype)
    if not left:
        side, b = _turned(side), _turned(b)
    batch = np.broadcast_shapes(side.shape[:-2], b.shape[:-2])
    b = broadcast_to(b, (*batch, *b.shape[-2:]))
    out = solve(broadcast_to(side, (*batch, *side.shape[-2:])), b)
    return out if left else _turned(out)


def vecdot(x: Any, y: Any, *, dim: int = -1) -> Tensor:
    """Products of vectors that lie along a dimension."""
    a, b = operands(as_tensor(x), as_tensor(y))
    product = a * b
    return Sum.apply(product, (dim % len(product.shape),), False)


class LstsqResult(NamedTuple):
    """What ``lstsq`` returns."""

    solution: Any
    residuals: Any
    rank: Any
    singular_values: Any


def lstsq(A: Any, B: Any, rcond: float | None = None, *, driver: str | None = None) -> LstsqResult:
    """The ``X`` with the least squared distance of ``A @ X`` to ``B``; its field ``solution``."""
    a, b = operands(_matrices(A, "linalg.lstsq"), as_tensor(B))
    vector = len(b.shape) == len(a.shape) - 1
    columns = unsqueeze(b, -1) if vector else b
    solution = matmul(pinv(a, rtol=rcond), columns)
    m, n = a.shape[-2:]
    residuals: Any = make_tensor(np.zeros(0, a.dtype))
    if m > n and bool((matrix_rank(a).array == n).all()):
        rest = matmul(a, solution) - columns
        residuals = Sum.apply(rest * rest, (len(rest.shape) - 2,), False)
    if vector:
        solution = Reshape.apply(solution, solution.shape[:-1])
    empty = make_tensor(np.zeros(0, a.dtype))
    rank = matrix_rank(a, rtol=rcond)
    return LstsqResult(solution, residuals, rank, empty)
