"""A table of a model: shapes, parameters, multiply-adds and receptive fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tensorlite import random
from tensorlite.autograd import Op, TensorBase, enable_grad
from tensorlite.nn.module import Module, shape_of
from tensorlite.ops.conv import Conv2d
from tensorlite.ops.linalg import Linear, MatMul
from tensorlite.ops.pool import AvgPool2d, MaxPool2d
from tensorlite.tensor import zeros


@dataclass(frozen=True)
class Row:
    """One layer, in the order of the calls.

    Attributes:
        name: Dotted name; empty for the model itself.
        kind: Class of the layer.
        output: Shape of the output, without the batch.
        parameters: Numbers that the layer itself learns.
        trainable: Those that are not frozen.
        macs: Multiply-adds for one input.
        receptive_field: Height of the part of the picture, in pixels, that one output sees;
            ``None`` if it sees all of it or the layer works on no picture.
    """

    name: str
    kind: str
    output: tuple[int, ...]
    parameters: int
    trainable: int
    macs: int
    receptive_field: int | None


@dataclass(frozen=True)
class Summary:
    """What ``summary`` returns; ``str()`` of it is the table."""

    rows: list[Row]
    input: tuple[int, ...]
    parameters: int
    trainable: int

    @property
    def macs(self) -> int:
        """Multiply-adds for one input."""
        return sum(row.macs for row in self.rows)

    def __str__(self) -> str:
        head = ("layer", "kind", "output", "parameters", "multiply-adds", "sees")
        body = [
            (
                row.name,
                row.kind,
                "x".join(map(str, row.output)),
                f"{row.parameters:,}",
                f"{row.macs:,}",
                "" if row.receptive_field is None else f"{row.receptive_field} px",
            )
            for row in self.rows
        ]
        widths = [max(len(line[i]) for line in [head, *body]) for i in range(len(head))]
        lines = [_aligned(line, widths) for line in [head, *body]]
        frozen = self.parameters - self.trainable
        total = f"{self.parameters:,} parameters" + (f" ({frozen:,} frozen)" if frozen else "")
        sizes = "x".join(map(str, self.input))
        foot = f"{total} · {self.macs:,} multiply-adds for one input of {sizes}"
        return "\n".join([*lines, "", foot])


def _aligned(line: Sequence[str], widths: list[int]) -> str:
    cells = [
        cell.ljust(width) if i < 3 else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def summary(model: Module, input_size: Sequence[int]) -> Summary:
    """Run a model once on zeros and tell what each layer does.

    Args:
        model: Any module.
        input_size: Shape of one input without the batch, as ``(1, 28, 28)``.

    Raises:
        ShapeError: If the input does not fit the model; names the layer.

    Example:
        >>> from tensorlite import nn
        >>> table = summary(nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU()), (1, 28, 28))
        >>> table.parameters, table.macs
        (156, 86400)
    """
    rows: list[Row] = []
    names = {id(module): name for name, module in model.named_modules()}
    fields = _ReceptiveFields()

    def record(module: Module, inputs: tuple[Any, ...], output: Any) -> None:
        own = [p for p in vars(module).values() if isinstance(p, TensorBase) and p in parameters]
        macs = module.multiply_adds(inputs, output)
        if any(True for _ in module.children()) and not own and not macs:
            return
        rows.append(
            Row(
                names[id(module)],
                type(module).__name__,
                shape_of(output)[1:],
                sum(p.array.size for p in own),
                sum(p.array.size for p in own if p.requires_grad),
                macs,
                fields.of(output),
            )
        )

    parameters = set(model.parameters())
    modes = [(module, module.training) for module in model.modules()]
    hooks = [module.register_forward_hook(record) for module in model.modules()]
    state = random.default_generator.get_state()
    picture = zeros(1, *input_size, requires_grad=True)
    try:
        with enable_grad():
            model.eval()(picture)
    finally:
        for hook in hooks:
            hook.remove()
        for module, training in modes:
            module.training = training
        random.default_generator.set_state(state)
    sizes = [(p.array.size, p.requires_grad) for p in parameters]
    return Summary(
        rows, tuple(input_size), sum(n for n, _ in sizes), sum(n for n, trains in sizes if trains)
    )


class _ReceptiveFields:
    """How much of the picture an output sees, read off the graph that made it.

    Going back over the graph, a window of k pixels that moves in steps of s over something that
    sees f pixels, each j pixels apart, sees f + (k - 1) * j of them, s * j apart. Araujo et al.
    2019, "Computing Receptive Fields of Convolutional Neural Networks".
    """

    def __init__(self) -> None:
        self._known: dict[Op, tuple[int, int] | None] = {}

    def of(self, output: Any) -> int | None:
        """The height in pixels, or ``None`` for all of the picture."""
        if not isinstance(output, TensorBase) or output.node is None or len(output.shape) != 4:
            return None
        found = self._field(output.node)
        return None if found is None else found[0]

    def _field(self, node: Op) -> tuple[int, int] | None:
        order, stack = [], [node]
        while stack:  # the ops that are not known yet, makers before users
            op = stack.pop()
            if op not in self._known:
                order.append(op)
                stack.extend(edge for edge in op.edges or () if isinstance(edge, Op))
        for op in sorted(order, key=lambda op: op.number):
            self._known[op] = self._step(op)
        return self._known[node]

    def _step(self, op: Op) -> tuple[int, int] | None:
        before = [self._known[e] for e in op.edges or () if isinstance(e, Op)] or [(1, 1)]
        if isinstance(op, (Linear, MatMul)) or any(field is None for field in before):
            return None
        field = max(f for f, _ in filter(None, before))
        jump = max(j for _, j in filter(None, before))
        kernel, stride, dilation = _window(op)
        return field + dilation * (kernel - 1) * jump, jump * stride


def _window(op: Op) -> tuple[int, int, int]:
    """Height, step and dilation of the window of an op; 1 for an op that has none."""
    if isinstance(op, Conv2d):
        stride, _, dilation, _ = op.steps
        return op.window[0], stride[0], dilation[0]
    if isinstance(op, (MaxPool2d, AvgPool2d)):
        return op.reach
    return 1, 1, 1
