"""Weights of one network for another: what fits is loaded, what nearly fits is adapted, and all of
it is reported, because weights that were silently left out are found only much later.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tensorlite.data.resample import weights
from tensorlite.errors import DataError
from tensorlite.tensor import from_numpy

if TYPE_CHECKING:
    from tensorlite.nn import Module

Arrays = Mapping[str, NDArray[Any]]
BACKBONE = "backbone."  # where a model holds the features of another


@dataclass(frozen=True)
class LoadReport:
    """What became of each tensor.

    Args:
        source: Where the weights came from.
        loaded: Names of those that were taken as they are.
        adapted: What was done to others, by name.
        reinitialised: Names of those that stay as a fresh model has them.
        unexpected: Names in the file that the model has no place for.
        classes: Number of classes before and now.
        frozen: What is not trained at first, and how many numbers that are.
        others: Names of those re-initialised that are no part of the head.
        left_out: Names in the file that are behind its features, where the model has its own.
        same_classes: Whether the classes before and now are the same.
    """

    source: str
    loaded: tuple[str, ...]
    adapted: dict[str, str]
    reinitialised: tuple[str, ...]
    unexpected: tuple[str, ...]
    classes: tuple[int, int]
    frozen: tuple[str, int] = ("none", 0)
    others: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    same_classes: bool = False

    def line(self) -> str:
        """Say it in one line.

        Example:
            >>> print(LoadReport("a", ("w",), {}, ("h",), (), (10, 4), ("features", 2572)).line())
            1 tensor loaded, 1 re-initialised (head: 10 -> 4 classes), 0 unexpected \
· frozen: features (2,572 parameters)
        """
        parts = [f"{len(self.loaded)} tensor{'s' * (len(self.loaded) != 1)} loaded"]
        if self.adapted:
            how = ", ".join(f"{name}: {what}" for name, what in self.adapted.items())
            parts.append(f"{len(self.adapted)} adapted ({how})")
        parts += self._fresh()
        if self.left_out:
            parts.append(f"{len(self.left_out)} left out (the old head)")
        parts.append(f"{len(self.unexpected)} unexpected{_some(self.unexpected)}")
        what, count = self.frozen
        frozen = f"{what} ({count:,} parameters)" if count else "nothing"
        return f"{', '.join(parts)} · frozen: {frozen}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values, for ``load.json``."""
        return asdict(self)

    def _fresh(self) -> Iterator[str]:
        """The head, and apart from it what should have been in the file."""
        head = len(self.reinitialised) - len(self.others)
        if head or not self.others:
            yield f"{head} re-initialised{self._why() if head else ''}"
        if self.others:
            more = "others " if head else ""
            yield f"{len(self.others)} {more}re-initialised{_some(self.others)}"

    def _why(self) -> str:
        before, now = self.classes
        if before != now:
            return f" (head: {before} -> {now} class{'es' * (now != 1)})"
        return " (head)" if self.same_classes else " (head: other classes)"


def transfer(
    model: Module,
    arrays: Arrays,
    *,
    source: str,
    head: Collection[str] = (),
    classes: tuple[int, int] = (0, 0),
    same_classes: bool = False,
    features: Collection[str] = (),
) -> LoadReport:
    """Put the weights of another network into a model as far as they go.

    Features of a plain network find their place in a model that holds them as its backbone. The
    first convolution is adapted from grey to colour and back so that a grey picture gives the
    same maps, and a fully connected layer to maps of another size by resizing its own.

    Args:
        model: With fresh weights.
        arrays: The weights by name.
        source: Where they came from, for messages.
        head: Dotted names of the parts whose outputs are classes.
        classes: Number of classes before and now.
        same_classes: Whether they are the same, in the same order: then the head is kept.
        features: Dotted names of the features in the file, if it is known what it is of.

    Raises:
        DataError: If nothing fits.
    """
    own = model.state_dict()
    given = {_place(name, own): np.asarray(array) for name, array in arrays.items()}
    loaded, adapted, fresh, new = [], {}, [], {}
    maps = 0  # of the last convolution
    for name, value in own.items():
        shape = tuple(value.shape)
        array = given.get(name)
        if array is None or (not same_classes and _answers(name, array, head, classes[0])):
            fresh.append(name)
        elif array.shape == shape:
            new[name] = array.astype(value.numpy().dtype)
            loaded.append(name)
        elif (change := adapt(array, shape, maps)) is not None:
            new[name], adapted[name] = change
        else:
            fresh.append(name)
        maps = shape[0] if len(shape) == 4 else maps
    if not loaded:
        raise DataError(f"holds nothing that fits ({len(given)} tensors).", where=source)
    model.load_state_dict({name: from_numpy(array) for name, array in new.items()}, strict=False)
    rest = [name for name in arrays if _place(name, own) not in own]
    left = [name for name in rest if _in(name, head) or (features and not _in(name, features))]
    return LoadReport(
        source,
        tuple(loaded),
        adapted,
        tuple(fresh),
        tuple(name for name in rest if name not in left),
        classes,
        others=tuple(name for name in fresh if head and not _in(name, head)),
        left_out=tuple(left),
        same_classes=same_classes,
    )


