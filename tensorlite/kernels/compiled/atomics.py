"""What threads need to agree without locks: four instructions on an array of integers."""

from __future__ import annotations

import platform

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

I64 = ir.IntType(64)
integer = types.int64


@intrinsic
def read(typing, words, i):
    """``words[i]``, and everything that was written before it was."""

    def emit(context, b, signature, args):
        return b.load_atomic(_word(context, b, signature, args), "acquire", 8)

    return integer(words, integer), emit


@intrinsic
def publish(typing, words, i, value):
    """``words[i] = value``, seen by others only after everything that was written before."""

    def emit(context, b, signature, args):
        b.store_atomic(args[2], _word(context, b, signature, args), "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(words, integer, integer), emit


@intrinsic
def replace(typing, words, i, old, new):
    """Set ``words[i]`` to ``new`` if it is ``old``, and say whether it was."""

    def emit(context, b, signature, args):
        word = _word(context, b, signature, args)
        return b.extract_value(b.cmpxchg(word, args[2], args[3], "seq_cst", "seq_cst"), 1)

    return types.boolean(words, integer, integer, integer), emit


@intrinsic
def add(typing, words, i, value):
    """Add to ``words[i]``."""

    def emit(context, b, signature, args):
        b.atomic_rmw("add", _word(context, b, signature, args), args[2], "seq_cst")
        return context.get_dummy_value()

    return types.void(words, integer, integer), emit


@intrinsic
def pause(typing):
    """Wait for a moment, and tell the processor that this is waiting."""

    def emit(context, b, signature, args):
        machine = platform.machine().lower()
        if machine in ("x86_64", "amd64"):
            _call(b, "llvm.x86.sse2.pause", [])
        elif machine in ("aarch64", "arm64"):
            _call(b, "llvm.aarch64.hint", [ir.IntType(32)(1)])
        return context.get_dummy_value()

    return types.void(), emit


@intrinsic
def call(typing, address, part, parts, thread, args, number):
    """Call the kernel at an address; see ``region`` for its parameters."""

    def emit(context, b, signature, values):
        scalar = ir.FloatType() if number.bitwidth == 32 else ir.DoubleType()
        pointer = b.inttoptr(values[4], I64.as_pointer())
        given = [*values[1:4], pointer, values[5]]
        kind = ir.FunctionType(ir.VoidType(), [I64, I64, I64, I64.as_pointer(), scalar])
        b.call(b.inttoptr(values[0], kind.as_pointer()), given)
        return context.get_dummy_value()

    return types.void(*[integer] * 5, number), emit


def _word(context, b, signature, args):
    array = context.make_array(signature.args[0])(context, b, args[0])
    return b.gep(array.data, [args[1]])


def _call(b, name, values):
    kind = ir.FunctionType(ir.VoidType(), [value.type for value in values])
    function = b.module.globals.get(name) or ir.Function(b.module, kind, name)
    b.call(function, values)
