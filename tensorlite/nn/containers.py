"""Modules made of other modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tensorlite.errors import ShapeError, TensorliteError
from tensorlite.nn.activation import ReLU
from tensorlite.nn.conv import Conv2d
from tensorlite.nn.module import Module
from tensorlite.nn.normalization import BatchNorm2d
from tensorlite.nn.pooling import MaxPool2d


class ModuleList(Module):
    """Modules in a row, to be used one by one; their names are their numbers.

    Args:
        modules: The first members.

    Example:
        >>> from tensorlite import nn
        >>> layers = nn.ModuleList([nn.ReLU(), nn.Tanh()])
        >>> len(layers), layers[-1]
        (2, Tanh())
    """

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        super().__init__()
        for module in modules:
            self.append(module)

    def append(self, module: Module) -> ModuleList:
        """Add a module at the end."""
        self._add(str(len(self)), module)
        return self

    def _add(self, name: str, module: Module) -> None:
        if not isinstance(module, Module):
            raise MemberError(
                f"expected modules, got {type(module).__name__}.",
                where=type(self).__name__,
                hint="Write nn.Sequential(*layers) for a list, and nn.ReLU() for a function.",
            )
        setattr(self, name, module)

    def __setitem__(self, index: int, module: Module) -> None:
        name = [name for name, _ in self.named_children()][index]
        self._add(name, module)

    def __len__(self) -> int:
        return sum(1 for _ in self.children())

    def __iter__(self) -> Iterator[Module]:
        return self.children()

    def _of(self, modules: list[Module]) -> ModuleList:
        return ModuleList(modules)

    def __getitem__(self, index: Any) -> Any:
        members = list(self.children())
        if isinstance(index, slice):
            return self._of(members[index])
        if not -len(members) <= index < len(members):
            raise IndexOutside(f"expected an index below {len(members)}, got {index}.")
        return members[index]


class MemberError(TensorliteError, TypeError):
    """Something that is no module, where one is expected."""


class IndexOutside(ShapeError, IndexError):
    """A number that no member has."""


class Sequential(ModuleList):
    """Modules that run one after the other.

    Args:
        modules: The modules, or dicts of names and modules.

    Shape:
        - Input: whatever the first module takes
        - Output: whatever the last module gives

    Example:
        >>> from tensorlite import nn
        >>> import tensorlite as tl
        >>> nn.Sequential(nn.Linear(4, 2), nn.ReLU())(tl.zeros(1, 4)).shape
        (1, 2)
    """

    def __init__(self, *modules: Module | dict[str, Module]) -> None:
        Module.__init__(self)
        for module in modules:
            named = module if isinstance(module, dict) else {str(len(self)): module}
            for name, member in named.items():
                self._add(name, member)

    def _of(self, modules: list[Module]) -> ModuleList:
        return Sequential(*modules)

    def forward(self, x: Any) -> Any:
        """Run the modules in their order; some neighbours in a quicker way that gives the same."""
        modules = list(self.children())
        i = 0
        while i < len(modules):
            module, *after = modules[i : i + 3]
            if _commute(module, after):
                x, i = module(after[0](x)), i + 2
            elif _joined(module, after) and not _commute(after[0], after[1:]):
                x, i = module(x, relu=True), i + 2
            else:
                x, i = module(x), i + 1
        return x


# A hook wants to see what lies between two modules, so it switches both of these off. The modules
# themselves, run one by one, are the composed form.


def _joined(module: Module, after: list[Module]) -> bool:
    """Whether the ReLU that follows can be left to the layer before it."""
    return (
        type(module) in (Conv2d, BatchNorm2d)
        and bool(after)
        and type(after[0]) is ReLU
        and not module._forward_hooks
        and not after[0]._forward_hooks
    )


def _commute(module: Module, after: list[Module]) -> bool:
    """Whether pooling may come before the ReLU: the same numbers, a quarter of the work."""
    return (
        type(module) is ReLU
        and bool(after)
        and type(after[0]) is MaxPool2d
        and not module._forward_hooks
        and not after[0]._forward_hooks
    )
