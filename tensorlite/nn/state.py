"""The numbers of a module as a whole: taken out, put back, cast, moved."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import DTypeLike

from tensorlite.errors import DTypeError, StateError
from tensorlite.nn.hooks import Hooked
from tensorlite.nn.members import BUFFER, BUFFERS, MODULE, PARAMETER, join
from tensorlite.ops.convert import as_tensor, to_array
from tensorlite.tensor import Parameter, Tensor, zeros

Transform = Callable[[Tensor], Tensor]


class LoadResult(NamedTuple):
    """The names that ``load_state_dict`` did not find, and those it had no use for."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        missing, unexpected = self
        return f"_IncompatibleKeys(missing_keys={missing}, unexpected_keys={unexpected})"


class State(Hooked):
    """The part of ``Module`` that stores, loads and casts."""

    _version = 1

    # --- out --------------------------------------------------------------------------------------

    def state_dict(
        self,
        destination: dict[str, Any] | None = None,
        prefix: str = "",
        keep_vars: bool = False,
    ) -> dict[str, Any]:
        """All parameters and persistent buffers by dotted name; they share the module's memory.

        Args:
            destination: A dict to add to.
            prefix: Put in front of the names as it is, so usually with a dot at its end.
            keep_vars: Return the tensors themselves, through which gradients flow.
        """
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()  # type: ignore[attr-defined]
        local = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local
        self._tell("state_pre", prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._own(MODULE):
            if module is not None:
                path = f"{prefix}{name}."
                module.state_dict(destination=destination, prefix=path, keep_vars=keep_vars)
        self._tell("state", destination, prefix, local)
        return destination

    def _save_to_state_dict(
        self, destination: dict[str, Any], prefix: str, keep_vars: bool
    ) -> None:
        for kind in (PARAMETER, BUFFER):
            for name, value in self._own(kind):
                if value is not None:
                    destination[prefix + name] = value if keep_vars else value.detach()

    # --- in ---------------------------------------------------------------------------------------

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> LoadResult:
        """Take over parameters and buffers.

        Everything is compared before anything is written.

        Args:
            state_dict: Tensors or arrays by dotted name.
            strict: Whether missing and unexpected names are errors.
            assign: Whether the tensors themselves become the members, rather than their numbers
                the numbers of those that are there.

        Returns:
            The missing and the unexpected names.

        Raises:
            StateError: If names (with ``strict``) or shapes differ; lists all of them.
        """
        if not isinstance(state_dict, Mapping):
            raise DTypeError(
                f"expected a dict of tensors by name, got {type(state_dict).__name__}.",
                where="load_state_dict",
            )
        given = dict(state_dict)
        result = LoadResult([], [])
        faults: list[str] = []
        for path, below in self.named_modules(remove_duplicate=False):
            dot = join(path, "")
            below._tell("load_pre", given, dot, {}, strict, *result, faults)
        slots = {join(path, name): (m, name) for path, m, name in self._slots()}
        old = not hasattr(state_dict, "_metadata")  # before PyTorch counted batches
        result.missing_keys.extend(
            key for key in slots
            if key not in given and not (old and key.endswith("num_batches_tracked"))
        )  # fmt: skip
        result.unexpected_keys.extend(key for key in given if key not in slots)
        found = {key: slot for key, slot in slots.items() if key in given}
        arrays = {key: _fitting(given[key], getattr(*slot)) for key, slot in found.items()}
        if strict:
            faults[:0] = _listed("Unexpected", result.unexpected_keys)
            faults[:0] = _listed("Missing", result.missing_keys)
        faults += [
            f"size mismatch for {key}: the state has shape {array.shape}, "
            f"the module {getattr(*found[key]).shape}."
            for key, array in arrays.items()
            if array.shape != getattr(*found[key]).shape
        ]
        if faults:
            raise StateError(f"the state does not fit. {' '.join(faults)}", where=_name(self))
        for key, (owner, name) in found.items():
            owner._take(name, given[key], arrays[key], assign)
        for own in self.modules():
            own._tell("load", result)
        return result

    def _slots(self) -> Iterator[tuple[str, State, str]]:
        """Path, module and attribute of all that a state holds; what is used twice comes twice."""
        for path, module in self.named_modules(remove_duplicate=False):
            for kind in (PARAMETER, BUFFER):
                for name, value in module._own(kind):
                    if value is not None:
                        yield path, module, name

    def _take(self, name: str, given: Any, array: Any, assign: bool) -> None:
        own = getattr(self, name)
        if not assign:
            own.detach().copy_(array)
        elif isinstance(own, Parameter):
            setattr(self, name, Parameter(given, requires_grad=own.requires_grad))
        else:
            setattr(self, name, as_tensor(given))

    # --- other types and places -------------------------------------------------------------------

    def _apply(self, fn: Transform, recurse: bool = True) -> Self:
        """Replace the numbers of all parameters, gradients and buffers by a function of them."""
        if recurse:
            for module in self.children():
                module._apply(fn)
        for _, parameter in self._own(PARAMETER):
            if parameter is not None:
                _replace(parameter, fn)
                if parameter.grad is not None:
                    _replace(parameter.grad, fn)
        for name, buffer in self._own(*BUFFERS):
            if buffer is not None:
                self.__dict__[name] = fn(buffer)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Cast all floating point parameters and buffers, and return the module.

        Args:
            args: An element type, a device (only the processor), or a tensor to be like, as in
                ``Tensor.to``.
            kwargs: The same by name.

        Raises:
            DTypeError: If the element type is not a floating one, or the device another.
        """
        probe = zeros(1).to(*args, **kwargs)
        if probe.dtype.kind != "f":
            raise DTypeError(f"expected a floating point type, got {probe.dtype}.", where="to")
        return self._apply(lambda t: t.to(*args, **kwargs) if t.dtype.kind == "f" else t)

    def type(self, dst_type: DTypeLike) -> Self:
        """Cast all parameters and buffers to any element type."""
        return self._apply(lambda t: t.type(dst_type))

    def _cast(self, dtype: DTypeLike) -> Self:
        return self._apply(lambda t: t.to(dtype) if t.dtype.kind == "f" else t)

    def float(self) -> Self:
        """Cast to float32."""
        return self._cast(np.float32)

    def double(self) -> Self:
        """Cast to float64."""
        return self._cast(np.float64)

    def half(self) -> Self:
        """Cast to float16."""
        return self._cast(np.float16)

    def cpu(self) -> Self:
        """The module itself: everything runs on the processor."""
        return self

    def cuda(self, device: Any = None) -> Self:
        """Refuse: everything runs on the processor.

        Raises:
            DTypeError: Always.
        """
        return self.to("cuda")


def _replace(tensor: Any, fn: Transform) -> None:
    changed = fn(tensor.detach())
    if changed.array is not tensor.array:  # else nobody need be told of a change
        tensor.data = changed


def _fitting(given: Any, own: Tensor) -> Any:
    """The given numbers; one number in a vector, as old files have it, fits a scalar."""
    array = to_array(given)
    return array[0] if array.shape == (1,) and own.shape == () else array


def _listed(what: str, names: list[str]) -> list[str]:
    quoted = ", ".join(f'"{name}"' for name in names)
    return [f"{what} key(s) in state_dict: {quoted}."] if names else []


def _name(module: object) -> str:
    return type(module).__name__
