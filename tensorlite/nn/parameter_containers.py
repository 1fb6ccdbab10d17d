"""Parameters in a row or by name, as members of a module."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from tensorlite.autograd import TensorBase
from tensorlite.errors import close_names
from tensorlite.nn.containers import IndexOutside, pairs
from tensorlite.nn.members import MemberError, NoSuchMemberError
from tensorlite.nn.module import Module
from tensorlite.tensor import Parameter


def _kept(value: Any) -> Any:
    """Tensors become parameters, everything else stays as it is."""
    plain = isinstance(value, Parameter) or not isinstance(value, TensorBase)
    return value if plain else Parameter(value)


def _line(key: str, value: Any) -> str:
    if isinstance(value, TensorBase):
        kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
        return f"  ({key}): {kind} containing: [{value.dtype} of size {_size(value)}]"
    return f"  ({key}): Object of type: {type(value).__name__}"


def _size(value: TensorBase) -> str:
    return "x".join(map(str, value.shape))


class ParameterList(Module):
    """Parameters in a row; their names are their numbers.

    Args:
        values: The first members; tensors become parameters.

    Example:
        >>> from tensorlite import nn
        >>> import tensorlite as tl
        >>> weights = nn.ParameterList([tl.zeros(2, 2) for _ in range(3)])
        >>> len(weights), [name for name, _ in weights.named_parameters()]
        (3, ['0', '1', '2'])
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._count = 0
        if values is not None:
            self.extend(values)

    def _at(self, index: Any) -> int:
        at = operator.index(index)
        if not -self._count <= at < self._count:
            raise IndexOutside(
                f"expected an index below {self._count}, got {at}.", where="ParameterList"
            )
        return at % self._count

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return getattr(self, str(self._at(index)))

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, str(self._at(index)), _kept(value))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        return iter([getattr(self, str(i)) for i in range(self._count)])

    def append(self, value: Any) -> Self:
        """Add a value at the end."""
        self._count += 1
        self[self._count - 1] = value
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Add values at the end.

        Raises:
            TypeError: If it is one tensor, or nothing that has values.
        """
        if not isinstance(values, Iterable) or isinstance(values, TensorBase):
            raise MemberError(
                f"expected values in a row, got {type(values).__name__}.", where="ParameterList"
            )
        for value in list(values):
            self.append(value)
        return self

    def __iadd__(self, values: Iterable[Any]) -> Self:
        return self.extend(values)

    def extra_repr(self) -> str:
        """One line for each."""
        return "\n".join(_line(str(i), value) for i, value in enumerate(self))


class ParameterDict(Module):
    """Parameters by name, in the order in which they came.

    Args:
        parameters: A dict, or pairs of names and values; tensors become parameters.

    Example:
        >>> from tensorlite import nn
        >>> import tensorlite as tl
        >>> scales = nn.ParameterDict({"left": tl.ones(2), "right": tl.ones(2)})
        >>> list(scales), [name for name, _ in scales.named_parameters()]
        (['left', 'right'], ['left', 'right'])
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key: str) -> Any:
        if key not in self._keys:
            raise NoSuchMemberError(
                f"there is no parameter {key!r}.",
                where="ParameterDict",
                hint=close_names(str(key), self._keys),
            )
        return getattr(self, str(key))

    def __setitem__(self, key: str, value: Any) -> None:
        self._keys[key] = None
        setattr(self, str(key), _kept(value))

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, str(key))

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __reversed__(self) -> Iterator[str]:
        return reversed(list(self._keys))

    def __or__(self, other: Mapping[str, Any]) -> ParameterDict:
        joined = self.copy()
        joined.update(other)
        return joined

    def __ior__(self, other: Mapping[str, Any]) -> Self:
        self.update(other)
        return self

    def copy(self) -> ParameterDict:
        """Another dict of the same parameters."""
        return ParameterDict(dict(self.items()))

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._keys.keys()

    def values(self) -> Iterable[Any]:
        """The parameters."""
        return [self[key] for key in self._keys]

    def items(self) -> Iterable[tuple[str, Any]]:
        """Names and parameters."""
        return [(key, self[key]) for key in self._keys]

    def get(self, key: str, default: Any = None) -> Any:
        """The parameter of a name, or something else."""
        return self[key] if key in self else default

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The parameter of a name, which is added if it is not there."""
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: str) -> Any:
        """Take a parameter out and return it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take the newest out and return it with its name."""
        key = list(self._keys)[-1]
        return key, self.pop(key)

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A new dict with one value under all of these names."""
        return ParameterDict([(key, default) for key in keys])

    def clear(self) -> None:
        """Take all out."""
        for key in list(self._keys):
            del self[key]

    def update(self, parameters: Any) -> None:
        """Add parameters, in place of those of the same name."""
        for key, value in pairs(parameters, "ParameterDict"):
            self[key] = value

    def extra_repr(self) -> str:
        """One line for each."""
        return "\n".join(_line(key, value) for key, value in self.items())
