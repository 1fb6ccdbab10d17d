"""A register tile for Numba: ``rows x vecs`` vectors of numbers that live in registers.

A processor multiplies and adds a whole vector of numbers at once, and it does so two times per
tick only while nothing has to be fetched from memory. So a matrix product is computed in tiles: a
block of the result stays in the registers while the loop runs along the sum.

    t = tile_zero(one, 8, 2)                 # 8 rows of 2 vectors
    t = tile_fma(t, A, rows, ia, B, ib)      # t[r, :] += A[rows[r] + ia] * B[ib : ib + width]
    tile_store(t, C, rows, ic)               # C[rows[r] + ic : ... + width] = t[r, :]

The rows of a tile may lie anywhere: ``rows`` are their offsets, taken from an array of integers by
``tile_rows``. This is what makes a matrix product and a convolution the same loop.

Each function here is written twice: in NumPy, which says what it does and runs under
``NUMBA_DISABLE_JIT=1``, and below that as the instructions that it stands for (LLVM's language).
Nothing else in tensorlite emits instructions, apart from the four of ``atomics.py``.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, register_model

from tensorlite.kernels.cache import jit_enabled
from tensorlite.kernels.compiled.processor import FUSED, VECTOR_BYTES
from tensorlite.kernels.winograd import matrix


class Tile(types.Type):
    """The Numba type of a tile; its value is an array of vectors, which LLVM keeps in registers."""

    def __init__(self, rows, vecs, number):
        self.rows, self.vecs, self.number = rows, vecs, number
        self.lanes = VECTOR_BYTES * 8 // number.bitwidth
        super().__init__(f"Tile({rows} x {vecs} x {self.lanes} {number})")

    @property
    def vector(self):
        """One of its vectors, for LLVM."""
        scalar = ir.FloatType() if self.number.bitwidth == 32 else ir.DoubleType()
        return ir.VectorType(scalar, self.lanes)


class Rows(types.Type):
    """The offsets of the rows of a tile."""

    def __init__(self, count):
        self.count = count
        super().__init__(f"Rows({count})")


@register_model(Tile)
class TileModel(models.PrimitiveModel):
    """A tile is an array of vectors."""

    def __init__(self, manager, tile):
        super().__init__(manager, tile, ir.ArrayType(tile.vector, tile.rows * tile.vecs))


@register_model(Rows)
class RowsModel(models.PrimitiveModel):
    """Rows are an array of integers."""

    def __init__(self, manager, rows):
        super().__init__(manager, rows, ir.ArrayType(I64, rows.count))


I32, I64 = ir.IntType(32), ir.IntType(64)
integer = types.int64


def _meaning(body):
    """Take the instructions below if there is a compiler, and the NumPy body if there is none."""
    return lambda emit: intrinsic(prefer_literal=True)(emit) if jit_enabled() else body


# --- arguments ------------------------------------------------------------------------------------


@_meaning(lambda args, i, one: args[i])
def floats(typing, args, i, one):
    """Argument ``i`` as an array of the elements' type."""
    kind = types.float32 if one.bitwidth == 32 else types.float64
    return types.CPointer(kind)(args, integer, one), _to_pointer


@_meaning(lambda args, i: args[i])
def whole(typing, args, i):
    """Argument ``i`` as an array of integers."""
    return types.CPointer(integer)(args, integer), _to_pointer


@_meaning(lambda args, i: args[i])
def places(typing, args, i):
    """Argument ``i`` as an array of 32-bit integers."""
    return types.CPointer(types.int32)(args, integer), _to_pointer


def _to_pointer(context, b, signature, args):
    address = b.load(b.gep(args[0], [args[1]]))
    return b.inttoptr(address, context.get_value_type(signature.return_type))


