"""Every method with a trailing underscore, augmented operators, and assignment."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorlite import ops
from tensorlite.autograd import TensorBase
from tensorlite.errors import ShapeError
from tensorlite.ops.assign import put
from tensorlite.ops.index import split_index
from tensorlite.ops.shape import RangeError
from tensorlite.tensor.changing import (
    become,
    bind,
    in_place,
    in_place_operator,
    joins,
    refuse_leaf,
    reshaping_itself,
)

if TYPE_CHECKING:
    from tensorlite.tensor.tensor import Tensor


class InPlace(TensorBase):
    """All that changes a tensor itself."""

    __slots__ = ()

    __iadd__ = in_place_operator("+=", operator.add, np.add)
    __isub__ = in_place_operator("-=", operator.sub, np.subtract)
    __imul__ = in_place_operator("*=", operator.mul, np.multiply)
    __itruediv__ = in_place_operator("/=", operator.truediv, np.divide)
    __ifloordiv__ = in_place_operator("//=", operator.floordiv)
    __imod__ = in_place_operator("%=", operator.mod)
    __ipow__ = in_place_operator("**=", operator.pow)
    __iand__ = in_place_operator("&=", operator.and_)
    __ior__ = in_place_operator("|=", operator.or_)
    __ixor__ = in_place_operator("^=", operator.xor)

    add_ = in_place("add", np.add)
    sub_ = in_place("sub", np.subtract)
    subtract_ = in_place("subtract", np.subtract)
    mul_ = in_place("mul", np.multiply)
    multiply_ = in_place("multiply", np.multiply)
    div_ = in_place("div", np.divide)
    divide_ = in_place("divide", np.divide)
    true_divide_ = in_place("true_divide", np.divide)
    floor_divide_ = in_place("floor_divide")
    remainder_ = in_place("remainder")
    fmod_ = in_place("fmod")
    pow_ = in_place("pow")
    float_power_ = in_place("float_power")

    abs_ = in_place("abs")
    absolute_ = in_place("absolute")
    acos_ = in_place("acos")
    acosh_ = in_place("acosh")
    addbmm_ = in_place("addbmm")
    addcdiv_ = in_place("addcdiv")
    addcmul_ = in_place("addcmul")
    addmm_ = in_place("addmm")
    addmv_ = in_place("addmv")
    addr_ = in_place("addr")
    arccos_ = in_place("arccos")
    arccosh_ = in_place("arccosh")
    arcsin_ = in_place("arcsin")
    arcsinh_ = in_place("arcsinh")
    arctan2_ = in_place("arctan2")
    arctan_ = in_place("arctan")
    arctanh_ = in_place("arctanh")
    asin_ = in_place("asin")
    asinh_ = in_place("asinh")
    atan2_ = in_place("atan2")
    atan_ = in_place("atan")
    atanh_ = in_place("atanh")
    baddbmm_ = in_place("baddbmm")
    bitwise_and_ = in_place("bitwise_and")
    bitwise_left_shift_ = in_place("bitwise_left_shift")
    bitwise_not_ = in_place("bitwise_not")
    bitwise_or_ = in_place("bitwise_or")
    bitwise_right_shift_ = in_place("bitwise_right_shift")
    bitwise_xor_ = in_place("bitwise_xor")
    ceil_ = in_place("ceil")
    clamp_ = in_place("clamp")
    clamp_max_ = in_place("clamp_max")
    clamp_min_ = in_place("clamp_min")
    clip_ = in_place("clip")
    copysign_ = in_place("copysign")
    cos_ = in_place("cos")
    cosh_ = in_place("cosh")
    cumprod_ = in_place("cumprod")
    cumsum_ = in_place("cumsum")
    deg2rad_ = in_place("deg2rad")
    digamma_ = in_place("digamma")
    eq_ = in_place("eq")
    erf_ = in_place("erf")
    erfc_ = in_place("erfc")
    erfinv_ = in_place("erfinv")
    exp2_ = in_place("exp2")
    exp_ = in_place("exp")
    expm1_ = in_place("expm1")
    fix_ = in_place("fix")
    floor_ = in_place("floor")
    frac_ = in_place("frac")
    gcd_ = in_place("gcd")
    ge_ = in_place("ge")
    greater_ = in_place("greater")
    greater_equal_ = in_place("greater_equal")
    gt_ = in_place("gt")
    heaviside_ = in_place("heaviside")
    hypot_ = in_place("hypot")
    i0_ = in_place("i0")
    index_add_ = in_place("index_add")
    index_copy_ = in_place("index_copy")
    index_fill_ = in_place("index_fill")
    index_put_ = in_place("index_put")
    index_reduce_ = in_place("index_reduce")
    lcm_ = in_place("lcm")
    ldexp_ = in_place("ldexp")
    le_ = in_place("le")
    lerp_ = in_place("lerp")
    less_ = in_place("less")
    less_equal_ = in_place("less_equal")
    lgamma_ = in_place("lgamma")
    log10_ = in_place("log10")
    log1p_ = in_place("log1p")
    log2_ = in_place("log2")
    log_ = in_place("log")
    logical_and_ = in_place("logical_and")
    logical_not_ = in_place("logical_not")
    logical_or_ = in_place("logical_or")
    logical_xor_ = in_place("logical_xor")
    logit_ = in_place("logit")
    lt_ = in_place("lt")
    masked_fill_ = in_place("masked_fill")
    masked_scatter_ = in_place("masked_scatter")
    mvlgamma_ = in_place("mvlgamma")
    nan_to_num_ = in_place("nan_to_num")
    ne_ = in_place("ne")
    neg_ = in_place("neg")
    negative_ = in_place("negative")
    nextafter_ = in_place("nextafter")
    not_equal_ = in_place("not_equal")
    polygamma_ = in_place("polygamma")
    put_ = in_place("put")
    rad2deg_ = in_place("rad2deg")
    reciprocal_ = in_place("reciprocal")
    relu_ = in_place("relu")
    _become = become
    renorm_ = in_place("renorm")
    round_ = in_place("round")
    rsqrt_ = in_place("rsqrt")
    scatter_ = in_place("scatter")
    scatter_add_ = in_place("scatter_add")
    scatter_reduce_ = in_place("scatter_reduce")
    sgn_ = in_place("sgn")
    sigmoid_ = in_place("sigmoid")
    sign_ = in_place("sign")
    sin_ = in_place("sin")
    sinc_ = in_place("sinc")
    sinh_ = in_place("sinh")
    sqrt_ = in_place("sqrt")
    square_ = in_place("square")
    tan_ = in_place("tan")
    tanh_ = in_place("tanh")
    tril_ = in_place("tril")
    triu_ = in_place("triu")
    trunc_ = in_place("trunc")
    xlogy_ = in_place("xlogy")

    squeeze_ = reshaping_itself("squeeze")
    unsqueeze_ = reshaping_itself("unsqueeze")
    t_ = reshaping_itself("t")
    transpose_ = reshaping_itself("transpose")
    swapaxes_ = reshaping_itself("swapaxes")
    swapdims_ = reshaping_itself("swapdims")

    def __setitem__(self, index: Any, value: Any) -> None:
        if joins(self, value):
            if self.requires_grad and self.node is None:
                refuse_leaf("x[i] = v")
            bind(self, ops.assign(self, index, value), "x[i] = v")
            return
        try:
            put(self.array, getattr(value, "array", value), *split_index(index, self.shape))
        except IndexError as error:
            raise RangeError(f"{error} (tensor of shape {self.shape}).", where="x[i] = v") from None
        except ValueError as error:
            raise ShapeError(f"{error}.", where="x[i] = v") from None
        self.version[0] += 1

    def zero_(self) -> Tensor:
        """Set all elements to 0 in place."""
        return self.fill_(0)

    def fill_(self, value: Any) -> Tensor:
        """Set all elements in place."""
        self[...] = value
        return self  # type: ignore[return-value]

    def copy_(self, source: Any, non_blocking: bool = False) -> Tensor:
        """Take over the elements of another tensor in place, broadcast and cast."""
        self[...] = source
        return self  # type: ignore[return-value]

    def fill_diagonal_(self, fill_value: float, wrap: bool = False) -> Tensor:
        """Set the elements whose indices are all equal, in place; ``wrap`` goes on below them.

        Raises:
            ShapeError: If there are fewer than two dimensions, or more of different sizes.

        Example:
            >>> import tensorlite as tl
            >>> tl.zeros(2, 2).fill_diagonal_(1.0)
            tensor([[1., 0.],
                    [0., 1.]])
        """
        sizes = self.shape
        if len(sizes) < 2 or (len(sizes) > 2 and len(set(sizes)) > 1):
            raise ShapeError(
                f"expected a matrix, or equal sizes, got {sizes}.", where="fill_diagonal_"
            )
        mask = np.zeros(sizes, dtype=bool)
        np.fill_diagonal(mask, True, wrap=wrap)
        self[mask] = fill_value
        return self  # type: ignore[return-value]
