"""Methods that are functions of ops as they stand: the tensor is the first argument."""

from __future__ import annotations

from tensorlite import ops
from tensorlite.autograd import TensorBase
from tensorlite.ops import factors, inserting, numbers, solve


class Functions(TensorBase):
    """Functions that need no method of their own."""

    __slots__ = ()

    adjoint = ops.adjoint
    angle = ops.angle
    as_strided = ops.as_strided
    conj = ops.conj
    conj_physical = ops.conj
    corrcoef = ops.corrcoef
    cov = ops.cov
    det = solve.det
    diagflat = ops.diagflat
    diagonal_scatter = ops.diagonal_scatter
    dsplit = ops.dsplit
    frexp = ops.frexp
    gcd = ops.gcd
    histogram = ops.histogram
    hsplit = ops.hsplit
    i0 = ops.i0
    index_reduce = ops.index_reduce
    inverse = solve.inv
    is_nonzero = numbers.is_nonzero
    is_same_size = numbers.is_same_size
    isreal = ops.isreal
    lcm = ops.lcm
    ldexp = ops.ldexp
    logaddexp2 = ops.logaddexp2
    logdet = solve.logdet
    matrix_exp = factors.matrix_exp
    matrix_power = factors.matrix_power
    mvlgamma = ops.mvlgamma
    nanquantile = ops.nanquantile
    narrow_copy = ops.narrow_copy
    nextafter = ops.nextafter
    pinverse = factors.pinv
    qr = factors.qr
    renorm = ops.renorm
    resolve_conj = ops.conj
    resolve_neg = ops.conj
    select_scatter = ops.select_scatter
    sinc = ops.sinc
    slice_scatter = ops.slice_scatter
    slogdet = solve.slogdet
    split_with_sizes = ops.split_with_sizes
    sum_to_size = inserting.sum_to_size
    svd = factors.svd
    unsafe_chunk = ops.unsafe_chunk
    unsafe_split = ops.unsafe_split
    unsafe_split_with_sizes = ops.unsafe_split_with_sizes
    vsplit = ops.vsplit
