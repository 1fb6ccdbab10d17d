"""Sums of products by index: ``einsum`` and ``tensordot``."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tensorlite.errors import ShapeError
from tensorlite.ops.arrange import Diagonal
from tensorlite.ops.convert import as_tensor
from tensorlite.ops.join import of_one_type
from tensorlite.ops.linalg import MatMul, matmul
from tensorlite.ops.reduce import Sum
from tensorlite.ops.shape import Permute, Reshape, dim_index

if TYPE_CHECKING:
    from tensorlite.tensor import Tensor


def einsum(equation: Any, *operands: Any) -> Tensor:
    """Sum products over the letters that the result does not have.

    Args:
        equation: One group of letters per operand, one letter per dimension, ``...`` for any
            others; after ``->`` those of the result, or without it, those that come once, in order.
        operands: As many tensors, or one list of them.

    Raises:
        ShapeError: If the letters do not fit the operands.

    Example:
        >>> einsum("ij,jk->ik", [[1.0, 2.0]], [[3.0], [4.0]])
        tensor([[11.]])
    """
    if not isinstance(equation, str):
        equation, operands = _from_lists((equation, *operands))
    elif len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    tensors = of_one_type(operands, "einsum")
    inputs, output = _letters(equation.replace(" ", ""), tensors)
    sizes = _sizes(inputs, tensors)
    terms = [_prepared(x, label) for x, label in zip(tensors, inputs, strict=True)]
    while True:
        others = set(output).union(*(label for _, label in terms[2:]))
        if len(terms) == 1:
            break
        terms = [_product(*terms[0], *terms[1], others, sizes), *terms[2:]]
    x, label = _summed(*terms[0], set(output))
    if set(label) != set(output):  # a letter whose only sizes were 1
        raise ShapeError(f"expected the letters {output!r} in the inputs.", where="einsum")
    return Permute.apply(x, tuple(label.index(c) for c in output))


def _from_lists(parts: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """Operands and lists of numbers in turn, as letters."""

    def text(places: Sequence[Any]) -> str:
        return "".join("..." if p is Ellipsis else string.ascii_letters[p] for p in places)

    pairs = len(parts) // 2 * 2
    equation = ",".join(text(places) for places in parts[1:pairs:2])
    return equation + (f"->{text(parts[-1])}" if len(parts) % 2 else ""), parts[0:pairs:2]


def _letters(equation: str, tensors: list[Any]) -> tuple[list[str], str]:
    """The letters of each operand and of the result, without dots."""
    left, arrow, output = equation.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(tensors):
        raise ShapeError(
            f"expected {len(inputs)} operands for {equation!r}, got {len(tensors)}.", where="einsum"
        )
    # The dimensions under the dots are aligned at the end, as in broadcasting.
    spare = [c for c in map(chr, range(0x3B1, 0x3E1))]
    most = 0
    for i, (label, x) in enumerate(zip(inputs, tensors, strict=True)):
        count = len(x.shape) - len(label.replace("...", ""))
        if count < 0 or (count and "..." not in label):
            raise ShapeError(
                f"expected {len(label)} dimensions for {label!r}, got shape {x.shape}.",
                where="einsum",
            )
        most = max(most, count)
        inputs[i] = label.replace("...", "".join(spare[len(spare) - count :]))
    dots = "".join(spare[len(spare) - most :])
    if not arrow:
        letters = "".join(inputs)
        once = sorted(c for c in set(letters) if letters.count(c) == 1 and c not in spare)
        return inputs, dots + "".join(once)
    output = output.replace("...", dots)
    if len(set(output)) < len(output) or not set(output) <= set("".join(inputs)):
        raise ShapeError(f"expected letters of the inputs once, got {output!r}.", where="einsum")
    return inputs, output


def _sizes(inputs: list[str], tensors: list[Any]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for label, x in zip(inputs, tensors, strict=True):
        for letter, n in zip(label, x.shape, strict=True):
            known = sizes.get(letter, 1)
            if n not in (1, known) and known != 1:
                raise ShapeError(
                    f"expected size {known} for {letter!r}, got {n} (shape {x.shape}).",
                    where="einsum",
                )
            sizes[letter] = n if known == 1 else known
    return sizes


def _prepared(x: Any, label: str) -> tuple[Any, str]:
    """Each letter once: the diagonal where one comes twice."""
    for letter in dict.fromkeys(label):
        while label.count(letter) > 1:
            a = label.index(letter)
            b = label.index(letter, a + 1)
            if x.shape[a] != x.shape[b]:
                raise ShapeError(f"expected equal sizes for {letter!r}.", where="einsum")
            x = Diagonal.apply(x, 0, a, b)
            label = label[:a] + label[a + 1 : b] + label[b + 1 :] + letter
    return x, label


def _summed(x: Any, label: str, kept: set[str]) -> tuple[Any, str]:
    dims = tuple(i for i, c in enumerate(label) if c not in kept)
    if not dims:
        return x, label
    return Sum.apply(x, dims, False), "".join(c for c in label if c in kept)


def _product(
    x: Any, a: str, y: Any, b: str, others: set[str], sizes: dict[str, int]
) -> tuple[Any, str]:
    """Contract two terms as one product of stacks of matrices."""
    # A dimension of size 1 against a longer one is left to the other term.
    x, a = _summed(x, a, {c for i, c in enumerate(a) if c not in b or x.shape[i] == sizes[c]})
    y, b = _summed(y, b, {c for i, c in enumerate(b) if c not in a or y.shape[i] == sizes[c]})
    x, a = _summed(x, a, others | set(b))
    y, b = _summed(y, b, others | set(a))
    both = [c for c in a if c in b and c in others]
    inner = [c for c in a if c in b and c not in others]
    rows, columns = [c for c in a if c not in b], [c for c in b if c not in a]
    x = Permute.apply(x, tuple(a.index(c) for c in (*both, *rows, *inner)))
    y = Permute.apply(y, tuple(b.index(c) for c in (*both, *inner, *columns)))
    n = len(both)
    front, m, k = x.shape[:n], x.shape[n : n + len(rows)], x.shape[n + len(rows) :]
    last = y.shape[n + len(inner) :]
    if not inner:  # nothing to sum: an outer product
        spread = Reshape.apply(x, (*front, *m, *(1,) * len(last)))
        out = spread * Reshape.apply(y, (*front, *(1,) * len(m), *last))
        return out, "".join((*both, *rows, *columns))
    x = Reshape.apply(x, (*front, _elements(m), _elements(k)))
    y = Reshape.apply(y, (*front, _elements(k), _elements(last)))
    out = Reshape.apply(MatMul.apply(x, y), (*front, *m, *last))
    return out, "".join((*both, *rows, *columns))


def _elements(shape: tuple[int, ...]) -> int:
    count = 1
    for n in shape:
        count *= n
    return count


def tensordot(a: Any, b: Any, dims: Any = 2) -> Tensor:
    """Sum products over some dimensions of both.

    Args:
        a: The left tensor.
        b: The right tensor.
        dims: How many last dimensions of ``a`` meet the first of ``b``, or two lists of them.
    """
    x, y = of_one_type([a, b], "tensordot")
    if isinstance(dims, int):
        if not 0 <= dims <= min(len(x.shape), len(y.shape)):
            raise ShapeError(f"expected 0 or more dimensions, got {dims}.", where="tensordot")
        n = len(x.shape)
        left, right = list(range(n - dims, n)), list(range(dims))
    else:
        given = [[d] if isinstance(d, int) else as_tensor(d).tolist() for d in dims]
        left, right = (
            [dim_index(d, len(t.shape), "tensordot") for d in part]
            for part, t in zip(given, (x, y), strict=True)
        )
    if [x.shape[d] for d in left] != [y.shape[d] for d in right]:
        raise ShapeError(
            f"expected dimensions of equal size, got {tuple(left)} of {x.shape} and "
            f"{tuple(right)} of {y.shape}.",
            where="tensordot",
        )
    rows = [i for i in range(len(x.shape)) if i not in left]
    columns = [i for i in range(len(y.shape)) if i not in right]
    front, last = tuple(x.shape[i] for i in rows), tuple(y.shape[i] for i in columns)
    k = _elements(tuple(x.shape[d] for d in left))
    flat_x = Reshape.apply(Permute.apply(x, (*rows, *left)), (_elements(front), k))
    flat_y = Reshape.apply(Permute.apply(y, (*right, *columns)), (k, _elements(last)))
    return Reshape.apply(matmul(flat_x, flat_y), (*front, *last))
