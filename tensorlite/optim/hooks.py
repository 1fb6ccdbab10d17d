"""Functions that are called around an optimizer's steps, and around its state."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tensorlite.errors import ConfigError
from tensorlite.nn.hooks import Hooks, RemovableHandle

Hook = Callable[..., Any]


class Hooked:
    """The part of ``Optimizer`` that registers hooks; every ``step`` of a subclass calls them."""

    _hooks: Hooks | None = None
    _stepping = False  # inside a step, whose parent's step is part of it

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "step" in vars(cls):
            cls.step = around(vars(cls)["step"])  # type: ignore[attr-defined]

    def _add_hook(self, kind: str, hook: Hook, prepend: bool = False) -> RemovableHandle:
        if self._hooks is None:
            self._hooks = Hooks()
        return self._hooks.add(kind, hook, prepend)

    def _passed(self, kind: str, *value: Any) -> Any:
        """The value after the hooks of one kind, each of which may return another."""
        for _, hook in self._hooks.of(kind) if self._hooks is not None else ():
            changed = hook(self, *value)
            value = value if changed is None or not value else (changed,)
        return value[0] if value else None

    def register_step_pre_hook(self, hook: Hook) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` before each step.

        It may return another pair of arguments and keywords.
        """
        return self._add_hook("step_pre", hook)

    def register_step_post_hook(self, hook: Hook) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` after each step."""
        return self._add_hook("step", hook)

    def register_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer)`` before ``state_dict``."""
        return self._add_hook("state_pre", hook, prepend)

    def register_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` after it; what it returns is the state."""
        return self._add_hook("state", hook, prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Hook, prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` before loading; what it returns is loaded."""
        return self._add_hook("load_pre", hook, prepend)

    def register_load_state_dict_post_hook(
        self, hook: Hook, prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer)`` after loading."""
        return self._add_hook("load", hook, prepend)


def around(step: Callable[..., Any]) -> Callable[..., Any]:
    """A step with its hooks."""

    @functools.wraps(step)
    def hooked(self: Hooked, *args: Any, **kwargs: Any) -> Any:
        if self._hooks is None or self._stepping:
            return step(self, *args, **kwargs)
        for _, hook in self._hooks.of("step_pre"):
            changed = hook(self, args, kwargs)
            if changed is not None:
                args, kwargs = _pair(changed)
        self._stepping = True
        try:
            out = step(self, *args, **kwargs)
        finally:
            self._stepping = False
        for _, hook in self._hooks.of("step"):
            hook(self, args, kwargs)
        return out

    return hooked


def _pair(changed: Any) -> tuple[Any, Any]:
    if not isinstance(changed, tuple) or len(changed) != 2:
        raise ConfigError(
            f"expected None or a pair of arguments and keywords, got {changed!r}.",
            where="step hook",
        )
    return changed