def adapt(
    array: NDArray[Any], shape: tuple[int, ...], maps: int
) -> tuple[NDArray[np.float32], str] | None:
    """Make a weight fit a layer for other pictures, and say what was done; None if it cannot.

    Args:
        array: The weight.
        shape: The wanted shape.
        maps: Maps of the last convolution before a fully connected layer.

    Example:
        >>> grey = np.ones((6, 1, 5, 5), np.float32)
        >>> float(adapt(grey, (6, 3, 5, 5), 0)[0].sum()) == grey.sum().item()
        True
    """
    if len(shape) == 4 == array.ndim and array.shape[2:] == shape[2:] and len(array) == shape[0]:
        return _adapt_colours(array, shape[1])
    if len(shape) == 2 == array.ndim and len(array) == shape[0] and maps:
        return _adapt_cells(array, shape[1], maps)
    return None


def _adapt_colours(array: NDArray[Any], channels: int) -> tuple[NDArray[np.float32], str] | None:
    """Share the weight of grey among the colours, or add up those of the colours."""
    if (array.shape[1], channels) == (1, 3):
        return np.repeat(array / 3, 3, axis=1).astype(np.float32), "grey to colour"
    if (array.shape[1], channels) == (3, 1):
        return array.sum(axis=1, keepdims=True).astype(np.float32), "colour to grey"
    return None


def _adapt_cells(
    array: NDArray[Any], inputs: int, maps: int
) -> tuple[NDArray[np.float32], str] | None:
    """The weights that answer as if maps of the new size were resized to the old one first."""
    old, new = _side(array.shape[1], maps), _side(inputs, maps)
    if not old or not new:
        return None
    matrix = weights(new, old)  # (old, new): maps are resized by matrix @ map @ matrix.T
    cells = array.reshape(len(array), maps, old, old).astype(np.float32)
    spread = matrix.T @ cells @ matrix
    return spread.reshape(len(array), -1).astype(np.float32), f"{old}x{old} to {new}x{new} cells"


def _side(inputs: int, maps: int) -> int:
    """The side of square maps that so many inputs come from; 0 if they do not."""
    side = math.isqrt(inputs // maps)
    return side if side * side * maps == inputs else 0


def _place(name: str, own: Mapping[str, Any]) -> str:
    """The name of a tensor in a model that holds the other one's features, or is held by it."""
    if name in own:
        return name
    if f"{BACKBONE}{name}" in own:
        return f"{BACKBONE}{name}"
    bare = name.removeprefix(BACKBONE)
    return bare if bare in own else name


def _answers(name: str, array: NDArray[Any], head: Iterable[str], classes: int) -> bool:
    """Whether a tensor belongs to the part of a head whose outputs are classes."""
    return _in(name, head) and bool(array.ndim) and array.shape[0] == classes


def _some(names: tuple[str, ...]) -> str:
    more = ", ..." if len(names) > 3 else ""
    return f" ({', '.join(names[:3])}{more})" if names else ""


def _in(name: str, parts: Iterable[str]) -> bool:
    return any(name == part or name.startswith(f"{part}.") for part in parts)
