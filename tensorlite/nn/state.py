"""The numbers of a module as a whole: taken out, put back, cast, moved."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import DTypeLike

from tensorlite.errors import DTypeError, StateError
from tensorlite.nn.hooks import Hooked
from tensorlite.nn.members import BUFFER, BUFFERS, MODULE, PARAMETER
from tensorlite.ops.convert import as_tensor, to_array
from tensorlite.tensor import Parameter, Tensor, empty_like, zeros

_EXTRA = "_extra_state"
Transform = Callable[[Tensor], Tensor]


class LoadResult(NamedTuple):
    """The names that ``load_state_dict`` did not find, and those it had no use for."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        missing, unexpected = self.missing_keys, self.unexpected_keys
        if not missing and not unexpected:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={missing}, unexpected_keys={unexpected})"


class _Given(dict[str, Any]):
    """A state that is being loaded, and what shall be written if all of it fits."""

    def __init__(self, values: Mapping[str, Any], assign: bool) -> None:
        super().__init__(values)
        self.assign, self.writes = assign, list[Callable[[], None]]()

    def below(self, prefix: str) -> _Given:
        """The part for one module; the writes are shared."""
        part = _Given({k: v for k, v in self.items() if k.startswith(prefix)}, self.assign)
        part.writes = self.writes
        return part


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
        if type(self).get_extra_state is not State.get_extra_state:
            destination[prefix + _EXTRA] = self.get_extra_state()

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
        given = _Given(state_dict, assign)
        result = LoadResult([], [])
        faults: list[str] = []
        # Files from before PyTorch counted batches have no versions either.
        versions = getattr(state_dict, "_metadata", None)
        self._collect(given, "", versions, strict, result, faults)
        hooked = any(m._hooks is not None and m._hooks.get("load") for m in self.modules())
        self._complain(faults, result, strict and not hooked)
        for write in given.writes:
            write()
        for own in self.modules() if hooked else ():
            own._tell("load", result)
        self._complain([], result, strict)  # unless a hook has forgiven
        return result

    def _complain(self, faults: list[str], result: LoadResult, strict: bool) -> None:
        if strict:
            faults[:0] = _listed("Unexpected", result.unexpected_keys)
            faults[:0] = _listed("Missing", result.missing_keys)
        if faults:
            raise StateError(f"the state does not fit. {' '.join(faults)}", where=_name(self))

    def _collect(
        self,
        given: _Given,
        prefix: str,
        versions: Mapping[str, Any] | None,
        strict: bool,
        result: LoadResult,
        faults: list[str],
    ) -> None:
        """Let this module and those below say what they take, miss and do not know."""
        local = {} if versions is None else dict(versions.get(prefix[:-1], {}))
        if given.assign:
            local["assign_to_params_buffers"] = True
        self._load_from_state_dict(given, prefix, local, strict, result[0], result[1], faults)
        for name, module in self._own(MODULE):
            if module is not None:
                path = f"{prefix}{name}."
                module._collect(given.below(path), path, versions, strict, result, faults)

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Take over what is this module's own; what is written waits until all has been compared.

        Subclasses may change ``state_dict`` first, as one whose names have changed since does.
        """
        told = (state_dict, prefix, local_metadata, strict)
        self._tell("load_pre", *told, missing_keys, unexpected_keys, error_msgs)
        writes = state_dict.writes if isinstance(state_dict, _Given) else []
        assign = bool(local_metadata.get("assign_to_params_buffers"))
        own: set[str] = set()
        for name, value in (*self._own(PARAMETER), *self._own(BUFFER)):
            key = prefix + name
            if value is None:
                continue
            own.add(name)
            if key not in state_dict:
                if name != "num_batches_tracked" or local_metadata.get("version", 0) >= 2:
                    missing_keys.append(key)
                continue
            array = _fitting(state_dict[key], value)
            if array.shape != value.shape:
                error_msgs.append(
                    f"size mismatch for {key}: the state has shape {array.shape}, "
                    f"the module {value.shape}."
                )
                continue
            writes.append(partial(self._take, name, state_dict[key], array, assign))
        key = prefix + _EXTRA
        if type(self).set_extra_state is not State.set_extra_state:
            own.add(_EXTRA)
            if key in state_dict:
                writes.append(partial(self.set_extra_state, state_dict[key]))
            else:
                missing_keys.append(key)
        inside = {name for name, _ in self._own(MODULE)}
        for key in state_dict:
            if key.startswith(prefix):
                name, dot, _ = key[len(prefix) :].partition(".")
                if name not in (inside if dot else own):
                    unexpected_keys.append(key)
        if not isinstance(state_dict, _Given):
            for write in writes:
                write()

    def get_extra_state(self) -> Any:
        """What a subclass wants kept beside its tensors, under ``_extra_state``."""
        raise NotImplementedError(f"{_name(self)} has no extra state")

    def set_extra_state(self, state: Any) -> None:
        """Take back what ``get_extra_state`` gave."""
        raise NotImplementedError(f"{_name(self)} has no extra state")

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

    def bfloat16(self) -> Self:
        """Refuse: NumPy has no such type.

        Raises:
            DTypeError: Always.
        """
        raise DTypeError(
            f"expected a type that NumPy has for {_name(self)}, got bfloat16.",
            where="bfloat16",
            hint="Use float32, the default: leave the call out or call .float().",
        )

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """New numbers for all parameters and buffers, whatever they are.

        Args:
            device: Only the processor.
            recurse: Whether those of the modules inside, too.
        """
        return self._apply(lambda t: empty_like(t, device=device), recurse)

    def cpu(self) -> Self:
        """The module itself: everything runs on the processor."""
        return self

    def share_memory(self) -> Self:
        """The module itself: there is one process."""
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
