"""Functions that are called on the way through a module, forwards and backwards."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from tensorlite.autograd import Array, Op, TensorBase, make_tensor
from tensorlite.errors import GraphError
from tensorlite.nn.members import Members

if TYPE_CHECKING:
    from tensorlite.nn.module import Module

Hook = Callable[..., Any]
_numbers = itertools.count()


class RemovableHandle:
    """A registered hook; ``remove()`` takes it off again, and so does leaving a ``with`` block."""

    def __init__(self, hooks: dict[int, Hook]) -> None:
        self._hooks = hooks
        self.id = next(_numbers)

    def remove(self) -> None:
        """Take the hook off."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()


class Hooks(dict[str, dict[int, Hook]]):
    """The hooks of one module by kind and number."""

    def __init__(self) -> None:
        super().__init__()
        self.with_kwargs: set[int] = set()
        self.always: set[int] = set()

    def of(self, kind: str) -> list[tuple[int, Hook]]:
        """Those of one kind, in their order, safe from changes on the way."""
        return list(self.get(kind, {}).items())

    def add(self, kind: str, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Register one."""
        hooks = self.setdefault(kind, {})
        handle = RemovableHandle(hooks)
        others = dict(hooks) if prepend else {}
        hooks[handle.id] = hook
        for number, other in others.items():  # behind the new one
            del hooks[number]
            hooks[number] = other
        return handle

    def run(self, module: Module, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Call a module with all of its hooks."""
        for number, hook in self.of("forward_pre"):
            if number in self.with_kwargs:
                changed = hook(module, inputs, options)
                inputs, options = (inputs, options) if changed is None else _pair(changed)
            else:
                changed = hook(module, inputs)
                if changed is not None:
                    inputs = changed if isinstance(changed, tuple) else (changed,)
        watch = None
        if self.get("backward") or self.get("backward_pre"):
            watch = _Watch(module, self)
            inputs = watch.inputs(inputs)
        done: set[int] = set()
        try:
            output = module.forward(*inputs, **options)
            for number, hook in self.of("forward"):
                done.add(number)
                output = self._after(module, number, hook, inputs, options, output)
        except Exception:
            for number, hook in self.of("forward"):
                if number in self.always and number not in done:
                    self._after(module, number, hook, inputs, options, None)
            raise
        return output if watch is None else watch.outputs(output)

    def _after(
        self, module: Module, number: int, hook: Hook, inputs: Any, options: Any, output: Any
    ) -> Any:
        given = (inputs, options) if number in self.with_kwargs else (inputs,)
        changed = hook(module, *given, output)
        return output if changed is None else changed


def _pair(changed: Any) -> tuple[Any, Any]:
    if not isinstance(changed, tuple) or len(changed) != 2:
        raise GraphError(
            f"expected None or a pair of arguments and keywords, got {changed!r}.",
            where="forward pre-hook",
        )
    return changed


class Hooked(Members):
    """The part of ``Module`` that registers hooks."""

    _hooks: Hooks | None = None

    def _add_hook(self, kind: str, hook: Hook, prepend: bool = False) -> RemovableHandle:
        if self._hooks is None:
            self._hooks = Hooks()
        return self._hooks.add(kind, hook, prepend)

    def _tell(self, kind: str, *values: Any) -> None:
        """Call the hooks of one kind whose results do not count."""
        if self._hooks is not None:
            for _, hook in self._hooks.of(kind):
                hook(self, *values)

    def _is_hooked(self) -> bool:
        return self._hooks is not None and any(self._hooks.values())

    @property
    def _forward_hooks(self) -> dict[int, Hook]:
        return {} if self._hooks is None else self._hooks.setdefault("forward", {})

    @property
    def _forward_pre_hooks(self) -> dict[int, Hook]:
        return {} if self._hooks is None else self._hooks.setdefault("forward_pre", {})

    @property
    def _backward_hooks(self) -> dict[int, Hook]:
        return {} if self._hooks is None else self._hooks.setdefault("backward", {})

    def register_forward_pre_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, inputs)`` before each forward; what it returns are the inputs.

        Args:
            hook: The function.
            prepend: Whether it comes before those that are there.
            with_kwargs: Whether it is called with the keyword arguments too, and returns both.
        """
        handle = self._add_hook("forward_pre", hook, prepend)
        self._note(handle, with_kwargs)
        return handle

    def register_forward_hook(
        self,
        hook: Hook,
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call ``hook(module, inputs, output)`` after each forward; its result is the output.

        Args:
            hook: The function.
            prepend: Whether it comes before those that are there.
            with_kwargs: Whether it is called as ``hook(module, inputs, keywords, output)``.
            always_call: Whether it is called even when forward raises.
        """
        handle = self._add_hook("forward", hook, prepend)
        self._note(handle, with_kwargs, always_call)
        return handle

    def _note(self, handle: RemovableHandle, with_kwargs: bool, always: bool = False) -> None:
        if self._hooks is not None and with_kwargs:
            self._hooks.with_kwargs.add(handle.id)
        if self._hooks is not None and always:
            self._hooks.always.add(handle.id)

    def register_full_backward_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_output)`` before the backward pass goes through the module.

        What it returns takes the place of the gradients of the outputs.
        """
        return self._add_hook("backward_pre", hook, prepend)

    def register_full_backward_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` when the inputs' gradients are complete.

        Both are tuples with one gradient, or ``None``, per positional input and per output. What it
        returns takes the place of ``grad_input``.
        """
        return self._add_hook("backward", hook, prepend)

    def register_backward_hook(self, hook: Hook) -> RemovableHandle:
        """An older name of ``register_full_backward_hook``."""
        return self.register_full_backward_hook(hook)

    def register_state_dict_pre_hook(self, hook: Hook) -> RemovableHandle:
        """Call ``hook(module, prefix, keep_vars)`` before ``state_dict`` collects."""
        return self._add_hook("state_pre", hook)

    def register_state_dict_post_hook(self, hook: Hook) -> RemovableHandle:
        """Call ``hook(module, state_dict, prefix, local_metadata)`` after it has collected."""
        return self._add_hook("state", hook)

    _register_state_dict_hook = register_state_dict_post_hook

    def register_load_state_dict_pre_hook(self, hook: Hook) -> RemovableHandle:
        """Call a hook before ``load_state_dict``.

        It is called as ``hook(module, state_dict, prefix, local_metadata, strict, missing_keys,
        unexpected_keys, error_msgs)`` with a dict that it may change.
        """
        return self._add_hook("load_pre", hook)

    def _register_load_state_dict_pre_hook(self, hook: Hook) -> RemovableHandle:
        return self._add_hook("load_pre", lambda module, *given: hook(*given))

    def register_load_state_dict_post_hook(self, hook: Hook) -> RemovableHandle:
        """Call ``hook(module, incompatible_keys)`` after ``load_state_dict``."""
        return self._add_hook("load", hook)


