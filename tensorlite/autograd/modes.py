"""Whether ops are recorded: one switch per thread, set for a block, a function or from here on."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Generator
from typing import Any, Self, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class _Mode(threading.local):
    recording = True
    inference = False


mode = _Mode()


class _Recording:
    """Set the mode of this thread, for a block or a decorated function."""

    recording = True
    inference: bool | None = None  # None leaves it as it is

    def __enter__(self) -> None:
        self._before = mode.recording, mode.inference
        self._set()

    def _set(self) -> None:
        mode.recording = self.recording
        if self.inference is not None:
            mode.inference = self.inference

    def __exit__(self, *error: object) -> None:
        mode.recording, mode.inference = self._before

    def __call__(self, function: F) -> F:
        """Decorate a function; each call has a mode of its own."""
        if inspect.isgeneratorfunction(function):
            return _generating(self, function)

        @functools.wraps(function)
        def decorated(*args: Any, **options: Any) -> Any:
            with self.clone():
                return function(*args, **options)

        return decorated  # type: ignore[return-value]

    def clone(self) -> Self:
        """The same mode, not entered yet."""
        fresh = object.__new__(type(self))
        fresh.recording, fresh.inference = self.recording, self.inference
        return fresh


def _generating(setting: _Recording, function: Any) -> Any:
    """A generator function whose body runs in the mode, and whose consumer does not."""

    @functools.wraps(function)
    def decorated(*args: Any, **options: Any) -> Generator[Any, Any, Any]:
        generator = function(*args, **options)
        step: Callable[[], Any] = lambda: next(generator)  # noqa: E731
        try:
            while True:
                with setting.clone():
                    try:
                        value = step()
                    except StopIteration as end:
                        return end.value
                try:
                    sent = yield value
                    step = functools.partial(generator.send, sent)
                except GeneratorExit:
                    raise
                except BaseException as error:
                    step = functools.partial(generator.throw, error)
        finally:
            with setting.clone():
                generator.close()

    return decorated


class _Fixed(_Recording):
    """A mode without arguments, so that the decorator needs no brackets."""

    def __new__(cls, function: Any = None) -> Any:
        """With a function, as ``@no_grad`` gives one, the decorated function."""
        setting = object.__new__(cls)
        return setting if function is None else setting(function)


class no_grad(_Fixed):  # noqa: N801 - PyTorch's name
    """Record nothing inside: results need no gradient and keep nothing alive.

    Example:
        >>> import tensorlite as tl
        >>> x = tl.ones(2, requires_grad=True)
        >>> with no_grad():
        ...     (x * 2).requires_grad
        False
        >>> @no_grad
        ... def double(x):
        ...     return x * 2
        >>> double(x).requires_grad
        False
    """

    recording = False


class enable_grad(_Fixed):  # noqa: N801 - PyTorch's name
    """Record again inside a ``no_grad`` block."""


class set_grad_enabled(_Recording):  # noqa: N801 - PyTorch's name
    """Switch recording from here on, for a block, or for a decorated function.

    Example:
        >>> with set_grad_enabled(False):
        ...     is_grad_enabled()
        False
        >>> is_grad_enabled()
        True
    """

    def __init__(self, mode: bool) -> None:
        self.recording = bool(mode)
        self._before = _current()
        self._set()

    def __enter__(self) -> None:
        self._set()

    def __call__(self, function: F) -> F:
        """Decorate a function; the mode from here on stays what it was."""
        self.__exit__()
        return super().__call__(function)

    def clone(self) -> Self:
        """The same mode for one call."""
        fresh = super().clone()
        fresh._before = _current()
        return fresh


class inference_mode(_Recording):  # noqa: N801 - PyTorch's name
    """As ``no_grad``; ``inference_mode(False)`` records again.

    Unlike in PyTorch, what is made inside may be used in a graph later.
    """

    def __new__(cls, mode: Any = True) -> Any:
        """With a function, as ``@inference_mode`` gives one, the decorated function."""
        setting = object.__new__(cls)
        on = mode if isinstance(mode, bool) else True
        setting.recording, setting.inference = not on, on
        return setting if isinstance(mode, bool) else setting(mode)


def _current() -> tuple[bool, bool]:
    return mode.recording, mode.inference


def is_grad_enabled() -> bool:
    """Whether ops on tensors that need a gradient are recorded in this thread."""
    return mode.recording


def is_inference_mode_enabled() -> bool:
    """Whether this thread is inside ``inference_mode``."""
    return mode.inference
