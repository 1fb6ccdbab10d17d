"""What belongs to a module: parameters, buffers and other modules, each under a name.

The values lie in the instance's ``__dict__``, where Python finds them fastest; a second dict says
which names are members and of what kind, in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any, NoReturn

from tensorlite.autograd import TensorBase
from tensorlite.errors import ConfigError, TensorliteError, UnknownNameError, close_names
from tensorlite.tensor import Buffer, Parameter, Tensor

if TYPE_CHECKING:
    from tensorlite.nn.module import Module

PARAMETER, BUFFER, TRANSIENT, MODULE = "parameter", "buffer", "transient buffer", "module"
BUFFERS = (BUFFER, TRANSIENT)  # only the first kind is part of the state


class MemberError(TensorliteError, TypeError):
    """Something of one kind where a member of another kind is expected."""


class NameTakenError(TensorliteError, KeyError):
    """A name under which nothing can be registered."""


class NoSuchMemberError(UnknownNameError, AttributeError):
    """A dotted name under which a module has nothing, or nothing of that kind."""


class NotInitialisedError(TensorliteError, AttributeError):
    """A module whose ``__init__`` does not call its parent's first."""


class Members:
    """The part of ``Module`` that keeps its members."""

    _members: dict[str, str]  # name -> kind

    def __init__(self) -> None:
        object.__setattr__(self, "_members", {})

    def __setattr__(self, name: str, value: Any) -> None:
        before = self.__dict__.get("_members", {}).get(name)
        if isinstance(value, Parameter):
            self._enroll(name, PARAMETER, value)
        elif before == PARAMETER and value is not None:
            self._refuse(name, "a Parameter or None", value)
        elif isinstance(value, Members):
            self._enroll(name, MODULE, value)
        elif before == MODULE and value is not None:
            self._refuse(name, "a Module or None", value)
        elif isinstance(value, Buffer):
            self._enroll(name, BUFFER if value.persistent else TRANSIENT, value)
        elif before is None:
            object.__setattr__(self, name, value)
        elif value is None or isinstance(value, TensorBase):
            self.__dict__[name] = value
        else:
            self._refuse(name, "a Tensor or None", value)

    def __delattr__(self, name: str) -> None:
        if self.__dict__.get("_members", {}).pop(name, None):
            del self.__dict__[name]
        else:
            object.__delattr__(self, name)

    def _enroll(self, name: str, kind: str, value: Any) -> None:
        """Make a value a member; a name that changes its kind goes to the end of the order."""
        fields = self.__dict__
        if "_members" not in fields:
            raise NotInitialisedError(
                f"expected to be initialised before {name!r} is assigned.",
                where=type(self).__name__,
                hint="Call super().__init__() first in its __init__.",
            )
        if fields["_members"].get(name) != kind:
            fields["_members"].pop(name, None)
            fields.pop(name, None)
        fields["_members"][name] = kind
        fields[name] = value

    def _refuse(self, name: str, expected: str, value: Any) -> NoReturn:
        raise MemberError(
            f"expected {expected} for {name!r}, got {type(value).__name__}.",
            where=type(self).__name__,
            hint=f"Write nn.Parameter(...), change self.{name}.data in place, or del it first.",
        )

    def _own(self, *kinds: str) -> list[tuple[str, Any]]:
        """Names and values of the members of some kinds, those that are ``None`` included."""
        fields = self.__dict__
        return [(name, fields[name]) for name, kind in self._members.items() if kind in kinds]

    # --- registering ------------------------------------------------------------------------------

    def _register(self, name: str, kinds: tuple[str, ...], value: Any) -> None:
        where = type(self).__name__
        if not isinstance(name, str):
            raise MemberError(f"expected a name, got {type(name).__name__}.", where=where)
        if "." in name or not name:
            raise NameTakenError(
                f"expected a name without dots that is not empty, got {name!r}.", where=where
            )
        if self.__dict__.get("_members", {}).get(name) not in kinds and hasattr(self, name):
            raise NameTakenError(f"expected a new name, got {name!r}, which is taken.", where=where)
        self._enroll(name, kinds[0], value)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter under a name; ``None`` reserves the name.

        Raises:
            TypeError: If it is no parameter.
            KeyError: If the name is taken, empty or has a dot.
        """
        if param is not None and not isinstance(param, Parameter):
            self._refuse(name, "a Parameter or None", param)
        self._register(name, (PARAMETER,), param)

    def register_buffer(
        self, name: str, tensor: TensorBase | None, persistent: bool = True
    ) -> None:
        """Add a tensor that is not learned under a name; ``None`` reserves the name.

        Args:
            name: The attribute.
            tensor: A tensor, such as a running mean.
            persistent: Whether it is part of ``state_dict``.

        Raises:
            TypeError: If it is no tensor.
            KeyError: If the name is taken, empty or has a dot.
        """
        if tensor is not None and not isinstance(tensor, TensorBase):
            self._refuse(name, "a Tensor or None", tensor)
        self._register(name, BUFFERS if persistent else BUFFERS[::-1], tensor)

    def add_module(self, name: str, module: Module | None) -> None:
        """Add a module under a name, which need not be an identifier.

        Raises:
            TypeError: If it is no module.
            KeyError: If the name is taken, empty or has a dot.
        """
        if module is not None and not isinstance(module, Members):
            raise MemberError(
                f"expected modules, got {type(module).__name__}.",
                where=type(self).__name__,
                hint="Write nn.Sequential(*layers) for a list, and nn.ReLU() for a function.",
            )
        self._register(name, (MODULE,), module)

    def register_module(self, name: str, module: Module | None) -> None:
        """Another name of ``add_module``."""
        self.add_module(name, module)

    # --- looking up -------------------------------------------------------------------------------

    @property
    def _parameters(self) -> MutableMapping[str, Any]:
        return _View(self, (PARAMETER,))

    @property
    def _buffers(self) -> MutableMapping[str, Any]:
        return _View(self, BUFFERS)

    @property
    def _modules(self) -> MutableMapping[str, Any]:
        return _View(self, (MODULE,))

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Put a module in the place of the one under a dotted name.

        Args:
            target: The name.
            module: The module.
            strict: Whether there must be one already.

        Raises:
            AttributeError: If there is nothing to put it into, or nothing to replace.
            ValueError: If the name is empty, or this is no module.
        """
        where = "set_submodule"
        if not target or not isinstance(module, Members):
            raise ConfigError(
                f"expected a name and a module, got {target!r}, {module!r}.", where=where
            )
        parent, _, name = target.rpartition(".")
        owner = self.get_submodule(parent)
        if strict or hasattr(owner, name):
            self.get_submodule(target)
        setattr(owner, name, module)

    def get_submodule(self, target: str) -> Module:
        """The module under a dotted name; the module itself for an empty one.

        Raises:
            AttributeError: If there is none; says which names are close.
        """
        module: Any = self
        for name in target.split(".") if target else ():
            module = module.__dict__.get(name) if isinstance(module, Members) else None
        if isinstance(module, Members):
            return module  # type: ignore[return-value]
        names = [name for name, _ in self.named_modules() if name]
        raise NoSuchMemberError(
            f"there is no module {target!r}.",
            where=type(self).__name__,
            hint=close_names(target, names) or f"There are: {', '.join(names)}.",
        )

    def get_parameter(self, target: str) -> Parameter:
        """The parameter under a dotted name.

        Raises:
            AttributeError: If there is none.
        """
        return self._get(target, (PARAMETER,), "parameter")

    def get_buffer(self, target: str) -> Tensor:
        """The buffer under a dotted name.

        Raises:
            AttributeError: If there is none.
        """
        return self._get(target, BUFFERS, "buffer")

    def _get(self, target: str, kinds: tuple[str, ...], what: str) -> Any:
        path, _, name = target.rpartition(".")
        found = dict(self.get_submodule(path)._own(*kinds))
        if found.get(name) is None:
            raise NoSuchMemberError(
                f"there is no {what} {target!r}.",
                where=type(self).__name__,
                hint=close_names(name, found),
            )
        return found[name]

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules assigned to attributes, each once, with their names."""
        seen: set[int] = set()
        for name, module in self._own(MODULE):
            if module is not None and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def children(self) -> Iterator[Module]:
        """The modules assigned to attributes, each once."""
        return (module for _, module in self.named_children())

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This module and all below it with dotted names.

        Args:
            memo: Modules to leave out.
            prefix: The name of this module.
            remove_duplicate: Whether a module that is used twice comes once.
        """
        seen = set() if memo is None else memo
        stack: list[tuple[str, Any]] = [(prefix, self)]
        while stack:
            path, module = stack.pop()
            if module is None or (remove_duplicate and module in seen):
                continue
            seen.add(module)
            yield path, module
            stack.extend((join(path, name), child) for name, child in reversed(module._own(MODULE)))

    def modules(self) -> Iterator[Module]:
        """This module and all below it, each once."""
        return (module for _, module in self.named_modules())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters with dotted names.

        Args:
            prefix: Put in front of the names.
            recurse: Whether those of the modules below come too.
            remove_duplicate: Whether a parameter that is used twice comes once.
        """
        return self._named((PARAMETER,), prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """All parameters, each once; only the module's own without ``recurse``."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The buffers with dotted names; see ``named_parameters``."""
        return self._named(BUFFERS, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """All buffers, each once; only the module's own without ``recurse``."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def _named(
        self, kinds: tuple[str, ...], prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        modules: Any = [(prefix, self)]
        if recurse:
            modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
        for path, module in modules:
            for name, value in module._own(*kinds):
                if value is not None and not (remove_duplicate and id(value) in seen):
                    seen.add(id(value))
                    yield join(path, name), value


class _View(MutableMapping[str, Any]):
    """The members of one kind as a dict that can be changed, made when asked for."""

    def __init__(self, module: Members, kinds: tuple[str, ...]) -> None:
        self._module, self._kinds = module, kinds

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        return self._module.__dict__[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._module._enroll(name, self._kinds[0], value)

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        delattr(self._module, name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._module._members.get(name) in self._kinds

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, _ in self._module._own(*self._kinds)])

    def __len__(self) -> int:
        return len(self._module._own(*self._kinds))

    def __repr__(self) -> str:
        return repr(dict(self))


def join(prefix: str, name: str) -> str:
    """Two parts of a dotted name, of which the first may be empty."""
    return f"{prefix}.{name}" if prefix else name