@_meaning(lambda one: VECTOR_BYTES // one.dtype.itemsize)
def lanes(typing, one):
    """How many numbers one vector holds."""
    count = VECTOR_BYTES * 8 // one.bitwidth
    return integer(one), lambda context, b, signature, args: I64(count)


# --- single numbers, which the compiler makes vectors of ------------------------------------------


@_meaning(lambda x, y, z: x * y + z)
def madd(typing, x, y, z):
    """``x * y + z``, rounded once where the processor can."""

    def emit(context, b, signature, args):
        if not FUSED:
            return b.fadd(b.fmul(args[0], args[1]), args[2])
        return b.fma(*args)

    return x(x, y, z), emit


def _scaled(y, t):
    two, n = type(y)(2.0), int(t) - 12582912
    return y * two ** (n >> 1) * two ** (n - (n >> 1))


@_meaning(_scaled)
def scaled(typing, y, t):
    """``y * 2**n`` for float32, where ``t`` is the whole ``n`` plus 1.5 * 2**23.

    The last bits of such a number are ``n``. In two halves, as 2**n may be too small for float32.
    """

    def emit(context, b, signature, args):
        n = b.sub(b.bitcast(args[1], I32), I32(0x4B400000))
        half, value = b.ashr(n, I32(1)), args[0]
        for part in half, b.sub(n, half):
            power = b.shl(b.add(part, I32(127)), I32(23))
            value = b.fmul(value, b.bitcast(power, ir.FloatType()))
        return value

    return y(y, y), emit


# --- the tile -------------------------------------------------------------------------------------


@_meaning(lambda one, rows, vecs: np.zeros((rows, vecs * lanes(one)), one.dtype))
def tile_zero(typing, one, rows, vecs):
    """A tile of zeros; its shape is known when the kernel is compiled."""
    if not isinstance(rows, types.IntegerLiteral):
        return None
    number = types.float32 if one.bitwidth == 32 else types.float64
    tile = Tile(rows.literal_value, vecs.literal_value, number)

    def emit(context, b, signature, args):
        return ir.Constant(context.get_value_type(tile), None)

    return tile(one, rows, vecs), emit


@_meaning(lambda t: t.shape[0])
def tile_height(typing, t):
    """The number of rows."""
    return integer(t), lambda context, b, signature, args: I64(t.rows)


@_meaning(lambda t: t.shape[1])
def tile_width(typing, t):
    """The numbers in one row."""
    return integer(t), lambda context, b, signature, args: I64(t.vecs * t.lanes)


@_meaning(lambda t, at, i: at[i : i + t.shape[0]])
def tile_rows(typing, t, at, i):
    """The offsets ``at[i : i + height]``."""
    return Rows(t.rows)(t, at, integer), _emit_offsets


@_meaning(lambda t, at, i: at[i : i + t.shape[1] // lanes(t.dtype.type(1))])
def tile_columns(typing, t, at, i):
    """The offsets ``at[i : i + vecs]``, for ``tile_dot``."""
    return Rows(t.vecs)(t, at, integer), _emit_offsets


def _emit_offsets(context, b, signature, args):
    offsets = ir.Constant(context.get_value_type(signature.return_type), ir.Undefined)
    for r in range(signature.return_type.count):
        offset = b.load(b.gep(args[1], [b.add(args[2], I64(r))]))
        offsets = b.insert_value(offsets, offset, r)
    return offsets


@_meaning(lambda t, step: np.arange(t.shape[0]) * step)
def tile_steps(typing, t, step):
    """The offsets ``0, step, 2 * step ...``."""

    def emit(context, b, signature, args):
        offsets = ir.Constant(context.get_value_type(signature.return_type), ir.Undefined)
        for r in range(t.rows):
            offsets = b.insert_value(offsets, b.mul(args[1], I64(r)), r)
        return offsets

    return Rows(t.rows)(t, integer), emit


def _fma_body(t, A, rows, ia, B, ib):
    return t + A[rows + ia][:, None] * B[ib : ib + t.shape[1]]


@_meaning(_fma_body)
def tile_fma(typing, t, A, rows, ia, B, ib):
    """``t[r, :] += A[rows[r] + ia] * B[ib : ib + width]``: an outer product."""

    def emit(context, b, signature, args):
        value, A_, rows_, ia_, B_, ib_ = args
        columns = [_load(b, t, b.gep(B_, [b.add(ib_, I64(v * t.lanes))])) for v in range(t.vecs)]
        for r in range(t.rows):
            number = b.load(b.gep(b.gep(A_, [b.extract_value(rows_, r)]), [ia_]))
            factor = _broadcast(b, t, number)
            for v in range(t.vecs):
                k = r * t.vecs + v
                value = b.insert_value(
                    value, _fma(b, t, factor, columns[v], b.extract_value(value, k)), k
                )
        return value

    return t(t, A, rows, integer, B, integer), emit


@_meaning(lambda t, C, rows, ic: np.stack([C[r + ic : r + ic + t.shape[1]] for r in rows]))
def tile_load(typing, t, C, rows, ic):
    """``t[r, :] = C[rows[r] + ic : ... + width]``."""

    def emit(context, b, signature, args):
        value, C_, rows_, ic_ = args
        for r in range(t.rows):
            row = b.gep(b.gep(C_, [b.extract_value(rows_, r)]), [ic_])
            for v in range(t.vecs):
                vector = _load(b, t, b.gep(row, [I64(v * t.lanes)]))
                value = b.insert_value(value, vector, r * t.vecs + v)
        return value

    return t(t, C, rows, integer), emit


@_meaning(lambda t, A, ia, rows: np.repeat(A[rows + ia][:, None], t.shape[1], 1))
def tile_down(typing, t, A, ia, rows):
    """A tile whose row ``r`` is everywhere ``A[rows[r] + ia]``."""

    def emit(context, b, signature, args):
        value, A_, ia_, rows_ = args
        for r in range(t.rows):
            number = b.load(b.gep(b.gep(A_, [b.extract_value(rows_, r)]), [ia_]))
            vector = _broadcast(b, t, number)
            for v in range(t.vecs):
                value = b.insert_value(value, vector, r * t.vecs + v)
        return value

    return t(t, A, integer, rows), emit


@_meaning(lambda t, u: t + u)
def tile_add(typing, t, u):
    """The sum of two tiles."""

    def emit(context, b, signature, args):
        value = args[0]
        for k in range(t.rows * t.vecs):
            both = b.extract_value(value, k), b.extract_value(args[1], k)
            value = b.insert_value(value, b.fadd(*both), k)
        return value

    return t(t, t), emit


@_meaning(lambda t: np.where(t < 0, 0, t).astype(t.dtype))
def tile_relu(typing, t):
    """``max(t, 0)``; what is not a number stays so."""

    def emit(context, b, signature, args):
        value, zero = args[0], ir.Constant(t.vector, None)
        for k in range(t.rows * t.vecs):
            vector = b.extract_value(value, k)
            positive = b.select(b.fcmp_ordered("<", vector, zero), zero, vector)
            value = b.insert_value(value, positive, k)
        return value

    return t(t), emit


def _store_body(t, C, rows, ic):
    for r, row in enumerate(rows):
        C[row + ic : row + ic + t.shape[1]] = t[r]


@_meaning(_store_body)
def tile_store(typing, t, C, rows, ic):
    """``C[rows[r] + ic : ... + width] = t[r, :]``."""

    def emit(context, b, signature, args):
        value, C_, rows_, ic_ = args
        for r in range(t.rows):
            row = b.gep(b.gep(C_, [b.extract_value(rows_, r)]), [ic_])
            for v in range(t.vecs):
                _store(b, t, b.extract_value(value, r * t.vecs + v), b.gep(row, [I64(v * t.lanes)]))
        return context.get_dummy_value()

    return types.void(t, C, rows, integer), emit


def _dot_body(t, A, ra, ia, B, rb, ib):
    n = t.shape[1] // len(rb)
    left = np.stack([A[r + ia : r + ia + n] for r in ra])
    right = np.concatenate([B[r + ib : r + ib + n] for r in rb])
    return t + np.tile(left, len(rb)) * right


@_meaning(_dot_body)
def tile_dot(typing, t, A, ra, ia, B, rb, ib):
    """Vector ``(r, v)`` of the tile ``+= A[ra[r] + ia : + lanes] * B[rb[v] + ib : + lanes]``."""

    def emit(context, b, signature, args):
        value, A_, ra_, ia_, B_, rb_, ib_ = args
        right = [
            _load(b, t, b.gep(b.gep(B_, [b.extract_value(rb_, v)]), [ib_])) for v in range(t.vecs)
        ]
        for r in range(t.rows):
            left = _load(b, t, b.gep(b.gep(A_, [b.extract_value(ra_, r)]), [ia_]))
            for v in range(t.vecs):
                k = r * t.vecs + v
                value = b.insert_value(
                    value, _fma(b, t, left, right[v], b.extract_value(value, k)), k
                )
        return value

    return t(t, A, ra, integer, B, rb, integer), emit


def _along_body(t, A, rows, ia, B, ib):
    width = t.shape[1]
    return t + np.stack([A[r + ia : r + ia + width] for r in rows]) * B[ib : ib + width]


@_meaning(_along_body)
def tile_along(typing, t, A, rows, ia, B, ib):
    """``t[r, :] += A[rows[r] + ia : ... + width] * B[ib : ib + width]``, number by number."""

    def emit(context, b, signature, args):
        value, A_, rows_, ia_, B_, ib_ = args
        right = [_load(b, t, b.gep(B_, [b.add(ib_, I64(v * t.lanes))])) for v in range(t.vecs)]
        for r in range(t.rows):
            row = b.gep(b.gep(A_, [b.extract_value(rows_, r)]), [ia_])
            for v in range(t.vecs):
                left, k = _load(b, t, b.gep(row, [I64(v * t.lanes)])), r * t.vecs + v
                total = _fma(b, t, left, right[v], b.extract_value(value, k))
                value = b.insert_value(value, total, k)
        return value

    return t(t, A, rows, integer, B, integer), emit


def _fold_body(t, C, rows, ic):
    across = t.shape[1] // lanes(t.dtype.type(1))
    for r, row in enumerate(rows):
        C[row + ic : row + ic + across] += t[r].reshape(across, -1).sum(1)


@_meaning(_fold_body)
def tile_fold(typing, t, C, rows, ic):
    """``C[rows[r] + ic + v] +=`` the sum of vector ``(r, v)`` of the tile."""

    def emit(context, b, signature, args):
        value, C_, rows_, ic_ = args
        for r in range(t.rows):
            row = b.gep(b.gep(C_, [b.extract_value(rows_, r)]), [ic_])
            for v in range(t.vecs):
                place = b.gep(row, [I64(v)])
                total = _sum(b, t, b.extract_value(value, r * t.vecs + v))
                b.store(b.fadd(b.load(place), total), place)
        return context.get_dummy_value()

    return types.void(t, C, rows, integer), emit


# --- constant matrices, for Winograd --------------------------------------------------------------


class Blocks(types.Type):
    """A type that says: blocks of ``m`` results, windows ``r`` long; its value means nothing."""

    def __init__(self, m, r, number):
        self.m, self.r, self.number = m, r, number
        super().__init__(f"Blocks({m}, {r}, {number})")


@register_model(Blocks)
class BlocksModel(models.PrimitiveModel):
    """Nothing to keep but the type."""

    def __init__(self, manager, blocks):
        super().__init__(manager, blocks, ir.IntType(8))


class _PlainBlocks:
    def __init__(self, one, m, r):
        self.m, self.r, self.number = m, r, one.dtype


def _sides(blocks):
    """How many numbers a piece of the picture, a block of results and a window have in a row."""
    return blocks.m + blocks.r - 1, blocks.m, blocks.r


@_meaning(_PlainBlocks)
def blocks_of(typing, one, m, r):
    """Blocks of ``m`` results of windows ``r`` long; both known when the kernel is compiled."""
    if not isinstance(m, types.IntegerLiteral):
        return None
    number = types.float32 if one.bitwidth == 32 else types.float64
    blocks = Blocks(m.literal_value, r.literal_value, number)
    return blocks(one, m, r), lambda context, b, signature, args: ir.Constant(ir.IntType(8), 0)


@_meaning(lambda blocks, side: np.zeros((_sides(blocks)[side], lanes(blocks.number.type(1)))))
def tile_side(typing, blocks, side):
    """A tile of zeros, one vector wide, as high as a piece (0), a block (1) or a window (2)."""
    if not isinstance(side, types.IntegerLiteral):
        return None
    tile = Tile(_sides(blocks)[side.literal_value], 1, blocks.number)

    def emit(context, b, signature, args):
        return ir.Constant(context.get_value_type(tile), None)

    return tile(blocks, side), emit


@_meaning(lambda blocks, which, t: (matrix(which, blocks.m, blocks.r) @ t).astype(t.dtype))
def tile_mix(typing, blocks, which, t):
    """The tile multiplied from the left by one of the matrices of ``kernels/winograd.py``."""
    if not isinstance(which, types.IntegerLiteral):
        return None
    rows = matrix(which.literal_value, blocks.m, blocks.r)
    result = Tile(len(rows), t.vecs, t.number)

    def emit(context, b, signature, args):
        given = [b.extract_value(args[2], k) for k in range(t.rows * t.vecs)]
        mixed = ir.Constant(context.get_value_type(result), ir.Undefined)
        for v in range(t.vecs):
            column = _mix(b, t, rows, given[v :: t.vecs])
            for i, vector in enumerate(column):
                mixed = b.insert_value(mixed, vector, i * t.vecs + v)
        return mixed

    return result(blocks, which, t), emit


def _mix(b, t, rows, given):
    """Rows times vectors; two rows that differ in signs only, as points p and -p give, share."""
    found = []
    while len(found) < len(rows):
        one, other = [*rows, ()][len(found) : len(found) + 2]
        same = [(c + d) / 2 for c, d in zip(one, other, strict=False)]
        turned = [(c - d) / 2 for c, d in zip(one, other, strict=False)]
        if (
            any(same)
            and any(turned)
            and not any(x and y for x, y in zip(same, turned, strict=True))
        ):
            even, odd = _combine(b, t, same, given), _combine(b, t, turned, given)
            found += [b.fadd(even, odd), b.fsub(even, odd)]
        else:
            found.append(_combine(b, t, one, given))
    return found


def _combine(b, t, factors, given):
    """The sum of factors times vectors, those that are 1 first."""
    total = None
    terms = [(c, x) for c, x in zip(factors, given, strict=True) if c]
    for c, x in sorted(terms, key=lambda term: term[0] != 1):
        if total is None:
            total = x if c == 1 else b.fmul(ir.Constant(t.vector, [c] * t.lanes), x)
        elif abs(c) == 1:
            total = (b.fadd if c == 1 else b.fsub)(total, x)
        else:
            total = _fma(b, t, ir.Constant(t.vector, [c] * t.lanes), x, total)
    return total


# --- vectors, for LLVM ----------------------------------------------------------------------------


def _load(b, t, pointer):
    return b.load(b.bitcast(pointer, t.vector.as_pointer()), align=t.number.bitwidth // 8)


def _store(b, t, vector, pointer):
    b.store(vector, b.bitcast(pointer, t.vector.as_pointer()), align=t.number.bitwidth // 8)


def _broadcast(b, t, scalar):
    undefined = ir.Constant(t.vector, ir.Undefined)
    first = b.insert_element(undefined, scalar, I32(0))
    return b.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(I32, t.lanes), None))


def _fma(b, t, x, y, z):
    if not FUSED:  # without the instruction, llvm.fma would call a function for each number
        return b.fadd(b.fmul(x, y), z)
    name = f"llvm.fma.v{t.lanes}f{t.number.bitwidth}"
    kind = ir.FunctionType(t.vector, [t.vector] * 3)
    return b.call(b.module.globals.get(name) or ir.Function(b.module, kind, name), [x, y, z])


def _sum(b, t, vector):
    """Half and half, until one number is left."""
    undefined, lanes = ir.Constant(t.vector, ir.Undefined), t.lanes
    while lanes > 1:
        lanes //= 2
        places = [k + lanes if k < lanes else k for k in range(t.lanes)]
        mask = ir.Constant(ir.VectorType(I32, t.lanes), places)
        vector = b.fadd(vector, b.shuffle_vector(vector, undefined, mask))
    return b.extract_element(vector, I32(0))
