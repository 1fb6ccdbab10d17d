"""From lists of layers to modules; each layer is run once to learn what the next one gets."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from tensorlite import registry
from tensorlite.autograd import no_grad
from tensorlite.errors import ConfigError, TensorliteError, close_names
from tensorlite.nn.containers import Sequential
from tensorlite.nn.module import Module
from tensorlite.nn.toml.calls import Call, evaluate, parse_call
from tensorlite.nn.toml.graph import INPUT, Branches, Graph, Step
from tensorlite.nn.toml.source import Source

CHANNELS = "in_channels", "num_features", "num_channels", "channels"
FEATURES = "in_features", "input_size", "embed_dim", "d_model"
KINDS = "layer", "layers", "add", "concat"
KEYS = (*KINDS, "name", "repeat", "from", "dim")
DEEPEST = 20  # blocks in blocks; more is a block that contains itself
MOST = 1000  # repetitions


@dataclass(frozen=True)
class Builder:
    """What the words of a file mean.

    Args:
        source: The file.
        blocks: Its named blocks.
        known: The values of names in arguments.
        depth: How many blocks are around this place.
    """

    source: Source
    blocks: Mapping[str, Any]
    known: Mapping[str, Any]
    depth: int = 0

    def sequence(self, items: Any, x: Any) -> tuple[Module, Any]:
        """Build a list of items.

        Args:
            items: As they stand in the file.
            x: An example of what the first of them gets.

        Returns:
            The module, and what it makes of the example.

        Raises:
            ConfigError: With file and line, for whatever cannot be built.
        """
        if not isinstance(items, list) or not items:
            message = f"expected a list of layers, got {items!r}."
            raise self.source.error(message, items, "Such as ['conv2d(8, 3)', 'relu'].")
        steps: list[Step] = []
        results: dict[str, Any] = {INPUT: x}
        for item in items:
            for step in self._steps(item, len(steps), results, x):
                if step.name in results:
                    raise self.source.error(f"expected {step.name!r} once.", item)
                x = self._ran(step, [results[s] for s in step.sources] or [x], item)
                steps.append(step)
                results[step.name] = x
        return _joined(steps), x

    def _steps(self, item: Any, number: int, results: Mapping[str, Any], x: Any) -> Any:
        """The steps of an item, which may be repeated; each is built for what the last one made."""
        table = {"layer": item} if isinstance(item, str) else item
        table = self.source.table(table, "an item", KEYS)
        kinds = [kind for kind in KINDS if kind in table]
        if len(kinds) != 1:
            message = f"expected one of {', '.join(KINDS)}, got {' and '.join(kinds) or 'none'}."
            raise self.source.error(message, item)
        label, times = str(table.get("name", "")), self._times(item, table)
        current = _Current(x if "from" not in table else self._wire(table["from"], results)[1])
        for turn in range(times):
            step = self._step(table, kinds[0], results, current.value)
            name = label or step.name
            name = f"{name}{turn + 1}" if name and times > 1 else name
            step = replace(step, name=name or str(number + turn))
            if "from" in table and not turn:
                step = replace(step, sources=(self._wire(table["from"], results)[0],))
            yield step
            current.value = results[step.name]

    def _step(self, table: Any, kind: str, results: Mapping[str, Any], x: Any) -> Step:
        if kind == "layers":
            return Step("", self.sequence(table["layers"], x)[0])
        if kind == "layer":
            call = self._call(table["layer"], x)
            return Step(call.label, self._module(call, table["layer"], x))
        return self._join(table, kind, results, x)

    def _join(self, table: Any, how: str, results: Mapping[str, Any], x: Any) -> Step:
        parts, dim = table[how], table.get("dim", 1)
        if not isinstance(parts, list) or len(parts) < 2:
            raise self.source.error(f"expected two or more parts to {how}, got {parts!r}.", parts)
        wires = [isinstance(part, str) and part.startswith("@") for part in parts]
        if all(wires):
            return Step("", None, tuple(self._wire(p, results)[0] for p in parts), how, dim)
        if any(wires):
            message = "expected results by name (@...) or branches, got both."
            raise self.source.error(message, parts, "An empty list is a branch without layers.")
        branches = {str(i): self._branch(part, x) for i, part in enumerate(parts)}
        return Step("", Branches(branches, how, dim))

    def _branch(self, part: Any, x: Any) -> Module:
        if isinstance(part, str):
            return self._module(self._call(part, x), part, x)
        if isinstance(part, Mapping) and set(part) == {"layers"}:
            part = part["layers"]
        if part == []:
            return Sequential()
        return self.sequence(part if isinstance(part, list) else [part], x)[0]

    def _wire(self, word: Any, results: Mapping[str, Any]) -> tuple[str, Any]:
        name = str(word).removeprefix("@")
        if not str(word).startswith("@") or name not in results:
            named = [each for each in results if not each.isdigit()]
            parts = [f"there is no result {word!r} above.", close_names(name, named)]
            parts.append(f"There are {', '.join(f'@{each}' for each in named)}.")
            raise self.source.error(" ".join(filter(None, parts)), word)
        return name, results[name]

    def _times(self, item: Any, table: Mapping[str, Any]) -> int:
        with self._at(item):
            times = evaluate(table.get("repeat", 1), self.known)
            if not isinstance(times, int) or isinstance(times, bool) or not 1 <= times <= MOST:
                raise ConfigError(f"expected repeat from 1 to {MOST}, got {times!r}.")
        return times

    def _call(self, word: Any, x: Any) -> Call:
        with self._at(word):
            if not isinstance(word, str):
                raise ConfigError(f"expected a layer as text, got {word!r}.")
            size = {"channels": x.shape[1]} if len(x.shape) > 1 else {}
            return parse_call(word, {**size, **self.known})

    def _module(self, call: Call, word: Any, x: Any) -> Module:
        if call.name in self.blocks:
            return self._block(call, word, x)
        with self._at(word):
            entry = self._entry(call.name)
            options = _inferred(entry.object, call, x)
            made = registry.layers.create(entry.qualified, **options)
        if not isinstance(made, Module):
            raise self.source.error(f"expected a layer, got {call.name!r}, which is none.", word)
        return made

    def _entry(self, name: str) -> Any:
        try:
            return registry.layers.info(name)
        except TensorliteError as error:
            close = close_names(name, self.blocks)
            raise ConfigError(f"{error.message} {close}".rstrip(), hint=error.hint) from error

    def _block(self, call: Call, word: Any, x: Any) -> Module:
        block = self.source.table(self.blocks[call.name], call.name, ("layers", "options"))
        if self.depth >= DEEPEST:
            raise self.source.error(f"the block {call.name!r} contains itself.", word)
        options = dict(block.get("options", {}))
        with self._at(word):
            given = _bound(list(options), call)
        inner = replace(self, known={**self.known, **options, **given}, depth=self.depth + 1)
        return inner.sequence(block.get("layers"), x)[0]

    def _ran(self, step: Step, given: Sequence[Any], item: Any) -> Any:
        with self._at(item), no_grad():
            if step.module is not None:
                step.module.eval()
            try:
                return step.run(given)
            finally:
                if step.module is not None:
                    step.module.train()

    @contextmanager
    def _at(self, word: Any) -> Any:
        """Name file and line in whatever goes wrong inside."""
        try:
            yield
        except TensorliteError as error:
            if error.where and error.where.startswith(f"{self.source.path.name}"):
                raise
            raise self.source.error(error.sentence, word, error.hint) from error
        except (TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
            raise self.source.error(f"cannot be built ({error}).", word) from error


@dataclass
class _Current:
    """What the next repetition gets."""

    value: Any


def _joined(steps: Sequence[Step]) -> Module:
    """A ``Sequential``, unless a step takes something by name."""
    if any(step.sources or step.module is None for step in steps):
        return Graph(steps)
    return Sequential({step.name: step.module for step in steps if step.module is not None})


def _inferred(make: Callable[..., Any], call: Call, x: Any) -> dict[str, Any]:
    """Arguments by name, with those filled in that follow from the input."""
    parameters = inspect.signature(make).parameters.values()
    free = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    sizes: dict[str, Any] = {}
    for p in free:
        if p.default is p.empty and p.name not in call.options:
            if p.name in CHANNELS and len(x.shape) > 1:
                sizes[p.name] = x.shape[1]
            elif p.name in FEATURES:
                sizes[p.name] = x.shape[-1]
            elif p.name == "normalized_shape":
                sizes[p.name] = tuple(x.shape[1:])
    return {**sizes, **_bound([p.name for p in free if p.name not in sizes], call)}


def _bound(names: Sequence[str], call: Call) -> dict[str, Any]:
    """The arguments of a call by name; those by position take the names in their order."""
    takes = f"It takes {', '.join(names)}." if names else "It takes none."
    if len(call.args) > len(names):
        message = (
            f"expected at most {len(names)} argument(s) of {call.name!r}, got {len(call.args)}."
        )
        raise ConfigError(f"{message} {takes}")
    by_position = dict(zip(names, call.args, strict=False))
    for name in call.options:
        if name in by_position or name not in names:
            what = "is given twice" if name in by_position else "is no argument of it"
            raise ConfigError(f"{name!r} {what}: {call.name!r}. {takes}")
    return {**by_position, **call.options}
