"""Functions of users that see a gradient when it is complete, and may put another in its place."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from tensorlite.autograd.node import Hooks, RemovableHandle
from tensorlite.autograd.op import TensorBase, make_tensor
from tensorlite.errors import GraphError, ShapeError

leaf_hooks: dict[int, Hooks] = {}  # by id; empty as long as no leaf has a hook


def register_hook(tensor: TensorBase, hook: Callable[[Any], Any]) -> RemovableHandle:
    """See ``Tensor.register_hook``."""
    return RemovableHandle(_hooks(tensor, "register_hook").before, hook)


def register_post_accumulate_grad_hook(
    tensor: TensorBase, hook: Callable[[Any], None]
) -> RemovableHandle:
    """See ``Tensor.register_post_accumulate_grad_hook``."""
    where = "register_post_accumulate_grad_hook"
    if tensor.node is not None:
        raise GraphError("expected a leaf, got the result of an op.", where=where)
    return RemovableHandle(_hooks(tensor, where).after, hook)


def retain_grad(tensor: TensorBase, keep: bool = True) -> None:
    """See ``Tensor.retain_grad``; ``keep=False`` takes it back."""
    hooks = _hooks(tensor, "retain_grad")
    if tensor.node is not None:
        hooks.keeper = weakref.ref(tensor) if keep else None


def seen(hooks: Hooks, grad: Any) -> Any:
    """Show a complete gradient to the hooks; return it, or what they put in its place."""
    lifted = isinstance(grad, TensorBase)
    # A hook may change its gradient in place, and an array may be somebody else's too.
    given: Any = grad if lifted else make_tensor(np.array(grad))
    for hook in list(hooks.before.values()):
        changed = hook(given)
        if changed is None:
            continue
        if not isinstance(changed, TensorBase) or changed.shape != given.shape:
            raise ShapeError(
                f"expected a gradient of shape {given.shape} from a hook, "
                f"got {getattr(changed, 'shape', type(changed).__name__)}.",
                where="register_hook",
            )
        given = changed
    if hooks.keeper is not None and (result := hooks.keeper()) is not None:
        kept = given.clone() if lifted else make_tensor(np.array(given.array))
        result.grad = kept if result.grad is None else result.grad + kept
    return given if lifted else given.array


def _hooks(tensor: TensorBase, where: str) -> Hooks:
    if not tensor.requires_grad:
        raise GraphError(
            "expected a tensor that needs a gradient.", where=where, hint="Set requires_grad=True."
        )
    if tensor.node is not None:
        if tensor.node.hooks is None:
            tensor.node.hooks = Hooks()
        return tensor.node.hooks
    key = id(tensor)
    if key not in leaf_hooks:
        leaf_hooks[key] = hooks = Hooks()
        hooks.leaf = weakref.ref(tensor, lambda _: leaf_hooks.pop(key, None))
    return leaf_hooks[key]
