"""Whether a layer is one: derivatives, state, modes, element types."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import tensorlite as tl
from tensorlite import nn
from tensorlite.calling import one_line
from tensorlite.errors import TensorliteError
from tensorlite.random import manual_seed
from tensorlite.testing.directions import several
from tensorlite.testing.failure import Claims, NotTried
from tensorlite.testing.function import check_derivatives, random_array

USUAL = ((2, 3, 6, 6), (2, 3, 6), (2, 3), (2, 3, 4, 4, 4))
"""What is tried where no inputs are given; the first that the layer takes is used."""
REFUSALS = (TensorliteError, TypeError, ValueError, IndexError)
OPTIONS: Mapping[str, Any] = {
    "in_channels": 3,
    "out_channels": 2,
    "channels": 3,
    "num_channels": 3,
    "num_features": 3,
    "num_groups": 3,
    "in_features": 6,
    "out_features": 2,
    "normalized_shape": 6,
    "kernel_size": 2,
    "output_size": 2,
    "size": 2,
    "padding": 1,
}
"""What is given for arguments without a default, where nothing else is said."""


def check_layer(
    layer: Callable[..., Any],
    *inputs: Any,
    options: Mapping[str, Any] | None = None,
    exact: bool = True,
    second: bool = True,
    modes: Sequence[str] = ("train", "eval"),
) -> None:
    """Check a layer: what ``check_function`` checks, for inputs and parameters, and more.

    Its parameters must all be used, be in its state and come back from it; nothing else may decide
    what it computes. In evaluation it must not draw, not change, and treat every picture for
    itself. It must follow ``float()`` and ``double()``, be copied with ``copy.deepcopy``, and keep
    no graph alive.

    Args:
        layer: A class or a function that builds the layer.
        *inputs: Shapes or arrays, see ``check_function``; what layers usually take if not given.
        options: Arguments of the layer; those without a default get usual values.
        exact: Whether its gradient is the derivative; a straight-through estimator's is not.
        second: Whether it can be differentiated twice.
        modes: ``"train"`` and ``"eval"``, or one of them if it is meant for that only.

    Raises:
        CheckFailure: At the first thing that is wrong.

    Example:
        >>> check_layer(nn.Linear, (4, 3), options={"in_features": 3, "out_features": 2})
    """
    claims = Claims("layer", layer)
    check = _Check(claims, layer, completed(layer, options or {}, OPTIONS))
    check.take(inputs)
    with claims.works("a layer that works"):
        for mode in modes:
            check.derivatives(mode == "train", exact and (1 + second))
        check.follows_types()
        check.keeps_no_graph()
        check.comes_back_from_its_state(modes)
        check.can_be_copied()
        if "eval" in modes:
            check.is_still_in_evaluation()
        repr(check.built())


def completed(
    make: Callable[..., Any], options: Mapping[str, Any], usual: Mapping[str, Any]
) -> dict[str, Any]:
    """The options, and a usual value for each argument that has no default."""
    try:
        known = inspect.signature(make).parameters.values()
    except (TypeError, ValueError):
        return dict(options)
    needed = [p.name for p in known if p.default is p.empty and p.name in usual]
    return {**{name: usual[name] for name in needed}, **options}


class _Check:
    def __init__(
        self, claims: Claims, make: Callable[..., Any], options: Mapping[str, Any]
    ) -> None:
        self.claims, self.make, self.options = claims, make, options
        self.arrays: list[Any] = []

    def built(self, seed: int = 0) -> Any:
        """A new layer of float64, its sizes known."""
        manual_seed(seed)
        layer = self.make(**self.options)
        message = f"expected an nn.Module, got {type(layer).__name__}."
        self.claims.that(isinstance(layer, nn.Module), message)
        if self.arrays:
            layer.eval()(*self._tensors("float32"))  # lazy layers learn their sizes
        return layer.double().train()

    def take(self, inputs: Sequence[Any]) -> None:
        """Decide on the inputs: those that are given, or usual ones."""
        with self.claims.works("a layer that can be built"):
            self.built()
        if inputs:
            self.arrays = [random_array(each, i) for i, each in enumerate(inputs)]
            return
        refused: Exception | None = None
        for shape in USUAL:
            array = random_array(shape)
            with self.claims.works("a layer that works"):
                try:
                    self.built()(tl.from_numpy(array))
                except REFUSALS as error:
                    refused = refused or error
                else:
                    self.arrays = [array]
                    return
        message = (
            f"expected it to take one of the usual inputs, got {one_line(refused or ValueError())}"
        )
        hint = "Give the check the shapes of its inputs."
        raise NotTried(message, where=self.claims.where, hint=hint) from refused

    def derivatives(self, train: bool, orders: int) -> None:
        layer = self.built().train(train)
        named, count = dict(layer.named_parameters()), len(self.arrays)
        self._uses(layer, named)

        def function(*values: Any) -> Any:
            for kind in {v.dtype for v in values if v.dtype.kind == "f"}:
                layer.to(kind)  # its buffers too
            with _replaced(layer, values[count:]):
                return layer(*values[:count])

        moved = [self.away_from_zero(p.array, i) for i, p in enumerate(named.values())]
        check_derivatives(self.claims, function, [*self.arrays, *moved], orders)

    def _uses(self, layer: Any, named: Mapping[str, Any]) -> None:
        layer.zero_grad()
        results = [y for y in several(layer(*self._tensors())) if y.requires_grad]
        if results:
            sum((y * y).sum() for y in results).backward()
        for name, p in named.items():
            message = f"expected parameter {name!r} to be used, got no gradient for it."
            self.claims.that(p.grad is not None or not p.requires_grad, message)

    @staticmethod
    def away_from_zero(array: Any, number: int) -> Any:
        """Parameters that start at 0 or 1 hide mistakes; they are moved a little."""
        return array + 0.1 * random_array(array.shape, number + 11)

    def follows_types(self) -> None:
        layer = self.built()
        for kind in ("float64", "float32"):
            layer = layer.to(kind)
            for y in several(layer(*self._tensors(kind))):
                if y.dtype.kind == "f":
                    message = f"expected {kind} after .to({kind!r}), got {y.dtype}."
                    self.claims.that(y.dtype == np.dtype(kind), message)

    def keeps_no_graph(self) -> None:
        layer = self.built()
        layer(*[x.requires_grad_() if x.dtype.kind == "f" else x for x in self._tensors()])
        for name, module in layer.named_modules():
            for key, value in vars(module).items():
                kept = [v for v in several(_plain(value)) if getattr(v, "node", None) is not None]
                place = f"{name}.{key}".lstrip(".")
                message = f"expected no graph to be kept, but {place!r} holds a result."
                self.claims.that(not kept, message, f"Keep {key}.detach().")

    def comes_back_from_its_state(self, modes: Sequence[str]) -> None:
        one, other = self.built(1), self.built(2)
        if "train" in modes:
            one(*self._tensors())  # so that what it keeps of its inputs is not as in the other
        state = {
            name: value.array + 0.1 * np.abs(random_array(value.shape, i))
            if value.dtype.kind == "f"
            else value.array
            for i, (name, value) in enumerate(one.state_dict().items())
        }
        for layer in (one, other):
            layer.load_state_dict({name: array.copy() for name, array in state.items()})
            layer.train("eval" not in modes)
        message = "expected the same result from the same state_dict, got another."
        hint = "Keep what it computes with in a Parameter or a Buffer."
        for a, b in zip(self._run(one), self._run(other), strict=True):
            self.claims.that(np.allclose(a, b, rtol=1e-9, atol=1e-12), message, hint)

    def can_be_copied(self) -> None:
        layer = self.built().eval()
        twin = copy.deepcopy(layer)
        message = "expected a deep copy to compute the same, got another result."
        for a, b in zip(self._run(layer), self._run(twin), strict=True):
            self.claims.equal(a, b, message)
        for p in twin.parameters():
            p.data.fill_(0.37)
        message = "expected a deep copy to have parameters of its own, got shared ones."
        shared = {id(p) for p in layer.parameters()} & {id(p) for p in twin.parameters()}
        self.claims.that(not shared, message)

    def is_still_in_evaluation(self) -> None:
        layer = self.built().eval()
        before = {name: value.array.copy() for name, value in layer.state_dict().items()}
        with self.claims.draws_nothing("nothing in evaluation"):
            first = self._run(layer, seed=None)
        for name, value in layer.state_dict().items():
            message = f"expected {name!r} as it was in evaluation, but it changed."
            self.claims.equal(before[name], value.array, message)
        if len(self.arrays) == 1 and self.arrays[0].ndim == 4:
            alone = layer(tl.from_numpy(self.arrays[0][:1]))
            for one, whole in zip(several(alone), first, strict=True):
                if len(one) == 1 and len(whole) == len(self.arrays[0]):
                    message = "expected each picture to be treated alone in evaluation."
                    self.claims.equal(one.array, whole[:1], message, 1e-8)

    def _run(self, layer: Any, seed: int | None = 0) -> list[Any]:
        if seed is not None:
            manual_seed(seed)
        return [y.array.copy() for y in several(layer(*self._tensors()))]

    def _tensors(self, kind: str = "float64") -> list[Any]:
        return [
            tl.from_numpy(x.astype(kind) if x.dtype.kind == "f" else x.copy()) for x in self.arrays
        ]


class _replaced:
    """Other tensors in place of a module's parameters, wherever these stand in it."""

    def __init__(self, module: Any, values: Sequence[Any]) -> None:
        given = {id(p): v for p, v in zip(module.parameters(), values, strict=True)}
        self.places = [
            (vars(part), key, value, given[id(value)])
            for part in module.modules()
            for key, value in vars(part).items()
            if id(value) in given
        ]

    def __enter__(self) -> None:
        for members, key, _, new in self.places:
            members[key] = new

    def __exit__(self, *error: Any) -> None:
        for members, key, old, _ in self.places:
            members[key] = old


def _plain(value: Any) -> Any:
    return value if isinstance(value, (tuple, list, dict, tl.Tensor)) else None
