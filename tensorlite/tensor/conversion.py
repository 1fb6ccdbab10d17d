"""Methods that convert: element types, devices, other libraries; and new tensors like this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from tensorlite import ops
from tensorlite.autograd import TensorBase, make_tensor
from tensorlite.devices import CPU, check_device, device
from tensorlite.ops import dtypes
from tensorlite.ops.convert import to_array
from tensorlite.tensor.shapes import sizes

if TYPE_CHECKING:
    from tensorlite.tensor.tensor import Tensor

TYPE_NAMES = {
    "FloatTensor": "float32", "DoubleTensor": "float64", "HalfTensor": "float16",
    "ByteTensor": "uint8", "CharTensor": "int8", "ShortTensor": "int16", "IntTensor": "int32",
    "LongTensor": "int64", "BoolTensor": "bool",
}  # fmt: skip
NAMES_BY_TYPE = {np.dtype(kind): name for name, kind in TYPE_NAMES.items()}


class TensorType:
    """PyTorch's older name for an element type; called, it makes a tensor of that type.

    Example:
        >>> import tensorlite as tl
        >>> tl.LongTensor([1, 2]), tl.FloatTensor(2, 3).shape
        (tensor([1, 2]), (2, 3))
    """

    def __init__(self, name: str) -> None:
        self.__name__ = name
        self.dtype = np.dtype(TYPE_NAMES[name])

    def __call__(self, *data: Any) -> Tensor:
        """Make a tensor of data, or of sizes given one by one."""
        return make_tensor(from_arguments(data, self.dtype))

    def __repr__(self) -> str:
        return f"tensorlite.{self.__name__}"


FloatTensor, DoubleTensor = TensorType("FloatTensor"), TensorType("DoubleTensor")
HalfTensor, ByteTensor = TensorType("HalfTensor"), TensorType("ByteTensor")
CharTensor, ShortTensor = TensorType("CharTensor"), TensorType("ShortTensor")
IntTensor, LongTensor = TensorType("IntTensor"), TensorType("LongTensor")
BoolTensor = TensorType("BoolTensor")


def from_arguments(data: tuple[Any, ...], dtype: DTypeLike) -> Any:
    """An array of sizes given one by one or as ``x.size()``, which holds zeros, or of data."""
    if len(data) == 1 and isinstance(data[0], tuple) and hasattr(data[0], "numel"):
        data = data[0]
    if all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in data):
        return np.zeros(data or (0,), dtype)
    return np.array(to_array(data[0]).astype(dtype), order="C")


class Conversions(TensorBase):
    """Element types, devices, and new tensors of the same type."""

    __slots__ = ()

    # --- where and what it is ---------------------------------------------------------------------

    @property
    def device(self) -> device:
        """The processor, the only device there is."""
        return CPU

    is_cpu = True
    is_cuda = is_sparse = is_quantized = is_meta = False

    def get_device(self) -> int:
        """The number of its graphics card: -1, for it is on none."""
        return -1

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self.array.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.array.nbytes

    def element_size(self) -> int:
        """Bytes per element."""
        return self.array.itemsize

    def stride(self, dim: int | None = None) -> Any:
        """Steps in memory from one element to the next of each dimension, in elements."""
        steps = tuple(n // self.array.itemsize for n in self.array.strides)
        return steps if dim is None else steps[dim]

    def data_ptr(self) -> int:
        """The address of the first element."""
        return int(self.array.__array_interface__["data"][0])

    def storage_offset(self) -> int:
        """Elements in memory before the first one."""
        base = self.array.base
        if not isinstance(base, np.ndarray):
            return 0
        return (self.data_ptr() - int(base.__array_interface__["data"][0])) // self.array.itemsize

    def is_contiguous(self, memory_format: Any = "contiguous_format") -> bool:
        """Whether the elements lie in C order, or with the channels last if asked so."""
        array = self.array
        if memory_format == "channels_last":
            if array.ndim != 4:
                return False
            array = array.transpose(0, 2, 3, 1)
        return array.flags.c_contiguous

    @property
    def mH(self) -> Tensor:  # noqa: N802 - PyTorch's name
        """The last two dimensions changed round: all numbers are real."""
        return ops.transpose(self, -2, -1)

    @property
    def mT(self) -> Tensor:  # noqa: N802 - PyTorch's name
        """The last two dimensions changed round."""
        return ops.transpose(self, -2, -1)

    @property
    def H(self) -> Tensor:  # noqa: N802 - PyTorch's name
        """The matrix transposed; real numbers have nothing to conjugate."""
        return ops.transpose(self, 0, 1)

    def is_floating_point(self) -> bool:
        """Whether it holds fractions."""
        return self.array.dtype.kind == "f"

    def is_signed(self) -> bool:
        """Whether it can hold negative numbers."""
        return self.array.dtype.kind in "fi"

    def is_complex(self) -> bool:
        """Whether it holds complex numbers: never."""
        return False

    # --- to another type --------------------------------------------------------------------------

    def to(
        self,
        *target: Any,
        dtype: Any = None,
        device: Any = None,
        non_blocking: bool = False,
        copy: bool = False,
        memory_format: Any = None,
    ) -> Tensor:
        """The same numbers as another element type; itself if it is of that type.

        Takes a type, a device, both, or another tensor whose type to take.

        Example:
            >>> import tensorlite as tl
            >>> tl.tensor([1.7]).to("cpu", tl.int64)
            tensor([1])
        """
        flags = []
        for value in target:
            if isinstance(value, bool):
                flags.append(value)
            elif isinstance(value, TensorBase):
                dtype = value.array.dtype
            elif isinstance(value, str) and value not in dtypes.NAMES or isinstance(value, int):
                device = value
            elif value is not None:
                dtype = value
        if device is not None:
            check_device(device, "to")
        copy = copy or len(flags) > 1 and flags[1]
        made = self if dtype is None else ops.cast(self, dtype)
        return ops.clone(self) if copy and made is self else made  # type: ignore[return-value]

    def type(self, dtype: Any = None, non_blocking: bool = False) -> Any:
        """The name of the element type, or the same numbers as another."""
        if dtype is None:
            return f"torch.{NAMES_BY_TYPE.get(self.array.dtype, self.array.dtype.name)}"
        if isinstance(dtype, str):
            dtype = TYPE_NAMES.get(dtype.rpartition(".")[2], dtype)
        return ops.cast(self, dtype)

    def type_as(self, other: TensorBase) -> Tensor:
        """The same numbers as the element type of another tensor."""
        return ops.cast(self, other.array.dtype)

    def cpu(self, memory_format: Any = None) -> Tensor:
        """Itself: it is on the processor."""
        return self  # type: ignore[return-value]

    def cuda(self, device: Any = None, non_blocking: bool = False) -> Tensor:
        """Refused: there is only the processor."""
        check_device("cuda", "cuda")
        return self  # type: ignore[return-value]

    def pin_memory(self) -> Tensor:
        """Itself: no device copies from its memory."""
        return self  # type: ignore[return-value]

    def float(self, memory_format: Any = None) -> Tensor:
        """Cast to float32."""
        return ops.cast(self, np.float32)

    def double(self, memory_format: Any = None) -> Tensor:
        """Cast to float64."""
        return ops.cast(self, np.float64)

    def half(self, memory_format: Any = None) -> Tensor:
        """Cast to float16, for storage: arithmetic in it is slow."""
        return ops.cast(self, np.float16)

    def long(self, memory_format: Any = None) -> Tensor:
        """Cast to int64."""
        return ops.cast(self, np.int64)

    def int(self, memory_format: Any = None) -> Tensor:
        """Cast to int32."""
        return ops.cast(self, np.int32)

    def short(self, memory_format: Any = None) -> Tensor:
        """Cast to int16."""
        return ops.cast(self, np.int16)

    def char(self, memory_format: Any = None) -> Tensor:
        """Cast to int8."""
        return ops.cast(self, np.int8)

    def byte(self, memory_format: Any = None) -> Tensor:
        """Cast to uint8."""
        return ops.cast(self, np.uint8)

    def bool(self, memory_format: Any = None) -> Tensor:
        """Tell which elements are not 0."""
        return ops.cast(self, np.bool_)

    def __dlpack__(self, **options: Any) -> Any:
        return self.numpy().__dlpack__(**options)  # type: ignore[attr-defined]

    def __dlpack_device__(self) -> Any:
        return self.array.__dlpack_device__()

    # --- new tensors of the same type -------------------------------------------------------------

    def new_tensor(self, data: Any, **options: Any) -> Tensor:
        """A tensor of other data; the type is this one's unless ``dtype`` is given."""
        kind = options.pop("dtype", None) or self.array.dtype
        return _made(np.array(to_array(data).astype(kind), order="C"), options)

    def new(self, *data: Any, **options: Any) -> Tensor:
        """A tensor of this one's type with the data or, from a size, of zeros."""
        kind = options.pop("dtype", None) or self.array.dtype
        return make_tensor(from_arguments(data, kind))

    def new_zeros(self, *size: Any, **options: Any) -> Tensor:
        """Zeros of another size; the type is this one's unless ``dtype`` is given."""
        return self.new_full(_size(size, options), 0, **options)

    def new_ones(self, *size: Any, **options: Any) -> Tensor:
        """Ones of another size; the type is this one's unless ``dtype`` is given."""
        return self.new_full(_size(size, options), 1, **options)

    def new_empty(self, *size: Any, **options: Any) -> Tensor:
        """A tensor of another size, to be filled; it holds zeros."""
        return self.new_full(_size(size, options), 0, **options)

    def new_full(self, size: Any, fill_value: Any, **options: Any) -> Tensor:
        """One value in another size; the type is this one's unless ``dtype`` is given."""
        kind = options.pop("dtype", None) or self.array.dtype
        return _made(np.full(sizes((size,)), fill_value, kind), options)


def _size(size: tuple[Any, ...], options: dict[str, Any]) -> Any:
    return options.pop("size") if "size" in options else sizes(size)


def _made(array: Any, options: dict[str, Any]) -> Tensor:
    check_device(options.pop("device", None))
    wants = options.pop("requires_grad", False)
    wrong = set(options) - {"layout", "pin_memory"}
    if wrong:
        raise TypeError(f"unexpected keyword argument {wrong.pop()!r}")
    made: Tensor = make_tensor(array)
    return made.requires_grad_() if wants else made
