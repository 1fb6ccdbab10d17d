"""Modules whose parts do not simply follow each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from tensorlite import ops
from tensorlite.nn.module import Module
from tensorlite.tensor import Tensor

INPUT = "input"  # what the first part gets


def join(how: str, dim: int, given: Sequence[Any]) -> Any:
    """Add tensors, or put them side by side."""
    return reduce(add, given) if how == "add" else ops.cat(list(given), dim=dim)


@dataclass(frozen=True)
class Step:
    """One part of a graph.

    Args:
        name: Its own; a number if it was given none.
        module: What it runs; None for a join.
        sources: What it gets, by name; the result of the step before if empty.
        how: ``"add"`` or ``"concat"``, for a join.
        dim: Along which tensors are put side by side.
    """

    name: str
    module: Module | None = None
    sources: tuple[str, ...] = ()
    how: str = ""
    dim: int = 1

    def run(self, given: Sequence[Any]) -> Any:
        """Its result."""
        return self.module(*given) if self.module is not None else join(self.how, self.dim, given)


class Graph(Module):
    """Steps one after the other, each of which may take the results of earlier ones by name.

    Args:
        steps: In the order in which they run.

    Example:
        >>> import tensorlite as tl
        >>> from tensorlite.nn import ReLU
        >>> net = Graph([Step("0", ReLU()), Step("1", None, ("input", "0"), "add")])
        >>> net(tl.tensor([-1.0, 2.0])).tolist()
        [-1.0, 4.0]
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        super().__init__()
        self.plan = [(step.name, step.sources, step.how, step.dim) for step in steps]
        self.wanted = {source for step in steps for source in step.sources}
        for step in steps:
            if step.module is not None:
                self.add_module(step.name, step.module)

    def forward(self, x: Tensor) -> Tensor:
        """Run the steps; a result that nobody takes by name is dropped at once."""
        kept = {INPUT: x} if INPUT in self.wanted else {}
        for name, sources, how, dim in self.plan:
            given = [kept[source] for source in sources] or [x]
            x = join(how, dim, given) if how else getattr(self, name)(*given)
            if name in self.wanted:
                kept[name] = x
        return x


class Branches(Module):
    """Modules over the same input, their results joined.

    Args:
        branches: By name.
        how: ``"add"`` or ``"concat"``.
        dim: Along which results are put side by side.
    """

    def __init__(self, branches: Mapping[str, Module], how: str, dim: int = 1) -> None:
        super().__init__()
        self.names, self.how, self.dim = list(branches), how, dim
        for name, branch in branches.items():
            self.add_module(name, branch)

    def forward(self, x: Tensor) -> Tensor:
        """Run all of them and join."""
        parts: list[Callable[..., Any]] = [getattr(self, name) for name in self.names]
        return join(self.how, self.dim, [part(x) for part in parts])

    def extra_repr(self) -> str:
        """How the branches are joined."""
        return self.how
