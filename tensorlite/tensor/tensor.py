"""The tensor: an array that remembers how it was made."""

from __future__ import annotations

import copy
import math
from types import FunctionType
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike

from tensorlite import autograd, ops
from tensorlite.autograd import Array, make_tensor
from tensorlite.errors import DTypeError, GraphError, ShapeError
from tensorlite.ops.convert import default_float, to_array
from tensorlite.ops.dtypes import BY_NUMPY
from tensorlite.ops.shape import dim_index
from tensorlite.tensor.arithmetic import Arithmetic
from tensorlite.tensor.conversion import Conversions, from_arguments
from tensorlite.tensor.filling import Filling
from tensorlite.tensor.functions import Functions
from tensorlite.tensor.gradients import Gradients
from tensorlite.tensor.indexing import Indexing
from tensorlite.tensor.inplace import InPlace
from tensorlite.tensor.maths import Maths
from tensorlite.tensor.printing import text_of
from tensorlite.tensor.products import Products
from tensorlite.tensor.reductions import Reductions
from tensorlite.tensor.shapes import Shapes


class Tensor(
    Arithmetic,
    Maths,
    Indexing,
    Products,
    Reductions,
    Shapes,
    Conversions,
    Filling,
    Functions,
    Gradients,
    InPlace,
):
    """An n-dimensional array of numbers through which gradients can flow.

    Operators, names and behaviour are PyTorch's. Tensors are float32 unless told otherwise;
    integers and booleans carry no gradient.

    Args:
        data: Numbers, nested lists or an array, copied as the default floating point type; or sizes
            one by one, for a tensor of zeros. ``tl.tensor`` keeps integers integers.
        dtype: Another element type.
        requires_grad: Whether gradients are wanted.

    Raises:
        DTypeError: If the data are no numbers, or integers are to need a gradient.

    Example:
        >>> x = Tensor([1.0, 2.0])
        >>> x.requires_grad_()
        tensor([1., 2.], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4.])
    """

    __slots__ = ()

    def __init__(
        self, *data: Any, dtype: DTypeLike | None = None, requires_grad: bool = False
    ) -> None:
        self.array = from_arguments(data, default_float() if dtype is None else dtype)
        self.node = None
        self.requires_grad = False
        self.grad = None
        self.version = [0]
        if requires_grad:
            self.requires_grad_()

    # --- what it is -------------------------------------------------------------------------------

    @property
    def dtype(self) -> Any:
        """The element type, equal to NumPy's."""
        kind = self.array.dtype
        return BY_NUMPY.get(kind, kind)

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return self.array.ndim

    def dim(self) -> int:
        """Number of dimensions."""
        return self.array.ndim

    def numel(self) -> int:
        """Number of elements."""
        return self.array.size

    def ndimension(self) -> int:
        """Number of dimensions."""
        return self.array.ndim

    def nelement(self) -> int:
        """Number of elements."""
        return self.array.size

    def size(self, dim: int | None = None) -> Any:
        """All sizes, or the one of a dimension."""
        if dim is None:
            return Size(self.array.shape)
        return self.array.shape[dim_index(dim, self.ndim, "size")]

    def __repr__(self) -> str:
        flow = ""
        if self.node is not None:
            flow = f", op={type(self.node).__name__}"
        elif self.requires_grad:
            flow = ", requires_grad=True"
        return f"tensor({text_of(self.array)}{flow})"

    def __contains__(self, element: Any) -> bool:
        return bool(ops.eq(self, element).array.any())

    def __bool__(self) -> bool:
        if self.array.size != 1:
            raise ShapeError(
                f"expected one element to decide on, got shape {self.shape}.",
                where="bool",
                hint="Say which is meant: x.all() or x.any().",
            )
        return bool(self.array.item())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec and self.array.size == 1 else repr(self)

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if self.dtype.kind != "i":
            raise DTypeError(f"expected an integer as index, got {self.dtype}.", where="index")
        return int(self.item())

    # --- out of the graph -------------------------------------------------------------------------

    def numpy(self, *, force: bool = False) -> Array:
        """The array itself, not a copy; writing into it is not noticed by the graph.

        Args:
            force: Leave the graph first where that is needed.

        Raises:
            GraphError: If the tensor needs a gradient (use ``detach()`` first).
        """
        if self.requires_grad and not force:
            raise GraphError(
                "expected a tensor outside the graph, got one that needs a gradient.",
                where="numpy",
                hint="Use x.detach().numpy().",
            )
        return self.array

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def item(self) -> Any:
        """The only element as a Python number."""
        if self.array.size != 1:
            raise ShapeError(f"expected one element, got shape {self.shape}.", where="item")
        return self.array.item()

    def tolist(self) -> Any:
        """Nested lists of Python numbers."""
        return self.array.tolist()

    def clone(self, *, memory_format: Any = None) -> Tensor:
        """A copy; gradients flow through it."""
        return ops.clone(self)

    def __copy__(self) -> Self:
        return self._renewed(self.array, self.version)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        if self.node is not None:
            raise GraphError(
                "expected a leaf, got the result of an op.",
                where="deepcopy",
                hint="Use x.detach().clone().",
            )
        if id(self) in memo:
            return memo[id(self)]
        made = memo[id(self)] = self._renewed(self.array.copy(order="K"), [0])
        made.grad = copy.deepcopy(self.grad, memo)
        return made

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _restored, (type(self), self.array, self.requires_grad)

    def _renewed(self, array: Array, version: list[int]) -> Self:
        """A leaf of the same class."""
        return _restored(type(self), array, self.requires_grad, version)

    def contiguous(self, memory_format: Any = None) -> Tensor:
        """The same numbers in C order; itself if they are already."""
        if self.array.flags.c_contiguous:
            return self
        if not self.requires_grad:
            return make_tensor(np.ascontiguousarray(self.array))
        return ops.reshape(ops.reshape(self, (-1,)), self.shape)


