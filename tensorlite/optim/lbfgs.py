"""L-BFGS, a quasi-Newton method for training on all data at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from tensorlite.autograd import Array, TensorBase, enable_grad, make_tensor
from tensorlite.errors import ConfigError
from tensorlite.optim.line_search import strong_wolfe
from tensorlite.optim.optimizer import Closure, Optimizer, check


class LBFGS(Optimizer):
    """Steps along the gradient times an estimate of the inverse Hessian.

    The estimate comes from the last ``history_size`` steps ``s`` and changes of the gradient
    ``y``, and is never written out: two loops over the pairs multiply by it::

        q = g;      a_i = (s_i @ q) / (y_i @ s_i),  q = q - a_i * y_i        newest to oldest
        q = q * (y @ s) / (y @ y);      b_i = (y_i @ q) / (y_i @ s_i),  q = q + (a_i - b_i) * s_i

    Args:
        params: Parameters, in one group.
        lr: Step size; where a line search begins, if there is one.
        max_iter: Steps of the method in one ``step``.
        max_eval: Calls of the closure in one ``step``; ``max_iter * 5 // 4`` if left out.
        tolerance_grad: Stop where no number of the gradient is larger.
        tolerance_change: Stop where parameters or loss change by less.
        history_size: Pairs that are kept.
        line_search_fn: ``"strong_wolfe"``, or ``None`` for steps of ``lr``.

    Raises:
        ConfigError: If there are several groups, or another line search is named.

    Example:
        >>> import tensorlite as tl
        >>> w = tl.ones(2, requires_grad=True)
        >>> lbfgs = LBFGS([w], line_search_fn="strong_wolfe")
        >>> def closure():
        ...     lbfgs.zero_grad()
        ...     loss = ((w - tl.tensor([2.0, 3.0])) ** 2).sum()
        ...     loss.backward()
        ...     return loss
        >>> lbfgs.step(closure).item()
        5.0
        >>> w.detach()
        tensor([2., 3.])

    Source: Nocedal and Wright 2006, "Numerical Optimization", algorithms 3.5, 3.6, 7.4 and 7.5.
    """

    elementwise = False

    def __init__(
        self,
        params: Any,
        lr: float = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check("LBFGS", lr=lr)
        if line_search_fn not in (None, "strong_wolfe"):
            raise ConfigError(
                f"expected line_search_fn 'strong_wolfe' or None, got {line_search_fn!r}.",
                where="LBFGS",
            )
        super().__init__(
            params,
            {
                "lr": lr,
                "max_iter": max_iter,
                "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
                "tolerance_grad": tolerance_grad,
                "tolerance_change": tolerance_change,
                "history_size": history_size,
                "line_search_fn": line_search_fn,
            },
        )
        if len(self.param_groups) != 1:
            raise ConfigError("expected all parameters in one group.", where="LBFGS")

    def step(self, closure: Closure | None = None) -> Any:
        """Take up to ``max_iter`` steps.

        Args:
            closure: Clears the gradients, computes the loss and its gradients, and returns it.

        Returns:
            The loss before the first step.
        """
        if closure is None:
            raise ConfigError("expected a closure that computes the loss.", where="LBFGS.step")
        run = _Run(self, closure)
        first = run.evaluate()
        run.descend()
        return first


class _Run:
    """One call of ``step``: the state taken from the optimizer, and put back in the end."""

    def __init__(self, optimizer: LBFGS, closure: Callable[[], Any]) -> None:
        (self.group,) = optimizer.param_groups
        self.params: list[Any] = self.group["params"]
        self.closure, self.evaluations, self.loss = closure, 0, 0.0
        self.state = optimizer.state[self.params[0]]
        self.calls = int(self.state.get("func_evals", 0))
        self.steps = int(self.state.get("n_iter", 0))
        pairs = zip(*(self.state.get(k, []) for k in ("old_stps", "old_dirs")), strict=True)
        size = self.group["history_size"]
        self.pairs = deque(((_plain(s), _plain(y)) for s, y in pairs), size)
        self.direction = _plain(self.state.get("d"))
        self.rate = float(self.state.get("t", 0.0))
        self.scale = float(self.state.get("H_diag", 1.0))
        self.last_grad = _plain(self.state.get("prev_flat_grad"))

    def evaluate(self) -> Any:
        """Call the closure, and keep the loss and the gradient of all parameters in one row."""
        with enable_grad():
            loss = self.closure()
        self.loss, self.evaluations = float(loss), self.evaluations + 1
        arrays = [np.zeros_like(p.array) if p.grad is None else p.grad.array for p in self.params]
        self.grad = self._flat(arrays)
        return loss

    def descend(self) -> None:
        """Go on until something says stop."""
        group, begun = self.group, self.steps
        tolerance = group["tolerance_change"]
        if _largest(self.grad) <= group["tolerance_grad"]:
            self._put_back()
            return
        while self.steps - begun < group["max_iter"]:
            self.steps += 1
            self._turn()
            slope = float(self.grad @ self.direction)
            before, self.last_grad = self.loss, self.grad
            self.last_loss = before
            self.rate = group["lr"]
            if self.steps == 1:
                self.rate = min(1.0, 1.0 / float(np.abs(self.grad).sum())) * group["lr"]
            if slope > -tolerance:
                break
            self._move(slope, last=self.steps - begun == group["max_iter"])
            if (
                self.steps - begun == group["max_iter"]
                or self.evaluations >= group["max_eval"]
                or _largest(self.grad) <= group["tolerance_grad"]
                or _largest(self.direction * self.rate) <= tolerance
                or abs(self.loss - before) < tolerance
            ):
                break
        self._put_back()

    def _turn(self) -> None:
        """Take up what the last step has told, and choose the next direction."""
        if self.steps == 1:
            self.direction, self.scale = -self.grad, 1.0
            self.pairs.clear()
            return
        change, taken = self.grad - self.last_grad, self.direction * self.rate
        curvature = float(change @ taken)
        if curvature > 1e-10:
            self.pairs.append((taken, change))
            self.scale = curvature / float(change @ change)
        row, shares = -self.grad, []
        for s, y in reversed(self.pairs):
            share = float(s @ row) / float(y @ s)
            shares.append(share)
            row = row - share * y
        row = row * self.scale
        for (s, y), share in zip(self.pairs, reversed(shares), strict=True):
            row = row + s * (share - float(y @ row) / float(y @ s))
        self.direction = row

    def _move(self, slope: float, last: bool) -> None:
        start = self._flat([p.array for p in self.params])
        if self.group["line_search_fn"] is None:
            self._place(start + self.rate * self.direction)
            if not last:  # nobody would read it
                self.evaluate()
            return

        def at(rate: float) -> tuple[float, Array]:
            self._place(start + rate * self.direction)
            self.evaluate()
            return self.loss, self.grad

        found = strong_wolfe(at, self.direction, self.rate, self.loss, self.grad, slope)
        self.rate, self.loss, self.grad = found
        self._place(start + self.rate * self.direction)

    def _flat(self, arrays: list[Array]) -> Array:
        return np.concatenate([array.reshape(-1) for array in arrays])

    def _place(self, row: Array) -> None:
        begin = 0
        for p in self.params:
            p.array[...] = row[begin : begin + p.array.size].reshape(p.shape)
            p.version[0] += 1
            begin += p.array.size

    def _put_back(self) -> None:
        self.state["func_evals"] = self.calls + self.evaluations
        self.state["n_iter"] = self.steps
        if self.direction is None:
            return
        self.state["d"], self.state["t"] = make_tensor(self.direction), self.rate
        self.state["old_stps"] = [make_tensor(s) for s, _ in self.pairs]
        self.state["old_dirs"] = [make_tensor(y) for _, y in self.pairs]
        self.state["ro"] = [1.0 / float(y @ s) for s, y in self.pairs]
        self.state["H_diag"] = self.scale
        self.state["prev_flat_grad"] = make_tensor(self.last_grad)
        self.state["prev_loss"] = self.last_loss


def _plain(value: Any) -> Any:
    return value.array if isinstance(value, TensorBase) else value


def _largest(row: Array) -> float:
    return float(np.abs(row).max()) if row.size else 0.0
