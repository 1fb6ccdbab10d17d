"""Modules made of other modules: in a row, one after the other, or by name."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from tensorlite.errors import ConfigError, ShapeError
from tensorlite.nn import neighbours
from tensorlite.nn.members import MODULE, MemberError
from tensorlite.nn.module import Module


class IndexOutside(ShapeError, IndexError):
    """A number that no member has."""


class _Row(Module):
    """Modules in an order, found by number."""

    def _list(self) -> list[Module]:
        fields = self.__dict__
        return [fields[name] for name, kind in self._members.items() if kind == MODULE]

    def _name(self, index: Any, beyond: int = 0) -> str:
        """The name of a member by its number."""
        names = list(self._modules)
        at, n = operator.index(index), len(names)
        if not -n <= at < n + beyond:
            raise IndexOutside(f"expected an index below {n}, got {at}.", where=self._get_name())
        return names[at] if at < n else str(n)

    def _refill(self, modules: Iterable[Module]) -> None:
        """Take other members, named by their numbers."""
        modules = list(modules)
        self._modules.clear()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def __len__(self) -> int:
        return len(self._own(MODULE))

    def __iter__(self) -> Iterator[Module]:
        return iter(self._list())

    def __contains__(self, module: object) -> bool:
        return any(module is member for member in self._list())

    def __setitem__(self, index: int, module: Module) -> None:
        self._replace(self._name(index), module)

    def _replace(self, name: str, module: Module) -> None:
        if not isinstance(module, Module):
            self.add_module("_", module)  # which says what is wrong
        setattr(self, name, module)

    def __delitem__(self, index: Any) -> None:
        gone = index if isinstance(index, slice) else slice(at := self._at(index), at + 1)
        kept = self._list()
        del kept[gone]
        self._refill(kept)

    def _at(self, index: int) -> int:
        self._name(index)
        return operator.index(index) % len(self)

    def append(self, module: Module) -> Self:
        """Add a module at the end, named by its number."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add modules at the end."""
        if not isinstance(modules, Iterable):
            raise MemberError(
                f"expected modules in a row, got {type(modules).__name__}.", where=self._get_name()
            )
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before the one of that number; all are named by their numbers again."""
        members = self._list()
        members.insert(index, module)
        if not isinstance(module, Module):
            self.add_module("_", module)
        self._refill(members)
        return self

    def pop(self, index: int = -1) -> Module:
        """Take a module out and return it."""
        module = self._list()[self._at(index)]
        del self[index]
        return module

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)


class ModuleList(_Row):
    """Modules in a row, to be used one by one; their names are their numbers.

    Args:
        modules: The first members.

    Example:
        >>> from tensorlite import nn
        >>> layers = nn.ModuleList([nn.ReLU(), nn.Tanh()])
        >>> len(layers), layers[-1]
        (2, Tanh())
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)(self._list()[index])
        return self._modules[self._name(index)]

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def __repr__(self) -> str:
        """Equal neighbours are printed once, with their number."""
        runs: list[tuple[int, int, str]] = []
        for i, text in enumerate(map(repr, self)):
            if runs and runs[-1][2] == text:
                runs[-1] = (runs[-1][0], i, text)
            else:
                runs.append((i, i, text))
        return self._tree(
            [
                (str(a), text) if a == b else (f"{a}-{b}", f"{b - a + 1} x {text}")
                for a, b, text in runs
            ]
        )


class Sequential(_Row):
    """Modules that run one after the other.

    Args:
        modules: The modules, or dicts of names and modules.

    Shape:
        - Input: whatever the first module takes
        - Output: whatever the last module gives

    Example:
        >>> from tensorlite import nn
        >>> import tensorlite as tl
        >>> net = nn.Sequential(nn.Linear(4, 2), nn.ReLU())
        >>> net(tl.zeros(1, 4)).shape == (1, 2)
        True
        >>> net[:1]
        Sequential(
          (0): Linear(in_features=4, out_features=2, bias=True)
        )
    """

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        super().__init__()
        for module in modules:
            named = module if isinstance(module, Mapping) else {str(len(self)): module}
            for name, member in named.items():
                self.add_module(name, member)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)(dict(self._own(MODULE)[index]))
        return self._modules[self._name(index)]

    def __add__(self, other: Sequential) -> Sequential:
        if not isinstance(other, Sequential):
            raise MemberError(
                f"expected a Sequential to add, got {type(other).__name__}.", where="Sequential"
            )
        return Sequential(*self, *other)

    def __mul__(self, times: int) -> Sequential:
        _check_times(times)
        return Sequential(*self._list() * times)

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Self:
        _check_times(times)
        return self.extend(self._list() * (times - 1))

    def forward(self, input: Any) -> Any:
        """Run the modules in their order; some neighbours in a quicker way that gives the same."""
        return neighbours.run(self._list(), input)


def _check_times(times: int) -> None:
    if not isinstance(times, int):
        raise MemberError(f"expected an int, got {type(times).__name__}.", where="Sequential * n")
    if times <= 0:
        raise ConfigError(f"expected 1 or more, got {times}.", where="Sequential * n")


class ModuleDict(Module):
    """Modules by name, in the order in which they came.

    Args:
        modules: A dict, or pairs of names and modules.

    Example:
        >>> from tensorlite import nn
        >>> heads = nn.ModuleDict({"class": nn.Linear(4, 3), "box": nn.Linear(4, 4)})
        >>> list(heads), heads["box"].out_features
        (['class', 'box'], 4)
    """

    def __init__(self, modules: Mapping[str, Module] | Iterable[Any] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Module:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()

    def pop(self, key: str) -> Module:
        """Take a module out and return it."""
        return self._modules.pop(key)

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> Iterable[Module]:
        """The modules."""
        return self._modules.values()

    def items(self) -> Iterable[tuple[str, Module]]:
        """Names and modules."""
        return self._modules.items()

    def update(self, modules: Mapping[str, Module] | Iterable[Any]) -> None:
        """Add modules, in place of those of the same name.

        Raises:
            TypeError: If they are no dict and no pairs.
        """
        for key, module in pairs(modules, "ModuleDict"):
            self[key] = module


def pairs(values: Any, where: str) -> list[tuple[str, Any]]:
    """Names and values of a dict, or of a list of pairs."""
    if hasattr(values, "keys"):
        return [(key, values[key]) for key in values.keys()]  # noqa: SIM118 - not every one iterates
    if not isinstance(values, Iterable):
        raise MemberError(
            f"expected a dict or pairs of names and values, got {type(values).__name__}.",
            where=where,
        )
    found = [tuple(pair) for pair in values]
    for pair in found:
        if len(pair) != 2:
            raise ConfigError(f"expected pairs of a name and a value, got {pair}.", where=where)
    return found
