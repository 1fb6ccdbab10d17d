"""What a result has to reach, as in ``val_acc>=0.98``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tensorlite.errors import ConfigError, RequirementError, UnknownNameError, close_names

_FORM = re.compile(r"\s*(\w+)\s*(>=|<=|>|<)\s*([-+.\deE]+)\s*(%?)\s*")
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True)
class Requirement:
    """A bound on one figure.

    Args:
        name: The figure, such as ``val_acc``.
        comparison: One of ``>= <= > <``.
        value: The bound.
    """

    name: str
    comparison: str
    value: float

    @classmethod
    def parse(cls, text: str) -> Requirement:
        """Read a requirement; ``98%`` is 0.98.

        Raises:
            ConfigError: If it has another form.

        Example:
            >>> Requirement.parse("val_acc >= 98%")
            Requirement(name='val_acc', comparison='>=', value=0.98)
        """
        match = _FORM.fullmatch(text)
        try:
            if match is None:
                raise ValueError(text)
            name, comparison, number, percent = match.groups()
            return cls(name, comparison, float(number) / (100 if percent else 1))
        except ValueError:
            raise ConfigError(
                f"expected a figure and a bound, got '{text}'.",
                where="--require",
                hint="--require 'val_acc>=0.98'",
            ) from None

    def check_name(self, names: Iterable[str]) -> None:
        """Refuse a figure that the training will not have.

        Raises:
            UnknownNameError: If the name is not among the names.
        """
        names = list(names)
        if self.name not in names:
            parts = [f"there is no figure '{self.name}'.", close_names(self.name, names)]
            raise UnknownNameError(
                " ".join(filter(None, parts)), where="--require", hint=", ".join(names)
            )

    def check(self, figures: Mapping[str, float]) -> None:
        """Compare a result with the bound.

        Raises:
            RequirementError: If it is not met.
        """
        value = figures[self.name]
        if not _COMPARE[self.comparison](value, self.value):
            raise RequirementError(
                f"expected {self.name} {self.comparison} {self.value:g}, got {value:.4f}.",
                where="--require",
            )