def _restored(
    kind: type[Any], array: Array, requires_grad: bool, version: list[int] | None = None
) -> Any:
    """A leaf of any class of tensors, made past its constructor."""
    made = object.__new__(kind)
    made.array, made.node, made.grad = array, None, None
    made.requires_grad = requires_grad
    made.version = [0] if version is None else version
    return made


class Size(tuple[int, ...]):
    """The sizes of a tensor: a tuple that also counts the elements.

    Example:
        >>> Size([2, 3]).numel()
        6
    """

    __slots__ = ()

    def numel(self) -> int:
        """Number of elements of such a tensor."""
        return math.prod(self)

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return Size(found) if isinstance(index, slice) else found

    def __add__(self, other: Any) -> Size:
        return Size((*self, *other))

    def __repr__(self) -> str:
        return f"Size([{', '.join(map(str, self))}])"


class _Member(Tensor):
    """A tensor of a module: it shares the memory of a tensor and copies anything else."""

    __slots__ = ()

    def __init__(self, data: Any) -> None:
        super().__init__(0.0)
        if isinstance(data, Tensor):
            self.array, self.version = data.array, data.version
        else:
            self.array = np.array(to_array(data))


class Parameter(_Member):
    """A tensor that a module learns; assigning one to an attribute of a module registers it.

    Args:
        data: The initial values; a tensor's memory is shared, anything else is copied.
        requires_grad: Whether it is trained.
    """

    __slots__ = ()

    def __init__(self, data: Any = (), requires_grad: bool = True) -> None:
        super().__init__(data)
        self.requires_grad_(requires_grad)

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        """A copy of the values; the gradient stays behind, as in PyTorch."""
        twin = type(self)(self.array.copy(order="K"), self.requires_grad)
        memo[id(self)] = twin
        return twin

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"


class Buffer(_Member):
    """A tensor that belongs to a module's state and is not learned, such as a running mean.

    Args:
        data: The initial values; a tensor's memory is shared, anything else is copied.
        persistent: Whether it is part of a module's ``state_dict``.
    """

    __slots__ = ("persistent",)

    def __init__(self, data: Any, persistent: bool = True) -> None:
        super().__init__(data)
        self.persistent = persistent


def _take_docstrings(family: type) -> None:
    """A method without a docstring has that of the op of its name."""
    for name, member in vars(family).items():
        if isinstance(member, FunctionType) and member.__doc__ is None:
            member.__doc__ = getattr(getattr(ops, name, None), "__doc__", None)


for _family in (Arithmetic, Maths, Indexing, Products, Reductions, Shapes):
    _take_docstrings(_family)
autograd.set_tensor_type(Tensor)