# --- backwards ------------------------------------------------------------------------------------


class _Gate(Op):
    """The one node behind several tensors; it passes on the gradients that they have collected.

    ``forward`` returns a token. Each tensor goes through a ``_Pass`` that takes the token as its
    input, so that this node runs once, after all of them.
    """

    def forward(self, box: _Box, *values: Array) -> Array:
        self.box = box
        return np.zeros(())

    def backward(self, grad: Any) -> Any:
        return None, *self.box.empty()


class _Pass(Op):
    """A tensor as it is; its gradient goes into the box, and a token to the gate."""

    def forward(self, token: Array, x: Array, box: _Box, place: int) -> Array:
        self.box, self.place = box, place
        return x

    def backward(self, grad: Any) -> Any:
        self.box.grads[self.place] = grad
        return np.zeros(())


class _Box:
    """Where the gradients of several tensors wait for each other, and what then happens."""

    def __init__(self, count: int, places: list[int], ready: Callable[[Any], Any]) -> None:
        self.count, self.places, self.ready = count, places, ready
        self.grads: dict[int, Any] = {}

    def empty(self) -> list[Any]:
        grads, self.grads = self.grads, {}
        seen = tuple(_tensor(grads.get(i)) for i in range(self.count))
        changed = self.ready(seen)
        plain = not any(isinstance(grad, TensorBase) for grad in grads.values())
        given = [changed[i] for i in self.places]
        return [getattr(grad, "array", grad) if plain else grad for grad in given]


def _tensor(grad: Any) -> Any:
    return grad if grad is None or isinstance(grad, TensorBase) else make_tensor(grad)


class _Watch:
    """The backward hooks of one call of a module."""

    def __init__(self, module: Module, hooks: Hooks) -> None:
        self._module, self._hooks = module, hooks
        self._grad_output: Any = None
        self._has_inputs = False
        self._count = 0

    def inputs(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs of the module, watched."""
        self._count = len(inputs)
        watched = _through(inputs, self._leaving)
        self._has_inputs = watched is not None
        return inputs if watched is None else watched

    def outputs(self, output: Any) -> Any:
        """The output of the module, watched."""
        several = isinstance(output, (tuple, list))
        watched = _through(tuple(output) if several else (output,), self._entering)
        if watched is None:
            return output
        if hasattr(output, "_fields"):
            return type(output)(*watched)
        return type(output)(watched) if several else watched[0]

    def _entering(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        for _, hook in self._hooks.of("backward_pre"):
            grads = _replaced(grads, hook(self._module, grads))
        self._grad_output = grads
        if not self._has_inputs:
            self._call((None,) * self._count, grads)
        return grads

    def _leaving(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        grad_output, self._grad_output = self._grad_output, None
        if grad_output is None:  # a second derivative, which did not come through the outputs
            return grads
        return self._call(grads, grad_output)

    def _call(self, grads: tuple[Any, ...], grad_output: tuple[Any, ...]) -> tuple[Any, ...]:
        for _, hook in self._hooks.of("backward"):
            grads = _replaced(grads, hook(self._module, grads, grad_output))
        return grads


def _replaced(grads: tuple[Any, ...], changed: Any) -> tuple[Any, ...]:
    if changed is None:
        return grads
    given = changed if isinstance(changed, tuple) else (changed,)
    if len(given) != len(grads):
        raise GraphError(
            f"expected {len(grads)} gradients from the hook, got {len(given)}.", where="backward"
        )
    return given


def _through(values: tuple[Any, ...], ready: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """The values, those that need a gradient behind one gate; ``None`` if there are none."""
    places = [i for i, v in enumerate(values) if isinstance(v, TensorBase) and v.requires_grad]
    box = _Box(len(values), places, ready)
    token = _Gate.apply(box, *(values[i] for i in places)) if places else None
    if token is None or not token.requires_grad:
        return None
    watched = list(values)
    for i in places:
        watched[i] = _Pass.apply(token, values[i].array, box, i)
        watched[i].version = values[i].version
    return tuple(watched)
